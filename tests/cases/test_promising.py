"""Which promises run for a case, when they fall due, what stops them, and who hears of it when they are not kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plans.books import book, plan, shipped, team

from tierline.cases.promising import (
    Offer,
    Promise,
    Promised,
    PromiseState,
    Standing,
    Standstill,
    promised,
)
from tierline.foundation.business_time import elapsed
from tierline.plans.clocks import PromiseKind, ServiceTier
from tierline.plans.planbook import Planbook

NEW_YORK = ZoneInfo("America/New_York")
BOOK = shipped()
ACK, FIRST, DONE = PromiseKind


def at(text: str) -> datetime:
    """A time in New York, such as ``2026-03-06 16:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def _office(**clock: Any) -> Planbook:
    """Two teams, one calendar with federal holidays, and one policy of the team ``back``."""
    duties = [{"id": "chief", "label": "Chief", "holders": ["ida"], "deputy": "ida"}]
    calendar = {
        "id": "office",
        "label": "Office hours",
        "zone": "America/New_York",
        "hours": {"monday-friday": "09:00-17:00"},
        "holidays": "US",
        "source": {"heading": "All"},
        "text": "Open by day.",
    }
    told = {"id": "promise", "label": "Promise", "source": {"heading": "All"}, "text": "So it is promised."}
    policy = {**told, "teams": ["back"], "calendar": "office", "pauses_while": ["waiting-for-reporter"], **clock}
    return book(plan(calendars=[calendar], clocks=[policy], duties=duties, teams=[team("front", 1), team("back", 2)]))


def _case(entered: str, **known: Any) -> Standing:
    return Standing(service="rides", holder="back", entered=at(entered), **known)


def _tier_3(entered: str, **known: Any) -> Standing:
    return Standing(service="secure-messaging", holder="mhv-tier-3", entered=at(entered), **known)


def _one(told: Promised, kind: PromiseKind) -> Promise:
    (promise,) = [promise for promise in told.promises if promise.kind is kind]
    return promise


def _due(told: Promised, kind: PromiseKind) -> str | None:
    due = _one(told, kind).due.at
    return None if due is None else due.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M %Z")


def _keys(told: Promised) -> list[str]:
    return [nudge.key for nudge in told.nudges] + [telling.key for telling in told.to_be_told]


# -- the shipped policies ---------------------------------------------------------------------------------


def test_a_matter_of_patient_safety_is_answered_within_an_hour_and_says_by_which_sentence() -> None:
    case = _tier_3("2026-11-20 16:30", flags=frozenset({"patient-safety"}))
    told = promised(BOOK, case, at("2026-11-20 16:45"))
    assert (_due(told, FIRST), _due(told, DONE)) == ("2026-11-20 17:30 EST", "2026-11-21 16:30 EST")
    first = _one(told, FIRST)
    assert first.sentence() == (
        "First response within 1 hour (MHV Tier 3 targets by impact, Critical): due Friday 20 November 2026, 17:30 EST."
    )
    assert (first.because.plan, first.because.clause) == ("mhv-tier-3", "tier-3-by-impact")
    assert first.because.text
    assert first.state is PromiseState.RUNNING
    assert told.next_due == at("2026-11-20 17:30")


def test_ten_reports_in_one_day_are_urgent_and_the_first_answer_is_counted_in_business_hours() -> None:
    # Thursday afternoon before the weekend of 8 March, when the clocks go forward; Central time counts.
    case = Standing("secure-messaging", "vets-gov", at("2026-03-05 16:00"), reports=12, reports_in_one_day=10)
    told = promised(BOOK, case, at("2026-03-05 16:00"))
    assert _due(told, DONE) == "2026-03-07 16:00 EST"
    # 4 hours on Thursday, 12 on Friday, Monday and Tuesday, and 8 on Wednesday.
    assert _due(told, FIRST) == "2026-03-11 16:00 EDT"
    assert _one(told, FIRST).due.steps[3].why == ("weekend",)
    assert [level.level.id for level in told.levels] == ["urgent"]


