"""Instants come out of the database as they went in, whatever way they are read."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as some
from psycopg.types.datetime import TimestamptzLoader

from tierline.foundation.instants import InstantLoader


def read(text: str) -> datetime:
    return InstantLoader(1184, None).load(text.encode())


@given(some.datetimes(min_value=datetime(1000, 1, 1), timezones=some.just(UTC)))  # noqa: DTZ001 - a bound without zone
def test_an_instant_is_read_as_the_driver_reads_it(instant: datetime) -> None:
    text = instant.isoformat(" ").replace("+00:00", "+00")
    assert read(text) == TimestamptzLoader(1184, None).load(text.encode()) == instant


@pytest.mark.django_db
def test_the_database_gives_back_what_it_was_given() -> None:
    given = datetime(2026, 11, 20, 17, 0, 0, 250_000, UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, '9999-01-01 00:00Z'::timestamptz", [given])
        row = cursor.fetchone()
    assert row == (given, datetime(9999, 1, 1, tzinfo=UTC))
    assert row[0].utcoffset().total_seconds() == 0
