"""Passing word on to people this house cannot reach: an obligation of somebody, confirmed by them. Pure.

Until it is confirmed nobody claims that the others know: it is shown as not known. Refuses every move but the table's.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from tierline.foundation.trouble import MoveNotAllowed


class Relaying(StrEnum):
    """What became of it. ``asked``: whoever passes it on was sent the words."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class RelayMove(StrEnum):
    """What happens to it."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    REMIND = "remind"


TRANSITIONS: Final[dict[tuple[Relaying, RelayMove], Relaying]] = {
    (Relaying.ASKED, RelayMove.CONFIRM): Relaying.CONFIRMED,
    (Relaying.ASKED, RelayMove.DECLINE): Relaying.DECLINED,
    (Relaying.ASKED, RelayMove.REMIND): Relaying.ASKED,
    (Relaying.DECLINED, RelayMove.CONFIRM): Relaying.CONFIRMED,
}


def after(state: Relaying, move: RelayMove) -> Relaying:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise MoveNotAllowed(f"This is {state} already. Nothing more is asked of you.") from None


def in_words(state: Relaying, due_at: datetime, at: datetime) -> str:
    """What is known about those at the far end, and no more than that."""
    if state is Relaying.CONFIRMED:
        return "confirmed as passed on"
    if state is Relaying.DECLINED:
        return "not passed on"
    return "not known whether they were told; overdue" if at > due_at else "not known yet whether they were told"
