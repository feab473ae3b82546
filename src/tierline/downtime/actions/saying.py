"""The reasons people give: short, plain, never empty, since others will read them."""

import re
from typing import Final

from tierline.foundation.trouble import Unusable

LONGEST_WORDS: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def holds_control(text: str) -> bool:
    """Whether a text holds what some channels would take for structure; no announcement can hold it."""
    return _CONTROL.search(text) is not None


def said_why(because: str) -> str:
    """A reason in a sentence or two; Unusable without one."""
    words = " ".join(because.split())
    if not words or len(words) > LONGEST_WORDS or holds_control(words):
        raise Unusable(
            f"Say why, in at most {LONGEST_WORDS} characters: people will read it.", {"because": "Write the reason."}
        )
    return words
