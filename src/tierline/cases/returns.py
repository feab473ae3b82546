"""Which hand-offs came back and why, counted over weeks: about the work of teams, never about how well a product does.

Every count is of hand-offs that a team of the actor's organisations sent or received and that were answered; those of
restricted cases count only for who may see them. A hand-off belongs to the week it was offered in, so that what came
back is always a part of what was handed off. Refuses pages of other lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from tierline.cases.lifecycle import ANSWERED, CAME_BACK, HandOffState
from tierline.cases.models import HandOffRow
from tierline.directory.actor import Actor
from tierline.directory.queries import teams_of
from tierline.foundation.ids import case_reference

PAGE: Final = 50
OFTEN_WITHIN: Final = timedelta(days=30)
OFTEN_FROM: Final = 2  # one return is no habit
MOST_OFTEN: Final = 3
Side = Literal["sent", "received", "either"]


@dataclass(frozen=True, slots=True)
class Sought:
    """Which hand-offs are meant: those our teams ``sent`` or ``received``, offered from ``begins`` up to ``ends``.

    Empty text means no narrowing. ``came_back``: only those that were refused or handed back.
    """

    side: Side
    begins: datetime
    ends: datetime
    sender: str = ""
    receiver: str = ""
    service: str = ""
    reason: str = ""
    came_back: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How many answered hand-offs are alike. ``week`` is its Monday; ``reason`` is empty where they stayed."""

    week: date
    sender: str
    receiver: str
    service: str
    reason: str
    hand_offs: int


@dataclass(frozen=True, slots=True)
class Figure:
    """So many were handed off and answered; so many of those came back, by reason, the most frequent first."""

    hand_offs: int
    came_back: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HandOffLine:
    """One hand-off behind a number."""

    id: int
    number: int
    reference: str
    summary: str
    sender: str
    receiver: str
    service: str
    came_back: bool
    reason: str
    words: str
    offered_at: datetime
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the hand-offs behind a number, newest first; ``following`` is the id to go on below."""

    lines: tuple[HandOffLine, ...]
    following: int | None


def counted(actor: Actor, sought: Sought, zone: ZoneInfo) -> tuple[Counted, ...]:
    """The counts behind every figure of a report. Weeks begin on Monday in ``zone``. Two statements."""
    rows = (
        _sought(actor, sought)
        .annotate(week=TruncWeek("offered_at", tzinfo=zone))
        .values_list("week", "sender", "receiver", "service", "return_reason")
        .annotate(hand_offs=Count("pk"))
        .order_by("week", "sender", "service", "receiver", "return_reason")
    )
    return tuple(Counted(row[0].date(), *row[1:]) for row in rows)


def figure_of(counts: Iterable[Counted]) -> Figure:
    """The figure that counts add up to. Pure."""
    hand_offs, reasons = 0, dict[str, int]()
    for count in counts:
        hand_offs += count.hand_offs
        if count.reason:
            reasons[count.reason] = reasons.get(count.reason, 0) + count.hand_offs
    ordered = dict(sorted(reasons.items(), key=lambda told: (-told[1], told[0])))
    return Figure(hand_offs, sum(ordered.values()), ordered)


def hand_offs_behind(actor: Actor, sought: Sought, *, below: int | None = None) -> Behind:
    """The very hand-offs a number counts, newest first. Two statements."""
    rows = _sought(actor, sought).select_related("case").order_by("-id")
    if below is not None:
        rows = rows.filter(pk__lt=below)
    found = [_line(row) for row in rows[: PAGE + 1]]
    return Behind(tuple(found[:PAGE]), found[PAGE - 1].id if len(found) > PAGE else None)


def often_returned(actor: Actor, *, at: datetime, sender: str = "", service: str = "", receiver: str = "") -> Figure:
    """What often came back of what was handed off in the last 30 days, for the most frequent reasons. Two statements.

    Reasons that came up once are left out, and so ``came_back`` may be more than they add up to.
    """
    sought = Sought("either", at - OFTEN_WITHIN, at, sender, receiver, service)
    rows = _sought(actor, sought).values_list("return_reason").annotate(hand_offs=Count("pk"))
    told = figure_of(Counted(at.date(), sender, receiver, service, reason, count) for reason, count in rows.order_by())
    often = [(reason, count) for reason, count in told.reasons.items() if count >= OFTEN_FROM]
    return Figure(told.hand_offs, told.came_back, dict(often[:MOST_OFTEN]))


def _sought(actor: Actor, sought: Sought) -> "QuerySet[HandOffRow]":
    rows = HandOffRow.objects.filter(
        state__in=ANSWERED, offered_at__gte=sought.begins, offered_at__lt=sought.ends
    ).filter(_ours(actor, sought.side))
    if sought.came_back or sought.reason:
        rows = rows.filter(state__in=CAME_BACK)
    narrowing = {"sender": sought.sender, "receiver": sought.receiver, "service": sought.service}
    rows = rows.filter(**{key: word for key, word in narrowing.items() if word})
    return rows.filter(return_reason=sought.reason) if sought.reason else rows


def _ours(actor: Actor, side: Side) -> Q:
    if actor.is_tierline:
        return Q()
    teams = sorted(teams_of(actor.organisations))
    sides = {"sent": Q(sender__in=teams), "received": Q(receiver__in=teams)}
    ours = sides[side] if side in sides else sides["sent"] | sides["received"]
    return ours & (Q(case__restricted_to=[]) | Q(case__restricted_to__overlap=sorted(actor.duties)))


def _line(row: HandOffRow) -> HandOffLine:
    return HandOffLine(
        id=row.pk,
        number=row.case_id,
        reference=case_reference(row.case_id),
        summary=row.case.summary,
        sender=row.sender,
        receiver=row.receiver,
        service=row.service,
        came_back=HandOffState(row.state) in CAME_BACK,
        reason=row.return_reason,
        words=row.return_words,
        offered_at=row.offered_at,
        returned_at=row.returned_at,
    )
