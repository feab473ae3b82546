"""Word of planned work by e-mail, over a real SMTP conversation: a thread a person, reports asked for and read, and no
easy way out of a list that nobody may leave."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from tests.downtime.crew import Crew, enter_crew, scheduled
from tests.downtime.works import ENDS, STARTS
from tests.mail.letters import a_bounce
from tests.mail_server import MailServer, mail_server
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.reaching import call_sheet, called, reach_another_way
from tierline.downtime.queries import downtime, who_was_told
from tierline.mail.actions import take_mail
from tierline.mail.judging import Verdict
from tierline.notices.auditing import audit
from tierline.notices.reaching import at_risk
from tierline.outbox.actions import carry_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MOMENTS = ("planning-started", "day-before", "concluded")


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server() as running:
        running.reports = running.pipelines = True
        settings.SMTP_URL = running.url
        yield running


def sent(number: int, at: datetime) -> None:
    for effect in effects_of(TIERLINE, "downtime", number):
        if effect.channel == "email" and effect.state == "pending":
            carry_out(effect.id, at=at)


def carried_through(crew: Crew, at: datetime) -> int:
    """Planned, told of the day before, begun, done and concluded, its mail sent at each moment."""
    number = scheduled(crew, at)
    sent(number, at)
    mind(at=STARTS - 24 * HOUR)
    sent(number, STARTS - 24 * HOUR)
    working.start(crew.communicator, number, at=STARTS)
    working.finish(crew.communicator, number, at=ENDS)
    working.conclude(crew.communicator, number, "success", "", at=ENDS)
    sent(number, ENDS)
    return number


def threads(server: MailServer, number: int) -> dict[str, list[Message]]:
    """The announcements each person received, in order."""
    announced = {
        effect.evidence["message_id"]
        for effect in effects_of(TIERLINE, "downtime", number)
        if any(f":{moment}:email:" in effect.key for moment in MOMENTS) and effect.state is EffectState.DONE
    }
    found = defaultdict(list)
    for mail in server.received:
        if mail["Message-ID"] in announced:
            found[str(mail["To"])].append(mail)
    return dict(found)


def test_each_person_has_one_thread_over_all_moments(server: MailServer, crew: Crew, at: datetime) -> None:
    number = carried_through(crew, at)
    by_person = threads(server, number)
    told = {one.address for one in who_was_told(crew.engineer, number) if one.channel == "email"}
    assert set(by_person) == told
    for mails in by_person.values():
        assert len(mails) == len(MOMENTS)
        first, *later = mails
        assert first["In-Reply-To"] is None
        assert {mail["In-Reply-To"] for mail in later} == {first["Message-ID"]}
        assert {mail["References"] for mail in later} == {first["Message-ID"]}
        assert len({mail["Message-ID"] for mail in mails}) == 3
    firsts = [mails[0]["Message-ID"] for mails in by_person.values()]
    assert len(set(firsts)) == len(firsts)


def test_nobody_is_offered_a_way_out_of_what_they_have_to_know(server: MailServer, crew: Crew, at: datetime) -> None:
    carried_through(crew, at)
    assert server.received
    assert [mail["Subject"] for mail in server.received if mail["List-Unsubscribe"]] == []
    assert [mail["Subject"] for mail in server.received if mail["List-Unsubscribe-Post"]] == []
    assert {mail["Auto-Submitted"] for mail in server.received} == {"auto-generated"}


def test_an_announcement_says_by_its_sender_which_role_writes(server: MailServer, crew: Crew, at: datetime) -> None:
    number = carried_through(crew, at)
    names = {str(mail["From"]).partition(" <")[0] for mails in threads(server, number).values() for mail in mails}
    assert names == {"Communication Owner"}


def test_every_person_is_a_transaction_that_asks_for_reports_under_its_own_mark(
    server: MailServer, crew: Crew, at: datetime
) -> None:
    number = scheduled(crew, at)
    sent(number, at)
    senders = [asked for asked in server.asked if asked.startswith("FROM:")]
    recipients = [asked for asked in server.asked if asked.startswith("TO:")]
    assert len(senders) == len(recipients) == len(server.received)
    for sender, recipient, mail in zip(senders, recipients, server.received, strict=True):
        assert f"ENVID={str(mail['Message-ID']).strip('<>')}" in sender
        assert recipient.startswith(f"TO:<{mail['To']}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;")
    evidence = [effect.evidence for effect in effects_of(TIERLINE, "downtime", number) if effect.channel == "email"]
    assert {(told["dsn"], told["answer"]) for told in evidence} == {(True, "250 OK")}


def test_a_report_of_failure_makes_the_person_one_who_was_not_reached(
    server: MailServer, crew: Crew, at: datetime
) -> None:
    number = scheduled(crew, at)
    sent(number, at)
    lost = next(mails[0] for mails in threads(server, number).values())
    place = [str(mail["Message-ID"]) for mail in server.received].index(str(lost["Message-ID"]))
    sender = [asked for asked in server.asked if asked.startswith("FROM:")][place]
    back_to = sender.removeprefix("FROM:<").partition(">")[0]
    report = a_bounce(str(lost["Message-ID"]), to=back_to, recipient=str(lost["To"]), headers_only=True)
    assert take_mail(report, came_by="test", envelope=[back_to], at=at + HOUR).verdict is Verdict.BOUNCE
    [told] = [one for one in who_was_told(crew.engineer, number) if one.address == lost["To"]]
    assert (told.state, told.went, told.is_missing) == ("failed", False, True)
    assert "550 5.1.1" in told.answer
    assert "User unknown" in told.answer
    [missed] = at_risk(who_was_told(crew.engineer, number), {}, at + HOUR).values()
    assert missed == (told.name,)
    assert audit(at=at + HOUR).undelivered == 1
    assert "message-failed" in [fact.kind for fact in downtime(crew.engineer, number, at=at + HOUR).story]
    for minutes in (60, 75, 90):
        reach_another_way(at=at + minutes * MINUTE)
    found = audit(at=at + 90 * MINUTE)
    assert (found.undelivered, found.to_call, found.clean) == (1, 1, False)
    [(one, _)] = call_sheet(crew.communicator, number, at=at + 90 * MINUTE)
    called(crew.communicator, number, one.id, reached=True, words="", at=at + 95 * MINUTE)
    assert audit(at=at + 95 * MINUTE).clean  # an address that does not work keeps no heartbeat back for ever


def test_a_report_of_delay_fails_nothing(server: MailServer, crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    sent(number, at)
    waiting = next(mails[0] for mails in threads(server, number).values())
    late = a_bounce(str(waiting["Message-ID"]), recipient=str(waiting["To"]), action="delayed", status="4.4.1")
    take_mail(late, came_by="test", at=at + HOUR)
    assert {one.state for one in who_was_told(crew.engineer, number) if one.address} == {"accepted"}