def test_a_service_brings_its_tier_and_an_incident_its_priority_without_a_time() -> None:
    case = _tier_3("2026-11-20 09:00", users_per_day=5000)
    levels = {level.policy: level.level.label for level in promised(BOOK, case, at("2026-11-20 10:00")).levels}
    assert levels == {"Incident priorities by service tier and users": "P1"}
    lower = replace(case, service_tier=ServiceTier.THREE)
    assert [level.level.label for level in promised(BOOK, lower, at("2026-11-20 10:00")).levels] == ["P3"]


def test_a_mail_nobody_acknowledges_is_told_to_the_lead_and_then_to_the_deputy() -> None:
    offer = Offer("mhv-sustainment", "email", at("2026-11-16 10:00"))
    case = Standing("secure-messaging", "vets-gov", at("2026-11-16 09:00"), offer=offer, first_responded=offer.at)
    assert _due(promised(BOOK, case, at("2026-11-17 10:00")), ACK) == "2026-11-18 10:00 EST"
    assert promised(BOOK, case, at("2026-11-18 13:59")).to_be_told == ()
    late = promised(BOOK, case, at("2026-11-18 14:00"))
    assert _one(late, ACK).state is PromiseState.LATE
    assert [(t.duty, t.deputy) for t in late.to_be_told] == [("mhv-sustainment-lead", False)]
    told = replace(case, recorded=frozenset(t.key for t in late.to_be_told))
    assert promised(BOOK, told, at("2026-11-19 13:59")).to_be_told == ()
    (deputy,) = promised(BOOK, told, at("2026-11-19 14:00")).to_be_told
    assert (deputy.duty, deputy.deputy, deputy.at) == ("mhv-sustainment-lead", True, at("2026-11-19 14:00"))
    both = replace(told, recorded=told.recorded | {deputy.key})
    assert promised(BOOK, both, at("2026-12-19 14:00")).to_be_told == ()


def test_what_was_acknowledged_is_told_to_nobody() -> None:
    offer = Offer("mhv-sustainment", "email", at("2026-11-16 10:00"), acknowledged=at("2026-11-18 12:00"))
    case = Standing("secure-messaging", "vets-gov", at("2026-11-16 09:00"), offer=offer, first_responded=offer.at)
    told = promised(BOOK, case, at("2026-11-20 10:00"))
    assert _one(told, ACK).state is PromiseState.KEPT_LATE
    assert told.to_be_told == ()
    # At noon on the 17th nobody had acknowledged it yet: what came later is not looked at.
    assert _one(promised(BOOK, case, at("2026-11-17 12:00")), ACK).state is PromiseState.RUNNING


def test_the_general_promise_to_acknowledge_is_set_aside_by_the_one_for_mail() -> None:
    offer = Offer("mhv-sustainment", "email", at("2026-11-16 10:00"))
    case = Standing("secure-messaging", "vets-gov", at("2026-11-16 09:00"), offer=offer)
    promise = _one(promised(BOOK, case, at("2026-11-16 10:00")), ACK)
    assert promise.because.clause == "mail-to-sustainment-acknowledged"
    assert promise.set_aside == ("hand-off-acknowledged",)


def test_an_issue_is_nudged_at_7_15_and_30_days() -> None:
    case = Standing("secure-messaging", "vets-gov", at("2026-10-26 09:00"), reports=1, workaround=True)
    days = [len(promised(BOOK, case, case.entered + timedelta(days=day)).nudges) for day in (6, 8, 16, 31)]
    assert days == [0, 1, 2, 3]
    # The clocks went back on 1 November; a week is still due at the same time of day.
    (first,) = promised(BOOK, case, at("2026-11-02 09:00")).nudges
    assert (str(first.after), first.at) == ("7 days", at("2026-11-02 09:00"))
    done = replace(case, recorded=frozenset({first.key}))
    assert promised(BOOK, done, at("2026-11-08 09:00")).nudges == ()
    assert promised(BOOK, replace(case, resolved=at("2026-11-02 08:00")), at("2026-12-01 09:00")).nudges == ()


