"""The life of an effect: states, moves, one table. Pure."""

from enum import StrEnum

from tierline.foundation.trouble import MoveNotAllowed


class EffectState(StrEnum):
    PENDING = "pending"
    HELD = "held"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class EffectMove(StrEnum):
    """What can happen to an effect. ``rewrite``: it leaves in other words. ``clear``: a person lets it leave as it is,
    though the privacy guard held it."""

    DELIVER = "deliver"
    POSTPONE = "postpone"
    HOLD = "hold"
    FAIL = "fail"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    BOUNCE = "bounce"
    REWRITE = "rewrite"
    CLEAR = "clear"


S, M = EffectState, EffectMove

TRANSITIONS: dict[tuple[EffectState, EffectMove], EffectState] = {
    (S.PENDING, M.DELIVER): S.DONE,
    (S.PENDING, M.POSTPONE): S.PENDING,
    (S.PENDING, M.HOLD): S.HELD,
    (S.PENDING, M.FAIL): S.FAILED,
    (S.PENDING, M.WITHDRAW): S.WITHDRAWN,
    (S.PENDING, M.BOUNCE): S.FAILED,
    (S.DONE, M.BOUNCE): S.FAILED,
    (S.HELD, M.RELEASE): S.PENDING,
    (S.HELD, M.REWRITE): S.PENDING,
    (S.HELD, M.CLEAR): S.PENDING,
    (S.HELD, M.WITHDRAW): S.WITHDRAWN,
    (S.FAILED, M.RELEASE): S.PENDING,
    (S.FAILED, M.REWRITE): S.PENDING,
    (S.FAILED, M.WITHDRAW): S.WITHDRAWN,
}


def after(state: EffectState, move: EffectMove) -> EffectState:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise MoveNotAllowed(f"This message is {state}; it cannot {move}.") from None


def moves_from(state: EffectState) -> list[EffectMove]:
    """The moves the table allows from a state."""
    return [move for (start, move) in TRANSITIONS if start is state]
