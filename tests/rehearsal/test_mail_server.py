"""The mail server to rehearse with takes mail for nobody, passes none on, and goes wrong when told to."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.email import Email
from tierline.rehearsal.faults import Answering, LostAnswer, Reset, Slow, Throttled, Unavailable
from tierline.rehearsal.keeping import bring_back, keep
from tierline.rehearsal.mail_server import MailServer

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as desk:
        desk.clock.stand_at(FRIDAY)
        yield desk


def send(server: MailServer, to: str = "pia@tools.example", **more: Any) -> Any:
    channel = Email(url=server.url, sender="Tierline <tierline@desk.example>")
    return channel.deliver("key-1", {"to": to, "subject": "Downtime — moved", "text": "Words.\n.hidden\n", **more})


def test_a_mail_is_kept_with_its_headers_and_words_as_they_were_sent(server: MailServer) -> None:
    answer = send(server)
    assert isinstance(answer, Delivered)
    [mail] = server.mails
    assert (mail.to, mail.at) == (("pia@tools.example",), FRIDAY)
    assert mail.sender == "tierline@desk.example"
    assert mail.read["Subject"] == "Downtime — moved"
    assert mail.read["Message-ID"] == answer.evidence["message_id"]
    assert mail.text == "Words.\n.hidden"  # a dot at the beginning of a line is no end
    [held] = server.holdings()
    assert held["owner"] == "pia@tools.example"
    assert "Auto-Submitted: auto-generated" in held["text"]


@pytest.mark.parametrize("address", ["pia@portal.gov.elsewhere", "pia@example.org.elsewhere", "pia@notexample", "pia"])
def test_nobody_who_may_be_real_is_taken_mail_for(server: MailServer, address: str) -> None:
    answer = send(server, to=address)
    assert isinstance(answer, Refused)
    assert not server.mails
    assert [one.status for one in server.exchanges] == [550]


def test_it_refuses_a_recipient_for_good_or_for_now(server: MailServer) -> None:
    server.faults.next(Answering(550, "No such person"), method="RCPT", path="pia@")
    assert isinstance(send(server), Refused)
    for fault in (Unavailable(), Throttled(), Answering(450)):
        server.faults.next(fault, method="RCPT")
        assert isinstance(send(server), TryAgain)
    assert not server.mails
    assert isinstance(send(server), Delivered)
    assert server.faults.armed == 0


def test_a_line_that_breaks_after_the_words_leaves_the_mail_and_no_answer(server: MailServer) -> None:
    server.faults.next(LostAnswer(), method="DATA")
    assert isinstance(send(server), TryAgain)
    assert len(server.mails) == 1
    assert server.exchanges[-1].lost
    again = send(server)
    assert isinstance(again, Delivered)
    assert {mail.read["Message-ID"] for mail in server.mails} == {again.evidence["message_id"]}


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_line_that_breaks_before_leaves_nothing(server: MailServer, command: str) -> None:
    server.faults.next(Reset(), method=command)
    assert isinstance(send(server), TryAgain)
    assert not server.mails


def test_a_slow_one_takes_it_all_the_same_and_one_refused_at_the_end_is_not_kept(server: MailServer) -> None:
    server.faults.next(Slow(0.01), method="DATA")
    assert isinstance(send(server), Delivered)
    server.faults.next(Answering(554), method="DATA")
    assert isinstance(send(server), Refused)
    assert len(server.mails) == 1


def test_commands_out_of_turn_are_refused(server: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as line:
        assert line.docmd("RCPT", "TO:<pia@tools.example>")[0] == 503
        assert line.docmd("DATA")[0] == 503
        assert line.docmd("TURN")[0] == 500
        assert line.helo()[0] == 250
        assert line.noop()[0] == 250
        assert line.ehlo()[0] == 250
        assert line.has_extn("dsn")


def test_what_it_holds_is_kept_between_two_rehearsals_and_forgotten_when_told(
    server: MailServer, tmp_path: Path
) -> None:
    send(server)
    keep({"mail": server}, tmp_path / "state")
    other = MailServer()
    assert bring_back({"mail": other}, tmp_path / "state")
    assert [mail.to for mail in other.mails_to("pia@tools.example")] == [("pia@tools.example",)]
    other.begin_anew()
    assert not other.mails
