"""Other teams' notices by mail: taken in by themselves, changed by their next version, confirmed only by a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from pytest_django import Settings
from tests.downtime.crew import Crew, enter_crew
from tests.mail.letters import a_bounce
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import planning, taking_in
from tierline.downtime.actions.taking_in import Upstream
from tierline.downtime.models import UpstreamRow
from tierline.downtime.queries import downtime
from tierline.foundation.trouble import Conflict
from tierline.mail.actions import take_mail
from tierline.mail.judging import MOST_AN_HOUR, Verdict
from tierline.mail.lifecycle import MailState
from tierline.mail.models import MailRow
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effects_of
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TO = "notices@desk.example"
KNOWN = "noc@datacenter.example"


@pytest.fixture
def crew(cast: Cast, settings: Settings) -> Crew:
    settings.NOTICES_ADDRESS = TO
    return enter_crew()


def calendar(
    *, uid: str = "works-9@upstream.example", sequence: int = 1, starts: str = "20261205T030000Z", more: str = ""
) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nSUMMARY:Core database maintenance\r\nDTSTART:{starts}\r\n"
        "DTEND:20261205T070000Z\r\nX-MAINTNOTE-OBJECT-ID:mhv-api\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\n"
        f"{more or 'X-MAINTNOTE-STATUS:CONFIRMED'}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@dataclass
class Door:
    at: datetime
    sent: int = 0

    def takes(
        self, text: str = "See the calendar.", *, ics: str = "", sender: str = KNOWN, inline: str = "", **headers: str
    ) -> MailRow:
        self.sent += 1
        mail = EmailMessage(policy=SMTP)
        said = {"From": sender, "To": TO, "Subject": "Core database", "Message-ID": f"<n{self.sent}@their.example>"}
        for name, value in {**said, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
            mail[name] = value
        mail.set_content(text)
        if inline:
            mail.add_alternative(inline, subtype="calendar")
        if ics:
            mail.add_attachment(ics.encode(), maintype="application", subtype="ics", filename="works.ics")
        return MailRow.objects.get(pk=take_mail(mail.as_bytes(), came_by="pipe", at=self.at + self.sent * HOUR).id)


@pytest.fixture
def door(crew: Crew, at: datetime) -> Door:
    return Door(at)


def the_notice(crew: Crew, at: datetime) -> Upstream:
    [row] = UpstreamRow.objects.all()
    return taking_in.upstream(crew.communicator, row.pk, at=at)


def confirmed(crew: Crew, at: datetime) -> int:
    notice = the_notice(crew, at)
    content = taking_in.content_of_proposal(notice.proposals[0], planbook_in_force().planbook)
    number = planning.draft(crew.communicator, "user-facing", content, at=at)
    taking_in.settle(crew.communicator, notice.id, at=at, downtime=number)
    return number


def mails_about(kind: str, number: int) -> list[str]:
    return [str(one.message["text"]) for one in effects_of(TIERLINE, kind, number) if one.channel == "email"]


def test_a_calendar_sent_along_becomes_a_notice_and_whoever_tells_of_work_hears_of_it(
    crew: Crew, door: Door, at: datetime
) -> None:
    mail = door.takes(ics=calendar())
    notice = the_notice(crew, at)
    assert (mail.verdict, mail.state, mail.notice) == (Verdict.NOTICE, MailState.NOTHING, notice.id)
    assert notice.came_from == f"Data center operations ({KNOWN})"
    assert notice.sender_known
    assert notice.proposals[0].starts is not None
    marked = notice.text[notice.proposals[0].starts.begins : notice.proposals[0].starts.ends]
    assert marked == "20261205T030000Z"
    told = EffectRow.objects.filter(subject_kind="upstream", subject_id=notice.id)
    assert "carla.commons@tools.example" in {row.message["to"] for row in told}
    assert "Nothing is planned or told until somebody confirms it" in told[0].message["text"]


@pytest.mark.parametrize("html", [False, True])
def test_a_mail_in_words_is_a_notice_too(crew: Crew, door: Door, at: datetime, html: bool) -> None:
    words = "Applications: Secure Messaging\nStart: December 4, 2026 10:00 PM ET\nEnd: 2026-12-05 07:00 UTC\n"
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = KNOWN, TO, "Planned work"
    mail.set_content("<br>".join(words.splitlines()), subtype="html") if html else mail.set_content(words)
    take_mail(mail.as_bytes(), came_by="pipe", at=at)
    [proposal] = the_notice(crew, at).proposals
    assert proposal.starts is not None
    assert proposal.ends is not None
    assert [read.value for read in proposal.services] == ["Secure Messaging"]


def test_a_mail_whose_plain_text_says_only_that_there_is_html_is_read_from_that(
    crew: Crew, door: Door, at: datetime
) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = KNOWN, TO, "Planned work"
    mail.set_content("Your mail program shows no HTML.")
    rows = {"Service": "Secure Messaging", "Start": "2026-12-05 03:00 UTC", "End": "2026-12-05 07:00 UTC"}
    cells = "".join(f"<tr>\n<td><b>{label}</b></td>\n<td>{said}</td></tr>" for label, said in rows.items())
    mail.add_alternative(f"<html><body><h1>Works</h1><table>{cells}</table></body></html>", subtype="html")
    take_mail(mail.as_bytes(), came_by="pipe", at=at)

    [proposal] = the_notice(crew, at).proposals
    assert proposal.starts is not None
    assert proposal.ends is not None
    assert [read.value for read in proposal.services] == ["Secure Messaging"]


def test_the_same_calendar_inside_and_attached_is_one_notice(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(inline=calendar(), ics=calendar())
    assert len(the_notice(crew, at).proposals) == 1


def test_a_higher_sequence_changes_the_notice_and_says_what(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar())
    later = door.takes(ics=calendar(sequence=2, starts="20261205T043000Z"))
    notice = the_notice(crew, at)
    assert notice.changes == (("Starts", "2026-12-05 03:00 UTC", "2026-12-05 04:30 UTC"),)
    assert "says something else" in later.because
    assert any("before: 2026-12-05 03:00 UTC" in text for text in mails_about("upstream", notice.id))
    assert [standing for _, _, standing, _ in notice.versions] == ["first", "changed"]


def test_a_change_and_its_way_back_is_none(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar())
    door.takes(ics=calendar(sequence=2, starts="20261205T043000Z"))
    door.takes(ics=calendar(sequence=3))
    assert the_notice(crew, at).changes == ()


def test_a_lower_sequence_and_a_repeat_change_nothing_and_tell_nobody(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar(sequence=4))
    before = EffectRow.objects.count()
    older = door.takes(ics=calendar(sequence=3, starts="20261205T043000Z"))
    again = door.takes(ics=calendar(sequence=4))
    notice = the_notice(crew, at)
    assert (notice.changes, EffectRow.objects.count()) == ((), before)
    assert "older" in older.because
    assert "the same already" in again.because


def test_what_is_called_off_proposes_to_call_off(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar())
    number = confirmed(crew, at)
    door.takes(ics=calendar(sequence=2, more="X-MAINTNOTE-STATUS:CANCELLED"))
    [notice] = downtime(crew.communicator, number, at=at).upstream
    assert notice.called_off
    assert ("Their status", "CONFIRMED", "CANCELLED") in notice.changes
    assert any("They call their work off." in text for text in mails_about("downtime", number))
    assert downtime(crew.communicator, number, at=at).line.state == "draft"


def test_whoever_leads_a_confirmed_downtime_looks_at_a_change_and_says_what_follows(
    crew: Crew, door: Door, at: datetime
) -> None:
    door.takes(ics=calendar())
    number = confirmed(crew, at)
    door.takes(ics=calendar(sequence=2, starts="20261205T043000Z"))
    [notice] = downtime(crew.communicator, number, at=at).upstream
    assert notice.changes == (("Starts", "2026-12-05 03:00 UTC", "2026-12-05 04:30 UTC"),)
    assert any("Nothing was changed here" in text for text in mails_about("downtime", number))
    taking_in.look_at_change(crew.communicator, number, notice.id, "We start as planned all the same.", at=at)
    assert downtime(crew.communicator, number, at=at).upstream == ()
    with pytest.raises(Conflict, match="looked at this change already"):
        taking_in.look_at_change(crew.communicator, number, notice.id, "Twice.", at=at)


def test_what_was_laid_aside_comes_back_when_it_is_another_thing(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar())
    taking_in.settle(crew.communicator, the_notice(crew, at).id, at=at, because="None of ours.")
    door.takes(ics=calendar(sequence=2, starts="20261205T043000Z"))
    assert [one.id for one in taking_in.waiting(crew.communicator, at=at)] == [the_notice(crew, at).id]


def test_a_stranger_is_taken_in_marked_and_changes_nothing_of_somebody_known(
    crew: Crew, door: Door, at: datetime
) -> None:
    door.takes(ics=calendar())
    door.takes(ics=calendar(sequence=9, starts="20261205T043000Z"), sender="evil@elsewhere.example")
    known, stranger = UpstreamRow.objects.order_by("pk")
    assert (known.sequence, known.changes, known.sender_known) == (1, [], True)
    assert not stranger.sender_known
    assert taking_in.upstream(crew.communicator, stranger.pk, at=at).also == (known.pk,)


def test_strangers_make_one_mail_a_day(crew: Crew, door: Door, at: datetime) -> None:
    for number in range(3):
        door.takes(ics=calendar(uid=f"u{number}"), sender=f"someone{number}@elsewhere.example")
    told = EffectRow.objects.filter(subject_kind="upstream", message__to="carla.commons@tools.example")
    assert (UpstreamRow.objects.count(), told.count()) == (3, 1)


def test_an_answer_to_an_earlier_notice_in_words_is_its_next_version(crew: Crew, door: Door, at: datetime) -> None:
    door.takes("Start: 2026-12-05 03:00 UTC")
    door.takes("Start: 2026-12-05 05:00 UTC", In_Reply_To="<n1@their.example>")
    assert the_notice(crew, at).changes == (("Starts", "2026-12-05 03:00 UTC", "2026-12-05 05:00 UTC"),)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
    ],
)
def test_what_a_machine_answers_is_no_notice(crew: Crew, door: Door, headers: dict[str, str]) -> None:
    assert door.takes("I am away.", **headers).verdict == Verdict.AUTO_REPLY
    assert not UpstreamRow.objects.exists()


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}])
def test_what_a_machine_writes_by_itself_can_be_one(crew: Crew, door: Door, headers: dict[str, str]) -> None:
    assert door.takes(ics=calendar(), **headers).verdict == Verdict.NOTICE


def test_a_bounce_to_the_address_is_no_notice(crew: Crew, at: datetime) -> None:
    taken = take_mail(a_bounce("<x@tierline.example>", to=TO), came_by="pipe", at=at)
    assert taken.verdict is Verdict.BOUNCE
    assert not UpstreamRow.objects.exists()


def test_a_stranger_who_does_not_stop_is_put_before_a_person(crew: Crew, door: Door) -> None:
    for number in range(MOST_AN_HOUR):
        MailRow.objects.create(
            identity=f"i{number}", digest="d", size=1, came_by="pipe", sender="loop@elsewhere.example",
            received_at=door.at + HOUR, verdict=Verdict.NOTICE, because="", state=MailState.NOTHING,
        )  # fmt: skip
    last = door.takes(ics=calendar(), sender="loop@elsewhere.example")
    assert (last.verdict, last.state) == (Verdict.LOOP, MailState.OPEN)


def test_several_works_in_one_calendar_are_several_notices(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics=calendar(uid="a") + calendar(uid="b"))
    rows = UpstreamRow.objects.order_by("pk")
    assert [row.uid for row in rows] == ["a", "b"]
    assert [len(taking_in.upstream(crew.communicator, row.pk, at=at).proposals) for row in rows] == [1, 1]


def test_a_calendar_too_full_to_read_is_a_row_one_can_look_at(crew: Crew, door: Door, at: datetime) -> None:
    door.takes(ics="".join(calendar(uid=f"u{number}") for number in range(60)))
    notice = the_notice(crew, at)
    assert notice.proposals == ()
    assert "more than 50 events" in notice.troubles[0]


def test_the_plus_part_of_the_address_for_answers_takes_notices_too(cast: Cast, at: datetime) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = KNOWN, "someone@else.example", "Work"
    mail.set_content("Start: 2026-12-05 03:00 UTC")
    taken = take_mail(mail.as_bytes(), came_by="lmtp", at=at, envelope=["tierline+notices@tierline.example"])
    assert taken.verdict is Verdict.NOTICE


rubbish = st.text(max_size=400) | st.lists(
    st.sampled_from(["BEGIN:VEVENT\n", "END:VEVENT\n", "DTSTART:", "00010101T000000Z", "99991231T235959",
                              ";TZID=America/New_York:", "UID:", "SEQUENCE:999999999", "\n", "\0",
                     "Start: ", "x", "9"]),
    max_size=40,
).map("".join)  # fmt: skip


@given(rubbish, st.binary(max_size=200))
@rules(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rubbish_is_a_row_and_never_a_crash(crew: Crew, at: datetime, text: str, content: bytes) -> None:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = KNOWN, TO
    mail.set_content(text.encode("utf-8", "replace").decode().replace("\r", ""))
    mail.add_attachment(content + text.encode("utf-8", "replace"), maintype="text", subtype="calendar")
    taken = take_mail(mail.as_bytes(), came_by="pipe", at=at)
    row = MailRow.objects.get(pk=taken.id)
    assert row.notice is not None or row.state == MailState.OPEN
    if row.notice is not None:
        taking_in.upstream(crew.communicator, row.notice, at=at)
