"""The agenda of each regular call: what has to be raised on it, and what was raised and is still with the other side.

For partners who hear of cases by telephone and nowhere else. Restricted cases are on no agenda: they leave by no call.
Refuses nothing; whoever has nothing to raise reads an empty one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.db.models import F, Q, QuerySet

from tierline.cases.lifecycle import CaseState, HandOffState
from tierline.cases.models import CaseRow, HandOffRow, InquiryStepRow, OutsideNumber
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.plans.planbook import Planbook

MOST: Final = 200  # of each kind; a call that has more to raise needs another meeting
BY_CALL: Final = "call"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say on a call. ``taken_at`` is set when they said that they take it; ``due`` when they have to."""

    number: int
    reference: str
    numbers: tuple[str, ...]
    kind: Literal["hand-off", "question"]
    service: str
    tier: int | None
    sender: str
    words: str
    offered_at: datetime
    due: datetime
    taken_at: datetime | None = None

    def is_overdue(self, at: datetime) -> bool:
        """Whether they should have said by now that they take it."""
        return self.taken_at is None and self.due < at


@dataclass(frozen=True, slots=True)
class Agenda:
    """What concerns one team on its call, the promise due first on top."""

    team: str
    call: str
    held: str
    every: timedelta
    to_raise: tuple[Item, ...]
    with_them: tuple[Item, ...]


def agendas(actor: Actor, planbook: Planbook) -> tuple[Agenda, ...]:
    """The agenda of each team a call reaches, of what the actor's teams send or receive. Four statements."""
    offered, asked, taken = _offered(actor), _asked(actor), _taken(actor)
    numbers = _numbers([row.case_id for row in (*offered, *taken)] + [step.inquiry.case_id for step in asked])
    found: dict[str, tuple[list[Item], list[Item]]] = {}
    for row in offered:
        found.setdefault(row.receiver, ([], []))[0].append(_hand_off(row, numbers))
    for step in asked:
        found.setdefault(step.receiver, ([], []))[0].append(_question(step, numbers))
    for row in taken:
        found.setdefault(row.receiver, ([], []))[1].append(_hand_off(row, numbers))
    called = {team for team in planbook.teams if planbook.call_of(team) and team in actor.teams} | set(found)
    return tuple(_agenda(team, planbook, *found.get(team, ([], []))) for team in sorted(called))


def _agenda(team: str, planbook: Planbook, to_raise: list[Item], with_them: list[Item]) -> Agenda:
    call = planbook.call_of(team)
    name, held, every = (call.name, call.held, call.every) if call else ("", "", timedelta())
    return Agenda(
        team, name, held, every, tuple(sorted(to_raise, key=lambda one: (one.due, one.number))),
        tuple(sorted(with_them, key=lambda one: (one.offered_at, one.number))),
    )  # fmt: skip


def _on_no_restricted_case(actor: Actor) -> "QuerySet[CaseRow]":
    return CaseRow.objects.visible_to(actor).filter(restricted_to=[])


def _ours(actor: Actor) -> Q:
    return Q() if actor.is_tierline else Q(sender__in=sorted(actor.teams)) | Q(receiver__in=sorted(actor.teams))


def _offered(actor: Actor) -> list[HandOffRow]:
    rows = HandOffRow.objects.filter(_ours(actor), by=BY_CALL, state=HandOffState.OFFERED)
    return list(rows.filter(case__in=_on_no_restricted_case(actor)).order_by("acknowledge_by")[:MOST])


def _asked(actor: Actor) -> list[InquiryStepRow]:
    rows = InquiryStepRow.objects.filter(_ours(actor), by=BY_CALL, state=HandOffState.OFFERED)
    rows = rows.filter(inquiry__case__in=_on_no_restricted_case(actor)).select_related("inquiry__case")
    return list(rows.order_by("acknowledge_by")[:MOST])


def _taken(actor: Actor) -> list[HandOffRow]:
    """What they took on a call and still hold: the call is where one asks how it stands."""
    rows = HandOffRow.objects.filter(_ours(actor), by=BY_CALL, state=HandOffState.ACKNOWLEDGED)
    held = _on_no_restricted_case(actor).exclude(state__in=[CaseState.SOLVED, CaseState.CLOSED])
    return list(rows.filter(case__in=held, case__holder=F("receiver")).order_by("-pk")[:MOST])


def _numbers(cases: Iterable[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = OutsideNumber.objects.filter(case__in=set(cases)).order_by("pk").values_list("case_id", "number")
    for case, number in rows:
        found[case] = (*found.get(case, ()), number)
    return found


def _hand_off(row: HandOffRow, numbers: dict[int, tuple[str, ...]]) -> Item:
    number = row.case_id
    return Item(
        number, case_reference(number), numbers.get(number, ()), "hand-off", row.service, row.tier, row.sender,
        row.ask, row.offered_at, row.acknowledge_by, row.answered_at,
    )  # fmt: skip


def _question(step: InquiryStepRow, numbers: dict[int, tuple[str, ...]]) -> Item:
    number = step.inquiry.case_id
    return Item(
        number, case_reference(number), numbers.get(number, ()), "question", step.inquiry.case.service, step.tier,
        step.sender, step.inquiry.words, step.offered_at, step.acknowledge_by,
    )  # fmt: skip
