"""What holds for every start, span and pause, in several zones, around clock changes and year ends."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.foundation.calendars_for_tests import EVEN, NEW_YORK, OFFICE, UNEVEN

from tierline.foundation.business_time import Due, Pause, Span, StepKind, due, elapsed
from tierline.foundation.calendars import Calendar, around_the_clock, holiday_names

NOTHING = timedelta()
# Clock changes of the zones in use, holidays, year ends; and days on which nothing happens.
EDGES = [
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 7, 4, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2027, 12, 31, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2026, 5, 13, tzinfo=UTC),
]
AROUND = st.builds(
    lambda edge, seconds: edge + timedelta(seconds=seconds),
    st.sampled_from(EDGES),
    st.integers(-5 * 86_400, 5 * 86_400) | st.integers(-96, 96).map(lambda quarters: quarters * 900),
)
CALENDARS = st.sampled_from([*EVEN, *UNEVEN, around_the_clock("America/New_York")])
TIMES = st.integers(0, 12 * 8 * 60).map(lambda minutes: Span(timedelta(minutes=minutes), business=True))
DAYS = st.integers(1, 15).map(lambda days: Span(days=days, business=True))
PAUSES = st.lists(
    st.builds(
        lambda begins, seconds: Pause(begins, begins + timedelta(seconds=seconds), "on hold"),
        AROUND,
        st.integers(0, 4 * 86_400),
    ),
    max_size=4,
)


def _at(told: Due) -> datetime:
    assert told.at is not None
    return told.at


@given(AROUND, TIMES, CALENDARS, PAUSES)
@settings(max_examples=400)
def test_exactly_the_span_has_elapsed_when_it_is_due(
    start: datetime, span: Span, by: Calendar, pauses: list[Pause]
) -> None:
    assert elapsed(start, _at(due(start, span, by, pauses)), by, pauses) == span.time


@given(AROUND, TIMES, CALENDARS, PAUSES)
def test_the_steps_lead_from_the_start_to_the_due_time_without_a_hole_and_add_up(
    start: datetime, span: Span, by: Calendar, pauses: list[Pause]
) -> None:
    told = due(start, span, by, pauses)
    assert sum((step.counted for step in told.steps), NOTHING) == span.time
    edges = [(start, start), *((step.begins, step.ends) for step in told.steps)]
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    assert edges[-1][1] == told.at
    assert all(step.why for step in told.steps if step.kind is not StepKind.COUNTED)
    assert all(sentence.endswith(".") for sentence in told.sentences())


@given(AROUND, AROUND, TIMES, CALENDARS, PAUSES)
@settings(max_examples=400)
def test_what_begins_later_is_never_due_earlier(
    one: datetime, other: datetime, span: Span, by: Calendar, pauses: list[Pause]
) -> None:
    first, second = sorted((one, other))
    assert _at(due(first, span, by, pauses)) <= _at(due(second, span, by, pauses))


@given(AROUND, st.integers(0, 2 * 86_400), DAYS, CALENDARS, st.booleans())
@settings(max_examples=600)
def test_what_begins_later_is_never_due_earlier_in_days(
    first: datetime, seconds: int, span: Span, by: Calendar, business: bool
) -> None:
    counted = Span(days=span.days, business=business)
    second = first + timedelta(seconds=seconds)
    assert _at(due(first, counted, by)) <= _at(due(second, counted, by))


def test_what_falls_on_a_day_that_the_clocks_left_out_is_due_when_they_jumped() -> None:
    start = datetime(2011, 12, 29, 20, tzinfo=UTC)  # the morning of the 29th in Samoa; the 30th never came there
    told = due(start, Span(days=1), around_the_clock("Pacific/Apia"))
    assert told.at == datetime(2011, 12, 30, 10, tzinfo=UTC)


@given(AROUND, TIMES | DAYS, TIMES | DAYS, CALENDARS, PAUSES)
def test_what_takes_longer_is_never_due_earlier(
    start: datetime, one: Span, other: Span, by: Calendar, pauses: list[Pause]
) -> None:
    assume(bool(one.days) == bool(other.days))
    short, long = sorted((one, other), key=lambda span: (span.time, span.days))
    assert _at(due(start, short, by, pauses)) <= _at(due(start, long, by, pauses))


@given(AROUND, TIMES | DAYS, CALENDARS, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=400)
def test_a_pause_moves_the_due_time_by_exactly_the_time_it_took_from_the_count(
    start: datetime, span: Span, by: Calendar, one: float, other: float
) -> None:
    without = _at(due(start, span, by))
    begins, ends = (start + share * (without - start) for share in sorted((one, other)))
    paused = _at(due(start, span, by, [Pause(begins, ends, "on hold")]))
    assert elapsed(without, paused, by) == elapsed(begins, ends, by)


@given(AROUND, TIMES | DAYS, CALENDARS, PAUSES, AROUND)
def test_a_pause_without_end_leaves_a_rest_or_comes_too_late(
    start: datetime, span: Span, by: Calendar, pauses: list[Pause], begins: datetime
) -> None:
    for_good = Pause(begins, None, "waiting")
    told, without = due(start, span, by, [*pauses, for_good]), _at(due(start, span, by, pauses))
    if told.at is not None:
        assert told.at == without
    else:
        assert begins < without
        assert told.left > NOTHING
        assert told.steps[-1].ends is None


@given(AROUND, st.integers(0, 6 * 1440), st.sampled_from([*EVEN, *UNEVEN[:1]]))
@settings(max_examples=60, deadline=None)
def test_counting_minute_by_minute_gives_the_same(start: datetime, minutes: int, by: Calendar) -> None:
    begins = start.replace(second=0)
    every = (begins + timedelta(minutes=minute) for minute in range(minutes))
    assert elapsed(begins, begins + timedelta(minutes=minutes), by) == timedelta(minutes=_open_minutes(every, by))


def _open_minutes(instants: Iterable[datetime], by: Calendar) -> int:
    """Slow and plain: looks at the clock on the wall every minute."""
    zone = ZoneInfo(by.zone)
    return sum(_is_open(at.astimezone(zone), by) for at in instants)


def _is_open(local: datetime, by: Calendar) -> bool:
    minute = local.hour * 60 + local.minute
    day = date(local.year, local.month, local.day)
    if by.holidays is not None and day in holiday_names(by.holidays, day.year):
        return False
    return any(hours.opens <= minute < hours.closes for hours in by.weekly[local.weekday()])


@pytest.mark.parametrize("first", [date(2026, 1, 1), date(2026, 7, 1), date(2027, 7, 1)])
def test_half_a_year_hour_by_hour_keeps_every_promise_right(first: date) -> None:
    begins = datetime(first.year, first.month, 1, tzinfo=NEW_YORK).astimezone(UTC)
    spans = [Span(timedelta(hours=8), business=True), Span(days=2, business=True), Span(days=7)]
    last = [begins] * len(spans)
    for hour in range(184 * 24):
        start = begins + timedelta(hours=hour)
        for place, span in enumerate(spans):
            at = _at(due(start, span, OFFICE))
            assert at >= last[place]
            last[place] = at
            if span.business:
                assert _in_hours(at.astimezone(NEW_YORK))
        assert elapsed(start, last[0], OFFICE) == timedelta(hours=8)
        day_later = last[2].astimezone(NEW_YORK)
        was = start.astimezone(NEW_YORK)
        assert (day_later.date() - was.date()).days == 7
        assert day_later.time() == was.time() or was.hour in (1, 2) or day_later.hour in (2, 3)


def _in_hours(local: datetime) -> bool:
    """Open, or the last moment of the day's hours."""
    opened = local.weekday() < 5 and local.date() not in holiday_names("US", local.year)
    return opened and 9 * 60 <= local.hour * 60 + local.minute <= 17 * 60
