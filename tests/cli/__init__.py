"""The command, as whoever calls it sees it."""
