"""The life of a bond: states, moves, one table. Pure. Whether a bond is well is no state: ``health.py`` tells it."""

from enum import StrEnum

from tierline.foundation.trouble import MoveNotAllowed


class BondState(StrEnum):
    """``opening``: our word has not arrived there yet. ``done``: it is over there, and the last step is ours."""

    OPENING = "opening"
    OPEN = "open"
    DONE = "done"
    ENDED = "ended"


class BondMove(StrEnum):
    """What can happen to a bond."""

    CROSS = "cross"
    FINISH = "finish"
    REOPEN = "reopen"
    END = "end"


S, M = BondState, BondMove

TRANSITIONS: dict[tuple[BondState, BondMove], BondState] = {
    (S.OPENING, M.CROSS): S.OPEN,
    (S.OPENING, M.FINISH): S.DONE,
    (S.OPENING, M.END): S.ENDED,
    (S.OPEN, M.FINISH): S.DONE,
    (S.OPEN, M.END): S.ENDED,
    (S.DONE, M.REOPEN): S.OPEN,
    (S.DONE, M.END): S.ENDED,
    (S.ENDED, M.REOPEN): S.OPEN,
}


def after(state: BondState, move: BondMove) -> BondState:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise MoveNotAllowed(f"This bond is {state}; it cannot {move}. Look at it again.") from None


def moves_from(state: BondState) -> tuple[BondMove, ...]:
    """The moves the table allows from a state."""
    return tuple(move for (start, move) in TRANSITIONS if start is state)
