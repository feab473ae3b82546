"""Writing and reading the ledger: what went across, by COPY, a batch a transaction. Refuses nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from tierline.cases.actions.numbering import follow_numbers
from tierline.directory.actor import TIERLINE
from tierline.migration.models import TicketRow
from tierline.migration.sending import Result

_DRAFT = """
CREATE TEMPORARY TABLE IF NOT EXISTS migration_draft (LIKE migration_ticket) ON COMMIT DELETE ROWS
"""
_COLUMNS = "move, number, ident, queue, digest, revision, new_number, state, because, moved_at"
_COPY = f"COPY migration_draft ({_COLUMNS}) FROM STDIN"
_KEEP = f"""
INSERT INTO migration_ticket ({_COLUMNS}) SELECT {_COLUMNS} FROM migration_draft
ON CONFLICT (move, number) DO UPDATE SET ident = excluded.ident, queue = excluded.queue, digest = excluded.digest,
    revision = CASE WHEN excluded.revision = '' THEN migration_ticket.revision ELSE excluded.revision END,
    new_number = CASE WHEN excluded.new_number = '' THEN migration_ticket.new_number ELSE excluded.new_number END,
    state = excluded.state, because = excluded.because, moved_at = excluded.moved_at
"""  # noqa: S608 - this file's own constants
PAGE = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket that went across, as the ledger has it."""

    number: str
    ident: str
    queue: str
    digest: str
    revision: str
    new_number: str
    state: str
    moved_at: datetime


def known(move: str, numbers: Sequence[str]) -> dict[str, Entry]:
    """What the ledger has of these numbers."""
    rows = TicketRow.objects.filter(move=move, number__in=numbers)
    return {row.number: _entry(row) for row in rows}


def entries(move: str, *, states: Sequence[str] = ("moved", "conflict")) -> Iterator[Entry]:
    """Everything of a move in the order of numbers, in memory that stays flat."""
    last = ""
    while True:
        rows = TicketRow.objects.filter(move=move, number__gt=last, state__in=states).order_by("number")[:PAGE]
        page = [_entry(row) for row in rows]
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].number


def find(number: str) -> list[Entry]:
    """The tickets of an old or a new number."""
    rows = TicketRow.objects.filter(number=number).union(TicketRow.objects.filter(new_number=number))
    return [_entry(row) for row in rows]


def keep(move: str, systems: tuple[str, str], results: Iterable[Result], *, at: datetime) -> int:
    """Write down what went across, and let the cases known by the old numbers be found by the new ones.

    Returns how many cases those were.
    """
    written = [one for one in results if one.became != "refused"]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DRAFT)
            cursor.execute("ALTER TABLE migration_draft DROP COLUMN IF EXISTS id")
            cursor.execute("DELETE FROM migration_draft")
            with cursor.copy(_COPY) as copy:
                for one in written:
                    copy.write_row(_row(move, one, at))
            cursor.execute(_KEEP)
        numbers = {one.ticket.number: one.new_number for one in written if one.new_number}
        return follow_numbers(TIERLINE, systems[0], systems[1], numbers, at=at) if numbers else 0


def withdraw(move: str, numbers: Sequence[str], *, at: datetime) -> None:
    """Write down that these were taken back."""
    TicketRow.objects.filter(move=move, number__in=numbers).update(state="withdrawn", digest="", moved_at=at)


def _row(move: str, one: Result, at: datetime) -> tuple[object, ...]:
    ticket, state = one.ticket, "conflict" if one.became == "conflict" else "moved"
    digest = "" if state == "conflict" else ticket.digest
    return (
        move, ticket.number, ticket.ident, ticket.queue, digest, one.revision, one.new_number, state, one.because, at,
    )  # fmt: skip


def _entry(row: TicketRow) -> Entry:
    return Entry(
        row.number, str(row.ident), row.queue, row.digest, row.revision, row.new_number, row.state, row.moved_at
    )
