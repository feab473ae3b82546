"""What comes back by mail to a word of planned work: a failed delivery, a machine, a person."""

from datetime import datetime

import pytest
from django.conf import settings
from tests.downtime.crew import Crew, enter_crew, scheduled
from tests.mail.letters import a_bounce, a_reply
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.queries import downtime, who_was_told
from tierline.mail.actions import take_mail
from tierline.mail.judging import Verdict
from tierline.outbox.queries import EffectView, effects_of, message_id_of
from tierline.outbox.replying import reply_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def first_word(number: int) -> EffectView:
    return next(e for e in effects_of(TIERLINE, "downtime", number) if ":planning-started:email:" in e.key)


def test_a_letter_that_comes_back_shows_in_the_proof(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    word = first_word(number)
    back = a_bounce(message_id_of(word.key), recipient=word.message["to"])
    assert take_mail(back, came_by="test", at=at).verdict is Verdict.BOUNCE
    told = [one for one in who_was_told(crew.engineer, number) if one.address == word.message["to"]]
    assert [one.state for one in told] == ["failed"]
    assert "User unknown" in told[0].answer
    assert "message-failed" in [fact.kind for fact in downtime(crew.engineer, number, at=at).story]


def test_what_a_person_answers_waits_for_a_person_and_touches_no_case(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    address = reply_address(settings.REPLY_ADDRESS, first_word(number).id, settings.SECRET_KEY)
    assert address
    taken = take_mail(a_reply(address, text="That is a bad night for us."), came_by="test", at=at)
    assert (taken.verdict, taken.case) == (Verdict.REPLY, None)
    assert "reply-received" in [fact.kind for fact in downtime(crew.engineer, number, at=at).story]


def test_a_machine_that_answers_is_nobodys_work(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    address = reply_address(settings.REPLY_ADDRESS, first_word(number).id, settings.SECRET_KEY)
    assert address
    away = a_reply(address, text="I am away.", headers={"Auto-Submitted": "auto-replied"})
    assert take_mail(away, came_by="test", at=at).verdict is Verdict.AUTO_REPLY
    assert "reply-received" not in [fact.kind for fact in downtime(crew.engineer, number, at=at).story]
