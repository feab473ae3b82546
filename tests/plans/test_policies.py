"""Policies of time: how they are written, which level a case has, and what a check finds wrong with them."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.plans.books import AT, acknowledge_by, book, check, gap, plan, shipped, team, water

from tierline.foundation.business_time import Span
from tierline.foundation.calendars import Hours
from tierline.plans.clocks import PromiseKind, ServiceTier
from tierline.plans.findings import PlanUnreadable
from tierline.plans.policies import Circumstances, governing, level_of, most_particular
from tierline.plans.rendering import to_html, to_markdown

BOOK = shipped()
OFFICE = {
    "id": "office",
    "label": "Office hours",
    "zone": "Europe/Oslo",
    "hours": {"monday-thursday": "08:00-16:00", "friday": ["08:00-12:00", "13:00-15:00"]},
    "holidays": "NO",
    "closed": [{"day": "2026-06-01", "name": "Stocktaking"}],
    "source": {"heading": "All"},
    "text": "The office is open by day.",
}


def clock(**keys: Any) -> dict[str, Any]:
    """A policy under the only heading."""
    return {"id": "promise", "label": "Promise", "source": {"heading": "All"}, "text": "It is promised.", **keys}


def level(level_id: str, **keys: Any) -> dict[str, Any]:
    """One level that promises an answer within an hour."""
    return {"id": level_id, "label": level_id.title(), "first_response": "1h", **keys}


def with_clocks(*clocks: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """The small plan with policies and the office's calendar."""
    return plan(calendars=[OFFICE], clocks=list(clocks), **sections)


def found_in(*clocks: dict[str, Any], **sections: Any) -> list[tuple[str, str]]:
    """The errors of such a plan: code and message."""
    return [(f.code, f.message) for f in check(with_clocks(*clocks, **sections)).errors]


def _level(policy: str, **known: Any) -> str | None:
    found = level_of(BOOK.clocks[policy], Circumstances(team="", service="", **known))
    return None if found is None else found.id


# -- the four that are shipped ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({"flags": frozenset({"patient-safety"})}, "critical"),
        ({"impacts": frozenset({"patient-safety", "multiple-users"})}, "critical"),
        ({"impacts": frozenset({"multiple-providers"})}, "high"),
        ({"impacts": frozenset({"single-user-complex"})}, "medium"),
        ({"impacts": frozenset({"enhancement"})}, "low"),
        ({"flags": frozenset({"congressional"})}, None),
    ],
)
def test_tier_3_sets_its_targets_by_impact(known: dict[str, Any], wanted: str | None) -> None:
    assert _level("tier-3-by-impact", **known) == wanted


@pytest.mark.parametrize(
    ("reports", "in_one_day", "workaround", "wanted"),
    [
        (10, 10, True, "urgent"),
        (10, 9, True, "high"),
        (9, 9, False, "medium"),
        (9, 1, True, "low"),
        (9, 1, None, None),
        (None, None, True, None),
    ],
)
def test_the_contact_centre_sets_its_targets_by_the_number_of_reports(
    reports: int | None, in_one_day: int | None, workaround: bool | None, wanted: str | None
) -> None:
    known = {"reports": reports, "reports_in_one_day": in_one_day, "workaround": workaround}
    assert _level("contact-centre-by-reports", **known) == wanted


@pytest.mark.parametrize(
    ("tier", "users", "wanted"),
    [
        *((1, 1001, "p1"), (1, 1000, "p2"), (1, 100, "p3"), (1, 0, None)),
        *((2, 1001, "p2"), (2, 101, "p3"), (2, 100, "p4")),
        *((3, 1001, "p3"), (3, 1000, "p4"), (3, 1, "p4"), (3, None, None)),
    ],
)
def test_the_priority_of_an_incident_follows_from_service_tier_and_users(
    tier: int, users: int | None, wanted: str | None
) -> None:
    assert _level("incident-priorities", service_tier=ServiceTier(tier), users_per_day=users) == wanted


