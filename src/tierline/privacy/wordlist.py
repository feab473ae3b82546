"""Short word lists written in the code they belong to. Pure; long lists are files in ``words/``."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())
