"""Rooms: channels of a chat in which a plan has a team's cases told, by number and what is asked, never by their words.

Read ``standing.py`` (what a case is to a room), then ``wording.py`` (what a post says), then ``posting.py``.
"""