def test_staff_tickets_have_a_severity_and_no_promised_time() -> None:
    assert [_level("staff-severity", severity=word) for word in ("critical", "low", "odd", None)] == [
        "critical",
        "low",
        None,
        None,
    ]
    assert BOOK.clocks["staff-severity"].spans() == ()
    staff = Circumstances("mhv-tier-3", "secure-messaging", audience="staff", severity="high")
    veteran = Circumstances("mhv-tier-3", "secure-messaging", severity="high")
    governed = [{one.clock.id for one in governing(BOOK, case, AT)} for case in (staff, veteran)]
    assert governed[0] - governed[1] == {"staff-severity"}


def test_each_shipped_policy_says_what_is_not_stated_as_a_gap() -> None:
    said = {word for one in BOOK.plans.values() for entry in one.gaps for word in entry.about}
    assert {"tier-3-by-impact", "contact-centre-by-reports", "staff-severity", "incident-priorities"} <= said


# -- which counts -----------------------------------------------------------------------------------------


def test_the_policy_that_names_teams_counts_before_the_one_for_everybody() -> None:
    for_all, for_back = clock(id="all", resolution="1h"), clock(id="back", teams=["back"], resolution="5d")
    small = book(with_clocks(for_all, for_back))
    chosen = [
        most_particular(list(governing(small, Circumstances(where, "rides"), AT)), PromiseKind.RESOLUTION)
        for where in ("front", "back")
    ]
    assert [one and one.clock.id for one in chosen] == ["all", "back"]


def test_a_policy_holds_from_the_first_day_of_its_plan() -> None:
    small = book(with_clocks(clock(resolution="1h")))
    assert not list(governing(small, Circumstances("back", "rides"), AT.replace(year=2019)))


def test_a_hand_off_is_acknowledged_in_business_time_where_the_plan_says_so() -> None:
    small = book(with_clocks(clock(calendar="office", acknowledge_within="2 business days")))
    # AT is Friday 20 November 2026, 18:00 in Oslo: after the office has closed.
    assert acknowledge_by(small, "back", "email", AT) == AT.replace(day=24, hour=15)
    assert acknowledge_by(water(), "counter", None, AT) == AT + timedelta(days=1)


# -- reading ----------------------------------------------------------------------------------------------


def test_a_calendar_is_written_by_weekday() -> None:
    office = book(with_clocks()).calendars["office"]
    assert office.weekly[0] == (Hours(480, 960),)
    assert office.weekly[4] == (Hours(480, 720), Hours(780, 900))
    assert office.weekly[5:] == ((), ())
    assert office.closed == ((date(2026, 6, 1), "Stocktaking"),)


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"hours": {"monday": "9-17"}}, "written like 09:00"),
        ({"hours": {"monday": "17:00-09:00"}}, "run backwards"),
        ({"hours": {"monday": "09:00-25:00"}}, "written like 09:00"),
        ({"hours": {"monday": "09:00"}}, "written like 09:00-17:00"),
        ({"hours": {"mon": "09:00-17:00"}}, "a weekday is written"),
        ({"hours": {"friday-monday": "09:00-17:00"}}, "earlier to a later"),
        ({"hours": {"monday-friday": "09:00-17:00", "monday": "09:00-17:00"}}, "twice"),
        ({"hours": {}}, "open at some time"),
        ({"hours": "always"}, "by weekday"),
        ({"zone": "Nowhere/Else"}, "no zone"),
        ({"holidays": "XX"}, "no country"),
        ({"id": "calendar-hours"}, "is kept"),
    ],
)
def test_a_calendar_that_cannot_be_counted_by_is_refused_with_its_line(keys: dict[str, Any], what: str) -> None:
    with pytest.raises(PlanUnreadable, match=what):
        book(plan(calendars=[{**OFFICE, **keys}]))


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"resolution": "soon"}, "48 business hours"),
        ({"resolution": 5}, "48 business hours"),
        ({"resolution": "0h"}, "leave it out"),
        ({"resolution": "2 business days", "calendar": None}, "needs a calendar"),
        ({"untouched": {"afternoon": "13:00"}, "calendar": None}, "needs a calendar"),
        ({"untouched": {"afternoon": "1 pm"}}, "written like 09:00"),
        ({"levels": [level("a"), level("a")]}, "same id"),
        ({"levels": [level("a", when={"reports": "many"})]}, "range of numbers"),
        ({"levels": [level("a", when={"reports": "9-3"})]}, "holds no number"),
        ({"levels": [level("a", when={"reports": "< 0"})]}, "holds no number"),
        ({"levels": [level("a", when={"flags": "purple"})]}, "can stand here"),
        ({"levels": [level("a", when={"service_tier": 4})]}, "service_tier"),
        ({"pauses_while": ["asleep"]}, "waiting-for-reporter"),
    ],
)
def test_a_policy_that_cannot_be_counted_is_refused(keys: dict[str, Any], what: str) -> None:
    with pytest.raises(PlanUnreadable, match=what):
        book(with_clocks(clock(**{"calendar": "office", **keys})))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [(">= 10", 10, None), (">10", 11, None), ("< 10", 0, 9), ("<= 10", 0, 10), ("3-9", 3, 9), ("7", 7, 7), (7, 7, 7)],
)
def test_ranges_of_numbers_are_read(text: str | int, low: int, high: int | None) -> None:
    small = book(with_clocks(clock(levels=[level("a", when={"reports": text})])))
    found = small.clocks["promise"].levels[0].when[0].reports
    assert found is not None
    assert (found.low, found.high) == (low, high)
    assert not found.holds(None)


