"""The life of a case and of a hand-off: states, moves, one transition table each. Pure.

Buttons, ``next_moves`` in the API, the refusal of every other move, the diagram in the docs and the tests come
from here.
"""

from enum import StrEnum
from typing import TypeVar

from tierline.foundation.trouble import MoveNotAllowed


class CaseState(StrEnum):
    """Where a case stands. ``offered`` and ``waiting`` are still in the holder's hands."""

    NEW = "new"
    IN_PROGRESS = "in-progress"
    OFFERED = "offered"
    WAITING = "waiting"
    SOLVED = "solved"
    CLOSED = "closed"


class CaseMove(StrEnum):
    """What can be done with a case."""

    BEGIN = "begin"
    OFFER = "offer"
    ACKNOWLEDGE = "acknowledge"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    HAND_BACK = "hand-back"
    WAIT = "wait"
    RESUME = "resume"
    SOLVE = "solve"
    CLOSE = "close"
    REOPEN = "reopen"
    ASK = "ask"
    ANSWER = "answer"
    TELL = "tell"


class HandOffState(StrEnum):
    """Where a hand-off stands. Overdue is no state: time implies it. ``returned``: acknowledged, then handed back."""

    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


#: A hand-off that its receiver answered, and among those one that came back to its sender.
CAME_BACK = (HandOffState.REFUSED, HandOffState.RETURNED)
ANSWERED = (HandOffState.ACKNOWLEDGED, *CAME_BACK)
OPEN_STATES = tuple(state for state in CaseState if state is not CaseState.CLOSED)

S, M = CaseState, CaseMove

TRANSITIONS: dict[tuple[CaseState, CaseMove], CaseState] = {
    (S.NEW, M.BEGIN): S.IN_PROGRESS,
    (S.NEW, M.OFFER): S.OFFERED,
    (S.NEW, M.WAIT): S.WAITING,
    (S.NEW, M.SOLVE): S.SOLVED,
    (S.NEW, M.HAND_BACK): S.NEW,
    (S.IN_PROGRESS, M.OFFER): S.OFFERED,
    (S.IN_PROGRESS, M.WAIT): S.WAITING,
    (S.IN_PROGRESS, M.SOLVE): S.SOLVED,
    (S.IN_PROGRESS, M.HAND_BACK): S.NEW,
    (S.OFFERED, M.ACKNOWLEDGE): S.NEW,
    (S.OFFERED, M.REFUSE): S.IN_PROGRESS,
    (S.OFFERED, M.WITHDRAW): S.IN_PROGRESS,
    (S.WAITING, M.RESUME): S.IN_PROGRESS,
    (S.WAITING, M.OFFER): S.OFFERED,
    (S.WAITING, M.SOLVE): S.SOLVED,
    (S.WAITING, M.HAND_BACK): S.NEW,
    (S.NEW, M.ASK): S.WAITING,
    (S.IN_PROGRESS, M.ASK): S.WAITING,
    (S.WAITING, M.ASK): S.WAITING,
    (S.WAITING, M.ANSWER): S.NEW,
    (S.SOLVED, M.TELL): S.SOLVED,
    (S.SOLVED, M.CLOSE): S.CLOSED,
    (S.SOLVED, M.REOPEN): S.IN_PROGRESS,
    (S.CLOSED, M.REOPEN): S.IN_PROGRESS,
}

HAND_OFF_TRANSITIONS: dict[tuple[HandOffState, CaseMove], HandOffState] = {
    (HandOffState.OFFERED, M.ACKNOWLEDGE): HandOffState.ACKNOWLEDGED,
    (HandOffState.OFFERED, M.REFUSE): HandOffState.REFUSED,
    (HandOffState.OFFERED, M.WITHDRAW): HandOffState.WITHDRAWN,
    (HandOffState.ACKNOWLEDGED, M.HAND_BACK): HandOffState.RETURNED,
}

State = TypeVar("State", CaseState, HandOffState)


def after(table: dict[tuple[State, CaseMove], State], state: State, move: CaseMove) -> State:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return table[state, move]
    except KeyError:
        possible = ", ".join(m for (start, m) in table if start is state) or "nothing more"
        raise MoveNotAllowed(f"This is {state}; it cannot {move}. Possible now: {possible}.") from None


def moves_from(state: CaseState) -> tuple[CaseMove, ...]:
    """The moves the table allows from a state, in the table's order."""
    return tuple(move for (start, move) in TRANSITIONS if start is state)


#: Made when the answer to an inquiry lands, never by itself.
MADE_BY_INQUIRIES = frozenset({M.ANSWER})

#: Moves that would leave an open question behind; it is taken back first.
NOT_WHILE_ASKING = frozenset({M.ASK, M.OFFER, M.HAND_BACK, M.RESUME, M.TELL, M.CLOSE})

#: Moves of the team a case was offered to; all others are its holder's.
RECEIVERS_MOVES = frozenset({M.ACKNOWLEDGE, M.REFUSE})
