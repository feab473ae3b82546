"""The description of a maintenance window in PagerDuty: our marker first, then what front ends show their users.

Pure. The marker is by what a window of ours is found again; the text after ``USER_MESSAGE:`` is published. Refuses a
text that does not fit: cutting it off would publish half a sentence.
"""

from __future__ import annotations

import re
from typing import Final

MOST: Final = 255  # characters of the whole description
PUBLISHED: Final = "USER_MESSAGE:"
_MARKER: Final = re.compile(r"\[(DT-\d{1,18})#r(\d{1,9})\]")


def marker(reference: str, revision: int) -> str:
    """``[DT-12#r3]``."""
    return f"[{reference}#r{revision}]"


def room_for(reference: str, revision: int) -> int:
    """How many characters a message to users may have."""
    return MOST - len(f"{marker(reference, revision)} {PUBLISHED} ")


def description(reference: str, revision: int, words: str) -> str:
    """The description; raises ``ValueError`` with the number of characters too many."""
    words = " ".join(words.split())
    over = len(words) - room_for(reference, revision)
    if over > 0:
        raise ValueError(f"The text for users is {over} characters too long. It shares {MOST} with our marker.")
    if PUBLISHED in words:
        raise ValueError(f"The text for users may not hold {PUBLISHED}; it would be cut there.")
    return f"{marker(reference, revision)} {PUBLISHED} {words}"


def whose(text: str) -> tuple[str, int] | None:
    """The notice and revision a window's description belongs to; ``None`` when it is not ours."""
    found = _MARKER.match(text)
    return (found[1], int(found[2])) if found else None


def published(text: str) -> str:
    """What front ends show of a description: the text after the mark, or nothing."""
    _, mark, words = text.partition(PUBLISHED)
    return words.strip() if mark else ""
