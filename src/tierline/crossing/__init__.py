"""What comes in from partners' systems: read or told, judged, and brought to the cases it is about.

Read ``judging.py`` (what a change there means), ``applying.py`` (what each meaning does), then ``reading.py``.
"""
