"""Telling of planned work: what is owed after each move, to whom it goes, by whom it is sent.

Whoever makes a move and may tell of it has told it with the move, when nothing blocks. Otherwise word stays owed, its
sender is asked for it, and it shows as late when the time has passed. Nobody is left out silently.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.turning import SUBJECT, content_of, note, saved
from tierline.downtime.content import Changed, Content
from tierline.downtime.gates import Gate
from tierline.downtime.hands import Change, locked, may_tell, require_lead
from tierline.downtime.lifecycle import DowntimeState, Result
from tierline.downtime.models import DowntimeRow
from tierline.downtime.timing import instant_in_words
from tierline.downtime.wording import Telling, document_of
from tierline.foundation.trouble import Conflict, NotAllowed, Unusable
from tierline.notices import actions as notices
from tierline.notices.actions import Announcing, Relayer
from tierline.notices.audience import Coverage, Disposition, Kind, Reachable, cover, seated
from tierline.notices.document import Document
from tierline.notices.moments import (
    PASSING,
    TO_ALL_EVER_TOLD,
    UNWRITTEN_AT,
    UNWRITTEN_LEAD,
    UNWRITTEN_WITHIN,
    Moment,
    Rule,
    owed_for,
    owed_the_day_before,
)
from tierline.notices.queries import everyone_told, obligations, told_of_channels_before
from tierline.notices.resolving import as_known, channels_here, groups_of, people_behind
from tierline.outbox.actions import send_out
from tierline.plans.clocks import minute_of
from tierline.plans.procedures import TAGS_NOBODY, Procedural, keys_of, told_by

PATIENCE: Final = timedelta(days=1)
LONGEST_REASON: Final = 500


class Told(StrEnum):
    """What became of the word a move owes."""

    TOLD = "told"
    ASKED = "asked"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and the sentence that blocks."""

    told: Told
    people: int = 0
    because: str = ""


def subject_of(row: DowntimeRow) -> tuple[str, int]:
    """By what notices name a downtime."""
    return SUBJECT, row.pk


def rule_for(procedural: Procedural, moment: Moment) -> Rule:
    """When word of a moment is owed by the plan, or by the built-in rule where it says nothing."""
    said = procedural.moment(moment)
    if said is None:
        return Rule(zone=procedural.zone)
    return Rule(
        within=said.within or UNWRITTEN_WITHIN,
        minute=minute_of(said.at) if said.at else UNWRITTEN_AT,
        least_lead=said.least_lead if said.least_lead is not None else UNWRITTEN_LEAD,
        zone=procedural.zone,
    )


def owe(change: Change, moment: Moment, *, before: datetime | None = None) -> None:
    """Owe word of what has just happened."""
    owed = owed_for(moment, rule_for(change.procedural, moment), change.at, before=before)
    notices.owe(subject_of(change.row), change.row.revision, owed, at=change.at)


def owe_the_day_before(change: Change, *, with_: Moment) -> None:
    """Owe word of the day before for the time frame as it is; what was owed for another is superseded."""
    notices.supersede(subject_of(change.row), [Moment.DAY_BEFORE], at=change.at)
    if change.row.starts_at is None:
        return
    rule = rule_for(change.procedural, Moment.DAY_BEFORE)
    owed = owed_the_day_before(change.row.starts_at, rule, change.at, with_=with_)
    notices.owe(subject_of(change.row), change.row.revision, owed, at=change.at)


def drop_passing(change: Change, *moments: Moment) -> None:
    """What loses its sense now is no longer owed."""
    notices.supersede(subject_of(change.row), moments or PASSING, at=change.at)


def was_told(row: DowntimeRow, at: datetime) -> bool:
    """Whether anybody ever heard of it."""
    return any(one.announcement is not None for one in obligations(subject_of(row), at=at))


