"""Organisations, teams, duties, people, and who is asking. Read ``actor.py`` first."""
