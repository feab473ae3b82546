"""Search from the header: words give a list, numbers go straight to their case."""

from datetime import datetime

import pytest
from tests.cases.reports import a_report
from tests.downtime.crew import drafted, enter_crew
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.cases.actions.entering import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.mark.parametrize("words", ["TL-{}", "tl{}", " TL-{} "])
def test_a_case_is_found_by_its_reference_however_it_is_written(cast: Cast, at: datetime, words: str) -> None:
    number = enter(cast.agent, a_report(), at=at).number
    answer = sign_in("agent").get(page("search"), {"q": words.format(number)})
    assert answer.headers["Location"] == page("case", number)


def test_words_give_the_cases_that_hold_them_all(cast: Cast, at: datetime) -> None:
    found = enter(cast.agent, a_report(summary="Marmalade in the refill list"), at=at).number
    other = enter(cast.agent, a_report(), at=at).number
    shown = text(sign_in("agent").get(page("search"), {"q": "marmalade refill"}))
    assert f"TL-{found}<" in shown
    assert f"TL-{other}<" not in shown


@pytest.mark.parametrize("words", ["zyzzyva", '"', "'; DROP TABLE", "-", "or", "%", "x" * 5000])
def test_odd_words_find_nothing_and_break_nothing(cast: Cast, words: str) -> None:
    answer = sign_in("agent").get(page("search"), {"q": words})
    assert answer.status_code == 200


def test_no_words_say_what_can_be_typed(cast: Cast) -> None:
    assert "Type words" in text(sign_in("agent").get(page("search")))


@pytest.mark.parametrize("before", ["0", "abc", "9" * 30, "-1"])
def test_a_place_in_the_list_that_makes_no_sense_is_the_top(cast: Cast, before: str) -> None:
    assert sign_in("agent").get(page("search"), {"q": "refill", "before": before}).status_code == 200


def test_a_character_that_cannot_be_stored_is_refused_wherever_it_stands(cast: Cast) -> None:
    client = sign_in("agent")
    for address, query in ((page("search"), {"q": "\x00"}), (page("queue", "hrc"), {"assignee": "\x00"})):
        answer = client.get(address, query)
        assert answer.status_code == 400
        assert "This request cannot be read" in text(answer)


@pytest.mark.parametrize("words", ["DT-{number}", " dt{number} "])
def test_a_downtime_is_found_by_its_reference_by_whoever_may_see_it(cast: Cast, at: datetime, words: str) -> None:
    number = drafted(enter_crew(), at)
    asked = words.format(number=number)
    found = sign_in("supporter").get(page("search"), {"q": asked})
    assert found.headers["Location"] == page("downtime", number)
    nothing = text(sign_in("outsider").get(page("search"), {"q": asked}))
    assert f"There is no downtime DT-{number} that you may see." in nothing
    assert "No case that you may see" in nothing
