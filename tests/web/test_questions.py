"""Questions on the pages: asked, passed on, copied, attempted and answered by buttons; shown to whoever has them."""

import re
from datetime import datetime

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.cases.reports import a_report
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.cases import queries
from tierline.cases.actions import attempting, inquiring, working
from tierline.cases.actions.entering import enter
from tierline.cases.inquiry_queries import inquiry, open_inquiry_of
from tierline.cases.lifecycle import CaseState
from tierline.demonstration.letters import reply_by_mail
from tierline.plans.queries import planbook_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
WORDS = "Which browser do you use?"
NOTE = "Between us: we suspect Safari."


def a_case_at_tier_3(cast: Cast, at: datetime) -> int:
    return enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number


def asked(cast: Cast, at: datetime) -> tuple[int, int]:
    number = a_case_at_tier_3(cast, at)
    return number, inquiring.ask(cast.lead, number, WORDS, note=NOTE, at=at)


def test_asking_is_offered_first_where_something_is_missing_and_the_holder_may_not_ask(
    cast: Cast, at: datetime
) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3)
    shown = text(sign_in("lead").get(page("case", enter(cast.lead, report, at=at).number)))
    assert "Your question goes to MHV support" in shown
    assert "Tier 3 is generally not allowed to contact Veterans" in shown
    assert "- Steps to reproduce" in shown


def test_the_words_are_mailed_by_a_button_and_the_mail_that_comes_back_is_taken_by_another(
    cast: Cast, at: datetime
) -> None:
    number, question = asked(cast, at)
    supporter, place = sign_in("supporter"), page("case-question", number, question)
    supporter.post(place, {"move": "acknowledge", "version": version_of(cast, number, at)})
    shown = text(supporter.get(page("case", number)))
    assert "E-mail them the words now (attempt 1 of 3)" in shown
    answer = supporter.post(place, {"move": "send", "version": version_of(cast, number, at)}, follow=True)
    assert "The words are on their way to them" in text(answer)
    reply_by_mail(cast.supporter, number, at=at, text="It is Safari.")
    shown = text(supporter.get(page("case", number)))
    assert "Take this as their answer and pass it back" in shown
    fact = re.search(r'name="fact" value="(\d+)"', shown)
    assert fact
    sent = {"move": "take-mail", "fact": fact[1], "version": version_of(cast, number, at)}
    assert "on its way back to whoever asked" in text(supporter.post(place, sent, follow=True))
    assert inquiry(cast.lead, question, at=at).answer == "It is Safari."
    assert supporter.post(place, sent | {"fact": "²"}).status_code in (403, 409)


def version_of(cast: Cast, number: int, at: datetime) -> int:
    return queries.case(cast.lead, number, at=at).line.version


def test_a_question_is_asked_passed_down_attempted_answered_and_lands_by_buttons(cast: Cast, at: datetime) -> None:
    number = a_case_at_tier_3(cast, at)
    lead, supporter = sign_in("lead"), sign_in("supporter")
    sent = {"words": WORDS, "note": NOTE, "version": "1"}
    answer = lead.post(page("case-ask", number), sent, follow=True)
    assert "is on its way" in text(answer)
    assert "It is the turn of MHV support" in text(answer) or "it is the turn of MHV support" in text(answer)
    place = page("case-question", number, open_inquiry_of(cast.lead, number))

    listed = text(supporter.get(page("queue", "mhv-support", case=str(number))))
    assert "Question for us" in listed
    assert "asks you to ask the Veteran" in listed
    assert WORDS in listed
    for sent, done in (
        ({"move": "acknowledge"}, "is yours now"),
        ({"move": "attempt", "outcome": "waiting", "note": "Sent at noon."}, "The attempt is written down."),
        ({"move": "answer", "answer": "Safari.", "note": ""}, "The answer is written down."),
        ({"move": "pass-back", "note": ""}, "on its way back"),
    ):
        assert done in text(supporter.post(place, sent, follow=True))
    line = queries.case(cast.lead, number, at=at).line
    assert (line.state, line.round_trips) == (CaseState.NEW, 1)
    shown = text(lead.get(page("case", number)))
    for words in ("Safari.", "1 asked, 1 answered", "Sent at noon.", "Attempt 1 of 3, by e-mail", "Answered"):
        assert words in shown


