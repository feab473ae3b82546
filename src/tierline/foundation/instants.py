"""Reading instants from the database quickly. Refuses to guess: what is not ISO goes to the driver's own reader.

The driver reads a ``timestamptz`` with a regular expression in Python, some 5 microseconds each; a page of fifty cases
has two hundred. Sessions run in UTC (Django sees to that), so PostgreSQL writes what ``fromisoformat`` reads in C.
"""

from datetime import UTC, datetime
from typing import Any

from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class InstantLoader(TimestamptzLoader):
    """``2026-11-20 17:00:00.25+00`` as an aware datetime in UTC."""

    timezone = UTC  # Django puts its own loader in place of one that speaks for another zone than the connection's

    def load(self, data: Buffer) -> datetime:
        """The instant; the driver's reader takes whatever is written otherwise."""
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)


def read_instants_quickly(connection: Any, **_signal: Any) -> None:
    """Receiver of Django's ``connection_created``: let that connection read its instants this way."""
    connection.connection.adapters.register_loader("timestamptz", InstantLoader)
