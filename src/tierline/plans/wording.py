"""Conditions and decisions of clauses in words, for documents and pages.

Refuses nothing and decides nothing; ``terms.py`` is what a condition means.
"""

from __future__ import annotations

from typing import Final

from tierline.plans import schema
from tierline.plans.conditions import Only, When

_NAMES: Final = {
    "holder": "held by",
    "service": "about",
    "fault_in": "the fault is in",
    "needs_tier": "tier",
    "audience": "reported by",
    "asks": "asking the",
    "flags": "flagged",
    "to": "going to",
}


def when_in_words(when: When) -> str:
    """The conditions of a clause in one line; nothing when it always applies."""
    parts = [(name, getattr(when, field)) for field, name in _NAMES.items()]
    return ", ".join(f"{name} {_only(only)}" for name, only in parts if only is not None)


def _only(only: Only) -> str:
    words = [str(word) for word in only.values]
    return f"any but {' or '.join(words)}" if only.excluded else " or ".join(words)


def then_in_words(clause: schema.Clause) -> str:
    """What a clause decides, in one line."""
    then = clause.then
    at = f" at tier {then.tier}" if then.tier else ""
    by_kind = {
        "restrict": "then only the restricted path",
        "scope": "then it is out of scope" if then.out else "then it is in scope",
        "contact": "then ask directly" if then.directly else f"then ask through {then.through} by {then.by}{at}",
        "route": "then keep it" if then.keep else f"then hand it to {then.to} by {then.by}{at}",
        "intake": f"then first fill in {', '.join(then.requires)}",
        "tell": "then tell",
        "duty": "",
    }
    words = by_kind[clause.kind]
    if then.taken_by:
        words += f", taken by {then.taken_by}"
    if then.tell:
        words += f"{'' if clause.kind == 'tell' else ', telling'} {', '.join(then.tell)}"
    return words
