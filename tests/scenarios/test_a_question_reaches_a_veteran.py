"""One case, from end to end: a tool team's question goes down to the Veteran and comes back by mail, over a change of
the clocks and a holiday; what is promised stands still meanwhile; the case is solved and the Veteran told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from pytest_django import Settings
from tests.cases.reports import a_report, thorough
from tests.mail.letters import a_bounce, a_reply
from tests.mail_server import MailServer, mail_server
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.cases import queries
from tierline.cases.actions import attempting, corresponding, handing_off, inquiring, working
from tierline.cases.actions.entering import enter
from tierline.cases.extent import Extent
from tierline.cases.inquiry_life import InquiryState, Reached
from tierline.cases.inquiry_queries import inquiry, open_inquiry_of
from tierline.cases.lifecycle import CaseState
from tierline.cases.promising import Promise, PromiseState
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.mail.actions import take_mail
from tierline.outbox.actions import carry_out
from tierline.outbox.models import EffectRow
from tierline.plans.clocks import PromiseKind

pytestmark = pytest.mark.django_db
WORDS = "On which day did you send the message, and to which team?"
NOTE = "Between us: we suspect the outbound queue."
BEFORE_THE_CLOCKS_CHANGE = datetime(2026, 10, 30, 13, 0, tzinfo=UTC)  # a Friday, nine in the morning in New York


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.SMTP_URL = running.url
        yield running


@pytest.fixture
def clock(stopped_clock: StoppedClock) -> StoppedClock:
    stopped_clock.set(BEFORE_THE_CLOCKS_CHANGE)
    return stopped_clock


def a_case_with_the_tool_team(cast: Cast, clock: StoppedClock) -> int:
    """Handed from Tier 3 to the Secure Messaging team, which has taken it: to be resolved in five days."""
    report = a_report(
        holder="mhv-tier-3", service="secure-messaging", fault_in="mhv-on-va-gov", needs_tier=4, answers=thorough(),
        extent=Extent(impacts=("single-user-complex",)),
    )  # fmt: skip
    number = enter(cast.lead, report, at=clock.at).number
    handing_off.offer(cast.lead, number, ask="Please find why the message never left.", to="secure-messaging-team",
                      override="It is in their outbound queue.", at=clock.at)  # fmt: skip
    handing_off.acknowledge(cast.product_manager, number, at=clock.forward(hours=1))
    working.begin(cast.product_manager, number, at=clock.forward(minutes=5))
    return number


def resolution(actor: Actor, number: int, clock: StoppedClock) -> Promise:
    told = queries.case(actor, number, at=clock.at).promised
    return next(one for one in told.promises if one.kind is PromiseKind.RESOLUTION)


def asked_down_to_tier_2(cast: Cast, number: int, clock: StoppedClock) -> int:
    question = inquiring.ask(cast.product_manager, number, WORDS, note=NOTE, at=clock.forward(hours=1))
    inquiring.acknowledge(cast.lead, question, at=clock.forward(hours=2))
    inquiring.pass_on(cast.lead, question, at=clock.forward(minutes=10))
    inquiring.acknowledge(cast.supporter, question, at=clock.forward(hours=2))
    return question


def sent(number: int, clock: StoppedClock, server: MailServer) -> Message:
    """Carry out the newest mail about the case; what the server got."""
    effect = EffectRow.objects.filter(subject_id=number).latest("id")
    carry_out(effect.pk, at=clock.at)
    return server.received[-1]


def text_of(mail: Message) -> str:
    return mail.get_payload(decode=True).decode()  # type: ignore[union-attr]


def replied(mail: Message, clock: StoppedClock, text: str = "On Thursday, to Cardiology.", **other: str) -> None:
    raw = a_reply(str(mail["Reply-To"]), text=text, sender=other.get("sender", "tamsin@mail.example"))
    take_mail(raw, came_by="imap", at=clock.at)


def the_mail_on(actor: Actor, number: int, clock: StoppedClock) -> int:
    story = queries.case(actor, number, at=clock.at).story
    return next(fact.id for fact in reversed(story) if fact.kind == "reply-received")


def numbers(actor: Actor, team: str, tab: str, clock: StoppedClock) -> list[int]:
    return [line.number for line in queries.queue(actor, team, tab, at=clock.at).lines]


def test_a_tool_teams_question_reaches_the_veteran_and_comes_back_by_mail_as_new_work(
    cast: Cast, clock: StoppedClock, server: MailServer
) -> None:
    number = a_case_with_the_tool_team(cast, clock)
    due = resolution(cast.lead, number, clock).due.at
    assert due is not None
    asked_at = clock.at + timedelta(hours=1)
    question = asked_down_to_tier_2(cast, number, clock)
    assert inquiry(cast.supporter, question, at=clock.at).state is InquiryState.TO_BE_ASKED
    assert resolution(cast.lead, number, clock).state is PromiseState.PAUSED

    corresponding.send_attempt(cast.supporter, question, at=clock.at)
    mail = sent(number, clock, server)
    assert mail["To"] == "tamsin@mail.example"
    assert mail["From"] == '"MHV support (Tier 2)" <tierline@tierline.example>'
    assert WORDS in text_of(mail)
    assert "suspect" not in text_of(mail)
    assert "Secure" not in str(mail["Subject"])

    clock.forward(days=3, hours=4)  # over the night in which the clocks are put back
    replied(mail, clock)
    assert numbers(cast.supporter, "mhv-support", "new", clock) == [number]
    fact = the_mail_on(cast.supporter, number, clock)
    corresponding.take_mail_as_answer(cast.supporter, question, fact, at=clock.forward(minutes=20))
    assert resolution(cast.lead, number, clock).state is PromiseState.PAUSED
    attempting.pass_back(cast.lead, question, at=clock.forward(hours=3))

    line = queries.case(cast.product_manager, number, at=clock.at).line
    assert (line.state, line.holder, line.round_trips) == (CaseState.NEW, "secure-messaging-team", 1)
    assert numbers(cast.product_manager, "secure-messaging-team", "new", clock) == [number]
    back = inquiry(cast.product_manager, question, at=clock.at)
    assert (back.state, back.answer) == (InquiryState.LANDED, "On Thursday, to Cardiology.")
    promise = resolution(cast.lead, number, clock)
    assert promise.state is PromiseState.RUNNING
    assert promise.due.at == due + (clock.at - asked_at)
    assert any("waiting for the reporter" in step for step in promise.due.sentences())

    working.begin(cast.product_manager, number, at=clock.forward(hours=1))
    working.solve(
        cast.product_manager, number, "The queue was stuck on one address.", words="Your message has left now.",
        at=clock.forward(days=2),
    )  # fmt: skip
    assert resolution(cast.lead, number, clock).state is PromiseState.KEPT
    with pytest.raises(Conflict, match="has not been told yet"):
        working.close(cast.product_manager, number, at=clock.at)
    telling = open_inquiry_of(cast.lead, number)
    inquiring.acknowledge(cast.lead, telling, at=clock.forward(hours=1))
    inquiring.pass_on(cast.lead, telling, at=clock.forward(minutes=5))
    inquiring.acknowledge(cast.supporter, telling, at=clock.forward(hours=1))
    corresponding.send_attempt(cast.supporter, telling, at=clock.at)
    told = sent(number, clock, server)
    assert "Your message has left now." in text_of(told)
    clock.forward(days=1)
    replied(told, clock, text="Thank you, it has.")
    corresponding.take_mail_as_answer(
        cast.supporter, telling, the_mail_on(cast.supporter, number, clock), at=clock.forward(minutes=5)
    )
    assert queries.case(cast.lead, number, at=clock.at).line.state is CaseState.SOLVED
    working.close(cast.product_manager, number, at=clock.forward(minutes=5))
    view = queries.case(cast.lead, number, at=clock.at)
    assert view.line.state is CaseState.CLOSED
    assert "told them by email. Thank you" in str(view.story[-1].said["told"])


def test_a_letter_that_comes_back_is_an_attempt_that_was_impossible_and_work_for_its_sender(
    cast: Cast, clock: StoppedClock, server: MailServer
) -> None:
    number = a_case_with_the_tool_team(cast, clock)
    question = asked_down_to_tier_2(cast, number, clock)
    corresponding.send_attempt(cast.supporter, question, at=clock.at)
    mail = sent(number, clock, server)
    take_mail(a_bounce(str(mail["Message-ID"]), to=str(mail["Reply-To"]), recipient="tamsin@mail.example"),
              came_by="imap", at=clock.forward(minutes=1))  # fmt: skip
    (attempt,) = inquiry(cast.supporter, question, at=clock.at).attempts
    assert attempt.outcome is Reached.IMPOSSIBLE
    assert "5.1.1" in attempt.note or "not be delivered" in attempt.note
    assert numbers(cast.supporter, "mhv-support", "new", clock) == [number]


def test_the_third_attempt_is_by_telephone_and_no_mail_leaves_for_it(
    cast: Cast, clock: StoppedClock, server: MailServer
) -> None:
    number = a_case_with_the_tool_team(cast, clock)
    question = asked_down_to_tier_2(cast, number, clock)
    for _ in range(2):
        corresponding.send_attempt(cast.supporter, question, at=clock.forward(days=1))
    before = EffectRow.objects.count()
    with pytest.raises(Conflict, match="The next attempt is by telephone"):
        corresponding.send_attempt(cast.supporter, question, at=clock.forward(days=1))
    assert EffectRow.objects.count() == before
    assert len(inquiry(cast.supporter, question, at=clock.at).attempts) == 2
    attempting.attempt(cast.supporter, question, "no-answer", at=clock.forward(days=1))
    assert inquiry(cast.supporter, question, at=clock.at).state is InquiryState.EXHAUSTED
    assert resolution(cast.lead, number, clock).state is PromiseState.RUNNING


def test_nobody_is_written_to_whose_address_is_not_known(cast: Cast, clock: StoppedClock) -> None:
    report = a_report(holder="mhv-support", service="secure-messaging", reporter_contact="(202) 555-0100")
    number = enter(cast.supporter, report, at=clock.at).number
    question = inquiring.ask(cast.supporter, number, WORDS, at=clock.at)
    with pytest.raises(Unusable, match="knows no e-mail address"):
        corresponding.send_attempt(cast.supporter, question, at=clock.at)
    assert inquiry(cast.supporter, question, at=clock.at).attempts == ()


def test_only_whoever_has_the_question_writes_and_takes_a_mail_as_its_answer(
    cast: Cast, clock: StoppedClock, server: MailServer
) -> None:
    number = a_case_with_the_tool_team(cast, clock)
    question = asked_down_to_tier_2(cast, number, clock)
    with pytest.raises(NotAllowed):
        corresponding.send_attempt(cast.product_manager, question, at=clock.at)
    with pytest.raises(NotFound):
        corresponding.send_attempt(cast.outsider, question, at=clock.at)
    corresponding.send_attempt(cast.supporter, question, at=clock.at)
    replied(sent(number, clock, server), clock, sender="somebody@else.example")
    fact = the_mail_on(cast.supporter, number, clock)
    with pytest.raises(NotAllowed):
        corresponding.take_mail_as_answer(cast.product_manager, question, fact, at=clock.at)
    with pytest.raises(NotFound, match="answers this question"):
        corresponding.take_mail_as_answer(cast.supporter, question, fact - 1, at=clock.at)
    said = next(f.said for f in queries.case(cast.lead, number, at=clock.at).story if f.id == fact)
    assert said["expected"] is False
