"""What a partner's service desk says by mail of its tickets is put before a person with the case it belongs to."""

from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.cases.reports import a_report
from tests.mail.letters import a_reply
from tests.people import Cast

from tierline.cases.actions.entering import enter
from tierline.mail.actions import take_mail
from tierline.mail.judging import Verdict
from tierline.mail.models import MailRow

pytestmark = pytest.mark.django_db
DESK = "desk@servicedesk.example"


@pytest.fixture
def connected(settings: Settings, tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name) for name in ("exports", "imports", "taken")}
    for folder in folders.values():
        Path(folder).mkdir()
    settings.TRACKERS = {"nsd": {"kind": "nsd", "mail": {"senders": [DESK]}, **folders}}


def a_notification(number: str, *, sender: str = DESK) -> bytes:
    raw = a_reply("tierline@tierline.example", sender=sender, text="Status: Resolved\nComment: Mailbox linked again.\n")
    return raw.replace(b"Re: [TL-1] please take over", f"Request {number} was updated".encode())


def taken(raw: bytes, at: datetime) -> MailRow:
    return MailRow.objects.get(pk=take_mail(raw, came_by="imap", at=at).id)


@pytest.mark.usefixtures("connected")
def test_a_notification_says_which_case_it_belongs_to_and_waits_for_a_person(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(numbers=(("nsd", "R-4410021"),)), at=at).number
    row = taken(a_notification("R-4410021"), at)
    assert (row.verdict, row.state, row.case) == (Verdict.UNPLACED, "open", None)
    assert f"its ticket R-4410021, now Resolved. That is TL-{number}: place it there." in row.because


@pytest.mark.usefixtures("connected")
def test_a_ticket_nobody_here_knows_is_said_to_be_unknown(cast: Cast, at: datetime) -> None:
    assert "No case here has that number" in taken(a_notification("R-9999999"), at).because


@pytest.mark.usefixtures("connected")
def test_from_anybody_else_it_is_a_mail_like_any_other(cast: Cast, at: datetime) -> None:
    assert "tells of its ticket" not in taken(a_notification("R-4410021", sender="x@elsewhere.example"), at).because
