"""How fast Tierline is, measured as it runs: ``python -m bench`` (or ``make bench``) prints the table.

Read ``measures.py`` for what is measured, ``writing.py`` for the cases it is measured on, ``targets.py`` for what is
to be reached. Refuses to touch any home or database but the throw-away one it makes.
"""
