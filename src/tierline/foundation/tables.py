"""Tables in files: from bytes to rows, in memory that does not grow with the file. CSV (RFC 4180) and JSON Lines.

Refuses the whole file when it is not a table of the mapping's columns, and single rows that cannot be read, each with
the line it starts at. After a broken row reading goes on at the very next line, so one open quotation mark costs
one row.
"""

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tierline.foundation.trouble import Unusable

LONGEST_LINE: Final = 1_000_000  # bytes; a longer line is skipped and refused
LONGEST_RECORD: Final = 1_000_000  # characters of one record over all its lines
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Row:
    """One record: where it starts in the file, and its cells by meaning."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """Lines that are no record, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    trouble: str | None = None


class Stream(Protocol):
    """What is read from: a file opened for bytes, or anything that gives its lines one by one."""

    def readline(self, limit: int, /) -> bytes:
        """The next line with its end, at most ``limit`` bytes of it; nothing at the end."""


class _LineTrouble(ValueError):
    """A line that cannot be read at all."""


class Lines:
    """The file's lines as text, with numbers; can go back to lines already taken. ``remarks`` says what was assumed."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._again: deque[_Line] = deque()
        self._number = 0
        self.taken: list[_Line] = []
        self._length = 0
        self.remarks: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if line is None:
            raise StopIteration
        self.taken.append(line)
        self._length += len(line.text)
        if line.trouble:
            raise _LineTrouble(line.trouble)
        if self._length > LONGEST_RECORD:
            raise _LineTrouble(f"the record has over {LONGEST_RECORD:,} characters; is a quotation mark left open?")
        return line.text

    def begin(self) -> None:
        """A new record begins with the next line."""
        self.taken, self._length = [], 0

    def again_from_first(self) -> None:
        """Give back every line of the present record."""
        self._again.extendleft(reversed(self.taken))
        self.begin()

    def again_from_second(self) -> None:
        """Give back every line of the present record but its first."""
        self._again.extendleft(reversed(self.taken[1:]))

    def _read(self) -> _Line | None:
        raw = self._stream.readline(LONGEST_LINE)
        if not raw:
            return None
        self._number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while raw and not raw.endswith(b"\n"):
                raw = self._stream.readline(LONGEST_LINE)
            return _Line(self._number, "", f"the line is longer than {LONGEST_LINE:,} bytes; shorten it")
        return self._decoded(raw.removeprefix(b"\xef\xbb\xbf") if self._number == 1 else raw)

    def _decoded(self, raw: bytes) -> _Line:
        try:
            return _Line(self._number, raw.decode())
        except UnicodeDecodeError:
            pass
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            return _Line(self._number, "", "the line is neither UTF-8 nor Windows-1252 text; save the file as UTF-8")
        if not self.remarks:
            self.remarks.append(
                f"Line {self._number} is not UTF-8; it and other such lines were read as Windows-1252. "
                "Save the file as UTF-8 if letters look wrong."
            )
        return _Line(self._number, text)


class Export:
    """An opened export: ask ``rows`` once. ``remarks`` grows while reading."""

    def __init__(self, stream: Stream, columns: Mapping[Any, str], mapping_file: str, *, delimiter: str = ",") -> None:
        self._columns: dict[str, str] = {str(meaning): _folded(name) for meaning, name in columns.items()}
        self._named: dict[str, str] = {str(meaning): name for meaning, name in columns.items()}
        self._delimiter = delimiter
        self._mapping_file = mapping_file
        self.lines = Lines(stream)

    @property
    def remarks(self) -> list[str]:
        """What was assumed about the file, each as a sentence."""
        return self.lines.remarks

    def rows(self) -> Iterator[Row | BrokenRow]:
        """Every record in the order of the file. Unusable when the file is no such table."""
        first = self._first_line()
        if first.startswith("["):
            raise Unusable("Line 1: this is one JSON list. Write one JSON object a line (JSON Lines), or CSV.")
        self.lines.again_from_first()
        return self._json_rows() if first.startswith("{") else self._csv_rows()

    def _first_line(self) -> str:
        try:
            for text in self.lines:
                if text.strip():
                    self._refuse_other_formats(text)
                    return text.lstrip()
                self.lines.begin()
        except _LineTrouble as trouble:
            raise Unusable(f"Line {self.lines.taken[-1].number}: {trouble}.") from None
        raise Unusable("Line 1: the file is empty. It has to begin with a line of column headings.")

    def _refuse_other_formats(self, text: str) -> None:
        raw = text[:4].encode("cp1252", "ignore")
        if raw.startswith(_WORKBOOK):
            raise Unusable("Line 1: this is a workbook, not text. Save it as CSV UTF-8 and import that.")
        if raw.startswith(_UTF16):
            raise Unusable("Line 1: this is UTF-16 text. Save the file as UTF-8 and import that.")

    # -- CSV ---------------------------------------------------------------------------------------------

    def _csv_rows(self) -> Iterator[Row | BrokenRow]:
        reader = csv.reader(self.lines, strict=True, delimiter=self._delimiter)
        places, width = self._header(reader)
        return self._csv_records(reader, places, width)

    def _header(self, reader: "Iterator[list[str]]") -> tuple[dict[str, int], int]:
        self.lines.begin()
        try:
            cells = next(reader)
        except (csv.Error, _LineTrouble) as trouble:
            raise Unusable(f"Line 1: the column headings cannot be read: {_plain(trouble)}.") from None
        names = [_folded(cell) for cell in cells]
        line = self.lines.taken[0].number
        lacking = [self._named[meaning] for meaning, name in self._columns.items() if name not in names]
        if lacking:
            raise Unusable(
                f"Line {line}: the column '{lacking[0]}' is missing"
                + (f", and {len(lacking) - 1} more ({', '.join(lacking[1:])})" if lacking[1:] else "")
                + f". Export it as well, or name your columns in {self._mapping_file}."
            )
        twice = next((name for name in self._columns.values() if names.count(name) > 1), None)
        if twice is not None:
            raise Unusable(f"Line {line}: the column '{twice}' is there twice. Leave one of the two out.")
        stray = [cell.strip() for cell, name in zip(cells, names, strict=True) if name not in self._columns.values()]
        if stray:
            self.remarks.append(f"Columns {self._mapping_file} does not name were left out: {', '.join(stray)[:200]}.")
        return {meaning: names.index(name) for meaning, name in self._columns.items()}, len(cells)

    def _csv_records(
        self, reader: "Iterator[list[str]]", places: Mapping[str, int], width: int
    ) -> Iterator[Row | BrokenRow]:
        while True:
            self.lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _LineTrouble) as trouble:
                yield self._broken(trouble)
                continue
            line = self.lines.taken[0].number
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) == width:
                yield Row(line, {meaning: cells[place] for meaning, place in places.items()})
            else:
                counted = f"it has {_columns(len(cells))}, the headings {width}"
                yield BrokenRow(line, f"{counted}; does a comma stand outside quotation marks?")

    def _broken(self, trouble: Exception) -> BrokenRow:
        taken = self.lines.taken
        self.lines.again_from_second()
        return BrokenRow(taken[0].number, f"it cannot be read: {_plain(trouble)}")

    # -- JSON Lines --------------------------------------------------------------------------------------

    def _json_rows(self) -> Iterator[Row | BrokenRow]:
        while True:
            self.lines.begin()
            try:
                text = next(self.lines)
            except StopIteration:
                return
            except _LineTrouble as trouble:
                yield BrokenRow(self.lines.taken[0].number, f"it cannot be read: {trouble}")
                continue
            if text.strip():
                yield self._object(self.lines.taken[0].number, text)

    def _object(self, line: int, text: str) -> Row | BrokenRow:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return BrokenRow(line, "it is not JSON; write one complete JSON object a line")
        if not isinstance(value, dict):
            return BrokenRow(line, "it is not a JSON object; write one object with the columns as keys")
        given = {_folded(key): cell for key, cell in value.items()}
        cells: dict[str, str] = {}
        for meaning, name in self._columns.items():
            if name not in given:
                return BrokenRow(line, f"'{self._named[meaning]}' is missing; give it, or null where there is nothing")
            cell = given[name]
            if cell is not None and not isinstance(cell, str):
                return BrokenRow(line, f"'{self._named[meaning]}' is not a text; write it in quotation marks")
            cells[meaning] = cell or ""
        return Row(line, cells)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


_CSV_WORDS: Final = {
    "unexpected end of data": "a quotation mark is opened and not closed",
    "field larger than field limit": "a cell is longer than 131,072 characters; is a quotation mark left open?",
    "expected after": "text follows a closing quotation mark; double the quotation marks inside a cell",
    "new-line character seen": "a lone carriage return stands outside quotation marks; save it with ordinary line ends",
}


def _plain(trouble: Exception) -> str:
    """The csv module's word as one that says what to mend."""
    word = str(trouble)
    return next((plain for sign, plain in _CSV_WORDS.items() if sign in word), word)
