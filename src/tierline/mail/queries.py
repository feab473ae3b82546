"""Reads of mail that came in. Mail with a case is seen by those who see the case; mail without one by those who have
the duty to place it."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tierline.cases.actions.attaching import stored_at
from tierline.cases.queries import number_behind
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.mail.judging import Verdict
from tierline.mail.lifecycle import MailMove, MailState, moves_from
from tierline.mail.models import MailboxRow, MailRow

PAGE = 50
COUNTED_TO = 100
MAIL_DUTIES = frozenset({"mail-desk", "plan-editor"})  # who places what nobody could place
LOOK_AGAIN_AFTER = 5.0  # seconds; how long the header may lag behind


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail, as a page shows it."""

    id: int
    sender: str
    recipients: str
    subject: str
    text: str
    files: tuple[str, ...]
    troubles: tuple[str, ...]
    size: int
    came_by: str
    received_at: datetime
    verdict: Verdict
    because: str
    state: MailState
    case: int | None
    notice: int | None
    settled_by: str
    settled_at: datetime | None
    moves: tuple[MailMove, ...]


@dataclass(frozen=True, slots=True)
class MailStanding:
    """How fetching stands and how many mails wait for a person; ``trouble`` is empty when all is well."""

    trouble: str
    to_place: int


class _Remembered:
    """What this process last saw, and when (monotonic seconds)."""

    standing = MailStanding("", 0)
    looked_at = float("-inf")


def places_mail(actor: Actor) -> bool:
    """Whether the actor has the duty to place mail."""
    return actor.is_tierline or bool(MAIL_DUTIES & actor.duties)


def mails(actor: Actor, *, waiting: bool, before: int | None = None) -> list[MailView]:
    """A page of mail without a case, newest first: what waits for a person, or all of it."""
    _must_place(actor)
    rows = MailRow.objects.filter(case=None).order_by("-id")
    if waiting:
        rows = rows.filter(state=MailState.OPEN)
    if before:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows.defer("text", "identity")[:PAGE]]


def mail(actor: Actor, mail_id: int) -> MailView:
    """One mail. NotFound when there is none or the actor may not see it."""
    return _view(mail_row_for(actor, mail_id), with_text=True)


def raw_mail(actor: Actor, mail_id: int) -> Path:
    """Where the bytes of a mail lie that the actor may see."""
    return stored_at(mail_row_for(actor, mail_id).digest)


def standing(actor: Actor) -> MailStanding:
    """For the header of every page: asks nothing where no mail is fetched and the actor places none, and the database
    at most every five seconds."""
    places = places_mail(actor)
    if not places and not settings.IMAP_URL:
        return MailStanding("", 0)
    if time.monotonic() - _Remembered.looked_at > LOOK_AGAIN_AFTER:
        trouble = MailboxRow.objects.exclude(trouble="").values_list("trouble", flat=True).first() or ""
        waiting = MailRow.objects.filter(state=MailState.OPEN)[:COUNTED_TO].count()
        _Remembered.standing, _Remembered.looked_at = MailStanding(trouble, waiting), time.monotonic()
    now = _Remembered.standing
    return MailStanding(now.trouble if settings.IMAP_URL else "", now.to_place if places else 0)


def forget() -> None:
    """Look at the database again at the next question: after a decision, and between tests."""
    _Remembered.looked_at = float("-inf")


def mail_row_for(actor: Actor, mail_id: int, *, to_change: bool = False) -> MailRow:
    """For this package's own actions: the row, locked when it is to be changed."""
    rows = MailRow.objects.filter(pk=mail_id)
    row = (rows.select_for_update() if to_change else rows).first()
    if row is None or not _may_see(actor, row):
        raise NotFound("There is no such mail that you may see.")
    if to_change:
        _must_place(actor)
    return row


def _may_see(actor: Actor, row: MailRow) -> bool:
    if row.case is None:
        return places_mail(actor)
    return number_behind(actor, case_reference(row.case)) is not None


def _must_place(actor: Actor) -> None:
    if not places_mail(actor):
        raise NotAllowed(
            "Mail that no case was found for is looked at by those with the duty mail-desk or plan-editor."
        )


def _view(row: MailRow, *, with_text: bool = False) -> MailView:
    state = MailState(row.state)
    return MailView(
        row.pk, row.sender, row.recipients, row.subject, row.text if with_text else "", tuple(row.files),
        tuple(row.troubles), row.size, row.came_by, row.received_at, Verdict(row.verdict), row.because, state,
        row.case, row.notice, row.settled_by, row.settled_at, moves_from(state),
    )  # fmt: skip