@pytest.mark.parametrize(
    ("moment", "since", "wanted"),
    [
        ("2026-11-20 12:59", "2026-11-20 08:00", []),
        ("2026-11-20 13:00", "2026-11-20 08:00", [("afternoon", False)]),
        ("2026-11-20 13:00", "2026-11-20 09:30", []),  # somebody looked at it this morning
        ("2026-11-23 09:00", "2026-11-20 09:30", [("log-on", False)]),
        ("2026-11-23 08:59", "2026-11-20 09:30", []),
        ("2026-11-23 09:00", "2026-11-19 15:00", [("log-on", True)]),
        ("2026-11-27 09:00", "2026-11-25 12:00", [("log-on", False)]),  # Thanksgiving is no working day
        ("2026-11-27 09:00", "2026-11-25 13:30", []),
    ],
)
def test_what_nobody_touched_is_shown_at_log_on_and_in_the_afternoon(
    moment: str, since: str, wanted: list[tuple[str, bool]]
) -> None:
    case = _tier_3("2026-11-02 09:00", touched=at(since))
    assert [(found.check, found.whole_day) for found in promised(BOOK, case, at(moment)).left_alone] == wanted


def test_what_waits_for_the_reporter_or_is_solved_is_not_left_alone() -> None:
    waits = _tier_3("2026-11-02 09:00", standstills=(Standstill("waiting-for-reporter", at("2026-11-02 10:00")),))
    solved = _tier_3("2026-11-02 09:00", resolved=at("2026-11-02 10:00"))
    assert [promised(BOOK, case, at("2026-11-20 13:00")).left_alone for case in (waits, solved)] == [(), ()]


# -- how clocks stand -------------------------------------------------------------------------------------


def test_waiting_for_the_reporter_stops_the_clock_and_the_answer_starts_it_again() -> None:
    office = _office(resolution="8 business hours")
    case = _case("2026-03-05 09:00", standstills=(Standstill("waiting-for-reporter", at("2026-03-05 11:00")),))
    paused = _one(promised(office, case, at("2026-03-06 12:00")), DONE)
    assert (paused.state, paused.due.at, paused.due.left) == (PromiseState.PAUSED, None, timedelta(hours=6))
    assert paused.sentence().endswith("it stands still and falls due when it goes on.")
    answered = replace(
        case, standstills=(Standstill("waiting-for-reporter", at("2026-03-05 11:00"), at("2026-03-06 15:00")),)
    )
    assert _due(promised(office, answered, at("2026-03-06 15:00")), DONE) == "2026-03-09 13:00 EDT"


def test_a_standstill_the_policy_does_not_name_stops_nothing() -> None:
    office = _office(resolution="8 business hours")
    case = _case("2026-03-05 09:00", standstills=(Standstill("on-hold", at("2026-03-05 11:00")),))
    assert _due(promised(office, case, at("2026-03-05 12:00")), DONE) == "2026-03-05 17:00 EST"


def test_a_promise_that_was_late_before_the_pause_stays_late() -> None:
    office = _office(resolution="1 business hour")
    case = _case("2026-03-05 09:00", standstills=(Standstill("waiting-for-reporter", at("2026-03-05 11:00")),))
    assert _one(promised(office, case, at("2026-03-06 12:00")), DONE).state is PromiseState.LATE


@pytest.mark.parametrize(
    ("entered", "due"),
    [
        ("2026-03-06 16:00", "2026-03-09 16:00 EDT"),  # over the change to summer time
        ("2026-10-30 16:00", "2026-11-02 16:00 EST"),  # and back
        ("2026-07-02 16:00", "2026-07-06 16:00 EDT"),  # 3 July 2026 is observed for the 4th
        ("2026-11-25 16:00", "2026-11-27 16:00 EST"),  # Thanksgiving
        ("2026-12-31 16:00", "2027-01-04 16:00 EST"),  # New Year
    ],
)
def test_eight_business_hours_and_one_business_day_agree_over_every_kind_of_gap(entered: str, due: str) -> None:
    for span in ("8 business hours", "1 business day"):
        assert _due(promised(_office(resolution=span), _case(entered), at(entered)), DONE) == due


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({"resolved": "2026-03-05 16:00"}, PromiseState.KEPT),
        ({"resolved": "2026-03-05 17:00"}, PromiseState.KEPT),  # at the last moment
        ({"resolved": "2026-03-06 09:00"}, PromiseState.KEPT_LATE),
        ({}, PromiseState.LATE),
        ({"resolved": "2026-03-07 09:00"}, PromiseState.LATE),  # not yet
    ],
)
def test_a_promise_is_kept_late_or_still_to_be_kept(known: dict[str, str], state: PromiseState) -> None:
    case = _case("2026-03-05 09:00", **{key: at(text) for key, text in known.items()})
    told = promised(_office(resolution="8 business hours"), case, at("2026-03-06 10:00"))
    assert _one(told, DONE).state is state
    assert _one(told, DONE).open is (state is PromiseState.LATE)
    assert (told.next_due is None) is (state is not PromiseState.LATE)


