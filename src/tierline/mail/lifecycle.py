"""The life of a mail that came in: states, moves, one table. Pure."""

from enum import StrEnum

from tierline.foundation.trouble import MoveNotAllowed


class MailState(StrEnum):
    """``open`` waits for a person; ``placed`` belongs to a case; ``nothing`` asks nothing of anybody."""

    OPEN = "open"
    PLACED = "placed"
    NOTHING = "nothing"


class MailMove(StrEnum):
    """What a person can do with it."""

    PLACE = "place"
    DISMISS = "dismiss"
    REOPEN = "reopen"


S, M = MailState, MailMove

TRANSITIONS: dict[tuple[MailState, MailMove], MailState] = {
    (S.OPEN, M.PLACE): S.PLACED,
    (S.OPEN, M.DISMISS): S.NOTHING,
    (S.NOTHING, M.REOPEN): S.OPEN,
}


def after(state: MailState, move: MailMove) -> MailState:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise MoveNotAllowed(f"This mail is {state}; it cannot {move}. Look at it again.") from None


def moves_from(state: MailState) -> tuple[MailMove, ...]:
    """The moves the table allows from a state."""
    return tuple(move for (start, move) in TRANSITIONS if start is state)
