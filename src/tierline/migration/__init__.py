"""Taking the tickets of one ticketing system across to another: NSD's files to Dynamics' interface.

Read ``form.py`` (what a move's file says), ``mapping.py`` (a row of the export as a case there, pure),
``cutting_over.py`` (which queue goes on which day, by the plans), ``actions.py`` (running, resuming), ``comparing.py``
(missing, doubled, differing, pure) and ``going_back.py``. The ledger remembers what went; it is only ever written after
the other side took it.
"""
