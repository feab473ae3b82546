"""Reading what is owed, what was told, and how it fared. Who may read it is decided by whoever's notice it is.

Claims no more than is seen: an e-mail is "accepted" by the next server, a relay not answered is "not known".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tierline.foundation.trouble import NotFound
from tierline.notices.another_way import By
from tierline.notices.answers import answer_in_words
from tierline.notices.audience import Reachable
from tierline.notices.models import AnnouncementRow, DeliveryRow, ObligationRow, OtherWayRow, RelayRow
from tierline.notices.moments import Moment, Owing, Standing, standing
from tierline.notices.outages import Passage, told_of_channels
from tierline.notices.relays import Relaying, in_words
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared, fared_by_key, passings

Subject = tuple[str, int]

NOT_SENT: Final = "not sent"
TO_BE_CALLED: Final = "to be called"
PAGE: Final = 200
_FARED: Final = {
    EffectState.PENDING: "on its way",
    EffectState.HELD: "held",
    EffectState.DONE: "accepted",
    EffectState.FAILED: "failed",
    EffectState.WITHDRAWN: "withdrawn",
}


@dataclass(frozen=True, slots=True)
class ObligationView:
    """One obligation with how it stands at an instant."""

    id: int
    moment: Moment
    revision: int
    standing: Standing
    owed_since: datetime
    due_at: datetime
    settled_at: datetime | None
    settled_by: str
    because: str
    reason: str
    merged_into: str
    announcement: int | None

    @property
    def is_owed(self) -> bool:
        """Whether somebody still has to be told."""
        return self.standing in (Standing.COMING, Standing.LATE)


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One person on one channel. ``state`` in words, ``answer`` what the provider said or why nothing went. ``step``:
    the step by which they were reached another way; a page among them went to a duty, not to them."""

    moment: str
    revision: int
    person: str
    name: str
    words: tuple[str, ...]
    channel: str
    state: str
    at: datetime | None
    answer: str
    went: bool
    address: str = ""
    step: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether a message should have left and has not: failed, held, withdrawn, or still on its way."""
        return not self.went and self.state != NOT_SENT


@dataclass(frozen=True, slots=True)
class RelayView:
    """One passing on, with what is known of those at the far end."""

    id: int
    moment: str
    by: str
    by_label: str
    to: str
    state: Relaying
    known: str
    asked_of: tuple[str, ...]
    due_at: datetime
    answered_by: str
    answered_at: datetime | None
    words: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """One telling: the document, to how many, by whom, and the parity that was held then."""

    id: int
    moment: str
    revision: int
    also_for: tuple[str, ...]
    document: Mapping[str, Any]
    digest: str
    people: int
    parity: Mapping[str, Any]
    issued_at: datetime
    issued_by: str


def obligations(subject: Subject, *, at: datetime) -> tuple[ObligationView, ...]:
    """Everything that was ever owed, in the order in which it is due."""
    rows = ObligationRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).order_by("due_at", "pk")
    return tuple(_obligation(row, at) for row in rows)


def _obligation(row: ObligationRow, at: datetime) -> ObligationView:
    stands = standing(Owing(row.state), row.due_at, row.settled_at, at)
    return ObligationView(
        row.pk, Moment(row.moment), row.revision, stands, row.owed_since, row.due_at, row.settled_at, row.settled_by,
        row.because, row.reason, row.merged_into, row.announcement_id,
    )  # fmt: skip


def owed_by(subject_kind: str, *, until: datetime) -> list[tuple[int, ObligationView]]:
    """What is owed of a kind of subject and due by an instant, the earliest first: (subject's number, obligation)."""
    rows = ObligationRow.objects.filter(subject_kind=subject_kind, state=Owing.OWED, due_at__lte=until)
    return [(row.subject_id, _obligation(row, until)) for row in rows.order_by("due_at")]


def announcements(subject: Subject) -> tuple[AnnouncementView, ...]:
    """Everything that was told, oldest first."""
    rows = AnnouncementRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).order_by("pk")
    return tuple(
        AnnouncementView(
            row.pk, row.moment, row.revision, tuple(row.also_for), row.document, row.digest, len(row.snapshot),
            row.parity, row.issued_at, row.issued_by,
        )
        for row in rows
    )  # fmt: skip


