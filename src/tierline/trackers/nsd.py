"""NSD, the service desk that has no interface: a file laid down for every change, its export files read back.

Delivered means handed over, as with mail: the file lies where NSD takes in files. Which number a new ticket got is told
by the next export (or mail), which carries the effect's key as its external reference. Where NSD keeps what it took in,
or an export has come, a repeat finds the first; else the same file is laid down again, recognisable by that reference.
Refuses words the account does not name.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.foundation.clock import now
from tierline.foundation.tables import BrokenRow, Export, Row
from tierline.foundation.trouble import Unusable
from tierline.trackers.service_desk_files.account import Account
from tierline.trackers.service_desk_files.folders import (
    Reading,
    as_table,
    exports_in,
    is_whole,
    lay_down,
    older_than,
    reading_of,
)
from tierline.trackers.service_desk_files.notifying import Notification, read_notification
from tierline.trackers.service_desk_files.rows import (
    RowRefused,
    import_row,
    record_of,
    reference_for,
)
from tierline.trackers.tracker import Changes, Record

__all__ = ["Account", "Nsd"]
MOST_TOLD = 5  # refused rows that are told one by one


class Nsd:
    """The tracker."""

    name: ClassVar[str] = "nsd"
    label: ClassVar[str] = "NSD Service Desk Manager"

    def __init__(self, account: Account) -> None:
        self.account = account

    # -- out -------------------------------------------------------------------------------------------------

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Lay a file down; the same key is the same file."""
        if message.get("verb") not in ("open", "say", "move"):
            return Refused(f"NSD is asked to {message.get('verb')!a}, which is neither open, say nor move.")
        account = self.account
        try:
            row = import_row(account, key, message)
        except RowRefused as refusal:
            return Refused(str(refusal))
        cells = {account.headings[name]: words for name, words in row.cells.items()}  # type: ignore[index]
        content = as_table(list(account.headings.values()), [cells], delimiter=account.delimiter)
        path = account.imports / _file_name(key)
        try:
            found = self._lies_there(path) or (_again(message) and self._known(key, message))
            found = found or not lay_down(path, content)
        except OSError as trouble:
            return TryAgain(f"The folder for files to NSD cannot be used ({account.imports}): {trouble.strerror}.")
        known = self.find(key) if _again(message) and message["verb"] == "open" else None
        number = known.number if isinstance(known, Record) else str(message.get("record") or "")
        status = known.status if isinstance(known, Record) else ""
        revision = known.revision if isinstance(known, Record) else ""
        ident = number if number and message["verb"] != "say" else reference_for(key)
        evidence = {"id": ident, "number": number, "url": self._page(number)}
        evidence |= {"revision": revision, "status": status, "file": path.name}
        return Delivered(evidence | {"found": bool(found)} | ({"cut": list(row.cut)} if row.cut else {}))

    def _lies_there(self, path: Path) -> bool:
        taken = self.account.taken
        return path.exists() or (taken is not None and (taken / path.name).exists())

    def _known(self, key: str, message: Mapping[str, Any]) -> bool:
        return message["verb"] == "open" and isinstance(self.find(key), Record)

    def _page(self, number: str) -> str:
        return self.account.page_address.format(number=number) if number else ""

    # -- in --------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """The ticket an effect of this key made, as soon as an export tells of it."""
        return self._newest("reference", reference_for(key))

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """A ticket as the newest export that holds it says, by its number or its external reference."""
        return self._newest("number", record) or self._newest("reference", record)

    def notification(self, *, sender: str, subject: str, text: str) -> Notification | None:
        """What one of NSD's mails says; None when it is none of them."""
        return read_notification(self.account, sender=sender, subject=subject, text=text)

    def _newest(self, meaning: str, wanted: str) -> Record | TryAgain | NotConnected | None:
        try:
            for path in reversed(list(self._whole(Reading()))):
                found = None
                for row in self._rows(path):
                    if isinstance(row, Row) and row.cells.get(meaning, "").strip() == wanted:
                        found = row
                if found is not None:
                    return record_of(self.account, found)
        except (OSError, Unusable, RowRefused) as trouble:
            return TryAgain(self._cannot_read(trouble))
        return None

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected:
        """Rows of the oldest export not read yet, some thousand at a time."""
        reading = reading_of(cursor)
        try:
            if reading is None:
                reading = self._begun()
            return self._next(reading)
        except (OSError, Unusable) as trouble:
            return TryAgain(self._cannot_read(trouble))

    def _begun(self) -> Reading:
        """A first look leaves out exports older than the account says."""
        account = self.account
        since = now() - timedelta(days=account.look_back_days)
        found = exports_in(account.exports, account.pattern)
        return Reading({path.name: mark for path, mark in found.items() if older_than(path, since)})

    def _whole(self, reading: Reading) -> dict[Path, str]:
        account, at = self.account, now()
        found = exports_in(account.exports, account.pattern)
        quiet = account.quiet_seconds
        return {p: mark for p, mark in found.items() if is_whole(p, mark, reading, at=at, quiet_seconds=quiet)}

    def _next(self, reading: Reading) -> Changes:
        found = exports_in(self.account.exports, self.account.pattern)
        whole = self._whole(reading)
        waiting = [path for path, mark in whole.items() if reading.done.get(path.name) != mark]
        done = {path.name: reading.done[path.name] for path in found if path.name in reading.done}
        resting = {path.name: mark for path, mark in found.items() if done.get(path.name) != mark}
        if not waiting:
            half = [path.name for path in found if path not in whole and reading.resting.get(path.name) == found[path]]
            remark = f"The export {half[0]} ends in the middle of a line; it is read once it is whole." if half else ""
            return Changes([], Reading(done, "", 0, resting).written(), remark=remark)
        path = waiting[0]
        start = reading.rows if reading.under_way == _mark(path, whole[path]) else 0
        records, refused, rows = self._page_of(path, start)
        if rows < self.account.page_size:
            done[path.name], under_way, taken = whole[path], "", 0
        else:
            under_way, taken = _mark(path, whole[path]), start + rows
        more = bool(under_way) or len(waiting) > 1
        remark = f"{path.name}: {'; '.join(refused[:MOST_TOLD])}." if refused else ""
        return Changes(records, Reading(done, under_way, taken, resting).written(), more, remark)

    def _page_of(self, path: Path, start: int) -> tuple[list[Record], list[str], int]:
        """(records, what was refused, how many rows were read)."""
        records, refused, rows = [], [], 0
        for row in islice(self._rows(path), start, start + self.account.page_size):
            rows += 1
            try:
                record = record_of(self.account, row)
            except RowRefused as refusal:
                refused.append(str(refusal))
                continue
            if not self.account.queues or record.queue in self.account.queues:
                records.append(record)
        return records, refused, rows

    def _rows(self, path: Path) -> Iterator[Row | BrokenRow]:
        account = self.account
        with path.open("rb") as stream:
            try:
                yield from Export(stream, account.columns, "the account", delimiter=account.delimiter).rows()
            except Unusable as refusal:
                raise Unusable(f"{path.name}: {refusal}") from None

    def _cannot_read(self, trouble: Exception) -> str:
        said = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else str(trouble)
        return f"An export of NSD cannot be read ({self.account.exports}): {said}"


def _again(message: Mapping[str, Any]) -> bool:
    return int(message.get("attempt") or 1) > 1


def _mark(path: Path, mark: str) -> str:
    return f"{path.name} {mark}"


def _file_name(key: str) -> str:
    return f"tierline-{blake2b(key.encode(), digest_size=12).hexdigest()}.csv"
