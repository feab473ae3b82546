"""Reads of the outbox, through what the actor may see: messages of their organisations; restricted ones only with
the duty, whoever wrote them, as their cases are seen."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from tierline.channels.email import message_id
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.outbox.breaking import Health, Signs, health
from tierline.outbox.guard import Finding
from tierline.outbox.lifecycle import EffectMove, EffectState, moves_from
from tierline.outbox.models import EffectRow
from tierline.outbox.replying import Origin, mark_of

PAGE = 50
GUARDED_MOVES = (EffectMove.REWRITE, EffectMove.CLEAR, EffectMove.WITHDRAW)
LATEST = 50  # messages looked at for when something arrived last
LOOKED_AT = 10_000  # messages nobody took, of one state: twenty announcements to five hundred people
COUNTED_TO = 1000  # a state says "1,000+" beyond this; counting on would cost more than it tells

_SEEN = """
(%(all)s OR (cardinality(restricted_to) = 0 AND organisations && %(organisations)s::varchar[])
         OR restricted_to && %(duties)s::varchar[])
"""
_UNWELL = f"""
SELECT (SELECT count(*) FROM (SELECT FROM outbox_effect WHERE state = 'held' AND {_SEEN} LIMIT %(most)s) a),
       (SELECT count(*) FROM (SELECT FROM outbox_effect WHERE state = 'failed' AND {_SEEN} LIMIT %(most)s) b)
