"""Mail that comes in: read, judged, kept, and brought to the case it answers or before a person.

Read ``reading.py`` (what a message says, however hostile), ``judging.py`` (what it is), then ``actions.py``.
"""
