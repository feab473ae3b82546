"""Due times around the days on which people count wrong: clock changes, holidays, year ends, pauses."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from tests.foundation.calendars_for_tests import NEW_YORK, OFFICE, calendar, local

from tierline.foundation.business_time import Due, Pause, Span, StepKind, due, elapsed, span_of
from tierline.foundation.calendars import Calendar, CalendarRefused, Hours, around_the_clock, holiday_names


def _due(start: str, span: str, *pauses: Pause, by: Calendar = OFFICE) -> str | None:
    """The due time as the calendar's zone shows it."""
    zone = ZoneInfo(by.zone)
    at = due(local(start, zone), span_of(span), by, pauses).at
    return None if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _pause(begins: str, ends: str | None = None, why: str = "waiting for the reporter") -> Pause:
    return Pause(local(begins), None if ends is None else local(ends), why)


def test_four_business_hours_on_friday_afternoon_end_on_monday_in_summer_time() -> None:
    # The clocks go forward on Sunday 8 March 2026.
    assert _due("2026-03-06 15:00", "4 business hours") == "2026-03-09 11:00 EDT"


def test_four_business_hours_on_friday_afternoon_end_on_monday_in_winter_time() -> None:
    # The clocks go back on Sunday 1 November 2026.
    assert _due("2026-10-30 15:00", "4 business hours") == "2026-11-02 11:00 EST"


def test_a_calendar_day_over_8_march_ends_at_the_same_time_of_day_and_24_hours_end_an_hour_later() -> None:
    assert _due("2026-03-07 12:00", "1d") == "2026-03-08 12:00 EDT"
    assert _due("2026-03-07 12:00", "24h") == "2026-03-08 13:00 EDT"


def test_a_calendar_day_over_1_november_ends_at_the_same_time_of_day_and_24_hours_end_an_hour_earlier() -> None:
    assert _due("2026-10-31 12:00", "1d") == "2026-11-01 12:00 EST"
    assert _due("2026-10-31 12:00", "24h") == "2026-11-01 11:00 EST"


def test_a_day_that_would_end_in_the_hour_that_never_was_ends_when_the_clocks_jump() -> None:
    assert _due("2026-03-07 02:30", "1d") == "2026-03-08 03:00 EDT"


def test_what_begins_in_the_second_of_two_equal_hours_is_not_due_before_what_began_in_the_first() -> None:
    first, second = local("2026-11-01 01:50"), local("2026-11-01 01:10").replace(fold=1)
    assert first.astimezone(UTC) < second.astimezone(UTC)
    one, other = (due(start, Span(days=1), OFFICE).at for start in (first, second))
    assert one is not None
    assert other is not None
    assert one <= other == local("2026-11-02 02:00")


def test_a_shop_that_never_closes_is_open_23_and_25_hours_when_the_clocks_change() -> None:
    always = calendar("America/New_York", *("0-24",) * 7, holidays="US")
    assert elapsed(local("2026-03-08 00:00"), local("2026-03-09 00:00"), always) == timedelta(hours=23)
    assert elapsed(local("2026-11-01 00:00"), local("2026-11-02 00:00"), always) == timedelta(hours=25)


def test_independence_day_2026_falls_on_saturday_and_is_observed_on_friday() -> None:
    assert _due("2026-07-02 16:00", "2 business hours") == "2026-07-06 10:00 EDT"
    told = due(local("2026-07-02 16:00"), span_of("2 business hours"), OFFICE).sentences()
    assert told == (
        "Thursday 2 July 2026, 16:00 EDT to 17:00 EDT: 1 hour counted.",
        (
            "Thursday 2 July 2026, 17:00 EDT to Monday 6 July 2026, 09:00 EDT: "
            "not counted (Independence Day (observed), weekend)."
        ),
        "Monday 6 July 2026, 09:00 EDT to 10:00 EDT: 1 hour counted.",
    )


def test_independence_day_2027_falls_on_sunday_and_is_observed_on_monday() -> None:
    assert _due("2027-07-02 16:00", "2 business hours") == "2027-07-06 10:00 EDT"


def test_two_business_days_over_thanksgiving_are_the_same_time_of_day() -> None:
    assert _due("2026-11-25 14:20", "2 business days") == "2026-11-30 14:20 EST"
    told = due(local("2026-11-25 14:20"), span_of("2 business days"), OFFICE).sentences()
    assert told == (
        (
            "Wednesday 25 November 2026, 14:20 EST to Friday 27 November 2026, 14:20 EST: "
            "one day (Thanksgiving Day not counted)."
        ),
        "Friday 27 November 2026, 14:20 EST to Monday 30 November 2026, 14:20 EST: one day (weekend not counted).",
    )


