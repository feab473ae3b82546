"""Reads of bonds: those of a case, one with its whole exchange, those that are not well, an engineering issue.

Those of one case are read by whoever was let see the case; lists start with what the actor may see.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from tierline.bonds.health import Health, Reading, Sent, Standing, Verdict, health
from tierline.bonds.lifecycle import BondState
from tierline.bonds.models import BondRow, ExchangeRow, RecordRow, SystemRow
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotFound
from tierline.outbox.queries import WAYS, Way, way_from, ways_of
from tierline.trackers.tracker import Stage

MOST_LISTED = 200
MOST_LIKE = 5
_EFFECTS = "array(SELECT e.effect FROM bonds_exchange e WHERE e.bond_id = b.id AND e.effect IS NOT NULL)"
_OF_SUBJECT = f"""
SELECT b.id, b.state, b.outward, b.receiver, b.hand_off, b.opened_at, r.id, r.system, r.number, r.url, r.status,
       r.stage, r.issue, r.asking, r.revision, r.trouble, s.read_at, s.trouble, s.trouble_since,
       {WAYS.format(effects=_EFFECTS)},
       (SELECT coalesce(json_object_agg(e.effect, e.based_on), '{{}}') FROM bonds_exchange e
        WHERE e.bond_id = b.id AND e.based_on <> '')
FROM bonds_bond b JOIN bonds_record r ON r.id = b.record_id LEFT JOIN bonds_system s ON s.name = r.system
WHERE b.subject_kind = %s AND b.subject_id = %s ORDER BY b.id
"""  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record as a page shows it: their number, their own status word, and what it means to us."""

    id: int
    system: str
    record: str
    number: str
    url: str
    issue: bool
    team: str
    service: str
    title: str
    status: str
    stage: Stage
    owner: str
    queue: str
    asking: bool
    revision: str
    changed_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Crossed:
    """One thing that crossed, ours or theirs. ``way``: what became of ours."""

    id: int
    ours: bool
    kind: str
    author: str
    text: str
    status: str
    at: datetime
    subject: tuple[str, int] | None
    way: Way | None


@dataclass(frozen=True, slots=True)
class BondView:
    """One bond, with how it stands now."""

    id: int
    subject: tuple[str, int]
    outward: bool
    state: BondState
    sender: str
    receiver: str
    opened_at: datetime
    ended_at: datetime | None
    because: str
    record: RecordView
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ShortBond:
    """A bond in one row, on the page of its case."""

    id: int
    state: BondState
    outward: bool
    receiver: str
    hand_off: int | None
    record: int
    system: str
    number: str
    url: str
    status: str
    stage: Stage
    issue: bool
    asking: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Issue:
    """An engineering issue that others may join, and how many cases are on it."""

    id: int
    number: str
    title: str
    status: str
    stage: Stage
    cases: int


