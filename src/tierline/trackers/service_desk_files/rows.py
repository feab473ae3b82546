"""A row of an export as a record, a message of ours as a row of an import file. Pure.

Refuses rows without a number, with a status word the account does not name or a time that fits no form; the sentence
says which line and what would mend it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from tierline.foundation.local_time import instant_of
from tierline.foundation.tables import BrokenRow, Row
from tierline.trackers.service_desk_files.account import Account
from tierline.trackers.tracker import Note, Record, Stage

LONGEST_REFERENCE: Final = 200
_PARTICULARS: Final = ("area", "sub-area", "contact", "facility", "opened", "resolution")


class RowRefused(ValueError):
    """A row that is no ticket, or words the desk cannot be told; the text says why and what would mend it."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row of an import file, by meaning; ``cut`` names what did not fit."""

    cells: Mapping[str, str]
    cut: tuple[str, ...] = ()


def reference_for(key: str) -> str:
    """What a ticket remembers our effect by: its key, shortened with a digest when it is longer than the column."""
    if len(key) <= LONGEST_REFERENCE:
        return key
    digest = blake2b(key.encode(), digest_size=8).hexdigest()
    return f"{key[: LONGEST_REFERENCE - 17]}~{digest}"


def record_of(account: Account, row: Row | BrokenRow) -> Record:
    """A row of an export as it was read."""
    if isinstance(row, BrokenRow):
        raise RowRefused(f"line {row.line}: {row.reason}")
    cells = {meaning: cell.strip() for meaning, cell in row.cells.items()}
    number = cells["number"]
    if not number:
        raise RowRefused(f"line {row.line}: {account.columns['number']} is empty; give the ticket's number")
    stage = account.stage_of(cells["status"])
    if stage is None:
        raise RowRefused(
            f"line {row.line}: {account.columns['status']} '{cells['status'][:40]}' is a word the account does not "
            "name; add it under statuses"
        )
    changed = instant_in(account, cells["changed"])
    if changed is None:
        raise RowRefused(
            f"line {row.line}: {account.columns['changed']} '{cells['changed'][:40]}' fits no form of times; "
            "correct it, or add its form to the account"
        )
    notes = cells.get("notes", "")
    return Record(
        system=account.system,
        id=number,
        number=number,
        url=account.page_address.format(number=number),
        title=cells["title"],
        text=cells.get("text", ""),
        status=cells["status"],
        stage=stage,
        owner=cells.get("owner", ""),
        queue=cells.get("queue", "") or account.queue,
        changed_at=changed,
        revision=digest_of(cells),
        key=cells.get("reference") or None,
        particulars={name: cells[name] for name in _PARTICULARS if cells.get(name)},
        notes=(Note(id=f"{number}-notes", text=notes, author="", at=changed),) if notes else (),
    )


def instant_in(account: Account, text: str) -> datetime | None:
    """The instant a cell means; None when it fits no form."""
    found = instant_of(" ".join(text.split()), account.times.forms, ZoneInfo(account.times.zone))
    return found.at if found else None


def digest_of(cells: Mapping[str, str]) -> str:
    """The same for a row that says the same."""
    told = "\x1f".join(f"{meaning}\x1e{cells[meaning]}" for meaning in sorted(cells))
    return blake2b(told.encode("utf-8", "replace"), digest_size=12).hexdigest()


def import_row(account: Account, key: str, message: Mapping[str, Any]) -> ImportRow:
    """A message as a row for the desk."""
    verb = str(message["verb"])
    said = {
        "action": account.actions[verb],  # type: ignore[index]
        "number": str(message.get("record") or ""),
        "reference": reference_for(key),
        **_said_by(account, verb, message),
    }
    stray = {name: words for name, words in said.items() if words and name not in account.headings}
    place = "text" if verb == "open" else "note"
    if stray:
        lines = [f"{name}: {words}" for name, words in stray.items()]
        said[place] = "\n".join([said.get(place, ""), *lines]).strip()
    cells, cut = {}, []
    for name, words in said.items():
        if name not in account.headings:
            continue
        cells[name] = fitted(words, account.lengths.get(name))
        if cells[name] != words:
            cut.append(name)
    return ImportRow(cells, tuple(cut))


def _said_by(account: Account, verb: str, message: Mapping[str, Any]) -> dict[str, str]:
    fields = {str(name): str(words) for name, words in (message.get("fields") or {}).items()}
    if verb == "open":
        queue = str(message.get("project") or account.queue)
        return {"title": str(message.get("title", "")), "text": str(message.get("text", "")), "queue": queue, **fields}
    if verb == "say":
        return {"note": str(message.get("text", ""))}
    status = str(message.get("status") or "")
    if not status and message.get("stage"):
        status = account.status_for(Stage(message["stage"])) or ""
        if not status:
            raise RowRefused(f"No status of the account means '{message['stage']}'. Add one under statuses.")
    if status and account.stage_of(status) is None:
        raise RowRefused(f"'{status}' is no status of the account. Choose one of {', '.join(account.statuses)}.")
    said = {"status": status, "owner": str(message.get("owner") or ""), "queue": str(message.get("queue") or "")}
    if message.get("follow_up_at"):
        said["follow-up"] = _written(account, str(message["follow_up_at"]))
    words = str(message.get("close_notes") or "")
    return said | ({"resolution" if "resolution" in account.headings else "note": words} if words else {}) | fields


def _written(account: Account, text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return written_instant(account, at if at.tzinfo else at.replace(tzinfo=UTC))


def written_instant(account: Account, at: datetime) -> str:
    """An instant as the desk writes it."""
    return at.astimezone(ZoneInfo(account.times.zone)).strftime(account.times.forms[0])


def fitted(text: str, length: int | None) -> str:
    """The text, or as much of it as fits with an ellipsis that says how much is lacking."""
    if length is None or len(text) <= length:
        return text
    room = max(length - len(f"… [{len(text):,} characters more]"), 1)
    return (text[:room] + f"… [{len(text) - room:,} characters more]")[:length]
