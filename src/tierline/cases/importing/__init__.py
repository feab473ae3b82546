"""Reading another system's export into rows that can become cases. Pure: no database, no Django, no clock.

Read ``sources/dynamics.yaml`` (what a mapping says), then ``foundation/tables.py`` (bytes to rows), ``recognising.py``
(free text to intake answers), ``judging.py`` (a row to facts and a decision). ``cases.actions.importing`` writes them.
"""