def coverage_for(change: Change, moment: Moment, *, content: Content | None = None) -> tuple[Coverage, tuple[str, ...]]:
    """Who would be told of a moment, by which channels; and the channels the plan names that this house lacks.

    ``content``: were that what is to be told, instead of what stands.
    """
    procedural, planbook = change.procedural, change.planbook
    told = told_by(planbook, procedural, (content or content_of(change.row)).answers)
    procedure = procedural.procedure
    here, missing = channels_here(channel for channel in procedure.channels if channel not in procedural.extras)
    before = as_known(everyone_told(subject_of(change.row))) if moment in TO_ALL_EVER_TOLD else ()
    groups = groups_of(planbook, told)
    for rooms in TAGS_NOBODY & set(here):
        groups = seated(groups, procedure.room_holds, rooms, procedure.room or rooms)
    return cover(groups, here, dispositions_of(change.row), before), missing


def dispositions_of(row: DowntimeRow) -> tuple[Disposition, ...]:
    """What was answered for words and people of this downtime."""
    return tuple(
        Disposition(
            kept["about"],
            Kind(kept["kind"]),
            kept["because"],
            kept["by"],
            kept["channel"],
            tuple(Reachable(p["id"], p["name"], p["addresses"]) for p in kept["people"]),
            kept["address"],
        )
        for kept in row.dispositions
    )


def document_for(
    change: Change, moment: Moment, *, changed: Sequence[Changed] = (), words: str = "", late: str = ""
) -> Document:
    """The announcement of a moment as it would go out now."""
    row, planbook, procedural = change.row, change.planbook, change.procedural
    content = content_of(row)
    labels = {asked.id: asked.label for asked in procedural.downtime.questions}
    owed = [one for one in obligations(subject_of(row), at=change.at) if one.is_owed]
    return document_of(
        content,
        Telling(
            reference=change.reference,
            uid=row.uid,
            sequence=row.revision,
            moment=moment,
            state=DowntimeState(row.state),
            sender=planbook.duty_label(procedural.procedure.sender or procedural.procedure.id),
            link=link_to(row.pk),
            at=change.at,
            label=lambda word: (
                planbook.service_label(word) if word in planbook.services else planbook.system_label(word)
            ),
            keys=tuple(key for service in content.services for key in keys_of(planbook, service)),
            zone=procedural.zone,
            result=Result(row.result) if row.result else None,
            words=words or row.last_words,
            override=row.override if moment is Moment.STARTED else "",
            changed=changed,
            also_for=tuple(procedural.moment_label(one.moment) for one in owed if one.merged_into == moment),
            late=late,
            answers=tuple(labels.get(answer, answer) for answer in content.answers),
        ),
    )


def asides_for(change: Change) -> tuple[str, ...]:
    """What the next message says beside the matter: channels that were down before, a window that ended too early."""
    said = told_of_channels_before(subject_of(change.row), at=change.at)
    if not change.row.window_set.get("lapsed"):
        return said
    ended = datetime.fromisoformat(change.row.window_set["ends"])
    lapsed = f"The window that keeps alarms quiet ended {when(change, ended)}, before the work was done."
    return (*said, lapsed)


def when(change: Change, at: datetime) -> str:
    """An instant as people read it, by the clock the time frame was given in, and in UTC."""
    frame = content_of(change.row).frame
    return instant_in_words(at, frame.zone if frame else "UTC")


def link_to(number: int) -> str:
    """The page of a downtime."""
    return f"{settings.SITE_ADDRESS.rstrip('/')}/downtimes/{number}/"


