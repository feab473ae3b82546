"""Promises on pages: explained step by step on a case, named in the queue, untouched cases on top of it."""

from datetime import datetime

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.cases.reports import a_report
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import an_offered_case, page, sign_in, streamed, text

from tierline.cases import queries
from tierline.cases.actions import inquiring, working
from tierline.cases.actions.entering import enter
from tierline.cases.actions.reminding import carry_out_promises
from tierline.cases.extent import Extent
from tierline.cases.models import CaseRow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def at_vets_gov(cast: Cast, at: datetime, **known: object) -> int:
    return enter(cast.triager, a_report(holder="vets-gov", **known), at=at).number


def test_every_due_time_is_explained_step_by_step_with_its_clause(cast: Cast, at: datetime) -> None:
    number = at_vets_gov(cast, at, extent=Extent(reports=12))
    shown = text(sign_in("triager").get(page("case", number)))
    assert "First response within 48 business hours (Contact centre targets by number of reports, High)" in shown
    assert "Friday 20 November 2026, 11:00 CST to 19:00 CST: 8 hours counted." in shown
    assert "not counted (Thanksgiving Day" in shown or "not counted (Thanksgiving" in shown
    assert "Resolution within 7 days (Contact centre targets by number of reports, High)" in shown
    assert "How soon an escalated issue is resolved" in shown
    assert "Contact centre practice for escalated issues, Priorities" in shown


def test_a_promise_that_stands_still_or_is_late_says_so(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> None:
    waiting = at_vets_gov(cast, at, extent=Extent(reports=12))
    inquiring.ask(cast.triager, waiting, "When was it?", at=at)
    late = at_vets_gov(cast, at, extent=Extent(reports=12))
    stopped_clock.forward(days=8)
    client = sign_in("triager")
    assert "Stands still" in text(client.get(page("case", waiting)))
    assert "Late" in text(client.get(page("case", late)))
    assert "24 h late" in text(client.get(page("case", late)))


def test_a_case_without_promises_says_that_the_plans_make_none(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(), at=at).number
    assert "The plans promise no time for this case." in text(sign_in("agent").get(page("case", number)))


def test_the_queue_names_what_is_due_and_so_does_the_export(cast: Cast, at: datetime) -> None:
    an_offered_case(cast, at)
    client = sign_in("triager")
    assert '<span class="rows__kind">to be taken</span>' in text(client.get(page("queue", "vets-gov")))
    exported = streamed(client.get(page("queue-export", "vets-gov"))).decode()
    assert "Due,What is due" in exported
    assert exported.splitlines()[1].endswith(",acknowledgement")


def test_what_nobody_has_touched_stands_on_top_of_the_queue_with_links_to_it(
    cast: Cast, at: datetime, stopped_clock: StoppedClock, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    numbers = [enter(cast.lead, a_report(holder="mhv-tier-3"), at=at.replace(hour=13)).number for _ in range(7)]
    client = sign_in("lead")
    assert "Nobody has touched" not in text(client.get(page("queue", "mhv-tier-3")))
    stopped_clock.set(at.replace(hour=18, minute=30))
    with django_assert_max_num_queries(8):
        shown = text(client.get(page("queue", "mhv-tier-3")))
    assert "7 cases</a> in triage since Thu 19 Nov 2026, 13:00 EST" in shown or "7 cases</a> in triage since" in shown
    assert all(f'/cases/{number}/">TL-{number}</a>' in shown for number in numbers[:5])
    assert "afternoon’s check" in shown
    working.begin(cast.lead, numbers[0], at=at.replace(hour=18))
    narrowed = text(client.get(page("queue", "mhv-tier-3", tab="new", untouched="yes")))
    assert f"TL-{numbers[0]}<" not in narrowed
    assert f"TL-{numbers[6]}<" in narrowed


def test_how_bad_it_is_is_told_on_intake_and_corrected_on_the_case(cast: Cast) -> None:
    client = sign_in("lead")
    form = text(client.get(page("intake")))
    assert "How bad it is, and how far it reaches" in form
    assert "Multiple users" in form
    sent = {
        "holder": "mhv-tier-3", "reported_by": "telephone", "summary": "Sending fails for a clinic",
        "service": "secure-messaging", "needs_tier": "3", "audience": "veteran", "extent-shown": "yes",
        "impacts": "multiple-users", "severity": "", "workaround": "no", "reports": "4", "reports_in_one_day": "",
        "users_per_day": "1500",
    }  # fmt: skip
    assert client.post(page("intake"), sent).status_code == 302
    (row,) = CaseRow.objects.select_related("report")
    report = row.report
    assert (report.impacts, report.workaround, report.reports) == (["multiple-users"], False, 4)
    assert row.due_kind == "first-response"
    assert "Incident priorities by service tier and users: P1" in text(client.get(page("case", row.pk)))
    facts = {"version": str(row.version), "extent-shown": "yes", "workaround": "yes", "reports": "four"}
    refused = client.post(page("case-facts", row.pk), facts)
    assert refused.status_code == 422
    assert "Count them" in text(refused)
    assert client.post(page("case-facts", row.pk), facts | {"reports": "14"}).status_code == 302
    row.report.refresh_from_db()
    assert (row.report.impacts, row.report.workaround, row.report.reports) == ([], True, 14)
    shown = text(client.get(page("case", row.pk)))
    assert "Way round: there is one" in shown
    assert "Like reports in all: 14" in shown


def test_the_story_says_who_was_reminded_and_who_was_told(
    cast: Cast, at: datetime, stopped_clock: StoppedClock
) -> None:
    number = at_vets_gov(cast, at)
    later = stopped_clock.forward(days=16)
    carry_out_promises(at=later)
    shown = text(sign_in("triager").get(page("case", number)))
    assert "Reminded after 15 days: still open (Ben Ostrow (vets.gov))" in shown
    assert "the first response is late" in shown


def test_a_case_page_costs_no_more_than_twelve_statements_with_promises(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = at_vets_gov(cast, at, extent=Extent(reports=12))
    client = sign_in("triager")
    client.get(page("case", number))
    with django_assert_max_num_queries(12):
        client.get(page("case", number))
    assert queries.case(cast.triager, number, at=at).promised.promises
