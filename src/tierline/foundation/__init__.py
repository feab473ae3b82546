"""What everything may lean on: the clock, ids, text. Pure but for the one clock; knows no domain word."""
