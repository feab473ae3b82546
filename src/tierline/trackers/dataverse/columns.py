"""Our messages as columns of the case table, and its rows as records. Pure.

A text that does not fit is cut with an ellipsis and the number of characters it lacks, and named in ``cut``; a field
the account has no column for goes into the text. Refuses words the account gives no value for.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tierline.channels.answers import instant_at, text_at
from tierline.trackers.dataverse.account import Account, Column
from tierline.trackers.tracker import Note, Record, Stage

FORMATTED: Final = "@OData.Community.Display.V1.FormattedValue"
_OURS: Final = uuid.UUID("5a3f3f0e-6d0c-5e5b-9a7e-3f1f6d0f5a11")
_MARK: Final = "Tierline "
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class WordUnknown(ValueError):
    """A word the account gives no value for; the text says which and what would mend it."""


@dataclass(frozen=True, slots=True)
class Written:
    """Columns ready to be sent; ``cut`` names what did not fit."""

    columns: Mapping[str, Any]
    cut: tuple[str, ...] = ()


def id_for(key: str) -> str:
    """The id of the row an effect of this key makes: the same for every try."""
    return str(uuid.uuid5(_OURS, key))


def quoted(text: str) -> str:
    """A text as OData writes it in a filter."""
    return "'" + text.replace("'", "''") + "'"


def is_id(text: str) -> bool:
    """Whether it is a row's id rather than a number people use."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def fitted(text: str, length: int | None) -> str:
    """The text, or as much of it as fits and how much is lacking."""
    if length is None or len(text) <= length:
        return text
    said = f"… [{len(text) - length:,} characters more]"
    if len(said) + 20 > length:
        return text[: length - 1] + "…"
    kept = length - len(said)
    return text[:kept] + f"… [{len(text) - kept:,} characters more]"[: length - kept]


def set_column(name: str, column: Column, word: str) -> tuple[str, Any]:
    """(what is sent, its value) to set a column to a word."""
    if column.rows:
        row = _known(column.rows, word, f"'{word}' is no row of {name} in the account")
        return f"{column.attribute}@odata.bind", row
    if column.choices:
        return column.attribute, _known(column.choices, word, f"'{word}' is no choice of {name} in the account")
    return column.attribute, fitted(word, column.length)


def _known(words: Mapping[str, Any], word: str, lacking: str) -> Any:
    folded = {known.casefold(): value for known, value in words.items()}
    try:
        return folded[word.strip().casefold()]
    except KeyError:
        known = ", ".join(list(words)[:8])
        raise WordUnknown(f"{lacking}, which knows {known}. Add it there, or choose another.") from None


def new_row(account: Account, key: str, message: Mapping[str, Any]) -> Written:
    """The columns of a new case."""
    fields: Mapping[str, str] = message.get("fields") or {}
    stray = [f"{name}: {word}" for name, word in fields.items() if name not in account.fields and word]
    text = "\n".join([str(message.get("text", "")), *stray]).strip()
    columns, cut = dict(account.always), []
    for column, words in ((account.title, str(message.get("title", ""))), (account.text, text)):
        columns[column.attribute] = fitted(words, column.length)
        if columns[column.attribute] != words:
            cut.append(column.attribute)
    columns |= field_columns(account, fields)
    queue = str(message.get("project") or account.queue)
    if account.queue_column and queue:
        columns.update([set_column("queue", account.queue_column, queue)])
    if account.key_column:
        columns[account.key_column] = key
    return Written(columns, tuple(cut))


def field_columns(account: Account, fields: Mapping[str, str]) -> dict[str, Any]:
    """The columns of the fields the account has columns for."""
    return dict(
        set_column(name, account.fields[name], word) for name, word in fields.items() if name in account.fields and word
    )


def status_columns(account: Account, status: str) -> dict[str, Any]:
    """The columns of a status that is set directly (a resolved case is closed by an action of its own)."""
    known = account.statuses.get(status)
    if known is None:
        words = ", ".join(account.statuses)
        raise WordUnknown(f"'{status}' is no Status Reason of the account, which knows {words}. Choose one of them.")
    return {"statecode": known.state, "statuscode": known.value}


def owner_columns(account: Account, owner: str) -> dict[str, Any]:
    """The column of an owner."""
    return dict([set_column("owner", Column(attribute="ownerid", rows=account.owners or {"": ""}), owner)])


def selected(account: Account) -> str:
    """The columns that make a record."""
    names = [
        account.id_column, account.number_column, account.title.attribute, account.text.attribute,
        "statecode", "statuscode", "_ownerid_value", "modifiedon", account.follow_up_column,
        account.key_column, *(column.read_as for column in account.fields.values()),
        account.queue_column.read_as if account.queue_column else "",
        account.notes_column.attribute if account.notes_column else "",
    ]  # fmt: skip
    return ",".join(dict.fromkeys(name for name in names if name))


def record_of(account: Account, row: Mapping[str, Any], *, system: str, notes: Iterable[Note] = ()) -> Record:
    """A row of the case table as it was read."""
    known = account.status_of(number_at(row, "statuscode"))
    open_or_over = {1: Stage.SOLVED, 2: Stage.CANCELLED}.get(number_at(row, "statecode"), Stage.NEW)
    ident = text_at(row, account.id_column)
    return Record(
        system=system,
        id=ident,
        number=text_at(row, account.number_column),
        url=account.page_address.format(address=account.address, id=ident),
        title=text_at(row, account.title.attribute),
        text=text_at(row, account.text.attribute),
        status=text_at(row, f"statuscode{FORMATTED}") or (known[0] if known else text_at(row, "statuscode")),
        stage=known[1].stage if known else open_or_over,
        owner=shown(row, "_ownerid_value"),
        queue=_word(row, account.queue_column) if account.queue_column else account.queue,
        changed_at=instant(row.get("modifiedon")),
        revision=text_at(row, "@odata.etag"),
        key=text_at(row, account.key_column) or None if account.key_column else None,
        particulars=_particulars(account, row),
        notes=tuple(notes) or _notes_in_column(account, row),
    )


