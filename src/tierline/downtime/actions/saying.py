"""The reasons people give: short, plain, never empty, since others will read them."""

from typing import Final

from tierline.foundation.trouble import Unusable

LONGEST_WORDS: Final = 500


def said_why(because: str) -> str:
    """A reason in a sentence or two; Unusable without one."""
    words = " ".join(because.split())
    if not words or len(words) > LONGEST_WORDS or "\x00" in words:
        raise Unusable(
            f"Say why, in at most {LONGEST_WORDS} characters: people will read it.", {"because": "Write the reason."}
        )
    return words