def bonds_of(subject: tuple[str, int], readable: Collection[str], at: datetime) -> tuple[ShortBond, ...]:
    """The bonds of a subject, oldest first; ``readable`` are the systems that are asked what is new. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SUBJECT, list(subject))
        return tuple(_short(row, readable, at) for row in cursor.fetchall())


def _short(row: tuple[Any, ...], readable: Collection[str], at: datetime) -> ShortBond:
    (
        bond, state, outward, receiver, hand_off, opened_at, record, system, number, url, status, stage, issue,
        asking, revision, trouble, read_at, system_trouble, since, ways, based_on,
    ) = row  # fmt: skip
    reading = Reading(system in readable, read_at, system_trouble or "", since)
    sent = tuple(_sent(way, based_on.get(str(way.effect), "")) for way in map(way_from, ways))
    standing = Standing(BondState(state), opened_at, sent, reading, revision, trouble)
    return ShortBond(
        bond, standing.state, outward, receiver, hand_off, record, system, number, url, status, Stage(stage), issue,
        asking, health(standing, at),
    )  # fmt: skip


def _sent(way: Way, based_on: str) -> Sent:
    return Sent(way.effect, way.state, way.created_at, way.attempts, way.trouble, based_on)


def bond(
    actor: Actor, bond_id: int, readable: Collection[str], *, at: datetime
) -> tuple[BondView, tuple[Crossed, ...]]:
    """One bond and its whole exchange, newest first. NotFound when the actor may not see its case."""
    row = visible_to(actor).select_related("record").filter(pk=bond_id).first()
    if row is None:
        raise NotFound("There is no such bond that you may see.")
    return _views([row], readable, at)[0], _exchange(actor, row.record_id)


def _exchange(actor: Actor, record_id: int) -> tuple[Crossed, ...]:
    """All that crossed for a record; ours only of bonds the actor may see, and not once more as it was read there."""
    crossed = ExchangeRow.objects.filter(record=record_id).exclude(kind="note", ours=True)
    rows = list(crossed.select_related("bond").order_by("-at", "-id")[:MOST_LISTED])
    seen = set(visible_to(actor).filter(record=record_id).values_list("pk", flat=True))
    ways = ways_of([row.effect for row in rows if row.effect is not None], with_text=True)
    return tuple(
        Crossed(
            id=row.pk, ours=row.ours, kind=row.kind, author=row.author, text=row.text or _text(row, ways),
            status=row.status, at=row.at, subject=(row.bond.subject_kind, row.bond.subject_id) if row.bond else None,
            way=ways.get(row.effect or 0),
        )
        for row in rows
        if row.bond_id is None or row.bond_id in seen
    )  # fmt: skip


def _text(row: ExchangeRow, ways: dict[int, Way]) -> str:
    way = ways.get(row.effect or 0)
    return way.text if way else ""


def unwell(actor: Actor, readable: Collection[str], *, at: datetime) -> tuple[BondView, ...]:
    """The bonds that are not well, the worst first. Six statements, whatever their number."""
    rows = visible_to(actor).select_related("record").exclude(state=BondState.ENDED).order_by("-id")
    suspect = [view for view in _views(list(rows[: MOST_LISTED * 10]), readable, at) if not _well(view)]
    worst = list(Health)
    return tuple(sorted(suspect, key=lambda view: -worst.index(view.verdict.health))[:MOST_LISTED])


def _well(view: BondView) -> bool:
    return view.verdict.health is Health.IN_STEP


def newest(actor: Actor, readable: Collection[str], *, at: datetime) -> tuple[BondView, ...]:
    """The newest bonds, over or not."""
    rows = visible_to(actor).select_related("record").order_by("-id")
    return tuple(_views(list(rows[:MOST_LISTED]), readable, at))


def issue(
    actor: Actor, record_id: int, readable: Collection[str], *, at: datetime
) -> tuple[RecordView, tuple[BondView, ...], tuple[Crossed, ...]]:
    """A record with its bonds and exchange. NotFound when the actor may see none of its cases."""
    rows = list(visible_to(actor).select_related("record").filter(record=record_id).order_by("id"))
    if not rows:
        raise NotFound("There is no such issue that you may see.")
    return _record(rows[0].record), tuple(_views(rows, readable, at)), _exchange(actor, record_id)


def like_issues(actor: Actor, team: str, service: str, words: str) -> tuple[Issue, ...]:
    """Issues of the team that are open there and that this may be one more of: of the same service first, then those
    whose titles share most words."""
    rows = (
        RecordRow.objects.filter(issue=True, team=team, stage__in=[Stage.NEW, Stage.IN_PROGRESS, Stage.ON_HOLD])
        .exclude(record="")
        .filter(bonds__in=visible_to(actor))
        .annotate(cases=Count("bonds", filter=~Q(bonds__state=BondState.ENDED), distinct=True))
        .order_by("-id")[:50]
    )
    wanted = _words(words)
    ranked = sorted(rows, key=lambda row: (row.service != service, -len(wanted & _words(row.title)), -row.pk))
    like = [row for row in ranked if row.service == service or wanted & _words(row.title)]
    return tuple(
        Issue(row.pk, row.number, row.title, row.status, Stage(row.stage), row.cases) for row in like[:MOST_LIKE]
    )


def may_join(actor: Actor, record_id: int, team: str) -> bool:
    """Whether the record is an issue of the team that the actor sees a case on."""
    return visible_to(actor).filter(record=record_id, record__issue=True, record__team=team).exists()


def _words(text: str) -> frozenset[str]:
    """The words of a text that tell anything; short ones do not."""
    return frozenset(word.strip(".,;:!?()[]\"'").casefold() for word in text.split() if len(word) > 3)


def issue_numbered(actor: Actor, number: str) -> int | None:
    """The engineering issue with that number, when the actor sees several cases on it."""
    rows = RecordRow.objects.filter(number=number.strip()).exclude(number="")
    found = rows.annotate(seen=Count("bonds", filter=Q(bonds__in=visible_to(actor)))).filter(seen__gt=1).first()
    return found.pk if found else None


def subject_of(actor: Actor, bond_id: int) -> tuple[str, int]:
    """Whose bond it is. NotFound when it may not be seen."""
    row = visible_to(actor).filter(pk=bond_id).values_list("subject_kind", "subject_id").first()
    if row is None:
        raise NotFound("There is no such bond that you may see.")
    return row


def open_bonds_of(subject: tuple[str, int], *, ended: bool = False) -> list[tuple[int, bool, str, str, str]]:
    """The bonds of a subject over which something can be said: id, outward, receiver, system, record's stage.
    ``ended``: those that are over as well."""
    rows = BondRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).exclude(record__record="")
    rows = (rows if ended else rows.exclude(state=BondState.ENDED)).order_by("id")
    return list(rows.values_list("pk", "outward", "receiver", "record__system", "record__stage"))


def others_of(bond_id: int) -> list[tuple[int, tuple[str, int]]]:
    """The other bonds of the same record that are not over: id and subject."""
    record = BondRow.objects.filter(pk=bond_id).values_list("record_id", flat=True)
    rows = BondRow.objects.filter(record__in=record).exclude(pk=bond_id).exclude(state=BondState.ENDED).order_by("id")
    return [(pk, (kind, number)) for pk, kind, number in rows.values_list("pk", "subject_kind", "subject_id")]


def effects_of(bond_id: int) -> list[int]:
    """The messages of a bond, oldest first."""
    rows = ExchangeRow.objects.filter(bond=bond_id, effect__isnull=False).order_by("id")
    return [effect for effect in rows.values_list("effect", flat=True) if effect is not None]


def record_of(bond_id: int) -> RecordView:
    """The record of a bond. For whoever was let see the bond."""
    return _record(BondRow.objects.select_related("record").get(pk=bond_id).record)


def visible_to(actor: Actor) -> "QuerySet[BondRow]":
    """The bonds an actor may see: as their cases are seen."""
    if actor.is_tierline:
        return BondRow.objects.all()
    return BondRow.objects.filter(
        Q(restricted_to=[], organisations__overlap=sorted(actor.organisations))
        | Q(restricted_to__overlap=sorted(actor.duties))
    )


def _views(rows: list[BondRow], readable: Collection[str], at: datetime) -> list[BondView]:
    systems = {row.name: row for row in SystemRow.objects.all()}
    sent: dict[int, list[tuple[int, str]]] = defaultdict(list)
    found = ExchangeRow.objects.filter(bond__in=[row.pk for row in rows], effect__isnull=False)
    for bond_id, effect, based_on in found.values_list("bond_id", "effect", "based_on"):
        if bond_id is not None and effect is not None:
            sent[bond_id].append((effect, based_on))
    ways = ways_of([effect for many in sent.values() for effect, _ in many])
    views = []
    for row in rows:
        system, reads = systems.get(row.record.system), row.record.system in readable
        reading = Reading(reads, system.read_at, system.trouble, system.trouble_since) if system else Reading(reads)
        messages = tuple(_sent(ways[effect], based_on) for effect, based_on in sent[row.pk] if effect in ways)
        state, revision, trouble = BondState(row.state), row.record.revision, row.record.trouble
        views.append(_view(row, health(Standing(state, row.opened_at, messages, reading, revision, trouble), at)))
    return views


def _view(row: BondRow, verdict: Verdict) -> BondView:
    return BondView(
        id=row.pk, subject=(row.subject_kind, row.subject_id), outward=row.outward, state=BondState(row.state),
        sender=row.sender, receiver=row.receiver, opened_at=row.opened_at, ended_at=row.ended_at, because=row.because,
        record=_record(row.record), verdict=verdict,
    )  # fmt: skip


def _record(row: RecordRow) -> RecordView:
    return RecordView(
        row.pk, row.system, row.record, row.number, row.url, row.issue, row.team, row.service, row.title, row.status,
        Stage(row.stage), row.owner, row.queue, row.asking, row.revision, row.changed_at, row.read_at,
    )  # fmt: skip
