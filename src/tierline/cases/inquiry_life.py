"""The life of an inquiry (a question that travels down to whoever may ask, and its answer back) and of a telling. Pure.

One transition table; where the question is at every moment (``Whereabouts``); who may make which move. Refuses to skip
the ladder: a question goes on only from the hands it is in, and nobody is asked before it has arrived.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tierline.directory.actor import Actor
from tierline.foundation.trouble import MoveNotAllowed


class InquiryKind(StrEnum):
    """``ask``: something is asked and answered. ``tell``: the reporter is told what solved the case."""

    ASK = "ask"
    TELL = "tell"


class InquiryState(StrEnum):
    """Where an inquiry stands."""

    TRAVELLING = "travelling"
    TO_BE_ASKED = "to-be-asked"
    ATTEMPTING = "attempting"
    ANSWERED = "answered"
    LANDED = "landed"
    EXHAUSTED = "exhausted"
    WITHDRAWN = "withdrawn"


class InquiryMove(StrEnum):
    """What can happen to an inquiry. ``arrive`` and ``land`` are made along with other moves, never by themselves."""

    PASS_ON = "pass-on"  # noqa: S105 - a move
    ACKNOWLEDGE = "acknowledge"
    REFUSE = "refuse"
    ARRIVE = "arrive"
    ATTEMPT = "attempt"
    ANSWER = "answer"
    GIVE_UP = "give-up"
    PASS_BACK = "pass-back"  # noqa: S105 - a move
    LAND = "land"
    WITHDRAW = "withdraw"


class Reached(StrEnum):
    """How an attempt ended: ``waiting`` for an answer is taken for none as soon as the next attempt is made."""

    REACHED = "reached"
    WAITING = "waiting"
    NO_ANSWER = "no-answer"
    IMPOSSIBLE = "impossible"


S, M = InquiryState, InquiryMove

TRANSITIONS: Final[dict[tuple[InquiryState, InquiryMove], InquiryState]] = {
    (S.TRAVELLING, M.PASS_ON): S.TRAVELLING,
    (S.TRAVELLING, M.ACKNOWLEDGE): S.TRAVELLING,
    (S.TRAVELLING, M.REFUSE): S.TRAVELLING,
    (S.TRAVELLING, M.ARRIVE): S.TO_BE_ASKED,
    (S.TRAVELLING, M.WITHDRAW): S.WITHDRAWN,
    (S.TO_BE_ASKED, M.ATTEMPT): S.ATTEMPTING,
    (S.TO_BE_ASKED, M.ANSWER): S.ANSWERED,
    (S.TO_BE_ASKED, M.REFUSE): S.TRAVELLING,
    (S.TO_BE_ASKED, M.WITHDRAW): S.WITHDRAWN,
    (S.ATTEMPTING, M.ATTEMPT): S.ATTEMPTING,
    (S.ATTEMPTING, M.ANSWER): S.ANSWERED,
    (S.ATTEMPTING, M.GIVE_UP): S.EXHAUSTED,
    (S.ATTEMPTING, M.WITHDRAW): S.WITHDRAWN,
    (S.ANSWERED, M.PASS_BACK): S.ANSWERED,
    (S.ANSWERED, M.LAND): S.LANDED,
    (S.ANSWERED, M.WITHDRAW): S.WITHDRAWN,
}

OPEN_STATES: Final = (S.TRAVELLING, S.TO_BE_ASKED, S.ATTEMPTING, S.ANSWERED)
#: Moves Tierline makes along with somebody's.
MADE_ALONG: Final = frozenset({M.ARRIVE, M.LAND})


@dataclass(frozen=True, slots=True)
class Rung:
    """A team on the ladder, and the team that writes down for it when nobody there can sign in."""

    team: str
    recorder: str = ""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a question is. ``ladder``: who had it, the asker first; ``place`` is whose hands it is in.

    ``offered`` is the next rung while it has not acknowledged; the question stays in the sender's hands until then.
    """

    kind: InquiryKind
    ladder: tuple[Rung, ...]
    state: InquiryState = InquiryState.TRAVELLING
    place: int = 0
    offered: Rung | None = None

    @property
    def hands(self) -> Rung:
        """Whose hands it is in."""
        return self.ladder[self.place]

    @property
    def step(self) -> Rung:
        """Whose turn it is: the one it is offered to, else the one that has it."""
        return self.offered or self.hands

    @property
    def open(self) -> bool:
        """Whether it is still under way."""
        return self.state in OPEN_STATES

    @property
    def taken(self) -> bool:
        """Whether whose turn it is has taken it up; until then it is new there."""
        on_its_way_up = self.state is S.ANSWERED and self.place < len(self.ladder) - 1
        return self.offered is None and not on_its_way_up

    @property
    def waiting(self) -> tuple[str, ...]:
        """The teams on the ladder that wait for others."""
        return tuple(rung.team for rung in self.ladder if rung.team != self.step.team)