def number_at(row: Mapping[str, Any], name: str) -> int:
    """The whole number in a column; -1 where there is none."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _particulars(account: Account, row: Mapping[str, Any]) -> dict[str, str]:
    found = {name: _word(row, column) for name, column in account.fields.items()}
    found["follow-up-at"] = text_at(row, account.follow_up_column)
    return {name: word for name, word in found.items() if word}


def _word(row: Mapping[str, Any], column: Column) -> str:
    """What people see of a column."""
    formatted, value = shown(row, column.read_as), text_at(row, column.read_as)
    if formatted and formatted != value:
        return formatted
    for words in (column.choices, column.rows):
        for word, stands_for in words.items():
            if value and value in (str(stands_for), str(stands_for).rpartition("(")[2].rstrip(")")):
                return word
    return value


def shown(row: Mapping[str, Any], name: str) -> str:
    """A column's value as the service writes it for people."""
    return text_at(row, f"{name}{FORMATTED}") or text_at(row, name)


def instant(text: Any) -> datetime:
    """An instant as the service writes it; long ago when it gave none."""
    return instant_at({"at": text}, "at") or _LONG_AGO


def instant_given(text: str) -> datetime:
    """An instant of a message of ours. Refuses what is none."""
    found = instant_at({"at": text}, "at")
    if found is None:
        raise WordUnknown(f"'{text[:40]}' is no instant to follow up at. Give one like 2026-11-27T12:00:00Z.")
    return found


def deleted_record(account: Account, ident: str, *, system: str) -> Record:
    """A case that is there no longer."""
    url = account.page_address.format(address=account.address, id=ident)
    return Record(system, ident, "", url, "", "", "deleted", Stage.CANCELLED, "", "", _LONG_AGO, "deleted")


# -- notes -------------------------------------------------------------------------------------------------------


def new_note(account: Account, key: str, record: str, text: str) -> Written:
    """The columns of a note on a case. Its subject carries the effect's key, by which an echo is known."""
    shown_text = fitted(text, account.note_length)
    columns = {
        "subject": (_MARK + key)[: account.note_subject_length],
        "notetext": shown_text,
        f"objectid_{account.entity}@odata.bind": f"/{account.table}({record})",
    }
    return Written(columns, ("notetext",) if shown_text != text else ())


def note_of(row: Mapping[str, Any]) -> Note:
    """A note as it was read."""
    subject, text = text_at(row, "subject"), text_at(row, "notetext")
    ours = subject.startswith(_MARK)
    return Note(
        id=text_at(row, "annotationid"),
        text=text if ours or not subject else f"{subject}\n{text}".strip(),
        author=shown(row, "_createdby_value"),
        at=instant(row.get("createdon")),
        key=subject.removeprefix(_MARK) if ours else None,
    )


def mark_in_notes(key: str) -> str:
    """What a note in the notes column ends with: short, and the same for every try."""
    return f"[Tierline {id_for(key)[:8]}]"


def with_note(account: Account, row: Mapping[str, Any], key: str, text: str, at: datetime) -> Written | None:
    """The notes column with one note more; None when it is there already. What is old is cut before what is new."""
    column = account.notes_column
    assert column is not None  # noqa: S101 - asked of accounts that keep notes so
    before = text_at(row, column.attribute)
    mark = mark_in_notes(key)
    if mark in before:
        return None
    added = f"{at:%Y-%m-%d %H:%M} UTC: {text} {mark}"
    whole = f"{before}\n{added}".strip()
    if column.length and len(whole) > column.length:
        room = max(column.length - len(added) - 2, 0)
        kept = "…" + before[-room + 1 :] if room > 1 else ""
        whole = fitted(f"{kept}\n{added}".strip(), column.length)
        return Written({column.attribute: whole}, (column.attribute,))
    return Written({column.attribute: whole})


def _notes_in_column(account: Account, row: Mapping[str, Any]) -> tuple[Note, ...]:
    column = account.notes_column
    text = text_at(row, column.attribute) if column else ""
    at = instant(row.get("modifiedon"))
    return (Note(id=column.attribute, text=text, author="", at=at),) if column and text else ()


def since(at: datetime, days: int) -> datetime:
    """The earliest change a first look takes in."""
    return at - timedelta(days=days)


def written(at: datetime | None) -> str:
    """An instant as the service takes it."""
    return f"{at or _LONG_AGO:%Y-%m-%dT%H:%M:%SZ}"


# -- how far changes were read -------------------------------------------------------------------------------------


def cursor_of(cases: str, notes: str) -> str:
    """How far cases and their notes were read, as one text."""
    return json.dumps({"cases": cases, "notes": notes})


def cursors_in(cursor: str) -> tuple[str, str]:
    """(how far cases were read, how far notes); nothing known for a text that is none of ours."""
    try:
        told = json.loads(cursor)
        return str(told["cases"]), str(told["notes"])
    except (ValueError, TypeError, KeyError):
        return "", ""