def tell(
    change: Change, moment: Moment, *, changed: Sequence[Changed] = (), words: str = "", late: str = ""
) -> Outcome:
    """Tell of a moment with the move, or ask whoever sends it. Inside the move's transaction."""
    coverage, missing = coverage_for(change, moment)
    if coverage.blocks:
        ask_sender(change, moment, because=coverage.blocks[0].sentence)
        return Outcome(Told.BLOCKED, because=coverage.blocks[0].sentence)
    if not may_tell(change.actor, change.procedural):
        ask_sender(change, moment)
        return Outcome(Told.ASKED)
    row = change.row
    document = document_for(change, moment, changed=changed, words=words, late=late)
    document = replace(document, asides=asides_for(change))
    notices.announce(
        change.actor,
        Announcing(
            subject=subject_of(row),
            document=document,
            coverage=coverage,
            team=row.team,
            organisations=row.organisations,
            not_after=_not_after(change, moment),
            planbook=change.in_force.version,
            labels={told.word: told.label for told in told_by(change.planbook, change.procedural, _answers(row))},
            missing=missing,
            extras=channels_here(change.procedural.extras)[0],
            room=change.procedural.procedure.room or "",
            relayers=tuple(_relayers(change)),
        ),
        at=change.at,
    )
    return Outcome(Told.TOLD, people=len(coverage.members))


def _answers(row: DowntimeRow) -> tuple[str, ...]:
    return content_of(row).answers


def _not_after(change: Change, moment: Moment) -> datetime:
    """Word loses its sense: of what is to come when it is over, of anything else after a day."""
    row = change.row
    if moment in PASSING and row.ends_at is not None and row.ends_at > change.at:
        return row.ends_at
    return change.at + PATIENCE


def _relayers(change: Change) -> Iterable[Relayer]:
    for relay in change.procedural.procedure.relays:
        people = people_behind(change.planbook, relay.by)
        label = change.planbook.duty_label(relay.by)
        yield Relayer(relay.id, relay.by, label, relay.to, relay.within, people)


def ask_sender(change: Change, moment: Moment, *, because: str = "") -> None:
    """A mail to whoever sends word: it is owed, and by when. Once a moment and revision."""
    sender = change.procedural.procedure.sender
    if sender is None:
        return
    label = change.procedural.moment_label(moment).lower()
    stopped = f"\n\nNothing can be sent yet: {because}" if because else ""
    mail_to(
        change,
        people_behind(change.planbook, sender),
        purpose=f"{change.row.revision}:{moment}:ask",
        subject=f"[{change.reference}] Word is owed: {content_of(change.row).title}",
        text=f"As {change.planbook.duty_label(sender)} you tell of this downtime. Owed now: {label}.{stopped}\n\n"
        f"Look at the words and at whom they go to, then send them: {link_to(change.row.pk)}\n",
    )


def mail_to(change: Change, people: Iterable[Reachable], *, purpose: str, subject: str, text: str) -> None:
    """One mail to each person, once for each purpose."""
    for person in people:
        address = person.addresses.get("email")
        if address is None:
            continue
        message: dict[str, Any] = {"to": address, "subject": subject, "text": text}
        send_out(
            f"downtime-{change.row.pk}:{purpose}:email:{address}",
            by="email",
            subject=subject_of(change.row),
            team=change.row.team,
            organisations=change.row.organisations,
            message=message,
            at=change.at,
        )


@transaction.atomic
def announce(actor: Actor, number: int, moment: str, *, at: datetime, version: int | None = None) -> Outcome:
    """Send word that is owed. Refuses what is not owed, whoever does not send it, and an audience something blocks."""
    change = locked(actor, number, at=at, version=version)
    wanted = _moment(moment)
    owed = [one for one in obligations(subject_of(change.row), at=at) if one.is_owed and one.moment is wanted]
    if not owed:
        raise Conflict(f"No word of this is owed for {change.reference} now. It was told, waived, or is no longer so.")
    if not may_tell(actor, change.procedural):
        sender = change.planbook.duty_label(change.procedural.procedure.sender or "")
        raise NotAllowed(f"Word of this downtime is sent by: {sender}.")
    coverage, _ = coverage_for(change, wanted)
    if coverage.blocks:
        raise Conflict(f"Nothing was sent: {coverage.blocks[0].sentence}")
    late = f"Sent late: it was due {when(change, owed[0].due_at)}." if owed[0].due_at < at else ""
    return tell(change, wanted, changed=last_changes(change.row), late=late)


