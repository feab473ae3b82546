"""Bytes become rows with their line, or a clear refusal; never anything else."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.importing.exports import AT, a_row, as_csv, as_json_lines, dynamics, judged, opened, read, shipped_plans

from tierline.cases.importing.judging import Judge
from tierline.cases.importing.seen import Seen
from tierline.foundation.tables import BrokenRow, Export, Row
from tierline.foundation.trouble import Unusable

HEADINGS = as_csv()


def lines_of(content: bytes) -> list[int]:
    return [row.line for row in read(content)]


def test_a_row_says_the_line_it_starts_at_though_others_hold_line_breaks() -> None:
    content = as_csv(a_row(description="one\ntwo\nthree"), a_row(), a_row(notes='said "no"'))
    assert lines_of(content) == [2, 5, 6]
    first = read(content)[0]
    assert isinstance(first, Row)
    assert first.cells["description"] == "one\ntwo\nthree"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(mark: bytes, end: bytes) -> None:
    content = mark + as_csv(a_row()).replace(b"\r\n", end)
    assert read(content) == read(as_csv(a_row()))


def test_json_lines_read_like_the_same_csv() -> None:
    rows = [a_row(), a_row(description="one\ntwo"), a_row(owner="R. Sorensen")]
    from_json = [row.cells for row in read(as_json_lines(*rows)) if isinstance(row, Row)]
    assert from_json == [row.cells for row in read(as_csv(*rows)) if isinstance(row, Row)]


def test_null_in_json_is_an_empty_cell_and_a_number_is_refused() -> None:
    content = b'{"Owner": null, ' + as_json_lines(a_row())[1:].replace(b'"Owner": "", ', b"")
    assert isinstance(read(content)[0], Row)
    refused = read(as_json_lines(a_row()).replace(b'"Pharmacy"', b"7"))[0]
    assert isinstance(refused, BrokenRow)
    assert "'Area' is not a text" in refused.reason


def test_letters_of_windows_1252_are_read_and_that_is_said() -> None:
    export = opened(as_csv(a_row(place="Côte clinic")).decode().encode("cp1252"))
    row = next(iter(export.rows()))
    assert isinstance(row, Row)
    assert row.cells["place"] == "Côte clinic"
    assert "Line 2 is not UTF-8" in export.remarks[0]


def test_an_open_quotation_mark_costs_its_own_row_only() -> None:
    good = as_csv(a_row())[len(HEADINGS) :]
    broken = b'25-HRC-HD-11-10000002,11/05/2026 09:15 AM,New,,Pharmacy,Refill,Veteran,x,"never closed,\r\n'
    rows = read(HEADINGS + good + broken + good + good)
    assert [type(row) for row in rows] == [Row, BrokenRow, Row, Row]
    assert rows[1].line == 3
    assert isinstance(rows[1], BrokenRow)
    assert "quotation mark" in rows[1].reason


def test_a_row_of_another_width_is_refused_and_an_empty_line_is_nothing() -> None:
    good = as_csv(a_row())[len(HEADINGS) :]
    rows = read(HEADINGS + b"\r\n" + b"a,b\r\n" + b",,,,,,,,,\r\n" + good)
    assert [(type(row), row.line) for row in rows] == [(BrokenRow, 3), (Row, 5)]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (HEADINGS.replace(b"Sub Area", b"Subarea"), "'Sub Area' is missing"),
        (b"\x00\x01\x02\xff", "missing"),
        (b"PK\x03\x04 a workbook", "workbook"),
        ("Record #,Area".encode("utf-16"), "UTF-16"),
        (HEADINGS.replace(b"Owner", b"Area"), "missing"),
        (HEADINGS.replace(b"Owner", b"Owner,Area"), "twice"),
        (b'[{"Area": 1}]', "JSON object a line"),
        (b'"Record #', "quotation mark"),
        (b"x" * 1_100_000, "longer"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_what_would_mend_it(content: bytes, word: str) -> None:
    with pytest.raises(Unusable, match=word):
        read(content)


def test_a_column_too_many_is_left_out_and_that_is_said() -> None:
    export = opened(as_csv(a_row()).replace(b"Owner", b"Mood,Owner", 1).replace(b",New,,", b",New,fine,,"))
    assert isinstance(next(iter(export.rows())), Row)
    assert "Mood" in export.remarks[0]


def test_a_line_or_a_cell_too_long_is_one_refused_row() -> None:
    huge = as_csv(a_row(description="x" * 1_200_000), a_row())
    assert [type(row) for row in read(huge)] == [BrokenRow, Row]
    long = as_csv(a_row(description="x" * 200_000), a_row())
    assert [type(row) for row in read(long)] == [BrokenRow, Row]


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_clear_refusal(content: bytes) -> None:
    for whole in (content, HEADINGS + content, as_json_lines(a_row()) + content):
        try:
            rows = judged(whole)
        except Unusable:
            continue
        assert [row.line for row in rows] == sorted({row.line for row in rows})
        assert all(row.reason for row in rows if row.status == "refused")


@given(st.lists(st.text(alphabet='",\n\r a;\\', max_size=12), min_size=1, max_size=4))
def test_a_good_row_after_broken_ones_is_never_lost(junk: list[str]) -> None:
    good = as_csv(a_row())[len(HEADINGS) :]
    last = read(HEADINGS + "".join(junk).encode() + b"\r\n" + good)[-1]
    assert isinstance(last, Row)
    assert last.cells["record"] == "25-HRC-HD-11-10000001"


class Made:
    """A file of so many rows, made while it is read."""

    def __init__(self, rows: int) -> None:
        self._lines = self._made(rows)

    def readline(self, limit: int, /) -> bytes:
        return next(self._lines, b"")[:limit]

    @staticmethod
    def _made(rows: int) -> Iterator[bytes]:
        yield HEADINGS
        row = as_csv(a_row(record="25-HRC-HD-11-########", description="x" * 500))[len(HEADINGS) :]
        for number in range(rows):
            yield row.replace(b"########", b"%08d" % number)


def most_memory(rows: int) -> int:
    """The most memory that judging so many rows takes."""
    judge = Judge(dynamics(), shipped_plans(), at=AT)
    tracemalloc.start()
    with Seen() as seen:
        export = Export(Made(rows), dynamics().columns, dynamics().file)
        assert sum(judged.status == "accepted" for judged in judge.judge(export.rows(), seen.before)) == rows
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_file() -> None:
    most_memory(50)
    assert most_memory(3000) < most_memory(300) + 100_000
