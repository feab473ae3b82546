"""The one way out: effects on their way, with attempts and evidence. Read ``lifecycle.py`` first."""