def test_spans_keep_whether_they_count_business_time() -> None:
    small = book(with_clocks(clock(calendar="office", first_response="48 business hours", resolution="7d")))
    read = small.clocks["promise"]
    assert (read.first_response, read.resolution) == (Span(timedelta(hours=48), business=True), Span(days=7))


# -- checking ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"calendar": "nowhere"}, "nowhere"),
        ({"teams": ["nobody"]}, "nobody"),
        ({"services": ["nothing"]}, "nothing"),
        ({"escalate_to": {"duty": "chief"}}, "chief"),
    ],
)
def test_a_policy_that_names_what_nothing_declares_is_found(keys: dict[str, Any], word: str) -> None:
    ((code, message),) = found_in(clock(resolution="1h", **keys))
    assert code == "unknown-reference"
    assert word in message


def test_a_level_whose_cases_an_earlier_one_has_is_found() -> None:
    levels = [level("many", when={"reports": ">= 5"}), level("very-many", when={"reports": ">= 10"})]
    ((code, message),) = found_in(clock(calendar="office", levels=levels))
    assert (code, "very-many" in message) == ("never-applies", True)
    assert found_in(clock(calendar="office", levels=levels[::-1])) == []


def test_more_reports_in_one_day_than_in_all_are_no_case() -> None:
    levels = [level("odd", when={"reports": "< 5", "reports_in_one_day": ">= 5"})]
    assert [code for code, _ in found_in(clock(calendar="office", levels=levels))] == ["never-applies"]


def test_a_level_after_one_for_every_case_is_found() -> None:
    levels = [level("any"), level("bad", when={"severity": "bad"})]
    assert [code for code, _ in found_in(clock(calendar="office", levels=levels))] == ["never-applies"]


def test_two_policies_that_promise_the_same_case_different_times_contradict() -> None:
    one = clock(id="by-impact", calendar="office", levels=[level("wide", when={"impact": "many"})])
    other = clock(
        id="by-count", calendar="office", levels=[level("ten", when={"reports": ">= 10"}, first_response="2h")]
    )
    ((code, message),) = found_in(one, other)
    assert code == "contradiction"
    assert "by-impact (wide) and by-count (ten)" in message
    assert "1 hour and 2 hours" in message


@pytest.mark.parametrize(
    "keys",
    [
        {"teams": ["back"]},  # the more particular one counts
        {"audience": ["staff"]},
        {"first_response": "1h"},  # they agree
        {"first_response": None, "resolution": "4h"},  # they promise another thing
    ],
)
def test_policies_that_can_both_be_kept_do_not_contradict(keys: dict[str, Any]) -> None:
    one = clock(id="one", first_response="1h")
    assert found_in(one, clock(id="other", **{"first_response": "2h", **keys})) == []


