"""The life of a downtime: states, moves, one transition table. Pure.

Nothing moves by itself: no window that is over concludes its work, and every end is somebody's word. What runs beside
this line, approval, window, verification and communication, are the gates of ``gates.py``.
"""

from enum import StrEnum
from typing import Final

from tierline.foundation.trouble import MoveNotAllowed


class DowntimeState(StrEnum):
    """Where planned work stands. ``postponed``: told that it is off for now, without a new window yet."""

    DRAFT = "draft"
    PLANNING = "planning"
    AWAITING_APPROVAL = "awaiting-approval"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in-progress"
    VERIFYING = "verifying"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class DowntimeMove(StrEnum):
    """What can be done with it. ``correct`` changes nothing material; ``change`` does, and begins anew."""

    PLAN = "plan"
    CORRECT = "correct"
    CHANGE = "change"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    START = "start"
    EXTEND = "extend"
    ROLL_BACK = "roll-back"
    FINISH = "finish"
    RESUME = "resume"
    CONCLUDE = "conclude"
    CANCEL = "cancel"
    POSTPONE = "postpone"
    REPLAN = "replan"


class Result(StrEnum):
    """How concluded work ended."""

    SUCCESS = "success"
    ROLLED_BACK = "rolled-back"
    PARTIAL = "partial"


S, M = DowntimeState, DowntimeMove

TRANSITIONS: Final[dict[tuple[DowntimeState, DowntimeMove], DowntimeState]] = {
    (S.DRAFT, M.CORRECT): S.DRAFT,
    (S.DRAFT, M.CHANGE): S.DRAFT,
    (S.DRAFT, M.PLAN): S.PLANNING,
    (S.DRAFT, M.CANCEL): S.CANCELLED,
    (S.PLANNING, M.CORRECT): S.PLANNING,
    (S.PLANNING, M.CHANGE): S.PLANNING,
    (S.PLANNING, M.SUBMIT): S.AWAITING_APPROVAL,
    (S.PLANNING, M.SCHEDULE): S.SCHEDULED,
    (S.PLANNING, M.POSTPONE): S.POSTPONED,
    (S.PLANNING, M.CANCEL): S.CANCELLED,
    (S.AWAITING_APPROVAL, M.APPROVE): S.SCHEDULED,
    (S.AWAITING_APPROVAL, M.REJECT): S.PLANNING,
    (S.AWAITING_APPROVAL, M.CORRECT): S.AWAITING_APPROVAL,
    (S.AWAITING_APPROVAL, M.CHANGE): S.PLANNING,
    (S.AWAITING_APPROVAL, M.POSTPONE): S.POSTPONED,
    (S.AWAITING_APPROVAL, M.CANCEL): S.CANCELLED,
    (S.SCHEDULED, M.START): S.IN_PROGRESS,
    (S.SCHEDULED, M.CORRECT): S.SCHEDULED,
    (S.SCHEDULED, M.CHANGE): S.PLANNING,
    (S.SCHEDULED, M.POSTPONE): S.POSTPONED,
    (S.SCHEDULED, M.CANCEL): S.CANCELLED,
    (S.IN_PROGRESS, M.EXTEND): S.IN_PROGRESS,
    (S.IN_PROGRESS, M.ROLL_BACK): S.IN_PROGRESS,
    (S.IN_PROGRESS, M.FINISH): S.VERIFYING,
    (S.IN_PROGRESS, M.POSTPONE): S.POSTPONED,
    (S.VERIFYING, M.RESUME): S.IN_PROGRESS,
    (S.VERIFYING, M.CONCLUDE): S.CONCLUDED,
    (S.POSTPONED, M.REPLAN): S.PLANNING,
    (S.POSTPONED, M.CANCEL): S.CANCELLED,
}

ENDED: Final = frozenset({S.CONCLUDED, S.CANCELLED})
#: States in which the work has a window that others have to reckon with.
STANDING: Final = frozenset({S.PLANNING, S.AWAITING_APPROVAL, S.SCHEDULED, S.IN_PROGRESS, S.VERIFYING})
RUNNING: Final = (S.IN_PROGRESS, S.VERIFYING)
#: States of which the audience has heard nothing yet.
UNTOLD: Final = frozenset({S.DRAFT})


def after(state: DowntimeState, move: DowntimeMove) -> DowntimeState:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        possible = ", ".join(moves_from(state)) or "nothing more"
        raise MoveNotAllowed(f"This downtime is {state}; it cannot {move}. Possible now: {possible}.") from None


def moves_from(state: DowntimeState) -> tuple[DowntimeMove, ...]:
    """The moves the table allows from a state, in the table's order."""
    return tuple(move for (start, move) in TRANSITIONS if start is state)
