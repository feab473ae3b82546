"""Why a case goes back to its sender: a reason of the plans' list, and free words. Pure.

Refuses a return without a reason, one the plans do not list, and a reason that says nothing alone without words.
"""

import re
from dataclasses import dataclass
from typing import Final

from tierline.foundation.trouble import Unusable
from tierline.plans.planbook import Planbook

LONGEST_WORDS: Final = 2000
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class WhyReturned:
    """The id of a reason, and what was said besides."""

    reason: str
    words: str


def why_returned(planbook: Planbook, reason: str, words: str = "") -> WhyReturned:
    """The reason of the list with its words. A sentence in place of an id counts as words under the unlisted reason."""
    reason, words = reason.strip(), words.strip()
    listed = planbook.return_reasons
    if not reason:
        raise Unusable(
            "Say why it goes back: choose a reason. The sender has to know what to do now.", {"reason": "Choose one."}
        )
    if reason not in listed and _ID.fullmatch(reason):
        raise Unusable(
            f"No plan lists the reason '{reason}'. Use one of {', '.join(listed)}.",
            {"reason": "Choose one of the list."},
        )
    if reason not in listed:
        reason, words = planbook.unlisted_reason.id, f"{reason} {words}".strip()
    if planbook.return_reasons.get(reason, planbook.unlisted_reason).words_required and not words:
        raise Unusable(
            "Say why in a sentence: this reason alone does not tell the sender what to do now.",
            {"words": "Write a sentence."},
        )
    if len(words) > LONGEST_WORDS or "\x00" in words:
        raise Unusable(f"Keep the words under {LONGEST_WORDS:,} plain characters.", {"words": "Shorten the words."})
    return WhyReturned(reason, words)
