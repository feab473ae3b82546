"""E-mail: threads, forms beside the plain text, reports asked for, an easy way out of optional lists only."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mail_server import MailServer, mail_server

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.email import Email, compose, envelope_sender, xtext

SENDER = "Tierline <tierline@tierline.example>"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def mail(**more: Any) -> EmailMessage:
    told = {"to": "ada@desk.example", "subject": "Downtime", "text": "On Saturday.", **more}
    return compose("k1", told, sender=SENDER)


def deliver(server: MailServer, key: str = "k1", **more: Any) -> Any:
    told = {"to": "ada@desk.example", "subject": "Downtime", "text": "On Saturday.", **more}
    return Email(url=server.url, sender=SENDER).deliver(key, told)


def test_a_letter_that_waited_says_so_before_everything_else_in_both_forms() -> None:
    letter = mail(late="Sent late, at <14:10> UTC.", html='<html><body style="x"><h1>Downtime</h1></body></html>')
    plain, html = (str(part.get_content()) for part in letter.iter_parts())
    assert plain.startswith("Sent late, at <14:10> UTC.\n\nOn Saturday.")
    assert '<body style="x"><p><strong>Sent late, at &lt;14:10&gt; UTC.</strong></p><h1>' in html


def test_each_person_is_a_transaction_of_their_own(server: MailServer) -> None:
    server.refuse["ben@desk.example"] = "550 5.1.1 No such mailbox"
    assert isinstance(deliver(server), Delivered)
    assert isinstance(deliver(server, "k2", to="ben@desk.example"), Refused)
    assert isinstance(deliver(server, "k3", to="ada@desk.example, ben@desk.example"), Refused)
    assert [one["To"] for one in server.received] == ["ada@desk.example"]


def test_every_try_carries_the_same_message_id_and_other_messages_another() -> None:
    assert mail()["Message-ID"] == mail(subject="Later")["Message-ID"]
    assert (
        mail()["Message-ID"]
        != compose("k2", {"to": "a@b.example", "subject": "", "text": ""}, sender=SENDER)["Message-ID"]
    )
    assert mail(mark="0" * 32)["Message-ID"] == f"<{'0' * 32}@tierline.example>"


def test_a_thread_names_the_message_it_follows_last_and_each_once() -> None:
    threaded = mail(in_reply_to="<c@x.example>", references=["<a@x.example>", "<b@x.example>", "<a@x.example>"])
    assert threaded["In-Reply-To"] == "<c@x.example>"
    assert threaded["References"] == "<a@x.example> <b@x.example> <c@x.example>"
    assert mail(in_reply_to="<a@x.example>")["References"] == "<a@x.example>"
    assert mail(references="<a@x.example>")["References"] == "<a@x.example>"
    assert mail()["References"] is None


def test_the_easy_way_out_is_offered_where_the_list_is_optional_and_only_there() -> None:
    assert mail()["List-Unsubscribe"] is None
    optional = mail(unsubscribe="https://desk.example/leave/abc")
    assert optional["List-Unsubscribe"] == "<https://desk.example/leave/abc>"
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("address", ["http://desk.example/leave", "mailto:leave@desk.example", "https://x.example/a>b"])
def test_a_way_out_that_is_none_is_refused(server: MailServer, address: str) -> None:
    told = deliver(server, unsubscribe=address)
    assert isinstance(told, Refused)
    assert "unsubscribe" in told.because


def test_html_and_a_calendar_come_beside_the_plain_text() -> None:
    whole = mail(html="<p>On Saturday.</p>", calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    kinds = [part.get_content_type() for part in whole.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    [attached] = whole.iter_attachments()
    assert attached.get_filename() == "notice.ics"
    assert "method" not in dict(attached["Content-Type"].params)
    assert mail().get_content_type() == "text/plain"
    assert whole["Auto-Submitted"] == "auto-generated"


def test_a_server_that_reports_is_asked_to_under_the_messages_own_mark(server: MailServer) -> None:
    server.reports = True
    told = deliver(server, mark="a" * 32, to="ada+x=1@desk.example")
    assert isinstance(told, Delivered), told
    assert told.evidence["dsn"] is True
    sender, recipient = server.asked
    assert f" RET=HDRS ENVID={'a' * 32}@tierline.example" in sender.replace(" ret=", " RET=")
    assert recipient.endswith(" NOTIFY=FAILURE,DELAY ORCPT=rfc822;ada+2Bx+3D1@desk.example")


def test_a_server_that_does_not_report_is_asked_nothing(server: MailServer) -> None:
    told = deliver(server)
    assert told.evidence["dsn"] is False
    assert not any("NOTIFY" in asked or "ENVID" in asked for asked in server.asked)


def test_reports_come_back_to_the_address_the_answers_go_to_when_it_is_of_our_domain(server: MailServer) -> None:
    assert envelope_sender(SENDER, "tierline+7-abc@tierline.example") == "tierline+7-abc@tierline.example"
    assert envelope_sender(SENDER, "Desk <desk@other.example>") == "tierline@tierline.example"
    assert envelope_sender(SENDER, None) == "tierline@tierline.example"
    deliver(server, reply_to="tierline+7-abc@tierline.example")
    assert server.asked[0].startswith("FROM:<tierline+7-abc@tierline.example>")


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_any_text_can_stand_as_a_parameter_of_smtp(text: str) -> None:
    written = xtext(text)
    assert " " not in written
    assert "=" not in written
    assert (
        bytes(int(written[at + 1 : at + 3], 16) if sign == "+" else ord(sign) for at, sign in _signs(written)).decode()
        == text
    )


def _signs(written: str) -> Iterator[tuple[int, str]]:
    at = 0
    while at < len(written):
        yield at, written[at]
        at += 3 if written[at] == "+" else 1


def test_mails_of_one_thread_share_a_line_and_a_line_that_broke_is_replaced(server: MailServer) -> None:
    for number in range(3):
        assert isinstance(deliver(server, f"k{number}"), Delivered)
    assert server.greeted == 1
    server.drop_answer = 1
    assert isinstance(deliver(server, "k4"), TryAgain)
    assert isinstance(deliver(server, "k4"), Delivered)
    assert server.greeted == 2


def test_a_line_to_a_server_that_went_away_is_not_the_next_ones_trouble() -> None:
    with mail_server() as first:
        assert isinstance(deliver(first), Delivered)
    with mail_server() as second:
        assert isinstance(deliver(second), Delivered)
        assert len(second.received) == 1


def test_a_line_is_given_back_before_the_server_minds(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierline.channels.mail_line.MAILS_A_LINE", 2)
    for number in range(5):
        assert isinstance(deliver(server, f"k{number}"), Delivered)
    assert server.greeted == 3
    monkeypatch.setattr("tierline.channels.mail_line.IDLE_SECONDS", 0.0)
    deliver(server)
    assert server.greeted == 4


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_refused_recipient_costs_no_line_and_says_what_the_server_said(server: MailServer, pipelines: bool) -> None:
    server.pipelines = pipelines
    server.refuse["ben@desk.example"] = "550 5.1.1 No such mailbox"
    assert isinstance(deliver(server), Delivered)
    refused = deliver(server, "k2", to="ben@desk.example")
    assert isinstance(refused, Refused)
    assert "550 5.1.1 No such mailbox" in refused.because
    assert deliver(server, "k3").evidence["answer"] == "250 OK"
    assert server.greeted == 1
    assert [one["To"] for one in server.received] == ["ada@desk.example"] * 2


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_lost_answer_is_never_repeated_on_the_quiet(server: MailServer, pipelines: bool) -> None:
    server.pipelines = pipelines
    assert isinstance(deliver(server), Delivered)
    server.drop_answer = 1
    assert isinstance(deliver(server, "k2"), TryAgain)
    assert len(server.received) == 2


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_kept_line_that_the_server_ended_is_replaced_without_a_word(server: MailServer, pipelines: bool) -> None:
    server.pipelines = pipelines
    assert isinstance(deliver(server), Delivered)
    server.hangs_up = True
    assert isinstance(deliver(server, "k2"), Delivered)
    assert (server.greeted, len(server.received)) == (2, 2)


@pytest.mark.parametrize("text", [".\r\n..\r\n", "First.\n.\nLast.", "Straße; line\n" * 3, "x" * 2000])
def test_what_arrives_is_what_was_written(server: MailServer, text: str) -> None:
    server.pipelines = True
    assert isinstance(deliver(server, text=text, html="<p>On Saturday.</p>"), Delivered)
    whole = server.received[0]
    assert isinstance(whole, Message)
    assert whole.as_string().isascii()
    plain = next(part for part in whole.walk() if part.get_content_type() == "text/plain")
    assert bytes(plain.get_payload(decode=True)).decode().split() == text.split()


def test_the_quick_way_writes_what_the_whole_mail_says(server: MailServer) -> None:
    said = {
        "html": "<p>On Saturday.</p>", "calendar": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "in_reply_to": "<a@x.example>",
        "reply_to": "tierline+7-abc@tierline.example", "subject": "Straße: " + "long " * 40,
    }  # fmt: skip
    assert isinstance(deliver(server, **said), Delivered)
    [arrived], whole = server.received, mail(**said)
    ours = {name: " ".join(str(said).split()) for name, said in whole.items() if name != "Content-Type"}
    decoded = message_from_bytes(arrived.as_bytes(), policy=SMTP)
    theirs = {name: " ".join(str(decoded[name]).split()) for name in ours}
    assert theirs == ours
    assert [part.get_content_type() for part in arrived.walk()] == [part.get_content_type() for part in whole.walk()]
