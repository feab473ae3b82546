"""Times given by the clock on the wall, around every change of the clocks in years to come."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.downtime.works import ZONE, frame

from tierline.downtime.content import Frame
from tierline.downtime.timing import (
    TimeRefused,
    clock_changes,
    frame_in_words,
    holidays_in,
    instant_given,
)

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "UTC")


@pytest.mark.parametrize(
    ("day", "of_day", "zone"),
    [
        (date(2026, 3, 8), time(2, 30), "America/New_York"),
        (date(2027, 3, 14), time(2, 0), "America/Chicago"),
        (date(2026, 3, 29), time(2, 59), "Europe/Berlin"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe"),
    ],
)
def test_a_time_the_clocks_jump_over_is_refused_with_the_time_after(day: date, of_day: time, zone: str) -> None:
    with pytest.raises(TimeRefused, match="the clocks go forward then") as refusal:
        instant_given(day, of_day, zone)
    assert refusal.value.choices == ()


@pytest.mark.parametrize(
    ("day", "of_day", "zone", "apart"),
    [
        (date(2026, 11, 1), time(1, 30), "America/New_York", timedelta(hours=1)),
        (date(2026, 10, 25), time(2, 0), "Europe/Berlin", timedelta(hours=1)),
        (date(2027, 4, 4), time(1, 45), "Australia/Lord_Howe", timedelta(minutes=30)),
    ],
)
def test_a_time_that_comes_twice_is_asked_about(day: date, of_day: time, zone: str, apart: timedelta) -> None:
    with pytest.raises(TimeRefused, match="comes twice") as refusal:
        instant_given(day, of_day, zone)
    first, second = refusal.value.choices
    assert second - first == apart
    assert instant_given(day, of_day, zone, "first") == first
    assert instant_given(day, of_day, zone, "second") == second


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0)),  # noqa: DTZ001 - local times are meant
    st.sampled_from(ZONES),
)
def test_whatever_is_taken_shows_the_very_time_that_was_given(local: datetime, zone: str) -> None:
    try:
        at = instant_given(local.date(), local.time(), zone)
    except TimeRefused as refusal:
        shown = {choice.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for choice in refusal.choices}
        assert shown <= {local}
        return
    assert at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def test_both_dates_the_zone_and_utc_are_always_said() -> None:
    words = frame_in_words(frame())
    assert words.starts == "Friday 4 December 2026, 22:00 EST (America/New_York), which is 2026-12-05 03:00 UTC"
    assert words.ends == "Saturday 5 December 2026, 02:00 EST (America/New_York), which is 2026-12-05 07:00 UTC"
    assert words.lasts == "4 hours"


def test_an_end_nobody_knows_is_said_so() -> None:
    assert "nobody can say yet" in frame_in_words(frame(ends=None)).ends


def test_a_clock_change_inside_is_found_and_told() -> None:
    night = Frame(datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC), ZONE)
    assert clock_changes(night) == (datetime(2026, 11, 1, 6, tzinfo=UTC),)
    assert "clocks change" in frame_in_words(night).minds[0]
    assert clock_changes(Frame(night.starts, datetime(2026, 11, 1, 6, tzinfo=UTC), ZONE)) == ()


def test_every_change_of_the_clocks_in_ten_years_is_found_once() -> None:
    years = Frame(datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC), ZONE)
    assert len(clock_changes(years)) == 20


def test_holidays_are_those_of_the_days_it_lies_on() -> None:
    eve = Frame(datetime(2026, 11, 26, 4, tzinfo=UTC), datetime(2026, 11, 26, 6, tzinfo=UTC), ZONE)
    assert list(holidays_in(eve, "US")) == [(date(2026, 11, 26), "Thanksgiving Day")]
    until_midnight = Frame(datetime(2026, 11, 26, 4, tzinfo=UTC), datetime(2026, 11, 26, 5, tzinfo=UTC), ZONE)
    assert list(holidays_in(until_midnight, "US")) == []
