"""A ticket as a case over there. Pure: the same row always gives the same case, under the same id.

Refuses numbers of no known form, queues and status words the move does not name, times that fit no form, words that are
no choice over there. What does not fit is cut with an ellipsis, and said.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from tierline.foundation.tables import BrokenRow, Row
from tierline.migration.form import TEXT, TITLE, Move, QueueMove
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.dataverse.account import Column, Status
from tierline.trackers.dataverse.columns import WordUnknown, fitted, id_for, set_column, written
from tierline.trackers.service_desk_files.account import Account as Here
from tierline.trackers.service_desk_files.rows import instant_in

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
MOST_REMEMBERED: Final = 8192


class TicketRefused(ValueError):
    """A row that cannot go across; the text says why and what would mend it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """In which status a case is not open any more: the status's value and state, and the words it is closed with."""

    value: int
    state: int
    words: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A row that can go across. ``columns`` make the open case; ``ending`` ends it. ``cut``: (field, characters).

    ``whole``: the text of a ticket whose text is cut; it goes into a note.
    """

    line: int
    number: str
    ident: str
    queue: str
    status: str
    becomes: str
    columns: Mapping[str, Any]
    ending: Ending | None
    cut: tuple[tuple[str, int], ...]
    digest: str
    whole: str

    @property
    def expected(self) -> Mapping[str, Any]:
        """What the case reads as when it is there."""
        told = {name: value for name, value in self.columns.items() if "@" not in name}
        if self.ending is not None:
            told["statecode"], told["statuscode"] = self.ending.state, self.ending.value
        return told


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot go across, and why."""

    line: int
    number: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stays:
    """A row that is not to go across, and why."""

    line: int
    number: str
    queue: str
    reason: str
    by_hand: bool = False


Mapped = Ticket | Refused | Stays


