"""A queue: tabs and counts, filters in the address, preview, pages, export, and what it costs."""

from datetime import datetime

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.cases.reports import a_report
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page, sign_in, streamed, text

from tierline.cases.actions.entering import enter
from tierline.cases.queries import PAGE
from tierline.plans.queries import planbook_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_the_first_page_is_the_queue_of_ones_team(cast: Cast) -> None:
    assert sign_in("triager").get(page("home")).headers["Location"] == page("queue", "vets-gov")


def test_what_is_offered_to_us_is_new_with_its_way_and_its_promise(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    shown = text(sign_in("triager").get(page("queue", "vets-gov")))
    assert f"TL-{number}" in shown
    assert "Offered to us" in shown
    assert "HRC › here" in shown
    assert "in 4" in shown or "in 2" in shown


def test_the_sender_sees_it_waiting_and_the_counts_say_so(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    shown = text(sign_in("agent").get(page("queue", "hrc", tab="waiting")))
    assert f"TL-{number}" in shown
    assert "Offered to Vets.gov support" in shown
    assert 'Waiting for others <span class="tabs__count">1</span>' in shown


def test_what_nobody_answered_is_overdue(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> None:
    number = an_offered_case(cast, at)
    stopped_clock.forward(days=3)
    shown = text(sign_in("triager").get(page("queue", "vets-gov", tab="overdue")))
    assert f"TL-{number}" in shown
    assert "late</time>" in shown


def test_filters_stand_in_the_address_and_narrow_the_list(cast: Cast, at: datetime) -> None:
    flagged = an_offered_case(cast, at, flags=frozenset({"congressional"}))
    plain = an_offered_case(cast, at)
    shown = text(sign_in("triager").get(page("queue", "vets-gov", flag="congressional")))
    assert f"TL-{flagged}<" in shown
    assert f"TL-{plain}<" not in shown
    assert "Clear filters" in shown


def test_an_empty_tab_says_so_and_where_there_is_work(cast: Cast, at: datetime) -> None:
    an_offered_case(cast, at)
    shown = text(sign_in("agent").get(page("queue", "hrc", tab="todo")))
    assert "Nothing waits for you" in shown
    assert "Waiting for others: 1" in shown


def test_a_case_beside_the_list_is_a_plain_link_and_htmx_gets_it_alone(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = sign_in("triager")
    whole = text(client.get(page("queue", "vets-gov", case=str(number))))
    alone = text(
        client.get(
            page("queue", "vets-gov", case=str(number)), headers={"HX-Request": "true", "HX-Target": "aside#preview"}
        )
    )
    for shown in (whole, alone):
        assert "Take it over" in shown
        assert "Please find out whose fault this is." in shown
    assert "<html" in whole
    assert "<html" not in alone


def test_the_list_goes_on_below_without_losing_or_repeating_a_case(cast: Cast, at: datetime) -> None:
    numbers = {enter(cast.agent, a_report(), at=at).number for _ in range(PAGE + 5)}
    client = sign_in("agent")
    first = client.get(page("queue", "hrc"))
    second = client.get(page("queue", "hrc") + "?" + first.context["older"])
    seen = [row.number for answer in (first, second) for row in answer.context["rows"]]
    assert sorted(seen) == sorted(numbers)
    assert second.context["older"] == ""


def test_an_address_that_leads_nowhere_says_so(cast: Cast) -> None:
    client = sign_in("agent")
    assert client.get(page("queue", "hrc", after="yesterday~x")).status_code == 422
    assert client.get(page("queue", "hrc", tab="elsewhere")).status_code == 404
    assert client.get(page("queue", "vets-gov")).status_code == 403


def test_the_export_holds_the_rows_of_the_tab_and_no_formula(cast: Cast, at: datetime) -> None:
    enter(cast.agent, a_report(summary='=HYPERLINK("http://evil.example")'), at=at)
    answer = sign_in("agent").get(page("queue-export", "hrc"))
    lines = streamed(answer).decode().splitlines()
    assert lines[0].startswith("Case,Summary,State,Service")
    assert "'=HYPERLINK" in lines[1]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_queue_costs_no_more_statements_with_fifty_cases_than_with_one(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = sign_in("agent")
    for count in (1, PAGE):
        for _ in range(count):
            enter(cast.agent, a_report(), at=at)
        planbook_in_force()
        with django_assert_max_num_queries(8):
            shown = client.get(page("queue", "hrc"))
    assert len(shown.content) < 90_000


def test_the_preview_is_cheap_too(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = a_case_at_vets_gov(cast, at)
    client = sign_in("triager")
    with django_assert_max_num_queries(12):
        client.get(
            page("queue", "vets-gov", case=str(number)), headers={"HX-Request": "true", "HX-Target": "aside#preview"}
        )


def test_somebody_in_no_team_is_told_what_to_do(cast: Cast) -> None:
    from tierline.directory.models import Membership  # noqa: PLC0415 - a test reaches behind the desk on purpose

    client = sign_in("agent")
    Membership.objects.all().delete()
    assert "You are in no team yet" in text(client.get(page("home")))


def test_a_day_later_the_ages_have_moved(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> None:
    an_offered_case(cast, at)
    stopped_clock.forward(hours=30)
    assert ">30 h</time>" in text(sign_in("triager").get(page("queue", "vets-gov")))
