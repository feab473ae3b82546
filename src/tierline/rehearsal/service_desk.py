"""A service desk without an interface to rehearse with: it takes in files, writes exports and notification mails.

Two folders, as another program and another machine would use them. Faults: an export left half written, one written
twice, one with other columns, a clock that is wrong. Refuses import rows it cannot place, which lie in ``rejected``.
"""

import csv
import io
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Self
from zoneinfo import ZoneInfo

from tierline.rehearsal.desk import PartnerClock

EXPORTED: Final = (
    "Ref Num", "Summary", "Description", "Status", "Assignee", "Group", "Open Date", "Last Modified Date", "Category",
    "External Reference", "Log",
)  # fmt: skip
TAKEN_IN: Final = ("Summary", "Description", "Status", "Assignee", "Group", "Category")
TIMES: Final = "%m/%d/%Y %I:%M:%S %p"
SENDER: Final = "service-desk@nsd.example"


@dataclass(frozen=True, slots=True)
class HalfWritten:
    """The next export ends in the middle of a row; ``finish`` writes the rest."""


@dataclass(frozen=True, slots=True)
class Twice:
    """The next export is written a second time under another name."""


@dataclass(frozen=True, slots=True)
class WrongColumns:
    """The next export calls a column by another name."""

    column: str = "Status"
    instead: str = "State"


@dataclass(frozen=True, slots=True)
class MailOut:
    """A notification as it would be mailed."""

    sender: str
    subject: str
    text: str


FileFault = HalfWritten | Twice | WrongColumns


