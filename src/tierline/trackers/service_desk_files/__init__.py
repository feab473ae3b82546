"""A desk without an interface, as ``trackers.nsd`` and ``tierline migrate`` speak to it: files out, files in, mail.

Read ``account.py`` (the shape of everything, as data), ``rows.py`` (a row of an export as a record, pure),
``folders.py`` (which files are new and whole) and ``notifying.py`` (its notification mails, pure).
"""
