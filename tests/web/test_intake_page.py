"""Taking in: three questions, then what the plan asks for and why; numbers that already have a case."""

from datetime import datetime

import pytest
from tests.cases.reports import a_report
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.cases import queries
from tierline.cases.actions.entering import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
TOLD = {
    "holder": "mhv-support",
    "reported_by": "telephone",
    "tried": "send a photo to the care team",
    "summary": "Message with a photo is never sent",
    "more": "Tried twice.",
    "since": "Wednesday, 9 in the morning",
    "service": "secure-messaging",
    "needs_tier": "3",
    "fault_in": "unknown",
    "reporter_name": "Tamsin Stillwater",
    "numbers": "25-HRC-HD-53-35482519",
    "system": "dynamics",
}


def test_the_three_questions_come_before_what_the_plan_asks(cast: Cast) -> None:
    shown = text(sign_in("supporter").get(page("intake")))
    places = [
        shown.index(label) for label in ("trying to do", "What happened, in one line", "Since when", "Which service")
    ]
    assert places == sorted(places)
    assert "Steps to reproduce" not in shown


def test_with_the_service_known_the_plans_questions_come_each_with_its_why(cast: Cast) -> None:
    shown = text(sign_in("supporter").post(page("intake"), TOLD | {"step": "ask"}))
    assert "Steps to reproduce" in shown
    assert "A fault that can be made to happen again can be found." in shown
    assert "Message with a photo is never sent" in shown
    assert "send a photo to the care team" in shown


def test_a_service_in_the_address_is_enough_to_see_its_questions(cast: Cast) -> None:
    query = {"service": "secure-messaging", "needs_tier": "3", "holder": "mhv-support"}
    assert "Steps to reproduce" in text(sign_in("supporter").get(page("intake", **query)))


def test_htmx_gets_the_questions_alone(cast: Cast) -> None:
    answer = sign_in("supporter").post(page("intake"), TOLD | {"step": "ask"}, headers={"HX-Request": "true"})
    assert text(answer).startswith('<div id="asked"')


def test_asking_again_takes_nothing_in(cast: Cast, at: datetime) -> None:
    sign_in("supporter").post(page("intake"), TOLD | {"step": "ask"})
    assert queries.queue(cast.supporter, "mhv-support", "new", at=at).lines == ()


def test_what_was_told_is_kept_where_it_belongs(cast: Cast, at: datetime) -> None:
    answer = sign_in("supporter").post(page("intake"), TOLD | {"answer-device": "iPhone 14"})
    number = queries.queue(cast.supporter, "mhv-support", "new", at=at).lines[0].number
    assert answer.headers["Location"] == page("case", number)
    kept = queries.case(cast.supporter, number, at=at)
    assert kept.line.summary == "Message with a photo is never sent"
    assert kept.description == "Trying to: send a photo to the care team\n\nTried twice."
    assert kept.answers["occurred-at"] == "Wednesday, 9 in the morning"
    assert kept.answers["device"] == "iPhone 14"
    assert kept.numbers == (("dynamics", "25-HRC-HD-53-35482519"),)
    assert kept.reported_by == "telephone"


def test_a_number_that_has_a_case_is_said_with_a_link_before_and_after(cast: Cast, at: datetime) -> None:
    known = enter(
        cast.supporter, a_report(holder="mhv-support", numbers=(("dynamics", TOLD["numbers"]),)), at=at
    ).number
    client = sign_in("supporter")
    for step in ({"step": "ask"}, {}):
        shown = text(client.post(page("intake"), TOLD | step))
        assert f'already has a case: <a href="/cases/{known}/">TL-{known}</a>' in shown
        assert "Tried twice.</textarea>" in shown
    assert len(queries.queue(cast.supporter, "mhv-support", "new", at=at).lines) == 1


def test_cases_like_it_are_shown_while_it_is_told(cast: Cast, at: datetime) -> None:
    like = a_report(holder="mhv-support", service="secure-messaging", summary="Message with photo never sent by phone")
    known = enter(cast.supporter, like, at=at).number
    assert f"TL-{known} Message with photo" in text(sign_in("supporter").post(page("intake"), TOLD | {"step": "ask"}))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"summary": " "}, "Say in one line what happened."),
        ({"service": "teleportation"}, "No plan names a service"),
        ({"summary": "x" * 201}, "Keep the summary under 200 characters"),
        ({"more": "a\x00b"}, "cannot be stored (NUL)"),
    ],
)
def test_what_cannot_be_taken_in_says_why_and_keeps_the_rest(cast: Cast, wrong: dict[str, str], words: str) -> None:
    answer = sign_in("supporter").post(page("intake"), TOLD | wrong)
    assert answer.status_code == 422
    assert words in text(answer)
    assert "send a photo to the care team" in text(answer)


def test_nobody_takes_in_for_another_team(cast: Cast) -> None:
    answer = sign_in("agent").post(page("intake"), TOLD)
    assert answer.status_code == 403
    assert "You are not in the team mhv-support" in text(answer)


def test_a_report_of_a_privacy_matter_says_that_its_maker_sees_it_no_more(cast: Cast) -> None:
    answer = sign_in("supporter").post(page("intake"), TOLD | {"flags": "security-privacy"}, follow=True)
    assert "It is restricted, so only those who handle such cases see it." in text(answer)


def test_the_same_form_sent_again_doubles_nothing_and_a_changed_one_is_another_case(cast: Cast, at: datetime) -> None:
    client, told = sign_in("supporter"), TOLD | {"numbers": "", "once": "a-mark"}
    first = client.post(page("intake"), told).headers["Location"]
    assert client.post(page("intake"), told).headers["Location"] == first
    assert client.post(page("intake"), told | {"summary": "Another fault"}).headers["Location"] != first
    assert client.post(page("intake"), told | {"once": "another-mark"}).headers["Location"] != first
