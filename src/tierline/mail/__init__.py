"""Mail that comes in: read, judged, kept, and brought to the case it answers, to planned work as another team's notice,
or before a person.

Read ``reading.py`` (what a message says, however hostile), ``judging.py`` (what it is), then ``actions.py``.
"""
