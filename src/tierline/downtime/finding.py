"""Lists of planned work for those who ask by state, service and time: page by page, by their start.

Refuses nothing: what the actor may not see is not in the list, and every place to go on from is some place in it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from tierline.cases.places import NEVER
from tierline.directory.actor import Actor
from tierline.downtime.hands import visible_to
from tierline.downtime.lifecycle import ENDED, DowntimeState
from tierline.downtime.models import DowntimeRow
from tierline.downtime.queries import PAGE, Line, line_of
from tierline.plans.procedures import stands_on
from tierline.plans.queries import planbook_in_force

NO_START: Final = NEVER  # where work without a time stands in a list


@dataclass(frozen=True, slots=True)
class Place:
    """After which downtime a page begins: its start (``NO_START`` without one) and its number."""

    due_at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which downtimes: in a state, that take a service down (by itself or by what it stands on), that touch a time.

    ``over`` True is what has ended only, False what has not.
    """

    state: DowntimeState | None = None
    over: bool | None = None
    service: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and where the next one begins."""

    lines: tuple[Line, ...]
    following: Place | None


def find(actor: Actor, wanted: Wanted, *, after: Place | None = None) -> Found:
    """A page of the downtimes the actor may see, the earliest start first. One statement."""
    rows = _fitting(actor, wanted).annotate(begins=Coalesce("starts_at", Value(NO_START)))
    if after is not None:
        rows = rows.filter(Q(begins__gt=after.due_at) | Q(begins=after.due_at, pk__gt=after.number))
    found = list(rows.order_by("begins", "pk")[: PAGE + 1])
    page = found[:PAGE]
    more = Place(page[-1].starts_at or NO_START, page[-1].pk) if len(found) > PAGE else None
    return Found(tuple(line_of(row) for row in page), more)


def _fitting(actor: Actor, wanted: Wanted) -> "QuerySet[DowntimeRow]":
    rows = visible_to(actor)
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)
    if wanted.over is not None:
        rows = rows.filter(state__in=ENDED) if wanted.over else rows.exclude(state__in=ENDED)
    if wanted.service:
        grounds = sorted(stands_on(planbook_in_force().planbook, wanted.service))
        rows = rows.filter(content__services__has_any_keys=grounds)
    if wanted.since is not None:
        rows = rows.filter(Q(ends_at__gt=wanted.since) | Q(ends_at__isnull=True, starts_at__isnull=False))
    if wanted.until is not None:
        rows = rows.filter(starts_at__lt=wanted.until)
    return rows
