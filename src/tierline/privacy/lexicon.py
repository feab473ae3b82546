"""The word lists of this package, read once when first asked for. Pure but for reading its own files."""

from __future__ import annotations


def is_ordinary(word: str) -> bool:
    """Whether a word (small letters) is an ordinary English word."""
    return word in _ORDINARY


_ORDINARY = frozenset(
    "will mark rose may grace hope faith joy bill grant art pat sue rob frank young white green brown black king page".split()
)
