"""What becomes of a mail: an answer finds its case and makes work, a bounce fails its message, nothing is lost."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings
from tests.mail.letters import a_bounce, a_reply
from tests.mail.scene import a_mailed_hand_off, answer_address, message_id, the_mail
from tests.mail_server import mail_server
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.actions.replying import look_at_answer
from tierline.cases.inquiry_queries import open_inquiry_of
from tierline.cases.lifecycle import CaseState
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Unusable
from tierline.mail.actions import dismiss_mail, place_mail, reopen_mail, take_mail
from tierline.mail.judging import MOST_AN_HOUR, Verdict
from tierline.mail.models import MailRow
from tierline.mail.queries import mail, mails
from tierline.outbox.actions import carry_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import effect
from tierline.timeline.fact import Fact

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def take(raw: bytes, at: datetime, **other: object) -> MailRow:
    return MailRow.objects.get(pk=take_mail(raw, came_by="pipe", at=at, **other).id)  # type: ignore[arg-type]


def last_fact(cast: Cast, number: int, at: datetime) -> Fact:
    return queries.case(cast.triager, number, at=at).story[-1]


def test_an_answer_to_the_signed_address_is_on_the_case_and_on_top_of_the_queue(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    other = a_mailed_hand_off(cast, at)
    row = take(a_reply(answer_address(number)), at + MINUTE)
    assert (row.verdict, row.state, row.case) == (Verdict.REPLY, "placed", number)
    fact = last_fact(cast, number, at)
    assert fact.kind == "reply-received"
    assert fact.said["text"] == "Yes, we take it."
    new = queries.queue(cast.triager, "vets-gov", "new", at=at + MINUTE)
    assert [line.number for line in new.lines] == [number]
    assert new.counts["overdue"] == 0
    assert [line.number for line in queries.queue(cast.triager, "vets-gov", "waiting", at=at).lines] == [other]


def test_a_plain_yes_takes_nothing_over_until_a_person_says_so(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take(a_reply(answer_address(number)), at)
    line = queries.case(cast.triager, number, at=at).line
    assert (line.state, line.holder, line.answered_for) == (CaseState.OFFERED, "vets-gov", "vets-gov")
    handing_off.acknowledge(cast.triager, number, said="Yes, we take it.", at=at + MINUTE)
    line = queries.case(cast.triager, number, at=at).line
    assert (line.holder, line.answered_for) == ("mhv-sustainment", None)
    waiting = queries.queue(cast.triager, "vets-gov", "waiting", at=at)
    assert [one.number for one in waiting.lines] == [number]


def test_after_they_took_it_an_answer_is_work_for_whoever_writes_down_for_them(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    handing_off.acknowledge(cast.triager, number, at=at)
    take(a_reply(answer_address(number), text="Repaired in release 7."), at)
    assert [line.number for line in queries.queue(cast.triager, "vets-gov", "new", at=at).lines] == [number]
    look_at_answer(cast.triager, number, at=at + MINUTE)
    assert [line.number for line in queries.queue(cast.triager, "vets-gov", "waiting", at=at).lines] == [number]
    with pytest.raises(Conflict, match="Nobody's answer waits"):
        look_at_answer(cast.triager, number, at=at + MINUTE)


def test_an_answer_to_a_closed_case_is_put_before_a_person_all_the_same(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    handing_off.withdraw(cast.triager, number, at=at)
    working.solve(cast.triager, number, "Restarted.", at=at)
    telling = open_inquiry_of(cast.agent, number)
    inquiring.acknowledge(cast.agent, telling, at=at)
    attempting.attempt(cast.agent, telling, "reached", at=at)
    working.close(cast.triager, number, at=at)
    take(a_reply(answer_address(number)), at)
    assert [line.number for line in queries.queue(cast.triager, "vets-gov", "new", at=at).lines] == [number]
    look_at_answer(cast.triager, number, at=at)
    assert queries.queue(cast.triager, "vets-gov", "new", at=at).lines == ()


def test_only_its_readers_can_say_that_an_answer_was_read(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take(a_reply(answer_address(number)), at)
    with pytest.raises(NotAllowed, match="for vets-gov to read"):
        look_at_answer(cast.agent, number, at=at)
    with pytest.raises(NotFound):
        look_at_answer(cast.outsider, number, at=at)


@pytest.mark.parametrize("header", ["In-Reply-To", "References"])
def test_an_answer_finds_its_case_by_our_message_id(cast: Cast, at: datetime, header: str) -> None:
    number = a_mailed_hand_off(cast, at)
    row = take(a_reply("tierline@tierline.example", headers={header: message_id(number)}), at)
    assert (row.verdict, row.case) == (Verdict.REPLY, number)


def test_the_envelope_names_the_case_when_the_headers_do_not(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    row = take(a_reply("somebody@tierline.example"), at, envelope=[answer_address(number).upper()])
    assert (row.verdict, row.case) == (Verdict.REPLY, number)


def test_a_subject_alone_places_nothing(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    raw = a_reply("tierline@tierline.example").replace(b"[TL-1]", f"[TL-{number}]".encode())
    row = take(raw, at)
    assert (row.verdict, row.state, row.case) == (Verdict.UNPLACED, "open", None)


def test_a_forged_or_altered_address_is_never_believed(cast: Cast, at: datetime) -> None:
    number, other = a_mailed_hand_off(cast, at), a_mailed_hand_off(cast, at)
    local, _, domain = answer_address(number).partition("@")
    base, _, named = local.partition("+")
    _, _, signature = named.partition("-")
    other_effect = answer_address(other).partition("+")[2].partition("-")[0]
    forged = [
        f"{base}+{other_effect}-{signature}@{domain}",
        f"{base}+{named[:-1]}{'a' if named[-1] != 'a' else 'b'}@{domain}",
        f"{base}+{named.replace('-', '-0')}@{domain}",
        f"{base}+0{named}@{domain}",
        f"{base}+{number}@{domain}",
    ]
    for index, address in enumerate(forged):
        raw = a_reply(address, headers={"Message-ID": f"<{index}@far.example>", "References": message_id(number)})
        row = take(raw, at)
        assert (row.verdict, row.state, row.case) == (Verdict.UNPLACED, "open", None), address
        assert "signature" in row.because


def test_the_same_mail_twice_is_one_answer(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    raw = a_reply(answer_address(number))
    first = take_mail(raw, came_by="imap", at=at)
    second = take_mail(b"Received: again\r\n" + raw, came_by="lmtp", at=at + MINUTE)
    assert (second.id, second.again) == (first.id, True)
    kinds = [fact.kind for fact in queries.case(cast.triager, number, at=at).story]
    assert kinds.count("reply-received") == 1


def test_files_are_kept_and_refused_ones_are_named(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    files = (("screen.png", PICTURE), ("run.exe", b"MZ"), ("fake.png", b"MZ"), ("log.txt", b"at 9"))
    take(a_reply(answer_address(number), files=files), at)
    shown = queries.case(cast.triager, number, at=at)
    assert [file.name for file in shown.attachments] == ["screen.png", "log.txt"]
    said = shown.story[-1].said
    assert said["files"] == ["screen.png", "log.txt"]
    assert [sentence.partition(":")[0] for sentence in said["refused"]] == ["run.exe", "fake.png"]


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_bounce_fails_its_message_and_is_work_for_its_sender(cast: Cast, at: datetime, headers_only: bool) -> None:
    number = a_mailed_hand_off(cast, at)
    sent = the_mail(number)
    row = take(a_bounce(message_id(number), recipient=sent.message["to"], headers_only=headers_only), at)
    assert (row.verdict, row.case) == (Verdict.BOUNCE, number)
    shown = effect(cast.triager, sent.pk)
    assert shown.state is EffectState.FAILED
    assert "5.1.1" in shown.trouble
    assert "User unknown" in shown.trouble
    assert last_fact(cast, number, at).kind == "message-bounced"
    assert [line.number for line in queries.queue(cast.triager, "vets-gov", "new", at=at).lines] == [number]


def test_a_report_that_the_post_office_tries_on_fails_nothing(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    sent = the_mail(number)
    row = take(a_bounce(message_id(number), recipient=sent.message["to"], action="delayed", status="4.4.1"), at)
    assert (row.verdict, row.case) == (Verdict.AUTO_REPLY, number)
    assert effect(cast.triager, sent.pk).state is EffectState.PENDING
    assert queries.queue(cast.triager, "vets-gov", "new", at=at).lines == ()


def test_a_bounce_of_nothing_we_sent_is_put_before_a_person(cast: Cast, at: datetime) -> None:
    row = take(a_bounce("<ffffffffffffffffffffffffffffffff@tierline.example>"), at)
    assert (row.verdict, row.state, row.case) == (Verdict.BOUNCE, "open", None)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"), ("Auto-Submitted", "auto-generated; type=x"), ("X-Autoreply", "yes"),
        ("Precedence", "auto_reply"), ("Precedence", "bulk"), ("Return-Path", "<>"),
    ],
)  # fmt: skip
def test_a_machines_answer_is_told_and_is_nobodys_work(cast: Cast, at: datetime, header: str, value: str) -> None:
    number = a_mailed_hand_off(cast, at)
    row = take(a_reply(answer_address(number), text="I am away until Monday.", headers={header: value}), at)
    assert (row.verdict, row.case) == (Verdict.AUTO_REPLY, number)
    assert last_fact(cast, number, at).kind == "auto-reply-received"
    assert queries.queue(cast.triager, "vets-gov", "new", at=at).lines == ()


def test_a_person_who_writes_auto_submitted_no_is_a_person(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    assert take(a_reply(answer_address(number), headers={"Auto-Submitted": "no"}), at).verdict == Verdict.REPLY


def test_our_own_mail_that_comes_back_is_a_loop(cast: Cast, at: datetime, settings: Settings) -> None:
    number = a_mailed_hand_off(cast, at)
    with mail_server() as server:
        settings.SMTP_URL = server.url
        carry_out(the_mail(number).pk, at=at)
        [left] = server.received
    assert left["Reply-To"] == answer_address(number)
    assert left["Message-ID"] == message_id(number)
    row = take(left.as_bytes(), at)
    assert (row.verdict, row.state, row.case) == (Verdict.LOOP, "nothing", None)


def test_one_sender_who_floods_is_a_loop_that_a_person_looks_at(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    rows = [
        take(a_reply(answer_address(number), text=f"Ping {index}"), at + index * timedelta(seconds=1))
        for index in range(MOST_AN_HOUR + 1)
    ]
    assert {row.verdict for row in rows[:-1]} == {Verdict.REPLY}
    assert (rows[-1].verdict, rows[-1].state) == (Verdict.LOOP, "open")
    assert take(a_reply(answer_address(number), text="Later"), at + timedelta(hours=2)).verdict == Verdict.REPLY


def test_bytes_that_are_no_mail_become_a_row(cast: Cast, at: datetime) -> None:
    for raw in (b"", b"\x00\x00", b"\xff" * 300, b"Subject: =?utf-8?b?AA==?=\n\n\x00"):
        row = take(raw, at)
        assert (row.verdict, row.state) == (Verdict.UNPLACED, "open")


def test_an_unplaced_mail_becomes_an_answer_by_a_persons_word(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    row = take(a_reply("tierline@tierline.example", files=(("log.txt", b"at 9"),)), at)
    with pytest.raises(NotFound):
        place_mail(cast.triager, row.pk, f"TL-{number}", at=at)
    with pytest.raises(Unusable, match="no such case"):
        place_mail(cast.lead, row.pk, "TL-99999", at=at)
    desk = _with_duty(cast, "mail-desk")
    assert place_mail(desk, row.pk, f"TL-{number}", at=at) == number
    shown = queries.case(cast.triager, number, at=at)
    assert (shown.story[-1].kind, shown.story[-1].actor) == ("reply-received", desk.name)
    assert [file.name for file in shown.attachments] == ["log.txt"]
    assert mails(cast.lead, waiting=True) == []
    assert mail(cast.triager, row.pk).case == number
    with pytest.raises(NotFound):
        mail(cast.outsider, row.pk)


def _with_duty(cast: Cast, duty: str) -> Actor:
    from dataclasses import replace  # noqa: PLC0415 - only here

    return replace(cast.triager, duties=frozenset({duty}))


def test_a_mail_that_is_nothing_stays_and_can_be_looked_at_again(cast: Cast, at: datetime) -> None:
    row = take(a_reply("tierline@tierline.example"), at)
    assert [one.id for one in mails(cast.lead, waiting=True)] == [row.pk]
    dismiss_mail(cast.lead, row.pk, at=at)
    assert mails(cast.lead, waiting=True) == []
    assert [one.id for one in mails(cast.lead, waiting=False)] == [row.pk]
    with pytest.raises(MoveNotAllowed):
        place_mail(cast.lead, row.pk, "TL-1", at=at)
    reopen_mail(cast.lead, row.pk, at=at)
    assert [one.id for one in mails(cast.lead, waiting=True)] == [row.pk]
    with pytest.raises(NotAllowed, match="mail-desk"):
        mails(cast.triager, waiting=True)


def test_an_answer_on_a_restricted_case_is_seen_by_its_duties_only(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    handing_off.withdraw(cast.triager, number, at=at)
    working.correct_facts(cast.triager, number, flags=frozenset({"security-privacy"}), at=at)
    row = take(a_reply(answer_address(number), text="A private matter."), at)
    assert row.case == number
    for somebody in (cast.triager, cast.lead, cast.outsider):
        with pytest.raises(NotFound):
            mail(somebody, row.pk)
        with pytest.raises(NotFound):
            queries.case(somebody, number, at=at)
    assert mail(cast.privacy, row.pk).text == "A private matter."
    assert queries.case(cast.privacy, number, at=at).story[-1].kind == "reply-received"


def test_an_answer_from_an_address_the_plans_do_not_give_is_marked(cast: Cast, at: datetime) -> None:
    number = a_mailed_hand_off(cast, at)
    take(a_reply(answer_address(number), sender="stranger@far.example"), at)
    assert last_fact(cast, number, at).said["expected"] is False
    take(a_reply(answer_address(number), sender=the_mail(number).message["to"]), at)
    assert last_fact(cast, number, at).said["expected"] is True


def test_nothing_private_is_logged(cast: Cast, at: datetime, caplog: pytest.LogCaptureFixture) -> None:
    number = a_mailed_hand_off(cast, at)
    with caplog.at_level("DEBUG"):
        take(a_reply(answer_address(number), text="Tamsin's prescription"), at)
    assert "Tamsin" not in caplog.text
    assert "zoe@far.example" not in caplog.text