"""  # noqa: S608 - composed of this file's own constants


@dataclass(frozen=True, slots=True)
class EffectView:
    """One message on its way, as a page shows it."""

    id: int
    key: str
    channel: str
    state: EffectState
    subject_kind: str
    subject_id: int
    team: str
    message: Mapping[str, Any]
    attempts: int
    created_at: datetime
    next_try_at: datetime | None
    not_after: datetime
    settled_at: datetime | None
    trouble: str
    evidence: Mapping[str, Any]
    moves: tuple[EffectMove, ...]
    found: tuple[Finding, ...] = ()


def effects(actor: Actor, *, state: str | None = None, before: int | None = None) -> list[EffectView]:
    """A page of messages, newest first; ``before`` is the id the last page ended with."""
    rows = visible_to(actor).order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows[:PAGE]]


def effect(actor: Actor, effect_id: int) -> EffectView:
    """One message; NotFound when there is none or the actor may not see it."""
    return _view(effect_row_for(actor, effect_id))


@dataclass(frozen=True, slots=True)
class Way:
    """What became of a message, for whoever shows it beside something else; ``text`` only where it was asked for.

    ``guarded``: the privacy guard holds it, so that trying again alone would not help.
    """

    effect: int
    state: str
    created_at: datetime
    attempts: int
    trouble: str
    text: str = ""
    guarded: bool = False


#: SQL for what became of the messages whose ids the array ``{effects}`` holds, as JSON that ``way_from`` reads: for
#: pages that read it along with something else.
WAYS = """(
    SELECT coalesce(json_agg(json_build_array(w.id, w.state, w.created_at, w.attempts, w.trouble) ORDER BY w.id), '[]')
    FROM outbox_effect w WHERE w.id = ANY({effects}))"""


def way_from(told: Sequence[Any]) -> Way:
    """One of the messages that ``WAYS`` tells of."""
    effect, state, created_at, attempts, trouble = told
    return Way(effect, state, datetime.fromisoformat(created_at), attempts, trouble)


def ways_of(effects: Collection[int], *, with_text: bool = False) -> dict[int, Way]:
    """What became of these messages. Asked by whoever saw to it that their subject may be seen."""
    if not effects:
        return {}
    rows = EffectRow.objects.filter(pk__in=list(effects))
    told = rows.values_list("pk", "state", "created_at", "attempts", "trouble", "found")
    texts = dict(rows.values_list("pk", "message__text")) if with_text else {}
    return {
        pk: Way(pk, state, created_at, attempts, trouble, str(texts.get(pk) or ""), state == "held" and bool(found))
        for pk, state, created_at, attempts, trouble, found in told
    }


def arrived(effect_id: int) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """A message that arrived and what the provider answered; None for one that did not. Asked by Tierline itself
    only."""
    row = EffectRow.objects.filter(pk=effect_id, state=EffectState.DONE).first()
    return (row.message, row.evidence) if row else None


def origins(*, effects: Collection[int] = (), marks: Collection[str] = ()) -> list[Origin]:
    """The messages of these ids or marks, for whoever places what comes back. Asked by Tierline itself only."""
    rows = EffectRow.objects.filter(Q(pk__in=effects) | Q(mark__in=marks)).order_by("id")
    values = rows.values_list("pk", "mark", "key", "subject_kind", "subject_id", "message__to")
    return [Origin(pk, mark or "", key, kind, subject, str(to or "")) for pk, mark, key, kind, subject, to in values]


def effects_of(actor: Actor, subject_kind: str, subject_id: int) -> list[EffectView]:
    """All messages about one subject, oldest first."""
    rows = visible_to(actor).filter(subject_kind=subject_kind, subject_id=subject_id).order_by("id")
    return [_view(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Fared:
    """How one message fared, without its words."""

    state: EffectState
    attempts: int
    settled_at: datetime | None
    trouble: str
    evidence: Mapping[str, Any]


def fared(effects: Collection[int]) -> dict[int, Fared]:
    """How each of these messages fared, for a report of whoever wrote them. One statement."""
    fields = ("pk", "state", "attempts", "settled_at", "trouble", "evidence")
    rows = EffectRow.objects.filter(pk__in=effects).values_list(*fields)
    return {row[0]: Fared(EffectState(row[1]), *row[2:]) for row in rows}


def fared_by_key(key: str) -> Fared | None:
    """How the message with a key fared; None when there is none."""
    found = EffectRow.objects.filter(key=key).values_list("pk", flat=True).first()
    return fared([found])[found] if found is not None else None


def to_try(subject_kind: str, *, until: datetime) -> list[tuple[int, str]]:
    """The messages about one kind of subject that are to be tried by an instant, with their channels, in the order they
    were written. For whoever plays what the worker would have done then."""
    rows = EffectRow.objects.filter(state=EffectState.PENDING, next_try_at__lte=until, subject_kind=subject_kind)
    return list(rows.order_by("pk").values_list("pk", "channel"))


def keys_to_try(subject_kind: str) -> list[tuple[str, str]]:
    """The keys of the messages about one kind of subject that are still to be tried, with their channels."""
    rows = EffectRow.objects.filter(state=EffectState.PENDING, subject_kind=subject_kind)
    return list(rows.order_by("pk").values_list("key", "channel"))


def troubled(*, stuck_since: datetime) -> list[int]:
    """Messages that failed, are held, or have been on their way since before an instant; at most ``COUNTED_TO`` of
    each. Indexes answer it however many went well."""
    waiting = EffectRow.objects.filter(state=EffectState.PENDING, created_at__lt=stuck_since)
    ended = [EffectRow.objects.filter(state=state) for state in (EffectState.FAILED, EffectState.HELD)]
    return [pk for rows in (waiting, *ended) for pk in rows.order_by("-id").values_list("pk", flat=True)[:COUNTED_TO]]


def unsettled(subject_kind: str, *, since: datetime) -> list[int]:
    """The messages about a kind of subject, written since an instant, that no provider has taken; the newest of each
    state, at most ``LOOKED_AT``. A statement a state, which the same index answers however much is older."""
    rows = EffectRow.objects.filter(subject_kind=subject_kind, created_at__gte=since).order_by("-id")
    open_ = [state for state in EffectState if state is not EffectState.DONE]
    return [pk for state in open_ for pk in rows.filter(state=state).values_list("pk", flat=True)[:LOOKED_AT]]


@dataclass(frozen=True, slots=True)
class Passing:
    """How all the messages that went by one channel at one time fared: the first that was taken, and the most tries."""

    channel: str
    written_at: datetime
    taken_at: datetime | None
    tries: int
    troubled: bool


def passings(subject_kind: str, subject_id: int) -> list[Passing]:
    """How the words to everybody about one subject fared, by channel and by when they were written. One statement."""
    rows = EffectRow.objects.filter(subject_kind=subject_kind, subject_id=subject_id, wide=True).order_by()
    told = rows.values("channel", "created_at").annotate(
        taken=Min("settled_at", filter=Q(state=EffectState.DONE)),
        tries=Max("attempts"),
        troubled=Count("pk", filter=~Q(trouble="")),
    )
    return [Passing(r["channel"], r["created_at"], r["taken"], r["tries"], bool(r["troubled"])) for r in told]


def message_id_of(key: str) -> str:
    """The Message-ID that the mail of an effect with this key carries, whether it has left yet or not."""
    return message_id(key, settings.MAIL_FROM, mark_of(settings.SECRET_KEY, key))


def unwell(actor: Actor) -> dict[str, int]:
    """How many messages are held and how many failed, for the header's word about the system itself.

    Counting stops at ``COUNTED_TO``. Every page asks this, so it is written out: composing it took longer than
    PostgreSQL needs to answer.
    """
    asked: dict[str, bool | int | list[str]] = {
        "all": actor.is_tierline,
        "organisations": sorted(actor.organisations),
        "duties": sorted(actor.duties),
        "most": COUNTED_TO,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNWELL, asked)
        held, failed = cursor.fetchone()
    return {state: count for state, count in (("held", held), ("failed", failed)) if count}


def counts(actor: Actor) -> dict[EffectState, int]:
    """How many messages are in each state; counting stops at ``COUNTED_TO``. One statement."""
    first, *others = (
        visible_to(actor).filter(state=state).order_by().values_list("state", flat=True)[:COUNTED_TO]
        for state in EffectState
    )
    found = Counter(first.union(*others, all=True))
    return {state: found[state] for state in EffectState}


def signs_of_channels() -> list[Signs]:
    """What the outbox knows of every channel that is failing now, for ``breaking.health``; the others are well."""
    failing = EffectRow.objects.filter(state=EffectState.PENDING, attempts__gt=0).exclude(trouble="")
    groups = failing.order_by().values("channel").annotate(failing=Count("pk"), since=Min("created_at"))
    found = []
    for group in groups:
        done = EffectRow.objects.filter(channel=group["channel"], state=EffectState.DONE).order_by("-id")[:LATEST]
        newest = max((at for at in done.values_list("settled_at", flat=True) if at), default=None)
        found.append(Signs(group["channel"], group["failing"], group["since"], newest))
    return found


def health_of_channels(at: datetime) -> dict[str, Health]:
    """How well the channels are whose messages are failing now; one that is not named is well."""
    return {signs.channel: health(signs, at) for signs in signs_of_channels()}


def visible_to(actor: Actor) -> "QuerySet[EffectRow]":
    """The rows an actor may see."""
    if actor.is_tierline:
        return EffectRow.objects.all()
    return EffectRow.objects.filter(
        Q(restricted_to=[], organisations__overlap=sorted(actor.organisations))
        | Q(restricted_to__overlap=sorted(actor.duties))
    )


def effect_row_for(actor: Actor, effect_id: int, *, to_change: bool = False) -> EffectRow:
    """For this package's own actions: the row, locked when it is to be changed."""
    rows = visible_to(actor).filter(pk=effect_id)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None:
        raise NotFound("There is no such message in your outbox.")
    if to_change and row.team not in actor.teams and not actor.is_tierline:
        raise NotAllowed("Only the team that wrote this message can release or withdraw it.")
    return row


def _view(row: EffectRow) -> EffectView:
    state = EffectState(row.state)
    found = tuple(Finding(**one) for one in row.found) if state is EffectState.HELD else ()
    # Letting a message try again that the guard holds would only have it held again.
    wanted = GUARDED_MOVES if found else (EffectMove.RELEASE, EffectMove.WITHDRAW)
    shown = tuple(move for move in moves_from(state) if move in wanted)
    return EffectView(
        row.pk, row.key, row.channel, state, row.subject_kind, row.subject_id, row.team, row.message, row.attempts,
        row.created_at, row.next_try_at, row.not_after, row.settled_at, row.trouble, row.evidence, shown,
        found,
    )  # fmt: skip
