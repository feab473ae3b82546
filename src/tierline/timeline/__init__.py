"""Facts: who did what, when. Append-only, held by a trigger. Read ``fact.py`` first."""
