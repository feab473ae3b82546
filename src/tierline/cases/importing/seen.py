"""Which numbers a file has had already, in memory that does not grow with the file: what does not fit goes to a
temporary
file that SQLite keeps and removes. Refuses nothing."""

import sqlite3
from types import TracebackType
from typing import Self


class Seen:
    """Remembers on which line each number came first."""

    def __init__(self) -> None:
        # An empty name is a private database that spills to disk by itself and is gone when closed.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            "PRAGMA cache_size = -8000; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE seen (number TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID; BEGIN;"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def before(self, number: str, line: int) -> int | None:
        """The line on which ``number`` came first; None, and remembered, when it is new."""
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, line)).rowcount
        if added:
            return None
        found = self._database.execute("SELECT line FROM seen WHERE number = ?", (number,)).fetchone()
        return int(found[0])
