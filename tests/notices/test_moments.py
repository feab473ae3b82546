"""When word is owed, over a year with every change of the clocks; what is merged, late or waived."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.foundation.trouble import MoveNotAllowed
from tierline.notices.moments import (
    TRANSITIONS,
    Kept,
    Moment,
    Owing,
    OwingMove,
    Rule,
    Standing,
    after,
    behind,
    day_before,
    owed_for,
    owed_the_day_before,
    standing,
)

EAST = "America/New_York"
RULE = Rule(zone=EAST)
NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_day_before_is_a_calendar_day_at_the_hour_even_when_the_clocks_change() -> None:
    just_after_midnight = datetime(2026, 11, 2, 0, 30, tzinfo=ZoneInfo(EAST))
    due = day_before(just_after_midnight, RULE)
    assert due == datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
    assert due.astimezone(ZoneInfo(EAST)).time() == time(9)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.integers(0, 1439))  # noqa: DTZ001 - made aware below
def test_the_day_before_never_comes_later_than_its_least_lead(naive: datetime, minute: int) -> None:
    starts = naive.replace(tzinfo=UTC)
    due = day_before(starts, Rule(minute=minute, zone=EAST))
    assert starts - due >= timedelta(hours=12)
    assert starts - due <= timedelta(hours=50)


@pytest.mark.parametrize("day", [date(2026, 1, 1) + timedelta(days=number) for number in range(366)])
def test_every_day_of_a_year_has_its_day_before_at_nine(day: date) -> None:
    starts = datetime.combine(day, time(22), ZoneInfo(EAST))
    due = day_before(starts, RULE).astimezone(ZoneInfo(EAST))
    assert (due.date(), due.time()) == (day - timedelta(days=1), time(9))


def test_what_is_planned_well_ahead_is_owed_the_day_before() -> None:
    owed = owed_the_day_before(NOW + 72 * HOUR, RULE, NOW, with_=Moment.PLANNING_STARTED)
    assert owed.merged_into is None
    assert owed.due_at == datetime(2026, 11, 22, 14, tzinfo=UTC)


@pytest.mark.parametrize("hours", [1, 12, 23])
def test_what_is_planned_less_than_a_day_ahead_is_told_once_for_both(hours: int) -> None:
    owed = owed_the_day_before(NOW + hours * HOUR, RULE, NOW, with_=Moment.PLANNING_STARTED)
    assert owed.merged_into is Moment.PLANNING_STARTED


def test_what_is_planned_after_the_hour_of_the_day_before_is_merged_too() -> None:
    owed = owed_the_day_before(NOW + 30 * HOUR, RULE, NOW, with_=Moment.CHANGED)
    assert owed.merged_into is Moment.CHANGED


@given(st.integers(0, 400), st.integers(0, 23 * 60))
def test_word_of_the_day_before_is_merged_or_still_to_come(hours: int, minute: int) -> None:
    rule = Rule(minute=minute, zone=EAST)
    owed = owed_the_day_before(NOW + hours * HOUR, rule, NOW, with_=Moment.PLANNING_STARTED)
    assert owed.merged_into is not None or NOW < owed.due_at < NOW + hours * HOUR


def test_word_of_more_time_is_due_before_the_end_that_was_told() -> None:
    owed = owed_for(Moment.EXTENDED, RULE, NOW, before=NOW + timedelta(minutes=5))
    assert owed.due_at == NOW + timedelta(minutes=5)
    assert owed_for(Moment.EXTENDED, RULE, NOW, before=NOW - HOUR).due_at == NOW
    assert owed_for(Moment.CONCLUDED, RULE, NOW).due_at == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("state", "told", "at", "shown"),
    [
        (Owing.OWED, None, NOW - HOUR, Standing.COMING),
        (Owing.OWED, None, NOW + HOUR, Standing.LATE),
        (Owing.TOLD, NOW, NOW, Standing.ON_TIME),
        (Owing.TOLD, NOW + HOUR, NOW, Standing.TOLD_LATE),
        (Owing.WAIVED, None, NOW, Standing.WAIVED),
        (Owing.MERGED, None, NOW, Standing.MERGED),
        (Owing.SUPERSEDED, None, NOW, Standing.SUPERSEDED),
    ],
)
def test_lateness_is_implied_by_time(state: Owing, told: datetime | None, at: datetime, shown: Standing) -> None:
    assert standing(state, NOW, told, at) is shown


@pytest.mark.parametrize(
    ("state", "move"), [pair for pair in itertools.product(Owing, OwingMove) if pair not in TRANSITIONS]
)
def test_what_was_told_merged_or_waived_stays_so(state: Owing, move: OwingMove) -> None:
    with pytest.raises(MoveNotAllowed):
        after(state, move)


def test_the_auditor_names_what_is_overdue_and_the_oldest_first() -> None:
    late = Kept(Moment.CHANGED, Owing.OWED, NOW - HOUR)
    later = Kept(Moment.DAY_BEFORE, Owing.OWED, NOW - 2 * HOUR)
    fine = (Kept(Moment.CONCLUDED, Owing.OWED, NOW + HOUR), Kept(Moment.PLANNING_STARTED, Owing.TOLD, NOW - 9 * HOUR))
    assert behind((late, *fine, later), NOW) == (later, late)