class Mapper:
    """A move and its two accounts, ready to map rows."""

    def __init__(self, move: Move, here: Here, there: There) -> None:
        move.check(here, there)
        self._move, self._here, self._there = move, here, there
        self._numbers = [re.compile(entry.form) for entry in move.numbers]
        self._queues = {entry.queue.casefold(): entry for entry in move.queues}
        self._statuses = {word.casefold(): status for word, status in move.statuses.items()}
        self._by_hand = {meaning: re.compile(pattern) for meaning, pattern in move.by_hand.items()}
        self._stay = {word.casefold() for word in move.stay}
        self._words = {m: {w.casefold(): said for w, said in words.items()} for m, words in move.words.items()}
        self._instant = lru_cache(MOST_REMEMBERED)(lambda text: instant_in(here, text))
        first = there.status_for(next(iter(there.statuses.values())).stage) or next(iter(there.statuses))
        self._open = there.statuses[next((n for n, s in there.statuses.items() if s.state == 0), first)]

    def map(self, row: Row | BrokenRow) -> Mapped:
        """The row mapped."""
        if isinstance(row, BrokenRow):
            return Refused(row.line, None, _sentence(row.reason))
        number = "".join(row.cells["number"].split())
        try:
            queue = self._queue(row.cells.get("queue", ""))
            status = " ".join(row.cells["status"].split())
            if status.casefold() in self._stay:
                return Stays(row.line, number, queue.queue, f"Tickets that are {status} stay.")
            for meaning, pattern in self._by_hand.items():
                if pattern.search(row.cells.get(meaning, "")):
                    said = f"Its {self._heading(meaning)} makes it one that people take across themselves."
                    return Stays(row.line, number, queue.queue, said, by_hand=True)
            return self._ticket(row, number, queue, status)
        except (TicketRefused, WordUnknown) as refusal:
            return Refused(row.line, number[:80] or None, _sentence(str(refusal)))

    def _ticket(self, row: Row, number: str, queue: QueueMove, status: str) -> Ticket:
        self._check(row, number)
        becomes = self._statuses.get(status.casefold())
        if becomes is None:
            raise TicketRefused(
                f"{self._heading('status')} '{status[:40]}' becomes nothing; "
                f"name it under statuses in {self._move.file}"
            )
        columns, cut = self._columns(row, number, queue)
        known = self._there.statuses[becomes]
        opened = known if known.state == 0 else self._open
        columns |= {"statecode": 0, "statuscode": opened.value}
        words = row.cells.get(self._move.resolution, "").strip()
        ending = Ending(known.value, known.state, words) if known.state else None
        return Ticket(
            row.line, number, self.ident(number), queue.queue, status, becomes, columns, ending, cut,
            _digest(columns, known, words), self._whole(row, cut),
        )  # fmt: skip

    def _whole(self, row: Row, cut: tuple[tuple[str, int], ...]) -> str:
        if TEXT not in dict(cut):
            return ""
        meaning = next(meaning for meaning, name in self._move.fields.items() if name == TEXT)
        return fitted(row.cells[meaning].strip(), self._there.note_length)

    def ident(self, number: str) -> str:
        """The id of the case a number becomes, for ever the same."""
        return id_for(f"migration:{self._move.id}:{number}")

    def _check(self, row: Row, number: str) -> None:
        if not any(form.fullmatch(number) for form in self._numbers):
            known = " or ".join(entry.example for entry in self._move.numbers)
            raise TicketRefused(
                f"{self._heading('number')} '{number[:80]}' has no known form (like {known}); "
                f"correct it, or add its form to {self._move.file}"
            )
        for meaning, cell in row.cells.items():
            if _UNSTORABLE.search(cell):
                strange = "a character that cannot be stored (NUL or half a character)"
                raise TicketRefused(f"{self._heading(meaning)} holds {strange}; remove it")

    def _columns(self, row: Row, number: str, queue: QueueMove) -> tuple[dict[str, Any], tuple[tuple[str, int], ...]]:
        there, cut = self._there, []
        columns: dict[str, Any] = dict(there.always)
        for meaning, name in self._move.fields.items():
            words = row.cells[meaning].strip()
            words = self._words.get(meaning, {}).get(words.casefold(), words)
            if not words:
                continue
            column = self._column(name)
            attribute, value = set_column(name, column, words)
            columns[attribute] = value
            if column.length and len(words) > column.length and not column.choices and not column.rows:
                cut.append((name, len(words) - column.length))
        title = there.title.attribute
        columns.setdefault(title, fitted(f"Ticket {number}", there.title.length))
        columns.update([set_column("former-number", there.fields[self._move.former_number], number)])
        if there.queue_column:
            columns.update([set_column("queue", there.queue_column, queue.becomes)])
        if "opened" in self._here.columns:
            columns[self._move.opened_column] = written(self._opened(row.cells["opened"]))
        return columns, tuple(cut)

    def _column(self, name: str) -> Column:
        return {TITLE: self._there.title, TEXT: self._there.text}.get(name) or self._there.fields[name]

    def _opened(self, text: str) -> datetime:
        found = self._instant(text.strip())
        if found is None:
            raise TicketRefused(
                f"{self._heading('opened')} '{text.strip()[:40]}' fits no form of times; correct it, or add its form "
                f"to the account '{self._move.from_}'"
            )
        return found

    def _queue(self, text: str) -> QueueMove:
        name = " ".join(text.split())
        queue = self._queues.get(name.casefold())
        if queue is None:
            raise TicketRefused(
                f"{self._heading('queue')} '{name[:60]}' is no queue of this move; name it under queues in "
                f"{self._move.file}, or leave its tickets out of the export"
            )
        return queue

    def _heading(self, meaning: str) -> str:
        return dict(self._here.columns).get(meaning, meaning)  # type: ignore[call-overload, no-any-return]


def _digest(columns: Mapping[str, Any], status: Status, words: str) -> str:
    told = json.dumps([columns, status.value, words], sort_keys=True, ensure_ascii=False)
    return blake2b(told.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}" + ("" if reason.endswith((".", "?")) else ".")
