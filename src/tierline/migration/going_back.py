"""The way back: what was done over there since is written for the old system; what a move made is taken back.

Taking back removes only cases that are still as the move left them (each under its own revision), so that no work
anybody did is lost; those that were worked on stay, are told, and are in the file of changes.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from tierline.foundation.trouble import Unusable
from tierline.migration import ledger
from tierline.migration.reporting import Reporting, rows_there
from tierline.migration.sending import Patience
from tierline.trackers.dataverse.batching import Operation, Outcome
from tierline.trackers.dataverse.columns import quoted, record_of, selected, written
from tierline.trackers.dataverse.web_api import BUSY, THERE_OR_CHANGED, WebApi
from tierline.trackers.service_desk_files.account import Account as Here
from tierline.trackers.service_desk_files.rows import import_row
from tierline.trackers.tracker import Record

BATCH: Final = 500


@dataclass(slots=True)
class WrittenBack:
    """How many tickets the file changes, and how many it makes."""

    changed: int = 0
    new: int = 0


@dataclass(slots=True)
class TakenBack:
    """How many cases were removed, were gone already, and stay because somebody worked on them."""

    removed: int = 0
    gone: int = 0
    stays: int = 0


def write_changes(reporting: Reporting, here: Here, path: Path, *, since: datetime) -> WrittenBack:
    """Write an import file for the old system: what changed there since a ticket went across, and what is new there.

    ``since``: cases that began there before are none of the new ones. Refuses to write over a file.
    """
    counts = WrittenBack()
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(here.headings.values()), delimiter=here.delimiter, restval="")
            writer.writeheader()
            for row in _rows_back(reporting, here, since, counts):
                writer.writerow(row)
    except FileExistsError:
        raise Unusable(f"{path} is there already. Name another file, or put it away.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be written: {error.strerror}. Name another place.") from None
    return counts


def _rows_back(reporting: Reporting, here: Here, since: datetime, counts: WrittenBack) -> Iterator[dict[str, str]]:
    account = reporting.api.account
    columns = [name for name in selected(account).split(",") if name != account.id_column]
    former = reporting.former
    moved = rows_there(reporting.api, reporting.patience, columns, f"{former} ne null")
    while some := list(islice(moved, BATCH)):
        known = ledger.known(reporting.move.id, [str(row[former]) for row in some])
        for row in some:
            entry = known.get(str(row[former]))
            if entry is not None and _was_worked_on(entry, row):
                counts.changed += 1
                yield _row_back(reporting, here, row, entry.number)
    for queue in reporting.move.queues:
        new = f"{former} eq null and createdon ge {written(since)}"
        if account.queue_column:
            new += f" and {account.queue_column.attribute} eq {quoted(queue.becomes)}"
        for row in rows_there(reporting.api, reporting.patience, columns, new):
            counts.new += 1
            yield _row_back(reporting, here, row, "")


def _was_worked_on(entry: ledger.Entry, row: Mapping[str, Any]) -> bool:
    """Whether a case is not as the move left it; what was in conflict never was."""
    return entry.state == "conflict" or (entry.state == "moved" and entry.revision != row["@odata.etag"])


def _row_back(reporting: Reporting, here: Here, row: Mapping[str, Any], number: str) -> dict[str, str]:
    move, account = reporting.move, reporting.api.account
    record = record_of(account, row, system=move.to)
    back = {entry.becomes: entry.queue for entry in move.queues}
    status = next((word for word, becomes in move.statuses.items() if becomes == _status(record, row, reporting)), "")
    fields = {m: record.particulars[f] for m, f in move.fields.items() if f in record.particulars and m != "status"}
    message: dict[str, Any] = {
        "status": status, "owner": record.owner, "queue": back.get(record.queue, record.queue), "record": number,
    }  # fmt: skip
    if number:
        kept = {name: words for name, words in fields.items() if name in ("area", "sub-area")}
        notes = record.particulars.get("notes", "")
        message |= {"verb": "move", "fields": kept, "close_notes": notes}
    else:
        text = f"{record.text}\n{record.number}".strip()
        message |= {"verb": "open", "title": record.title, "text": text, "project": message["queue"], "fields": fields}
    key = f"back:{move.id}:{number or record.number}:{record.revision}"
    cells = dict(import_row(here, key, message).cells)
    return {here.headings[name]: words for name, words in cells.items()}  # type: ignore[index]


def _status(record: Record, row: Mapping[str, Any], reporting: Reporting) -> str:
    known = reporting.api.account.status_of(int(row.get("statuscode") or 0))
    return known[0] if known else record.status


def take_back(
    api: WebApi,
    move: str,
    patience: Patience,
    *,
    queues: frozenset[str],
    at: datetime,
    dry_run: bool,
    told: Callable[[str, str], None],
) -> TakenBack:
    """Remove what the move made and nobody worked on; ``told`` gets number and sentence of what stays."""
    counts = TakenBack()
    every = (one for one in ledger.entries(move) if one.queue in queues)
    while some := list(islice(every, BATCH)):
        outcomes = _looked_up(api, patience, some) if dry_run else _removed(api, patience, some)
        removed = []
        for entry, outcome in zip(some, outcomes, strict=True):
            if _untouched(entry, outcome, dry_run=dry_run):
                counts.removed += 1
                removed.append(entry.number)
            elif outcome.status == 404:
                counts.gone += 1
                removed.append(entry.number)
            else:
                counts.stays += 1
                told(entry.number, _why_it_stays(entry, outcome))
        if not dry_run:
            ledger.withdraw(move, removed, at=at)
    return counts


def _untouched(entry: ledger.Entry, outcome: Outcome, *, dry_run: bool) -> bool:
    if not outcome.done or entry.state == "conflict":
        return False
    return not dry_run or (outcome.json or {}).get("@odata.etag") == entry.revision


def _why_it_stays(entry: ledger.Entry, outcome: Outcome) -> str:
    if outcome.done or outcome.status == THERE_OR_CHANGED:
        named = entry.new_number or entry.ident
        return f"Somebody worked on {named} there; it stays."
    return f"{entry.new_number} stays: {outcome.words or 'Dynamics gave no reason'}"


def _removed(api: WebApi, patience: Patience, entries: list[ledger.Entry]) -> list[Outcome]:
    # What was in conflict is only looked at: it is not as the move would have left it, under whatever revision.
    steps = [
        _look(api, entry)
        if entry.state == "conflict"
        else Operation("DELETE", _path(api, entry), headers={"If-Match": entry.revision})
        for entry in entries
    ]
    found: dict[int, Outcome] = {}
    while len(found) < len(steps):
        waiting = [place for place in range(len(steps)) if place not in found]
        outcomes = patience.ask(partial(api.batch, [steps[place] for place in waiting]))
        busy = False
        for place, (outcome,) in zip(waiting, outcomes, strict=True):
            busy |= outcome.status in BUSY
            if outcome.status not in BUSY:
                found[place] = outcome
        if busy:
            patience.pause(1.0)
    return [found[place] for place in range(len(steps))]


def _looked_up(api: WebApi, patience: Patience, entries: list[ledger.Entry]) -> list[Outcome]:
    asked = [_look(api, entry) for entry in entries]
    return [outcome for (outcome,) in patience.ask(lambda: api.batch(asked))]


def _look(api: WebApi, entry: ledger.Entry) -> Operation:
    return Operation("GET", f"{_path(api, entry)}?$select={api.account.number_column}")


def _path(api: WebApi, entry: ledger.Entry) -> str:
    return f"{api.account.interface}/{api.account.table}({entry.ident})"