def test_what_was_resolved_was_answered() -> None:
    case = _case("2026-03-05 09:00", resolved=at("2026-03-05 10:00"))
    told = promised(_office(first_response="4h"), case, at("2026-03-06 10:00"))
    assert _one(told, FIRST).state is PromiseState.KEPT


def test_before_a_case_came_or_where_no_policy_governs_nothing_is_promised() -> None:
    office = _office(resolution="8 business hours")
    assert promised(office, _case("2026-03-05 09:00"), at("2026-03-05 08:59")) == Promised()
    assert promised(office, replace(_case("2026-03-05 09:00"), holder="front"), at("2026-03-06 09:00")) == Promised()
    assert promised(office, replace(_case("2026-03-05 09:00"), service="unheard-of"), at("2026-03-06 09:00")).promises


def test_escalation_after_business_hours_waits_for_the_office_to_open() -> None:
    chief = {"duty": "chief", "after": "2 business hours", "deputy_after": "1 business day"}
    office = _office(first_response="8 business hours", escalate_to=chief)
    case = _case("2026-03-05 12:00")  # late from Friday 12:00
    told = promised(office, case, at("2026-03-12 12:00")).to_be_told
    assert [(t.deputy, t.at) for t in told] == [(False, at("2026-03-06 14:00")), (True, at("2026-03-09 14:00"))]
    assert promised(office, case, at("2026-03-06 13:59")).to_be_told == ()


# -- for every case ---------------------------------------------------------------------------------------

MOMENTS = st.integers(0, 400 * 96).map(
    lambda quarters: datetime(2026, 1, 1, tzinfo=UTC) + quarters * timedelta(minutes=15)
)
CASES = st.builds(
    Standing,
    service=st.sampled_from(["secure-messaging", "rides"]),
    holder=st.sampled_from(["mhv-tier-3", "vets-gov", "hrc"]),
    entered=MOMENTS,
    audience=st.sampled_from(["veteran", "staff"]),
    flags=st.sampled_from([frozenset(), frozenset({"patient-safety"})]),
    impacts=st.sampled_from([frozenset(), frozenset({"multiple-users"}), frozenset({"enhancement"})]),
    reports=st.none() | st.integers(1, 20),
    workaround=st.none() | st.booleans(),
    users_per_day=st.none() | st.integers(0, 3000),
    offer=st.none() | st.builds(Offer, st.sampled_from(["mhv-sustainment", "mhv-tier-3"]), st.just("email"), MOMENTS),
    first_responded=st.none() | MOMENTS,
    resolved=st.none() | MOMENTS,
    standstills=st.lists(
        st.builds(
            lambda begins, hours, why: Standstill(why, begins, begins + timedelta(hours=hours)),
            MOMENTS,
            st.integers(1, 200),
            st.sampled_from(["waiting-for-reporter", "on-hold"]),
        ),
        max_size=3,
    ).map(tuple),
)


@given(CASES, MOMENTS)
@settings(max_examples=300, deadline=None)
def test_the_same_question_has_the_same_whole_answer(case: Standing, moment: datetime) -> None:
    told = promised(BOOK, case, moment)
    assert told == promised(BOOK, case, moment)
    for promise in told.promises:
        assert promise.because.text
        assert promise.sentence().endswith(".")
        assert promise.due.at is None or promise.due.at >= promise.begins
        assert (promise.state is PromiseState.LATE) <= (promise.due.at is not None and promise.due.at < moment)
    assert all(nudge.at <= moment for nudge in told.nudges)
    assert all(telling.at <= moment for telling in told.to_be_told)
    keys = _keys(told)
    assert len(keys) == len(set(keys))