def test_policies_of_teams_that_differ_do_not_contradict() -> None:
    one, other = clock(id="one", teams=["front"], resolution="1h"), clock(id="other", teams=["back"], resolution="2h")
    assert found_in(one, other) == []
    assert [code for code, _ in found_in(one, {**other, "teams": ["back", "front"]})] == ["contradiction"]


def test_a_level_without_a_time_and_a_policy_without_a_calendar_need_a_gap() -> None:
    bare = clock(levels=[{"id": "bad", "label": "Bad", "when": {"severity": "bad"}}])
    assert sorted(code for code, _ in found_in(bare)) == ["unsaid-gap", "unsaid-gap"]
    assert found_in(bare, gaps=[gap("no-times", about=["promise"])]) == []


def test_an_escalation_needs_a_deputy_where_it_names_one_and_something_to_escalate() -> None:
    duties = [{"id": "chief", "label": "Chief", "holders": ["ida"]}]
    to_deputy = clock(resolution="1h", escalate_to={"duty": "chief", "deputy_after": "1h"})
    assert [code for code, _ in found_in(to_deputy, duties=duties)] == ["deputy-missing"]
    assert found_in(to_deputy, duties=[{**duties[0], "deputy": "ida"}]) == []
    of_nothing = clock(resolution="1h", escalate_to={"duty": "chief", "missed": ["first-response"]})
    assert [code for code, _ in found_in(of_nothing, duties=duties)] == ["never-applies"]


def test_a_policy_that_asks_about_too_much_is_told_and_not_called_wrong() -> None:
    words = [f"word-{number}" for number in range(40)]
    every = [
        level(f"l{n}", when={"impact": word, "severity": word, "users_per_day": f"{n}-{n + 5}"})
        for n, word in enumerate(words[:12])
    ]
    every[0]["when"]["impact"] = words
    result = check(with_clocks(clock(calendar="office", levels=every)))
    assert [finding.code for finding in result.findings] == ["not-tried"]


# -- telling ----------------------------------------------------------------------------------------------


def test_policies_and_calendars_are_told_in_the_document() -> None:
    text = to_markdown(BOOK, BOOK.plans["mhv-rx-sm"])
    for told in (
        "first response within 48 business hours",
        "Urgent (reports in one day at least 10): resolved within 48 hours",
        "Low (reports in all at most 9, with a way round): resolved within 30 days",
        "reminded after 7 days, 15 days, 30 days",
        "Monday to Friday 07:00-19:00, Saturday to Sunday closed (America/Chicago)",
        "4 hours after the acknowledgement is late: told to Lead of MHV sustainment, and the deputy 1 day after that",
    ):
        assert told in text, told
    assert "no time is stated" in to_html(BOOK, BOOK.plans["mhv-downtime"])


def test_everything_a_policy_can_say_is_told() -> None:
    full = clock(
        calendar="office",
        teams=["back"],
        by=["email"],
        services=["rides"],
        audience=["staff"],
        levels=[
            level("odd", when=[{"flags": {"except": ["congressional"]}}, {"service_tier": 2, "workaround": False}])
        ],
        untouched={"afternoon": "13:30"},
        pauses_while=["on-hold"],
        escalate_to={"duty": "chief"},
    )
    duties = [{"id": "chief", "label": "Chief", "holders": ["ida"]}]
    small = book(with_clocks(full, duties=duties, teams=[team("front", 1), team("back", 2)]))
    text = to_html(small, small.plans["small"])
    for told in (
        "for what is at back by email about Rides reported by staff",
        "counted by: Office hours",
        "Odd (flagged anything but congressional; or service tier 2, without a way round): first response",
        "stands still while on hold",
        "shown at log-on and at 13:30",
        "as soon as a promise is late: told to Chief",
        "closed on 2026-06-01: Stocktaking",
        "Friday 08:00-12:00 and 13:00-15:00",
    ):
        assert told in text, told
