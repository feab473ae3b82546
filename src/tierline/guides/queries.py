"""Reading advice: what stands on a service's guide now. Refuses nothing: who takes no part in a service reads none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings

from tierline.directory.actor import Actor
from tierline.guides.models import Advice
from tierline.guides.supporting import may_keep, may_read, supporting_teams

Kind = Literal["work-around", "hold"]


@dataclass(frozen=True, slots=True)
class AdviceView:
    """One sentence of a team. ``until`` is the last day on which it holds; ``may_end``: it is the actor's to end."""

    id: int
    service: str
    team: str
    kind: str
    text: str
    until: date
    written_by: str
    written_at: datetime
    may_end: bool


def advice_on(actor: Actor, service: str, *, at: datetime) -> tuple[AdviceView, ...]:
    """What stands on the guide now, what not to escalate first, then the newest. At most one statement."""
    if not may_read(actor, service, at):
        return ()
    rows = Advice.objects.filter(service=service, until__gt=at, ended_at=None).order_by("kind", "-written_at")
    return tuple(_view(row, actor, at) for row in rows)


def services_with_advice(actor: Actor, *, at: datetime) -> dict[str, int]:
    """How much advice stands on each guide that the actor may read. One statement."""
    counts: dict[str, int] = {}
    for service in Advice.objects.filter(until__gt=at, ended_at=None).values_list("service", flat=True):
        if may_read(actor, service, at):
            counts[service] = counts.get(service, 0) + 1
    return counts


def own_teams_on(actor: Actor, service: str, *, at: datetime) -> tuple[str, ...]:
    """The actor's teams that may keep advice on the service's guide."""
    return tuple(sorted(actor.teams & supporting_teams(service, at)))


def _view(row: Advice, actor: Actor, at: datetime) -> AdviceView:
    last_day = (row.until.astimezone(ZoneInfo(settings.TIME_ZONE)) - timedelta(seconds=1)).date()
    return AdviceView(
        row.pk, row.service, row.team, row.kind, row.text, last_day, row.written_by, row.written_at,
        may_keep(actor, row.team, row.service, at),
    )  # fmt: skip
