"""Running a move: row by row out of the export, batch by batch into the other system, then into the ledger.

Memory does not grow with the export. Killed at any point it is simply run again: what the ledger has is passed over,
what went across without being written down is found by its id. A ticket that changed here since is brought up to date
unless somebody worked on it there: then it is told as a conflict. Refuses two runs of one move at once.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from django.db import connection

from tierline.foundation.tables import BrokenRow, Row
from tierline.foundation.trouble import Conflict
from tierline.migration import ledger
from tierline.migration.form import Move
from tierline.migration.mapping import Mapped, Mapper, Refused, Stays, Ticket
from tierline.migration.sending import Order, Result, Sender

BATCH: Final = 300  # tickets; a closed one is three operations, and a batch takes a thousand
CONNECTIONS: Final = 4
_RUNNING: Final = 7_461_003  # advisory lock: one run at a time


@dataclass(slots=True)
class Tally:
    """How many tickets came out how, and where to."""

    rows: int = 0
    created: int = 0
    found: int = 0
    updated: int = 0
    unchanged: int = 0
    conflict: int = 0
    refused: int = 0
    duplicate: int = 0
    stays: int = 0
    waiting: int = 0
    cases: int = 0
    queues: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, int]:
        """The counts."""
        names = (
            "rows", "created", "found", "updated", "unchanged", "conflict", "refused", "duplicate", "stays", "waiting",
            "cases",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Told:
    """One line about a row that needs a look."""

    line: int
    number: str | None
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Running:
    """What a run has in common for all its rows. ``open_queues``: those whose tickets may go across now."""

    move: Move
    mapper: Mapper
    sender: Sender
    open_queues: frozenset[str]
    at: datetime
    connections: int = CONNECTIONS


def run(
    running: Running,
    rows: Iterable[Row | BrokenRow],
    *,
    seen_before: Callable[[str, int], int | None],
    told: Callable[[Told], None],
    progress: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Take every ticket of an open queue across; the counts."""
    tally = Tally()
    with _alone(), ThreadPoolExecutor(running.connections) as workers:
        under_way: deque[Future[list[Result]]] = deque()
        try:
            for batch in _batches(rows):
                orders = _orders(running, batch, tally, seen_before=seen_before, told=told)
                if orders:
                    under_way.append(workers.submit(running.sender.send, orders))
                while len(under_way) > running.connections + 1:
                    _settle(running, under_way.popleft().result(), tally, told)
                    progress(tally)
            while under_way:
                _settle(running, under_way.popleft().result(), tally, told)
                progress(tally)
        except BaseException:
            running.sender.stop()
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    return tally


def _batches(rows: Iterable[Row | BrokenRow]) -> Iterator[list[Row | BrokenRow]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _orders(
    running: Running,
    batch: list[Row | BrokenRow],
    tally: Tally,
    *,
    seen_before: Callable[[str, int], int | None],
    told: Callable[[Told], None],
) -> list[Order]:
    """What is to be sent of these rows."""
    tally.rows += len(batch)
    tickets = [t for row in batch if (t := _wanted(running, running.mapper.map(row), tally, seen_before, told))]
    known = ledger.known(running.move.id, [ticket.number for ticket in tickets])
    orders = []
    for ticket in tickets:
        entry = known.get(ticket.number)
        if entry is None or entry.state == "withdrawn":
            orders.append(Order(ticket))
        elif entry.digest == ticket.digest:
            tally.unchanged += 1
        else:
            orders.append(Order(ticket, entry.revision if entry.state == "moved" else ""))
    return orders


def _wanted(
    running: Running,
    mapped: Mapped,
    tally: Tally,
    seen_before: Callable[[str, int], int | None],
    told: Callable[[Told], None],
) -> Ticket | None:
    match mapped:
        case Refused(line=line, number=number, reason=reason):
            tally.refused += 1
            told(Told(line, number, "refused", reason))
            return None
        case Stays(line=line, number=number, reason=reason, by_hand=by_hand):
            tally.stays += 1
            if by_hand:
                told(Told(line, number, "stays", reason))
            return None
    if mapped.queue not in running.open_queues:
        tally.waiting += 1
        return None
    first = seen_before(mapped.number, mapped.line)
    if first is not None:
        tally.duplicate += 1
        reason = f"The number is in this file already, on line {first}; that one counts."
        told(Told(mapped.line, mapped.number, "duplicate", reason))
        return None
    return mapped


def _settle(running: Running, results: list[Result], tally: Tally, told: Callable[[Told], None]) -> None:
    """Write down what went across, then tell what did not."""
    move = running.move
    tally.cases += ledger.keep(move.id, (move.from_, move.to), results, at=running.at)
    for one in results:
        setattr(tally, one.became, getattr(tally, one.became) + 1)
        if one.became in ("created", "found", "updated"):
            tally.queues[one.ticket.queue] = tally.queues.get(one.ticket.queue, 0) + 1
        else:
            told(Told(one.ticket.line, one.ticket.number, one.became, one.because))


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_RUNNING])
        if not cursor.fetchone()[0]:
            raise Conflict("A move is running already. Wait until it ends, or stop it; it can be gone on with.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_RUNNING])
