"""Instants as people scan them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.web.moments import past, promise, span

ZONE = "America/New_York"
AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(hours=48), "2 d"),
        (timedelta(days=20), "20 d"),
        (timedelta(days=21), "3 wk"),
    ],
)
def test_a_length_is_said_in_its_largest_fitting_unit(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_the_full_form_names_its_zone() -> None:
    assert past(AT - timedelta(hours=2), AT, ZONE).full == "Fri 20 Nov 2026, 10:00 EST"


@pytest.mark.parametrize(("hours", "tone"), [(-1, "late"), (1, "soon"), (9, "later")])
def test_a_promise_says_how_urgent_it_is(hours: int, tone: str) -> None:
    assert promise(AT + timedelta(hours=hours), AT, ZONE).tone == tone


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650)))
def test_every_length_is_a_whole_number_and_a_unit(length: timedelta) -> None:
    number, unit = span(length).split()
    assert number.isdigit()
    assert unit in {"min", "h", "d", "wk"}
