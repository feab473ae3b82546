"""Whom no channel has reached, and the steps taken for them: found, put on their way, written down, closed again.

One step once for an announcement and a person; the row and its effect are written in the caller's transaction, which
holds the subject. Refuses to tell older words to somebody whom newer ones were sent to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Conflict, NotFound, Refusal, Unusable
from tierline.notices.another_way import LABELS, OWN_CHANNELS, By, Missing, Taking
from tierline.notices.document import Document
from tierline.notices.models import AnnouncementRow, DeliveryRow, OtherWayRow
from tierline.notices.rendering import mail, slack
from tierline.notices.rendering.machine import from_json
from tierline.outbox.actions import send_out, withdraw
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared, unsettled
from tierline.timeline.actions import record

Subject = tuple[str, int]
#: For how long an announcement is watched: what comes back later than that is somebody's own trouble.
WATCHED: Final = timedelta(days=2)
LONGEST_WORDS: Final = 500
TEXT_MESSAGE: Final = 400  # characters that three parts take
_FARED: Final = {
    EffectState.PENDING: "was not available",
    EffectState.HELD: "holds the message",
    EffectState.FAILED: "did not take the message",
    EffectState.WITHDRAWN: "was not sent the message",
}


@dataclass(frozen=True, slots=True)
class Unreached:
    """An announcement with everybody no channel has reached yet, watched since an instant: a house that was itself
    down gives its messages time to leave first."""

    announcement: int
    revision: int
    moment: str
    watched_since: datetime
    due_at: datetime
    document: Document
    people: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Carrying:
    """What the messages of a step need beside the words. ``owed_by`` is who pages are answered by."""

    subject: Subject
    team: str
    organisations: Sequence[str]
    not_after: datetime
    call_sheet: str


def subjects_to_look_at(subject_kind: str, *, at: datetime) -> list[int]:
    """The subjects of a kind with a message that nobody has taken, or a step that is open. A handful of statements."""
    effects = unsettled(subject_kind, since=at - WATCHED)
    told = DeliveryRow.objects.filter(effect_id__in=effects, subject_kind=subject_kind) if effects else None
    found = set(told.values_list("subject_id", flat=True).distinct()) if told is not None else set()
    open_ = OtherWayRow.objects.filter(subject_kind=subject_kind, settled_at=None)
    return sorted(found | set(open_.values_list("subject_id", flat=True).distinct()))


def unreached(subject: Subject, *, at: datetime) -> list[Unreached]:
    """By announcement, whom no channel has reached; somebody who was sent a newer word is looked at there only."""
    rows = AnnouncementRow.objects.filter(
        subject_kind=subject[0], subject_id=subject[1], issued_at__gte=at - WATCHED
    ).prefetch_related("obligations", "other_ways")
    newer: set[str] = set()
    found: list[Unreached] = []
    for row in rows.order_by("-pk"):
        addressed, missing = _missing(row)
        due = [owed.due_at for owed in row.obligations.all() if owed.moment == row.moment]
        people = tuple(person for person in missing if person.person not in newer)
        newer |= addressed
        if people:
            due_at, since = min(due, default=row.issued_at), row.watched_since or at
            if row.watched_since is None:
                AnnouncementRow.objects.filter(pk=row.pk).update(watched_since=at)
            document = from_json(row.document)
            found.append(Unreached(row.pk, row.revision, row.moment, since, due_at, document, people))
    return list(reversed(found))


def _missing(row: AnnouncementRow) -> tuple[set[str], list[Missing]]:
    """Everybody the announcement was sent to, and those of them whom nothing reached."""
    sent = list(
        DeliveryRow.objects.filter(announcement=row, effect_id__isnull=False).order_by("name", "person", "channel")
    )
    ways = list(row.other_ways.all())
    effects = {one.effect_id for one in sent} | {one.effect_id for one in ways}
    how = fared({effect for effect in effects if effect is not None})
    reached = {one.person for one in sent if _went(one.effect_id, how)}
    reached |= {one.person for one in ways if one.called_by or (one.by in OWN_CHANNELS and _went(one.effect_id, how))}
    people: dict[str, list[DeliveryRow]] = {}
    for one in sent:
        people.setdefault(one.person, []).append(one)
    taken: dict[str, set[str]] = {}
    for way in ways:
        taken.setdefault(way.person, set()).add(way.step)
    missing = [
        Missing(
            person,
            own[0].name,
            {one.channel: one.address for one in own},
            _because(own, how),
            frozenset(one.channel for one in own if _state(one.effect_id, how) is EffectState.PENDING),
            frozenset(taken.get(person, ())),
        )
        for person, own in people.items()
        if person not in reached
    ]
    return set(people), missing


def _state(effect: int | None, how: Mapping[int, Fared]) -> EffectState:
    found = how.get(effect or 0)
    return found.state if found else EffectState.WITHDRAWN


def _went(effect: int | None, how: Mapping[int, Fared]) -> bool:
    return _state(effect, how) is EffectState.DONE


def _because(own: Sequence[DeliveryRow], how: Mapping[int, Fared]) -> str:
    said = [f"{LABELS.get(one.channel, one.channel)} {_FARED[_state(one.effect_id, how)]}" for one in own]
    return ", ".join(dict.fromkeys(said))


def take(what: Unreached, steps: Iterable[Taking], carrying: Carrying, *, at: datetime) -> int:
    """Put the steps on their way and write them down. Returns how many there were."""
    taken = list(steps)
    waiting = len({one.person.person for one in taken})
    for one in taken:
        effect = _sent(what, one, carrying, waiting, at=at) if one.goes and one.step.by is not By.CALL_SHEET else None
        open_ = one.goes and (effect is not None or one.step.by is By.CALL_SHEET)
        OtherWayRow.objects.create(
            announcement_id=what.announcement,
            subject_kind=carrying.subject[0],
            subject_id=carrying.subject[1],
            person=one.person.person,
            name=one.person.name,
            step=one.step.id,
            by=one.step.by,
            through=one.step.through,
            address=one.address[:200],
            effect_id=effect,
            because=one.because[:500],
            taken_at=at,
            settled_at=None if open_ else at,
        )
    for step in {one.step.id: one.step for one in taken if one.goes}.values():
        people = sum(one.goes and one.step.id == step.id for one in taken)
        about: dict[str, Any] = {"announcement": what.announcement, "moment": what.moment}
        said = about | {"by": step.by.value, "people": people}
        record(*carrying.subject, "reached-otherwise", actor=TIERLINE, at=at, **said)
    return len(taken)


def _sent(what: Unreached, one: Taking, carrying: Carrying, waiting: int, *, at: datetime) -> int:
    kind, number = carrying.subject
    to = one.address if one.step.by is By.PAGE else one.person.person
    key = f"{kind}-{number}:{what.revision}:{what.moment}:other:{one.step.id}:{to}"
    return send_out(
        key[:200],
        by=one.step.through if one.step.by is By.PAGE else one.step.by.value,
        subject=carrying.subject,
        team=carrying.team,
        organisations=carrying.organisations,
        message=_message(what, one, carrying, waiting, key[:200]),
        at=at,
        not_after=carrying.not_after,
    )


def _message(what: Unreached, one: Taking, carrying: Carrying, waiting: int, key: str) -> dict[str, Any]:
    document, why = what.document, f"no other message of this has reached you ({one.person.because})"
    match one.step.by:
        case By.PAGE:
            return _page(what, one, carrying, waiting)
        case By.EMAIL:
            written = mail.mail(document, why=why)
            return {**written.to(one.address, document.sender)}
        case By.SLACK:
            return {"to": one.address, "post": slack.message(document, members=[], key=key)}
    return {"to": one.address, "text": _in_short(document)}


def _in_short(document: Document) -> str:
    """The words as a text message: the whole first line where it fits, or what it is about and where it stands."""
    said = f"{document.subject}. {document.lead} {document.link}"
    return said if len(said) <= TEXT_MESSAGE else f"{document.subject[: TEXT_MESSAGE // 2]}. {document.link}"


def _page(what: Unreached, one: Taking, carrying: Carrying, waiting: int) -> dict[str, Any]:
    """An event that names nobody: who is missing stands on the call sheet, for those who may see it."""
    document = what.document
    people = "1 person was" if waiting == 1 else f"{waiting} people were"
    return {
        "verb": "trigger",
        "to": one.address,
        "summary": f"[{document.reference}] {people} not reached by any channel: {document.heading}"[:1024],
        "severity": "error",
        "source": "Tierline",
        "dedup_key": document.uid[:255],
        "details": {"notice": document.reference, "revision": what.revision, "what to do": "Call those on the sheet."},
        "url": carrying.call_sheet,
    }


def close(subject: Subject, still_missing: Iterable[tuple[int, str]], carrying: Carrying, *, at: datetime) -> int:
    """Settle the steps nothing waits for any more: people reached meanwhile are taken off the call sheet, what still
    waits for them is withdrawn, and the page is resolved once nobody is missing. Returns how many were settled."""
    missing = set(still_missing)
    rows = list(OtherWayRow.objects.filter(subject_kind=subject[0], subject_id=subject[1], settled_at=None))
    how = fared({row.effect_id for row in rows if row.effect_id is not None})
    done = [row for row in rows if _is_over(row, missing, how, at=at)]
    for row in done:
        row.settled_at = at
        if row.by == By.CALL_SHEET:
            row.words = "reached meanwhile, or sent a newer word"
        row.save(update_fields=["settled_at", "words"])
    for row in {(one.through, one.address): one for one in done if one.by == By.PAGE}.values():
        if row.effect_id is not None and _went(row.effect_id, how):
            _resolve(row, carrying, at=at)
    return len(done)


def _is_over(row: OtherWayRow, missing: set[tuple[int, str]], how: Mapping[int, Fared], *, at: datetime) -> bool:
    needed = (row.announcement_id, row.person) in missing
    if row.by == By.PAGE:
        needed = bool(missing)
    if row.by == By.CALL_SHEET or needed:
        waits = row.by in OWN_CHANNELS and _state(row.effect_id, how) is not EffectState.PENDING
        return waits if needed else True
    if row.effect_id is not None and _state(row.effect_id, how) is EffectState.PENDING:
        return _withdrawn(row.effect_id, at=at)
    return True


def _withdrawn(effect: int, *, at: datetime) -> bool:
    try:
        withdraw(TIERLINE, effect, at=at)
    except Refusal:  # being tried right now: the next minute sees what became of it
        return False
    return True


def _resolve(row: OtherWayRow, carrying: Carrying, *, at: datetime) -> None:
    document = from_json(row.announcement.document)
    send_out(
        f"{row.subject_kind}-{row.subject_id}:{row.announcement_id}:other:resolve:{row.address}"[:200],
        by=row.through,
        subject=carrying.subject,
        team=carrying.team,
        organisations=carrying.organisations,
        message={"verb": "resolve", "to": row.address, "dedup_key": document.uid[:255]},
        at=at,
    )


def write_down_call(actor: Actor, subject: Subject, sheet: int, *, reached: bool, words: str, at: datetime) -> None:
    """Write down that somebody on the call sheet was called. Who was not reached stays on it, with what was said."""
    row = OtherWayRow.objects.select_for_update().filter(pk=sheet, by=By.CALL_SHEET).first()
    if row is None or (row.subject_kind, row.subject_id) != subject:
        raise NotFound("There is nobody of that kind on this call sheet.")
    if row.settled_at is not None:
        raise Conflict(f"{row.name} is not waited for any more: {row.words or f'called by {row.called_by}'}.")
    if len(words) > LONGEST_WORDS or "\x00" in words:
        raise Unusable(f"Keep it under {LONGEST_WORDS} plain characters.", {"words": "Shorten it."})
    if not reached and not words.strip():
        raise Unusable("Say in a few words why they were not reached.", {"words": "Write why."})
    row.words = words.strip()
    if reached:
        row.called_by, row.settled_at = actor.name, at
    row.save(update_fields=["words", "called_by", "settled_at"])
    kind = "called" if reached else "called-in-vain"
    record(*subject, kind, actor=actor, at=at, announcement=row.announcement_id, words=row.words)
