"""Fetching mail from a real server and from one that does its worst: nothing lost, nothing doubled, nothing touched."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings
from tests.dovecot import Dovecot, dovecot
from tests.fake_imap import FakeImap, fake_imap
from tests.mail.letters import a_reply
from tests.mail.scene import a_mailed_hand_off, answer_address
from tests.people import Cast

from tierline.channels import imap
from tierline.channels.imap import CannotFetch, mailbox_at
from tierline.mail import queries
from tierline.mail.fetching import fetch_mail
from tierline.mail.models import MailboxRow, MailRow

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def fake(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeImap]:
    monkeypatch.setattr(imap, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(imap, "VISIT_SECONDS", 2.0)
    with fake_imap() as running:
        settings.IMAP_URL = running.url
        yield running


@pytest.fixture
def trusted(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    return server


def a_mail(number: int) -> bytes:
    return a_reply(
        "tierline@tierline.example", text=f"Mail {number}", headers={"Message-ID": f"<{number}@far.example>"}
    )


def texts() -> list[str]:
    return [row.text for row in MailRow.objects.order_by("id")]


@pytest.mark.parametrize("scheme", ["imap", "imap+starttls", "imaps"])
def test_an_answer_in_a_real_mailbox_reaches_its_case_over_every_kind_of_line(
    cast: Cast, at: datetime, trusted: Dovecot, settings: Settings, scheme: str
) -> None:
    number = a_mailed_hand_off(cast, at)
    folder = scheme.replace("+", "-")
    trusted.put(a_reply(answer_address(number), text=f"By {scheme}"), folder)
    settings.IMAP_URL = trusted.url(scheme, folder)
    assert fetch_mail(at=at) == 1
    assert MailRow.objects.get(text=f"By {scheme}").case == number


def test_a_certificate_nobody_vouches_for_is_refused(
    db: None, at: datetime, server: Dovecot, settings: Settings
) -> None:
    for scheme in ("imaps", "imap+starttls"):
        settings.IMAP_URL = server.url(scheme)
        assert fetch_mail(at=at) == 0
        assert "certificate" in MailboxRow.objects.exclude(trouble="").get().trouble


def test_it_keeps_its_place_and_touches_nothing(db: None, at: datetime, server: Dovecot, settings: Settings) -> None:
    settings.IMAP_URL = server.url(folder="place")
    server.put(a_mail(1), "place")
    server.put(a_mail(2), "place")
    assert fetch_mail(at=at) == 2
    assert fetch_mail(at=at + MINUTE) == 0
    server.put(a_mail(3), "place")
    assert fetch_mail(at=at + 2 * MINUTE) == 1
    assert texts() == ["Mail 1", "Mail 2", "Mail 3"]
    with server.opened() as owner:
        owner.select("place", readonly=True)
        assert owner.search(None, "UNSEEN")[1] == [b"1 2 3"]


def test_new_numbers_for_old_mail_double_nothing(db: None, at: datetime, server: Dovecot, settings: Settings) -> None:
    settings.IMAP_URL = server.url(folder="renewed")
    server.put(a_mail(1), "renewed")
    assert fetch_mail(at=at) == 1
    before = MailboxRow.objects.get().validity
    with server.opened() as owner:
        owner.delete("renewed")
    time.sleep(1.1)  # Dovecot makes UIDVALIDITY of the second
    server.put(a_mail(1), "renewed")
    server.put(a_mail(2), "renewed")
    assert fetch_mail(at=at) == 2
    assert MailboxRow.objects.get().validity != before
    assert texts() == ["Mail 1", "Mail 2"]


def test_a_wrong_password_is_said_and_forgotten_when_it_is_mended(
    cast: Cast, at: datetime, server: Dovecot, settings: Settings
) -> None:
    settings.IMAP_URL = server.url(folder="door", password="not-it")
    assert fetch_mail(at=at) == 0
    queries.forget()
    trouble = queries.standing(cast.agent).trouble
    assert trouble.startswith("Mail cannot be fetched from localhost:")
    assert "not-it" not in trouble
    server.put(a_mail(1), "door")
    settings.IMAP_URL = server.url(folder="door")
    assert fetch_mail(at=at) == 1
    queries.forget()
    assert queries.standing(cast.agent).trouble == ""


def test_a_folder_that_is_not_there_is_said(db: None, at: datetime, server: Dovecot, settings: Settings) -> None:
    settings.IMAP_URL = server.url(folder="no%22such")
    assert fetch_mail(at=at) == 0
    assert "cannot be opened" in MailboxRow.objects.get().trouble


def test_a_line_that_breaks_in_the_middle_of_a_mail_loses_and_doubles_nothing(
    db: None, at: datetime, fake: FakeImap
) -> None:
    fake.mails = {3: a_mail(3), 5: a_mail(5), 9: a_mail(9)}
    fake.drop_in = 5
    assert fetch_mail(at=at) == 1
    assert MailboxRow.objects.get().last_uid == 3
    assert MailboxRow.objects.get().trouble
    fake.drop_in = None
    assert fetch_mail(at=at + MINUTE) == 2
    assert texts() == ["Mail 3", "Mail 5", "Mail 9"]
    assert fetch_mail(at=at + MINUTE) == 0
    assert MailboxRow.objects.get().trouble == ""


@pytest.mark.parametrize("command", ["LOGIN", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"])
def test_a_server_that_falls_silent_is_left(db: None, at: datetime, fake: FakeImap, command: str) -> None:
    fake.mails, fake.silent_at = {1: a_mail(1)}, command
    began = time.monotonic()
    assert fetch_mail(at=at) == (1 if command == "LOGOUT" else 0)
    assert time.monotonic() - began < 4


def test_a_server_that_drips_is_left_when_the_visit_is_over(db: None, at: datetime, fake: FakeImap) -> None:
    fake.mails, fake.drip = {1: a_mail(1)}, 0.5
    began = time.monotonic()
    assert fetch_mail(at=at) == 0
    assert time.monotonic() - began < 5
    fake.drip = 0
    assert fetch_mail(at=at) == 1


@pytest.mark.parametrize("validity", [None, "x", "", "-1"])
def test_a_server_without_uidvalidity_is_not_believed(
    db: None, at: datetime, fake: FakeImap, validity: str | None
) -> None:
    fake.mails, fake.validity = {1: a_mail(1)}, validity
    assert fetch_mail(at=at) == 0
    assert MailboxRow.objects.get().trouble


def test_more_bytes_than_were_asked_for_are_not_read(db: None, at: datetime, fake: FakeImap) -> None:
    fake.mails, fake.too_much = {1: a_mail(1)}, 10**12
    assert fetch_mail(at=at) == 0
    assert "1,000,000,000,000 bytes" in MailboxRow.objects.get().trouble


def test_it_only_ever_reads(db: None, at: datetime, fake: FakeImap) -> None:
    fake.mails = {1: a_mail(1)}
    fetch_mail(at=at)
    assert {command.split()[0] for command in fake.commands} <= {"CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"}
    assert not any("STORE" in command or "MOVE" in command or "COPY" in command for command in fake.commands)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("imap://desk:x@mail.example/INBOX", "unencrypted"), ("pop3://desk:x@mail.example", "no address"),
        ("imaps://mail.example", "no host or no user"), ("imaps://a:b@mail.example:x/", "no address"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_said_in_words(url: str, said: str) -> None:
    with pytest.raises(CannotFetch, match=said):
        mailbox_at(url)


def test_without_a_mailbox_nothing_is_asked(db: None, at: datetime, settings: Settings) -> None:
    settings.IMAP_URL = ""
    assert fetch_mail(at=at) == 0
    assert not MailboxRow.objects.exists()
