"""The Dataverse Web API as ``trackers.dynamics`` and ``tierline migrate`` speak it.

Read ``account.py`` (everything that differs between organisations, as data), ``columns.py`` (records and columns,
pure), ``web_api.py`` (the line: token, limits, answers) and ``batching.py`` (many changes in one request, pure).
"""
