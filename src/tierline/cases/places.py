"""In whose queue a case stands, and under which tab. Pure.

The rule that nothing is ever in nobody's hands is this function's: every open case stands at least in its
holder's queue.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from tierline.cases.lifecycle import CaseState

#: Stands for "no promise is running": sorts after every real instant.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: Stands for "on top": sorts before every real instant and is no promise, so it is never late.
ON_TOP = datetime(1970, 1, 1, tzinfo=UTC)


class Tab(StrEnum):
    """The tabs of a queue that are stored; a fourth, overdue, is implied by time."""

    NEW = "new"
    TODO = "todo"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Question:
    """The open inquiry of a case: whose turn it is, whether they have taken it up, and who waits for the answer."""

    to: str
    taken: bool
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides a case's places: its state, its holder, to whom it is offered, who writes down for the holder.

    ``answered_for`` is the team for whom an answer came that nobody has looked at yet: for it the case is new again,
    even when it is closed. A restricted case stands in no team's queue: it is a matter of the duties that were told,
    and their list has it.
    """

    state: CaseState
    holder: str
    offered_to: str | None
    recorded_by: str | None
    restricted: bool = False
    question: Question | None = None
    answered_for: str | None = None


def places(standing: Standing) -> frozenset[tuple[str, Tab]]:
    """The (team, tab) pairs a case belongs to: one a team at the most, none when closed or restricted."""
    if standing.restricted:
        return frozenset()
    answered: dict[str | None, Tab] = {standing.answered_for: Tab.NEW} if standing.answered_for else {}
    if standing.state is CaseState.CLOSED:
        return frozenset((team, tab) for team, tab in answered.items() if team)
    stands: dict[str | None, Tab] = {standing.recorded_by: Tab.WAITING} if standing.recorded_by else {}
    if standing.state is CaseState.OFFERED and standing.offered_to:
        stands[standing.offered_to] = Tab.NEW
    stands[standing.holder] = {
        CaseState.NEW: Tab.NEW,
        CaseState.OFFERED: Tab.WAITING,
        CaseState.WAITING: Tab.WAITING,
    }.get(standing.state, Tab.TODO)
    if standing.question is not None:
        stands |= dict.fromkeys((*standing.question.waiting, standing.holder), Tab.WAITING)
        stands[standing.question.to] = Tab.TODO if standing.question.taken else Tab.NEW
    stands |= answered
    return frozenset((team, tab) for team, tab in stands.items() if team)


def sorted_by(standing: Standing, team: str, due_at: datetime) -> datetime:
    """What a place is sorted by in its queue: the promise, but an answer nobody has looked at comes first."""
    return ON_TOP if team == standing.answered_for else due_at
