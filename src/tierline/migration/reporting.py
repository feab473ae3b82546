"""The mismatch report: the export held against what Dynamics holds, with the ledger to tell work from mistakes.

A case that somebody worked on there since it went across is no mismatch, as long as its ticket here stayed as it was;
it is counted apart. Pages are the service's own: keys of ours would lose the second of two equal numbers at an edge.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final

from tierline.foundation.tables import BrokenRow, Row
from tierline.migration import ledger
from tierline.migration.comparing import Difference, Side, differences, seen_in_row, seen_in_ticket
from tierline.migration.form import Move
from tierline.migration.mapping import Mapper, Refused, Ticket
from tierline.migration.sending import Patience, compared_columns
from tierline.trackers.dataverse.web_api import WebApi

PAGE: Final = 500  # an answer may hold 16 MB, and notes may be long
CHUNK: Final = 500


@dataclass(slots=True)
class Mismatches:
    """How many of each; ``worked_on``: differing because somebody worked on them there; ``refused``: rows of the
    export that cannot be held against anything."""

    here: int = 0
    there: int = 0
    missing: int = 0
    doubled: int = 0
    differing: int = 0
    worked_on: int = 0
    only_there: int = 0
    refused: int = 0

    @property
    def clean(self) -> bool:
        """Whether both say the same."""
        return not (self.missing or self.doubled or self.differing or self.refused)

    def as_json(self) -> dict[str, int]:
        """The counts."""
        names = ("here", "there", "missing", "doubled", "differing", "worked_on", "only_there", "refused")
        return {name.replace("_", "-"): getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the report."""

    kind: str
    number: str
    line: str
    columns: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Reporting:
    """What one report has in common for all rows."""

    move: Move
    mapper: Mapper
    api: WebApi
    patience: Patience = field(default_factory=Patience)

    @property
    def columns(self) -> list[str]:
        """The columns compared."""
        number = self.api.account.number_column
        return [name for name in compared_columns(self.api.account, self.move.created_column) if name != number]

    @property
    def former(self) -> str:
        """The column over there that holds the old number."""
        return self.api.account.fields[self.move.former_number].attribute


def report(
    reporting: Reporting, rows: Iterable[Row | BrokenRow], queues: frozenset[str], told: Callable[[Found], None]
) -> Mismatches:
    """Hold one against the other; tells every mismatch."""
    counts = Mismatches()
    here = _here(reporting, rows, queues, counts, told)
    there = _there(reporting, counts)
    found = differences(here, there, reporting.columns)
    while some := list(islice(found, CHUNK)):
        known = ledger.known(reporting.move.id, [one.number for one in some])
        for one in some:
            entry = known.get(one.number)
            # A case that went across from a queue that is not asked about is nobody's question here.
            if one.kind != "only-there" or entry is None or entry.queue in queues:
                _tell(one, entry, counts, told)
    return counts


def _here(
    reporting: Reporting,
    rows: Iterable[Row | BrokenRow],
    queues: frozenset[str],
    counts: Mismatches,
    told: Callable[[Found], None],
) -> Iterator[Side]:
    columns, move = reporting.columns, reporting.move
    for row in rows:
        ticket = reporting.mapper.map(row)
        if isinstance(ticket, Ticket) and ticket.queue in queues:
            counts.here += 1
            seen = seen_in_ticket(ticket.expected, columns, opened=move.opened_column, created=move.created_column)
            yield Side(ticket.number, ticket.ident, str(ticket.line), ticket.digest, seen)
        elif isinstance(ticket, Refused):
            counts.refused += 1
            told(Found("refused", ticket.number or "", str(ticket.line), (), ticket.reason))


def _there(reporting: Reporting, counts: Mismatches) -> Iterator[Side]:
    account, columns = reporting.api.account, reporting.columns
    for row in rows_there(reporting.api, reporting.patience, columns, f"{reporting.former} ne null"):
        counts.there += 1
        seen = seen_in_row(row, columns, created=reporting.move.created_column)
        ident, number = str(row[account.id_column]), str(row[reporting.former])
        yield Side(number, ident, str(row["@odata.etag"]), "", seen)


def rows_there(api: WebApi, patience: Patience, columns: Iterable[str], condition: str) -> Iterator[Mapping[str, Any]]:
    """Every case over there that meets a condition, page by page."""
    asked = {"$select": ",".join([api.account.id_column, *columns]), "$filter": condition}
    prefer = [f"odata.maxpagesize={PAGE}"]
    rows, link = patience.ask(partial(api.page, api.account.table, prefer=prefer, query=asked))
    while True:
        yield from rows
        if not link:
            return
        rows, link = patience.ask(partial(api.page, link, prefer=prefer))


def _tell(one: Difference, known: ledger.Entry | None, counts: Mismatches, told: Callable[[Found], None]) -> None:
    line = one.here.mark if one.here else ""
    match one.kind:
        case "missing":
            counts.missing += 1
            said = "It is not there. Run the move again." if known is None else "It went across and is not there now."
        case "doubled":
            counts.doubled += 1
            said = f"It is there {len(one.there)} times: {', '.join(side.ident for side in one.there)}. Keep one."
        case "only-there":
            counts.only_there += 1
            said = "It is there and not in this export."
        case "differing":
            if _worked_on(one, known):
                counts.worked_on += 1
                return
            counts.differing += 1
            said = _why_differing(one, known)
    told(Found(one.kind, one.number, line, one.columns, said))


def _worked_on(one: Difference, known: ledger.Entry | None) -> bool:
    """Whether the case changed there since it went across while its ticket here stayed as it was."""
    if known is None or one.here is None or known.state != "moved" or known.digest != one.here.digest:
        return False
    return known.revision != one.there[0].mark


def _why_differing(one: Difference, known: ledger.Entry | None) -> str:
    names = ", ".join(one.columns)
    if known is not None and one.here is not None and known.digest and known.digest != one.here.digest:
        return f"{names}: the ticket changed here since it went across. Run the move again."
    return f"{names}: it reads differently there. Look at both, and decide which holds."
