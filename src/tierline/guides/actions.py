"""Keeping advice: write it, end it. Each is a fact on the timeline.

Refuses teams that do not take part in supporting the service, advice without an end or with a far one, and more of it
than anybody reads.
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.guides.models import Advice
from tierline.guides.supporting import may_keep, may_read
from tierline.plans.queries import planbook_in_force
from tierline.timeline.actions import record

SUBJECT: Final = "advice"
KINDS: Final = ("work-around", "hold")
LONGEST_TEXT: Final = 500
LONGEST: Final = timedelta(days=366)
MOST: Final = 12  # that stand at once on one guide: more would not be read


@transaction.atomic
def write_advice(actor: Actor, service: str, *, team: str, kind: str, text: str, until: date, at: datetime) -> int:
    """Put a sentence of the team on the service's guide, to the end of the day ``until``. Returns its id.

    ``kind``: ``work-around``, or ``hold`` for what not to escalate now.
    """
    planbook = planbook_in_force().planbook
    if service not in planbook.services:
        raise NotFound(f"No plan names a service '{service}'. Look at the list of guides.")
    if not may_keep(actor, team, service, at):
        raise NotAllowed(f"Only a team that supports {planbook.service_label(service)} keeps advice on its guide.")
    text = _written(text, kind)
    ends = _ends(until, at)
    standing = Advice.objects.select_for_update().filter(service=service, until__gt=at, ended_at=None)
    if len(standing) >= MOST:
        raise Conflict(f"{MOST} pieces of advice stand on this guide. End one that nobody needs first.")
    row = Advice.objects.create(
        service=service, team=team, kind=kind, text=text, until=ends, written_by=actor.name, written_at=at
    )
    record(SUBJECT, row.pk, "advice-written", actor=actor, at=at, service=service, team=team, text=text)
    return row.pk


@transaction.atomic
def end_advice(actor: Actor, service: str, advice: int, *, at: datetime) -> None:
    """Take a sentence off the guide now. NotFound when there is none that the actor may see; ended stays ended."""
    row = Advice.objects.select_for_update().filter(pk=advice, service=service).first()
    if row is None or not may_read(actor, service, at):
        raise NotFound("There is no such advice that you may see.")
    if not may_keep(actor, row.team, service, at):
        team = planbook_in_force().planbook.team_label(row.team)
        raise NotAllowed(f"That is advice of {team}; only that team ends it.")
    if row.ended_at is None:
        row.ended_by, row.ended_at = actor.name, at
        row.save(update_fields=["ended_by", "ended_at"])
        record(SUBJECT, row.pk, "advice-ended", actor=actor, at=at, service=service)


def _written(text: str, kind: str) -> str:
    text = " ".join(text.split())
    if kind not in KINDS:
        raise Unusable(f"Say what it is: {' or '.join(KINDS)}.", {"kind": "Choose one."})
    if not text:
        raise Unusable("Write the advice in a sentence; it was empty.", {"text": "Write the advice."})
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise Unusable(
            f"Keep it under {LONGEST_TEXT} plain characters: it is read in passing.", {"text": "Shorten it."}
        )
    return text


def _ends(until: date, at: datetime) -> datetime:
    zone = ZoneInfo(settings.TIME_ZONE)
    ends = datetime.combine(until, time(), zone) + timedelta(days=1)
    if ends <= at:
        raise Unusable("That day is over. Give the last day on which it holds.", {"until": "Give a day to come."})
    if ends - at > LONGEST:
        raise Unusable(
            "Give a day within a year; what holds for good belongs into the plan.", {"until": "An earlier day."}
        )
    return ends