@given(CASES, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_what_is_recorded_is_not_asked_for_again(case: Standing, moment: datetime) -> None:
    told = promised(BOOK, case, moment)
    done = replace(case, recorded=frozenset(_keys(told)))
    again = promised(BOOK, done, moment)
    assert (again.nudges, again.to_be_told) == ((), ())
    assert again.promises == told.promises


@given(CASES, MOMENTS, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_what_happens_later_changes_no_earlier_answer(case: Standing, moment: datetime, later: datetime) -> None:
    earlier = min(moment, later)
    cut = replace(
        case,
        resolved=None if case.resolved and case.resolved > earlier else case.resolved,
        first_responded=None if case.first_responded and case.first_responded > earlier else case.first_responded,
        offer=None if case.offer and case.offer.at > earlier else case.offer,
        standstills=tuple(s for s in case.standstills if s.begins <= earlier),
    )
    assert promised(BOOK, cut, earlier) == promised(BOOK, case, earlier)


def test_half_a_year_of_cases_is_followed_hour_by_hour_and_every_clock_is_right() -> None:
    chief = {"duty": "chief", "after": "1 business hour", "deputy_after": "1 business day"}
    office = _office(first_response="8 business hours", nudges=["7d"], escalate_to=chief)
    hours = office.calendars["office"]
    begins = at("2026-09-01 00:30")
    for day in range(0, 183, 3):
        case = replace(_case("2026-09-01 09:00"), entered=begins + timedelta(days=day, hours=day // 3 % 24))
        recorded: list[tuple[str, datetime]] = []
        for step in range(24 * 16):
            now = case.entered.astimezone(UTC) + timedelta(hours=step)
            told = promised(office, replace(case, recorded=frozenset(key for key, _ in recorded)), now)
            promise = _one(told, FIRST)
            counted = elapsed(case.entered, now, hours)
            assert (promise.state is PromiseState.LATE) is (promise.due.at is not None and promise.due.at < now)
            assert not (promise.state is PromiseState.LATE and counted < timedelta(hours=8))
            assert not (promise.state is PromiseState.RUNNING and counted > timedelta(hours=8))
            recorded += [(key, now) for key in _keys(told)]
        kinds = [key.rsplit("/", 1)[1] if "/first-response/" in key else "nudge" for key, _ in recorded]
        assert sorted(kinds) == ["deputy", "duty", "nudge"]
        assert kinds.index("duty") < kinds.index("deputy")
        told_duty = next(when for key, when in recorded if key.endswith("/duty"))
        assert timedelta(hours=9) <= elapsed(case.entered, told_duty, hours) <= timedelta(hours=10)


@pytest.mark.parametrize("span", ["8 business hours", "2 business days", "5d"])
def test_a_promise_that_was_kept_is_explained_by_its_time_whatever_stood_still_afterwards(span: str) -> None:
    office, asked = _office(first_response=span), at("2026-03-05 11:00")
    case = _case("2026-03-05 09:00", first_responded=asked)
    before = _one(promised(office, case, at("2026-03-06 12:00")), FIRST)
    waiting = replace(case, standstills=(Standstill("waiting-for-reporter", asked),))
    after = _one(promised(office, waiting, at("2026-03-06 12:00")), FIRST)
    assert after.sentence() == before.sentence()
    assert "stands still" not in after.sentence()
    assert after.due.steps == before.due.steps


def test_a_promise_kept_in_the_middle_of_a_pause_says_when_it_would_have_been_due() -> None:
    office = _office(resolution="8 business hours")
    known = _case("2026-03-05 09:00", resolved=at("2026-03-05 13:00"))
    case = replace(known, standstills=(Standstill("waiting-for-reporter", at("2026-03-05 11:00")),))
    kept = _one(promised(office, case, at("2026-03-06 12:00")), DONE)
    assert (kept.state, kept.due.at) == (PromiseState.KEPT, at("2026-03-06 11:00"))