def test_the_receiver_sees_what_is_asked_first_and_can_copy_the_words(cast: Cast, at: datetime) -> None:
    number, question = asked(cast, at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    shown = text(sign_in("supporter").get(page("case", number)))
    assert shown.index("Please ask the Veteran for MHV Tier 3 support") < shown.index("Next step")
    assert "Copy the words for the Veteran" in shown
    assert "Attempt 1 of 3: by e-mail" in shown
    assert "once more by e-mail and at last by telephone" in shown
    words = shown[shown.index("<blockquote") : shown.index("</blockquote>")]
    assert WORDS in words
    assert NOTE not in words


def test_what_was_typed_into_an_attempt_stays_when_it_is_refused(cast: Cast, at: datetime) -> None:
    number, question = asked(cast, at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    sent = {"move": "attempt", "outcome": "reached", "note": "Rang twice."}
    answer = sign_in("supporter").post(page("case-question", number, question), sent)
    assert answer.status_code == 422
    assert "Rang twice.</textarea>" in text(answer)
    assert 'value="reached" required checked' in text(answer)


def test_whoever_does_not_have_the_question_has_no_button_for_it(cast: Cast, at: datetime) -> None:
    number, question = asked(cast, at)
    shown = text(sign_in("analyst").get(page("case", number)))
    assert "Take the question back" in shown
    assert "Take it up<" not in shown
    answer = sign_in("analyst").post(page("case-question", number, question), {"move": "acknowledge"})
    assert answer.status_code == 403
    assert sign_in("outsider").post(page("case-question", number, question), {"move": "withdraw"}).status_code == 404
    assert sign_in("lead").post(page("case-question", number, question), {"move": "land"}).status_code == 422


def test_solving_asks_for_the_reporters_words_and_closing_waits_until_they_were_told(cast: Cast, at: datetime) -> None:
    number = a_case_at_tier_3(cast, at)
    lead, supporter = sign_in("lead"), sign_in("supporter")
    assert "Words for the reporter, word for word" in text(lead.get(page("case", number)))
    lead.post(page("case-move", number), {"move": "solve", "text": "Stale cache.", "words": "It works again."})
    shown = text(lead.get(page("case", number)))
    assert "The reporter is still to be told; it is the turn of MHV support" in shown
    assert 'value="close"' not in shown
    place = page("case-question", number, open_inquiry_of(cast.lead, number))
    assert "asks you to tell the Veteran" in text(supporter.get(page("case", number)))
    supporter.post(place, {"move": "acknowledge"})
    supporter.post(place, {"move": "attempt", "outcome": "reached", "answer": ""})
    assert "Solved, and the telling has ended" in text(lead.get(page("case", number)))
    lead.post(page("case-move", number), {"move": "close", "text": ""})
    assert queries.case(cast.lead, number, at=at).line.state is CaseState.CLOSED


def test_a_case_with_a_question_costs_at_most_twelve_statements_and_a_queue_eight(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number, question = asked(cast, at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    attempting.attempt(cast.supporter, question, "waiting", at=at)
    working.note(cast.lead, number, "A note.", at=at)
    client = sign_in("supporter")
    planbook_in_force()
    with django_assert_max_num_queries(12):
        client.get(page("case", number))
    with django_assert_max_num_queries(8):
        client.get(page("queue", "mhv-support", tab="todo"))


def test_nothing_typed_into_a_question_becomes_markup(cast: Cast, at: datetime) -> None:
    evil = "<script>alert(1)</script>"
    number = a_case_at_tier_3(cast, at)
    question = inquiring.ask(cast.lead, number, evil, note=evil, at=at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    attempting.attempt(cast.supporter, question, "reached", answer=evil, note=evil, at=at)
    for role in ("lead", "supporter"):
        assert evil not in text(sign_in(role).get(page("case", number)))


def test_whoever_has_to_ask_sees_until_when_to_take_it_up_with_the_question_and_not_with_the_case(
    cast: Cast, at: datetime
) -> None:
    number, _ = asked(cast, at)
    shown = text(sign_in("supporter").get(page("case", number)))
    assert "to be taken up: in 48 h" in shown or "to be taken up: in 2 d" in shown
    assert "you can read it and write notes.</p>" in shown
    assert "it is the turn of MHV support (Tier 2). <time" in text(sign_in("lead").get(page("case", number)))


def test_without_an_address_whoever_has_to_ask_is_told_to_write_from_their_own_desk(cast: Cast, at: datetime) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", reporter_contact="555 0134")
    number = enter(cast.lead, report, at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    shown = text(sign_in("supporter").get(page("case", number)))
    assert "This case knows no e-mail address of theirs." in shown
    assert "E-mail them the words now" not in shown