def test_new_year_is_skipped_and_may_be_observed_in_the_old_year() -> None:
    assert _due("2026-12-31 16:30", "1 business hour") == "2027-01-04 09:30 EST"
    # 1 January 2028 is a Saturday: its holiday is Friday 31 December 2027.
    assert _due("2027-12-30 16:30", "1 business hour") == "2028-01-03 09:30 EST"
    names = due(local("2027-12-30 16:30"), span_of("1 business hour"), OFFICE).steps[1].why
    assert names == ("New Year's Day (observed)", "weekend")


def test_what_ends_with_the_last_hour_of_a_day_is_due_then_and_not_next_morning() -> None:
    assert _due("2026-03-06 13:00", "4 business hours") == "2026-03-06 17:00 EST"


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ("2026-03-02 07:00", "2026-03-03 09:00 EST"),  # before opening: the next opening but one
        ("2026-03-02 20:00", "2026-03-03 17:00 EST"),  # after closing: the next closing
        ("2026-03-07 12:00", "2026-03-10 09:00 EDT"),  # on Saturday: as from Monday's opening
        ("2026-07-03 12:00", "2026-07-07 09:00 EDT"),  # on a holiday
    ],
)
def test_one_business_day_from_a_closed_hour_is_moved_into_the_hours(start: str, at: str) -> None:
    assert _due(start, "1 business day") == at


def test_a_business_day_that_would_end_in_the_break_ends_after_it() -> None:
    # On Fridays this office closes from 12 to 14 and for good at 15.
    office = calendar("Europe/Berlin", "9-17", "9-17", "9-17", "9-17", "9-12 14-15", "", "")
    assert _due("2026-05-07 13:00", "1 business day", by=office) == "2026-05-08 14:00 CEST"
    assert _due("2026-05-07 16:30", "1 business day", by=office) == "2026-05-08 15:00 CEST"
    assert due(local("2026-05-08 11:00", ZoneInfo(office.zone)), span_of("2 business hours"), office).steps[1].why == (
        "break",
    )


def test_a_pause_moves_the_due_time_by_the_business_hours_it_took() -> None:
    paused = _pause("2026-03-06 16:00", "2026-03-09 10:00")  # one hour on Friday, one on Monday
    assert _due("2026-03-06 15:00", "4 business hours", paused) == "2026-03-09 13:00 EDT"
    assert _due("2026-03-06 15:00", "2 business days", paused) == "2026-03-10 17:00 EDT"


def test_a_pause_at_night_moves_nothing() -> None:
    paused = _pause("2026-03-04 18:00", "2026-03-05 08:30")
    assert _due("2026-03-04 15:00", "4 business hours", paused) == _due("2026-03-04 15:00", "4 business hours")
    assert _due("2026-03-04 15:00", "1 business day", paused) == _due("2026-03-04 15:00", "1 business day")


def test_pauses_that_overlap_count_once_and_are_told_together() -> None:
    pauses = (_pause("2026-03-04 10:00", "2026-03-04 12:00"), _pause("2026-03-04 11:00", "2026-03-04 13:00", "on hold"))
    told = due(local("2026-03-04 09:00"), span_of("2 business hours"), OFFICE, pauses)
    assert told.at == local("2026-03-04 14:00")
    assert [step.why for step in told.steps] == [(), ("waiting for the reporter, on hold",), ()]


def test_of_a_pause_that_began_before_the_start_only_the_rest_is_skipped() -> None:
    assert _due("2026-03-04 10:00", "1 business hour", _pause("2026-02-01 09:00", "2026-03-04 11:00")) == (
        "2026-03-04 12:00 EST"
    )


def test_while_a_pause_goes_on_nothing_is_due_and_what_is_left_is_told() -> None:
    told = due(local("2026-03-04 09:00"), span_of("4 business hours"), OFFICE, [_pause("2026-03-04 10:30")])
    assert told.at is None
    assert told.left == timedelta(hours=2, minutes=30)
    assert told.sentences()[-1] == (
        "From Wednesday 4 March 2026, 10:30 EST on: not counted (waiting for the reporter), and not over yet."
    )
    days = due(local("2026-03-04 09:00"), span_of("2 business days"), OFFICE, [_pause("2026-03-05 10:00")])
    assert (days.at, days.left) == (None, timedelta(hours=7))


def test_a_pause_that_begins_after_the_due_time_changes_nothing() -> None:
    for span in ("1 business hour", "1 business day", "3h", "1d"):
        assert _due("2026-03-04 09:00", span, _pause("2026-03-20 09:00")) == _due("2026-03-04 09:00", span)


def test_a_pause_without_length_or_with_its_end_before_its_beginning_is_none() -> None:
    for ends in ("2026-03-04 10:00", "2026-03-04 09:00"):
        assert _due("2026-03-04 09:00", "4 business hours", _pause("2026-03-04 10:00", ends)) == "2026-03-04 13:00 EST"


def test_norway_closes_on_its_constitution_day_in_its_own_zone() -> None:
    oslo = calendar("Europe/Oslo", "8-16", holidays="NO")
    assert _due("2027-05-14 15:00", "2 business hours", by=oslo) == "2027-05-18 09:00 CEST"