@dataclass
class ServiceDesk:
    """The partner: a folder with ``imports``, ``taken``, ``rejected`` and ``exports`` in it.

    ``work`` takes in what lies there; with ``tick`` seconds it works by itself, once ``start`` was called.
    """

    folder: Path
    zone: str = "America/New_York"
    tick: float = 0.0
    keeps_files: bool = True
    clock: PartnerClock = field(default_factory=PartnerClock)
    mails: list[MailOut] = field(default_factory=list)
    tickets: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[FileFault] = field(default_factory=list)
    name: ClassVar[str] = "nsd"
    label: ClassVar[str] = "NSD Service Desk Manager"

    def __post_init__(self) -> None:
        for name in ("imports", "taken", "rejected", "exports"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self._number, self._exports = 70_000, 0
        self._unfinished: list[tuple[Path, bytes]] = []
        self._stopped = threading.Event()

    # -- standing it up --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Work every ``tick`` seconds, and write an export whenever something changed."""
        self._stopped.clear()
        if self.tick:
            threading.Thread(target=self._go_on, name=self.name, daemon=True).start()

    def stop(self) -> None:
        """Stop working."""
        self._stopped.set()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()

    def _go_on(self) -> None:
        while not self._stopped.wait(self.tick):
            if self.work():
                self.export()

    # -- what it does ----------------------------------------------------------------------------------------

    def enter(self, **cells: str) -> str:
        """A ticket somebody there enters; its number. Name cells as in ``EXPORTED``, with ``_`` for a space."""
        with self.lock:
            self._number += 1
            number = str(self._number)
            given = {name.replace("_", " ").title(): cell for name, cell in cells.items()}
            self.tickets[number] = {"Status": "Open", **given, "Ref Num": number, "Open Date": self._now()}
            self._changed(number)
            return number

    def edit(self, number: str, *, note: str = "", **cells: str) -> None:
        """What somebody there changes. A mail goes out, as for every change."""
        with self.lock:
            ticket = self.tickets[number]
            ticket.update({name.replace("_", " ").title(): cell for name, cell in cells.items()})
            self._log(ticket, note)
            self._changed(number)
            self._notify(number, note)

    def work(self) -> int:
        """Take in the files that lie there; how many."""
        with self.lock:
            files = sorted(path for path in (self.folder / "imports").glob("*.csv") if not path.name.startswith("."))
            for path in files:
                self._take_in(path)
            return len(files)

    def export(self, *, only_changed_since: str = "") -> Path:
        """Write every ticket (or those changed after a stamp) into a new file."""
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
            rows = [t for t in self.tickets.values() if t["Last Modified Date"] > only_changed_since]
            content = _table(rows, fault)
            path = self._next_file()
            if isinstance(fault, HalfWritten):
                cut = len(content) - 25
                path.write_bytes(content[:cut])
                self._unfinished.append((path, content))
            else:
                path.write_bytes(content)
            if isinstance(fault, Twice):
                self._next_file().write_bytes(content)
            return path

    def finish(self) -> None:
        """Write the rest of exports left half written."""
        for path, content in self._unfinished:
            path.write_bytes(content)
        self._unfinished.clear()

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """What it holds, a row each, for a page that shows it."""
        with self.lock:
            return [
                {
                    "number": number,
                    "title": ticket.get("Summary", ""),
                    "status": ticket["Status"],
                    "owner": ticket.get("Assignee", ""),
                    "url": "",
                    "queue": ticket.get("Group", ""),
                }
                for number, ticket in reversed(self.tickets.items())
            ]

    # -- within ----------------------------------------------------------------------------------------------

    def _take_in(self, path: Path) -> None:
        try:
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        except (OSError, ValueError, csv.Error):
            rows = []
        good = bool(rows) and all(self._apply(row) for row in rows)
        if good and not self.keeps_files:
            path.unlink()
        else:
            path.replace(self.folder / ("taken" if good else "rejected") / path.name)

    def _apply(self, row: Mapping[str, str]) -> bool:
        action, reference = row.get("Action"), row.get("External Reference", "")
        if action == "CREATE":
            known = next(
                (n for n, t in self.tickets.items() if reference and t.get("External Reference") == reference), ""
            )
            if not known:
                told = {name: row[name] for name in TAKEN_IN if row.get(name)}
                self._number += 1
                made = str(self._number)
                new = {"Status": "Open", **told, "Ref Num": made, "External Reference": reference}
                self.tickets[made] = new | {"Open Date": self._now()}
                self._changed(made)
                self._notify(made, "")
            return True
        number = self._number_of(row.get("Ref Num", ""))
        if number is None or action not in ("UPDATE", "COMMENT"):
            return False
        ticket = self.tickets[number]
        if reference and reference in ticket.get("Seen", "").split("\n"):
            return True
        ticket["Seen"] = f"{ticket.get('Seen', '')}\n{reference}".strip()
        ticket.update({name: row[name] for name in TAKEN_IN if row.get(name)})
        self._log(ticket, row.get("Log Comment") or "")
        self._changed(number)
        self._notify(number, row.get("Log Comment") or "")
        return True

    def _number_of(self, written: str) -> str | None:
        """The ticket a row means, by its number or by the reference it was made with."""
        if written in self.tickets:
            return written
        return next((n for n, t in self.tickets.items() if written and t.get("External Reference") == written), None)

    def _log(self, ticket: dict[str, str], note: str) -> None:
        if note:
            ticket["Log"] = f"{ticket.get('Log', '')}\n{self._now()}: {note}".strip()

    def _changed(self, number: str) -> None:
        self.tickets[number]["Last Modified Date"] = self._now()

    def _notify(self, number: str, note: str) -> None:
        ticket = self.tickets[number]
        said = [f"Status: {ticket['Status']}", f"External Reference: {ticket.get('External Reference', '')}"]
        text = "\n".join(
            [f"Request {number} was changed.", *said, *([f"Comment: {note}"] if note else []), "", "-----"]
        )
        self.mails.append(MailOut(SENDER, f"Request {number} {ticket['Status']}: {ticket.get('Summary', '')}", text))

    def _next_file(self) -> Path:
        self._exports += 1
        return self.folder / "exports" / f"export-{self.clock.now():%Y%m%d-%H%M%S}-{self._exports:04}.csv"

    def _now(self) -> str:
        return self.clock.now().astimezone(ZoneInfo(self.zone)).strftime(TIMES)


def _table(rows: Sequence[Mapping[str, str]], fault: FileFault | None) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(EXPORTED), restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue()
    if isinstance(fault, WrongColumns):
        head, end, rest = content.partition("\r\n")
        content = ",".join(fault.instead if name == fault.column else name for name in head.split(",")) + end + rest
    return content.encode()