def newest_documents(subject_kind: str, numbers: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The newest announced document of each subject that has one. One statement."""
    rows = AnnouncementRow.objects.filter(subject_kind=subject_kind, subject_id__in=list(numbers))
    newest = rows.order_by("subject_id", "-pk").distinct("subject_id")
    return {row.subject_id: row.document for row in newest}


def everyone_told(subject: Subject) -> tuple[Reachable, ...]:
    """Everybody who was ever told of it, with the addresses that were used last."""
    rows = DeliveryRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).order_by("pk")
    names: dict[str, str] = {}
    addresses: dict[str, dict[str, str]] = {}
    for person, name, channel, address in rows.values_list("person", "name", "channel", "address"):
        names[person] = name
        known = addresses.setdefault(person, {})
        if address:
            known[channel] = address
    return tuple(Reachable(person, names[person], addresses[person]) for person in names if addresses[person])


def deliveries(subject: Subject) -> tuple[DeliveryView, ...]:
    """Who was told what, when, by which channel, with what answer; reached another way below. Three statements."""
    rows = DeliveryRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).select_related("announcement")
    found = list(rows.order_by("announcement_id", "name", "person", "channel"))
    others = OtherWayRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).select_related("announcement")
    ways = list(others.order_by("announcement_id", "name", "person", "pk"))
    effects = {row.effect_id for row in found} | {row.effect_id for row in ways}
    how = fared({effect for effect in effects if effect is not None})
    told = [(row.announcement_id, 0, _delivery(row, how.get(row.effect_id or 0))) for row in found]
    told += [(row.announcement_id, 1, _other_way(row, how.get(row.effect_id or 0))) for row in ways]
    return tuple(view for _, _, view in sorted(told, key=lambda one: one[:2]))


def _fared_as(how: Fared | None, because: str) -> tuple[str, datetime | None, str, bool]:
    """The state in words, when it was so, the answer, and whether it went."""
    if how is None:
        return NOT_SENT, None, because, False
    answer = how.trouble or answer_in_words(how.evidence)
    return _FARED[how.state], how.settled_at, answer, how.state is EffectState.DONE


def deliveries_after(subject: Subject, after: int) -> tuple[tuple[DeliveryView, ...], int | None]:
    """A page of ``deliveries`` in the order of telling, and after which id to go on. Two statements."""
    rows = DeliveryRow.objects.filter(subject_kind=subject[0], subject_id=subject[1], pk__gt=after)
    found = list(rows.select_related("announcement").order_by("pk")[: PAGE + 1])
    page = found[:PAGE]
    how = fared([row.effect_id for row in page if row.effect_id is not None])
    return tuple(_delivery(row, how.get(row.effect_id or 0)) for row in page), page[-1].pk if len(
        found
    ) > PAGE else None


def _delivery(row: DeliveryRow, how: Fared | None) -> DeliveryView:
    told = row.announcement
    state, at, answer, went = _fared_as(how, row.because)
    return DeliveryView(
        told.moment, told.revision, row.person, row.name, tuple(row.words), row.channel, state, at, answer, went,
        row.address,
    )  # fmt: skip


def _other_way(row: OtherWayRow, how: Fared | None) -> DeliveryView:
    told = row.announcement
    state, at, answer, went = _fared_as(how, row.because)
    if how is not None:
        answer = f"{row.because}. {answer}" if answer else row.because
    address = row.address
    if row.by == By.CALL_SHEET:
        state, at, went = _called(row)
        answer, address = f"{row.because}. {row.words}" if row.words else row.because, row.called_by
    elif row.by == By.PAGE:
        address = ""  # a duty's, not theirs: it reaches nobody of the audience
    return DeliveryView(
        told.moment, told.revision, row.person, row.name, (), row.by, state, at, answer, went, address, row.step
    )


def _called(row: OtherWayRow) -> tuple[str, datetime | None, bool]:
    if row.called_by:
        return f"called by {row.called_by}", row.settled_at, True
    if row.settled_at is not None:
        return "not to be called any more", row.settled_at, False
    return TO_BE_CALLED, None, False


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody on the call sheet. ``words``: what was said of the last try."""

    id: int
    person: str
    name: str
    because: str
    since: datetime
    words: str
    document: Mapping[str, Any]


def to_call(subject: Subject) -> tuple[ToCall, ...]:
    """Who has to be called now, the longest waiting first."""
    rows = OtherWayRow.objects.filter(
        subject_kind=subject[0], subject_id=subject[1], by=By.CALL_SHEET, settled_at=None
    ).select_related("announcement")
    return tuple(
        ToCall(row.pk, row.person, row.name, row.because, row.taken_at, row.words, row.announcement.document)
        for row in rows.order_by("taken_at", "name")
    )


def extra_posts(told: AnnouncementView) -> tuple[tuple[str, str], ...]:
    """The posts that count for nobody, and how each fared: (channel, in words)."""
    found = []
    for channel, key in told.parity.get("extra", {}).items():
        how = fared_by_key(key)
        found.append((channel, _FARED[how.state] if how else NOT_SENT))
    return tuple(found)


def told_of_channels_before(subject: Subject, *, at: datetime) -> tuple[str, ...]:
    """What the next message says of channels that were down for the words before. One statement."""
    told = [
        Passage(one.channel, one.written_at, one.taken_at, one.tries > 1 or one.troubled) for one in passings(*subject)
    ]
    return told_of_channels([one for one in told if one.written_at < at], at)


def relays(subject: Subject, *, at: datetime) -> tuple[RelayView, ...]:
    """Everything that was to be passed on, oldest first."""
    rows = RelayRow.objects.filter(subject_kind=subject[0], subject_id=subject[1]).select_related("announcement")
    return tuple(_relay(row, at) for row in rows.order_by("pk"))


def relay_view(relay: int, *, at: datetime) -> RelayView:
    """One passing on, for the page its signed link opens. NotFound when there is none."""
    row = RelayRow.objects.filter(pk=relay).select_related("announcement").first()
    if row is None:
        raise NotFound("There is nothing here to pass on.")
    return _relay(row, at)


def _relay(row: RelayRow, at: datetime) -> RelayView:
    state = Relaying(row.state)
    return RelayView(
        row.pk, row.announcement.moment, row.by, row.by_label, row.to, state, in_words(state, row.due_at, at),
        tuple(row.asked_of), row.due_at, row.answered_by, row.answered_at, row.words, row.announcement.document,
    )  # fmt: skip


def relays_overdue(subject_kind: str, *, at: datetime) -> list[tuple[int, RelayView]]:
    """What should have been passed on by now and is not known to be: (subject's number, relay)."""
    rows = RelayRow.objects.filter(subject_kind=subject_kind, state=Relaying.ASKED, due_at__lt=at)
    return [(row.subject_id, _relay(row, at)) for row in rows.select_related("announcement")]