def test_the_day_that_samoa_left_out_has_no_hours() -> None:
    samoa = calendar("Pacific/Apia", *("9-17",) * 7)
    zone = ZoneInfo("Pacific/Apia")
    assert elapsed(local("2011-12-29 16:00", zone), local("2011-12-31 10:00", zone), samoa) == timedelta(hours=2)


def test_days_of_its_own_are_closed_by_name() -> None:
    closed = Calendar("own", "Own", OFFICE.zone, OFFICE.weekly, None, ((date(2026, 3, 4), "Stocktaking"),))
    assert due(local("2026-03-03 16:30"), span_of("1 business hour"), closed).steps[1].why == ("Stocktaking",)


def test_nothing_has_elapsed_when_the_end_is_not_later() -> None:
    assert elapsed(local("2026-03-04 12:00"), local("2026-03-04 10:00"), OFFICE) == timedelta()
    assert due(local("2026-03-07 12:00"), Span(), OFFICE) == Due(local("2026-03-07 12:00").astimezone(UTC), ())


def test_the_federal_holidays_are_eleven_and_named() -> None:
    names = holiday_names("US", 2026)
    assert len(names) == 12  # eleven, and the day one of them is observed on
    assert names[date(2026, 6, 19)].startswith("Juneteenth")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("30m", "30 minutes"),
        ("90m", "90 minutes"),
        ("48 business hours", "48 business hours"),
        ("1 business day", "1 business day"),
        ("2 calendar days", "2 days"),
        ("1h", "1 hour"),
    ],
)
def test_spans_are_read_and_said(text: str, said: str) -> None:
    assert str(span_of(text)) == said


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1.5h", "2 fortnights", "123456d", "2 business", "٣h"])
def test_what_is_no_span_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="48 business hours"):
        span_of(text)


def test_instants_without_an_offset_and_spans_of_two_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        due(datetime(2026, 3, 4, 9), Span(), OFFICE)  # noqa: DTZ001 - the refusal is what is tested
    with pytest.raises(ValueError, match="never less"):
        Span(timedelta(hours=1), days=1)


@pytest.mark.parametrize(
    ("zone", "weekly", "holidays", "what"),
    [
        ("Mars/Olympus", ((),) * 6 + ((Hours(0, 60),),), None, "no zone"),
        ("UTC", ((),) * 7, None, "open at some time"),
        ("UTC", ((Hours(0, 60),),), None, "seven days"),
        ("UTC", ((Hours(540, 1020), Hours(1000, 1100)),) * 7, None, "overlap"),
        ("UTC", ((Hours(60, 1500),),) * 7, None, "leave the day"),
        ("UTC", ((Hours(60, 120),),) * 7, "ATLANTIS", "no country"),
        ("UTC", ((Hours(60, 120),),) * 7, "US-XX", "no country"),
    ],
)
def test_a_calendar_nothing_can_be_counted_by_is_refused(
    zone: str, weekly: tuple[tuple[Hours, ...], ...], holidays: str | None, what: str
) -> None:
    with pytest.raises(CalendarRefused, match=what):
        Calendar("bad", "Bad", zone, weekly, holidays)


def test_calendar_hours_count_every_hour_and_their_days_are_the_zones() -> None:
    hours = around_the_clock("America/New_York")
    assert hours.always
    assert elapsed(local("2026-03-07 12:00"), local("2026-03-08 12:00"), hours) == timedelta(hours=23)
    assert [step.kind for step in due(local("2026-03-07 12:00"), span_of("5h"), OFFICE).steps] == [StepKind.COUNTED]
    assert NEW_YORK.key == hours.zone


def test_a_due_time_ten_days_ahead_takes_less_than_a_tenth_of_a_millisecond() -> None:
    start, spans = local("2026-06-26 11:07"), [span_of("80 business hours"), span_of("10 business days")]

    def seconds() -> float:
        began = perf_counter()
        for span in spans * 50:
            due(start, span, OFFICE)
        return (perf_counter() - began) / (len(spans) * 50)

    assert min(seconds() for _ in range(10)) < 0.000_1


def test_days_cut_short_by_a_pause_that_goes_on_are_told_only_as_far_as_they_counted() -> None:
    days = due(local("2026-03-04 09:00"), span_of("3 business days"), OFFICE, [_pause("2026-03-05 10:00")])
    assert days.sentences() == (
        "Wednesday 4 March 2026, 09:00 EST to Thursday 5 March 2026, 09:00 EST: one day.",
        "Thursday 5 March 2026, 09:00 EST to 10:00 EST: 1 hour counted.",
        "From Thursday 5 March 2026, 10:00 EST on: not counted (waiting for the reporter), and not over yet.",
    )
    round_the_clock = due(local("2026-03-04 09:00"), span_of("5d"), OFFICE, [_pause("2026-03-04 09:30")])
    assert round_the_clock.sentences()[0] == "Wednesday 4 March 2026, 09:00 EST to 09:30 EST: 30 minutes counted."
