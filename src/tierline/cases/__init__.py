"""Cases: intake, hand-offs, the story of each, and the queues they stand in.

Read ``lifecycle.py`` (which moves there are), then ``actions/`` (what each does), then ``queries.py``.
"""