def last_changes(row: DowntimeRow) -> tuple[Changed, ...]:
    """What the newest revision changed, for a word of change that is sent later than the change."""
    kept = row.revisions.order_by("-revision").values_list("changes", flat=True).first() or []
    gates = frozenset([Gate.COMMUNICATION])
    return tuple(
        Changed(what, before, after, gates if material else frozenset()) for what, before, after, material in kept
    )


def _moment(word: str) -> Moment:
    try:
        return Moment(word)
    except ValueError:
        raise Unusable("There is no such moment to tell of.") from None


@transaction.atomic
def waive(actor: Actor, number: int, obligation: int, because: str, *, at: datetime) -> None:
    """Decide that a moment is not told, with the reason."""
    change = locked(actor, number, at=at)
    if not may_tell(actor, change.procedural):
        raise NotAllowed("Only whoever sends word of this downtime can decide that nobody is told.")
    notices.waive(actor, subject_of(change.row), obligation, because, at=at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answers for a word without people, or a person without an address. ``address`` is that of a person
    on ``channel``, beside their e-mail when they are named."""

    about: str
    kind: str
    because: str
    channel: str = ""
    name: str = ""
    email: str = ""
    address: str = ""


@transaction.atomic
def answer_for(actor: Actor, number: int, answer: Answer, *, at: datetime) -> None:
    """Name people for a word, or say why a person is not reached, for this downtime only."""
    change = locked(actor, number, at=at)
    if not may_tell(actor, change.procedural):
        require_lead(change)
    kept = _kept(answer, actor)
    same = (kept["about"], kept["channel"], kept["kind"])
    others = [d for d in change.row.dispositions if (d["about"], d["channel"], d["kind"]) != same]
    if kept["kind"] == Kind.NAMED:
        others = list(change.row.dispositions)
    change.row.dispositions = [*others, kept]
    saved(change)
    note(change, "audience-answered", about=kept["about"], answer=kept["kind"], because=kept["because"])


def _kept(answer: Answer, actor: Actor) -> dict[str, Any]:
    kinds = {Kind.NAMED, Kind.SUBSTITUTE, Kind.RELAYED, Kind.WAIVED, Kind.OTHER_ADDRESS}
    if answer.kind not in kinds:
        raise Unusable("Choose how it is answered for.", {"kind": "Choose one."})
    because = " ".join(answer.because.split())
    if not because or len(because) > LONGEST_REASON or "\x00" in because:
        raise Unusable("Say why, in a sentence.", {"because": "Write the reason."})
    people: list[dict[str, Any]] = []
    channel: str | None = answer.channel or None
    if answer.kind in (Kind.NAMED, Kind.SUBSTITUTE):
        people, channel = [_person(answer)], None
    if answer.kind == Kind.OTHER_ADDRESS and (not answer.address.strip() or not answer.channel):
        raise Unusable("Give the other address, and on which channel.", {"address": "Give an address."})
    return {
        "about": answer.about,
        "kind": str(answer.kind),
        "because": because,
        "by": actor.name,
        "channel": channel,
        "people": people,
        "address": answer.address.strip() or None,
    }


def _person(answer: Answer) -> dict[str, Any]:
    name, email = " ".join(answer.name.split()), answer.email.strip()
    local, _, domain = email.rpartition("@")
    if not name or not local or "." not in domain or any(sign.isspace() for sign in email) or len(email) > 200:
        raise Unusable("Give the name and the e-mail address of a person.", {"email": "Give a name and an address."})
    addresses = {"email": email}
    if answer.channel and answer.address.strip():
        addresses[answer.channel] = answer.address.strip()
    return {"id": f"named-{email.casefold()}"[:80], "name": name[:200], "addresses": addresses}