def moved(now: Whereabouts, move: InquiryMove, *, to: Rung | None = None) -> Whereabouts:
    """Where the question is after a move; ``to`` is the next rung, for passing it on. Raises MoveNotAllowed."""
    if (now.state, move) not in TRANSITIONS or not _fits(now, move, to):
        raise MoveNotAllowed(_why_not(now, move))
    after = replace(now, state=TRANSITIONS[now.state, move])
    match move:
        case M.PASS_ON:
            return replace(after, offered=to)
        case M.ACKNOWLEDGE:
            return replace(after, ladder=(*now.ladder, now.step), place=now.place + 1, offered=None)
        case M.REFUSE if now.offered is None:
            return replace(after, ladder=now.ladder[:-1], place=now.place - 1)
        case M.REFUSE | M.WITHDRAW:
            return replace(after, offered=None)
        case M.PASS_BACK:
            return replace(after, place=now.place - 1)
        case _:
            return after


def _fits(now: Whereabouts, move: InquiryMove, to: Rung | None) -> bool:
    """What the table alone cannot say: an offer is answered before anything else, and nobody gets it twice."""
    if now.offered is not None:
        return move in (M.ACKNOWLEDGE, M.REFUSE, M.WITHDRAW)
    match move:
        case M.PASS_ON:
            return to is None or to.team not in {rung.team for rung in now.ladder}
        case M.ACKNOWLEDGE:
            return False
        case M.REFUSE | M.PASS_BACK:
            return now.place > 0
        case M.LAND:
            return now.place == 0 or now.kind is InquiryKind.TELL
        case _:
            return True


def _why_not(now: Whereabouts, move: InquiryMove) -> str:
    possible = ", ".join(open_moves(now)) or "nothing more"
    if move is M.PASS_ON and now.state is S.TRAVELLING and now.offered is None:
        return "The plans send the question back to a team that had it already. Give it back with a reason."
    return f"This is {now.state}; it cannot {move.replace('-', ' ')} now. Possible now: {possible}."


def open_moves(now: Whereabouts, attempts_left: int | None = None) -> tuple[InquiryMove, ...]:
    """The moves people can make now, in the table's order. ``attempts_left`` of the plan's rule; None is not counted.

    A telling is not withdrawn by itself: opening its case again does that.
    """
    found = []
    for state, move in TRANSITIONS:
        if state is not now.state or move in MADE_ALONG or not _fits(now, move, None):
            continue
        if move is M.WITHDRAW and now.kind is InquiryKind.TELL:
            continue
        if attempts_left is not None and move is (M.GIVE_UP if attempts_left > 0 else M.ATTEMPT):
            continue
        found.append(move)
    return tuple(found)


def whose(now: Whereabouts, move: InquiryMove) -> Rung:
    """Whose move it is: taking a question back is its asker's, answering an offer the receiver's, else the hands'."""
    return now.ladder[0] if move is M.WITHDRAW else now.step


def may_make(actor: Actor, now: Whereabouts, move: InquiryMove, restricted_to: frozenset[str]) -> bool:
    """Whether a move is this actor's. Of a restricted case only the duties that were told make any."""
    if actor.is_tierline:
        return True
    if restricted_to:
        return bool(restricted_to & actor.duties)
    rung = whose(now, move)
    return rung.team in actor.teams or (bool(rung.recorder) and rung.recorder in actor.teams)
