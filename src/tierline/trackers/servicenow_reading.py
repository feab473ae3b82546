"""ServiceNow's rows, read: what a column holds, what a state means, who approved. Pure; never raises.

Rows are asked for with both values (``sysparm_display_value=all``): ``value`` is what is stored, instants in UTC;
``display_value`` is what the account's user would see, in that user's zone and language.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tierline.channels.answers import Stopped, instant_at, text_at
from tierline.channels.channel import Refused
from tierline.trackers.marking import key_in, without_key
from tierline.trackers.tracker import Note, Record, Stage

OURS = "Tierline"  # correlation_display of what we made
LONGEST_CORRELATION = 100
_SYS_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_WORDS = "sys_id number short_description description state assigned_to assignment_group sys_class_name approval active"
_STAMPS = "sys_updated_on sys_updated_by sys_mod_count correlation_id correlation_display"
_ENDS = "close_code close_notes closed_by hold_reason"

STAGES_OF: Mapping[str, Mapping[str, Stage]] = {
    "incident": {
        "1": Stage.NEW,
        "2": Stage.IN_PROGRESS,
        "3": Stage.ON_HOLD,
        "6": Stage.SOLVED,
        "7": Stage.CLOSED,
        "8": Stage.CANCELLED,
    },
    "change_request": {
        "-5": Stage.NEW,
        "-4": Stage.IN_PROGRESS,
        "-3": Stage.IN_PROGRESS,
        "-2": Stage.IN_PROGRESS,
        "-1": Stage.IN_PROGRESS,
        "0": Stage.IN_PROGRESS,
        "3": Stage.SOLVED,
        "4": Stage.CANCELLED,
    },
}
_INCIDENT_WORDS = {"New": "1", "In Progress": "2", "On Hold": "3", "Resolved": "6", "Closed": "7", "Canceled": "8"}
STATES_OF: Mapping[str, Mapping[str, str]] = {
    "incident": {
        **_INCIDENT_WORDS,
        "new": "1",
        "in-progress": "2",
        "on-hold": "3",
        "solved": "6",
        "closed": "7",
        "cancelled": "8",
    },
    "change_request": {"new": "-5", "in-progress": "-1", "solved": "3", "closed": "3", "cancelled": "4"},
}


@dataclass(frozen=True, slots=True)
class Approver:
    """One person's approval: ``requested``, ``approved``, ``rejected`` and so on, in the instance's own word.

    ``stored`` is the row as it is kept there, the proof of who said what and when.
    """

    id: str
    name: str
    state: str
    at: datetime | None
    comments: str
    stored: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approvals:
    """What a change request says of its approval (``requested``, ``approved``, ``rejected``), and who said it.

    ``text`` is its description as it stands now: whoever binds an approval to words looks for them in it.
    """

    record: str
    number: str
    approval: str
    state: str
    changed_at: datetime | None
    revision: str
    approvers: Sequence[Approver]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Something the instance found in the way of a change, in a sentence's words."""

    id: str
    text: str


def hindrances_of(result: Any, label: str) -> tuple[Hindrance, ...]:
    """What an answer about conflicts names. The vendor leaves its form open: a list of rows, or an object holding one;
    columns with both values, or plain. A row that says nothing is left out."""
    rows: Any = result
    if isinstance(result, Mapping):
        rows = next((value for value in result.values() if isinstance(value, list)), [])
    found = []
    for row in rows if isinstance(rows, list) else []:
        said = {name: _plain(row, name) for name in ("sys_id", "type", "conflicting_change", "schedule")}
        about = " ".join(said[name] for name in ("conflicting_change", "schedule") if said[name])
        on = _plain(row, "configuration_item")
        if said["type"] or about:
            parts = [said["type"] or "a conflict", f": {about}" if about else "", f" (on {on})" if on else ""]
            text = f"{label} finds in its way: {''.join(parts)}."
            found.append(Hindrance((said["sys_id"] or hashlib.sha256(text.encode()).hexdigest())[:40], text[:400]))
    return tuple(dict.fromkeys(found))


def _plain(row: Any, column: str) -> str:
    return text_at(row, column, "display_value") or text_at(row, column, "value") or text_at(row, column)


def value_of(row: Mapping[str, Any], column: str) -> str:
    """What is stored."""
    return text_at(row, column, "value")


def word_of(row: Mapping[str, Any], column: str) -> str:
    """What people see."""
    return text_at(row, column, "display_value")


def stamp_of(row: Mapping[str, Any]) -> datetime | None:
    """When it changed last."""
    return instant_at(row, "sys_updated_on", "value")


def revision_of(row: Mapping[str, Any]) -> str:
    """Changes with every change: the stamp has whole seconds, so the count of changes stands beside it."""
    return f"{value_of(row, 'sys_updated_on')}/{value_of(row, 'sys_mod_count')}"


def is_sys_id(text: str) -> bool:
    """Whether this can be the id of a row."""
    return _SYS_ID.fullmatch(text) is not None


def correlation_of(key: str) -> str:
    """The key, or a digest of one that the column would cut or a question could not carry."""
    fits = len(key) <= LONGEST_CORRELATION and re.fullmatch(r"[!-\]_-~]+", key) is not None
    return key if fits else f"tierline:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def literal(at: datetime) -> str:
    """An instant as a question and a column take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def fit(value: str) -> str:
    """A value that a question can carry. Raises Stopped for one that would end its condition."""
    if re.search(r"[\^\x00-\x1f]", value):
        raise Stopped(Refused(f"ServiceNow cannot be asked for '{value}'. Leave out ^ and line breaks."))
    return value


def columns_read(more: Iterable[str], follow_up: str) -> list[str]:
    """The columns of a record that are read."""
    return list(dict.fromkeys([*f"{_WORDS} {_STAMPS} {_ENDS}".split(), follow_up, *more]))


def url_of(address: str, table: str, record: str) -> str:
    """The page people open."""
    return f"{address}/nav_to.do?uri={quote(f'{table}.do?sys_id={record}', safe='')}"


def stage_of(row: Mapping[str, Any], stages: Mapping[str, Stage], system_users: Collection[str]) -> Stage:
    """What the state means; closed by a person with a close code is solved, closed by the system is not."""
    stage = stages.get(value_of(row, "state"), Stage.IN_PROGRESS)
    ended_by_person = value_of(row, "close_code") and not ended_by_system(row, system_users)
    return Stage.SOLVED if stage is Stage.CLOSED and ended_by_person else stage


def ended_by_system(row: Mapping[str, Any], system_users: Collection[str]) -> bool:
    """Whether a closed record was closed by the system, after days without anybody."""
    closed_by = {value_of(row, "closed_by"), word_of(row, "closed_by").casefold()}
    users = {user.casefold() for user in system_users}
    return bool(closed_by & users) or value_of(row, "sys_updated_by").casefold() in users


def as_record(
    row: Mapping[str, Any],
    *,
    system: str,
    id: str,  # noqa: A002 - as the record calls it
    url: str,
    stages: Mapping[str, Stage],
    fields: Mapping[str, str],
    system_users: Collection[str],
    follow_up: str,
    notes: Sequence[Note],
) -> Record:
    """A row (it has a sys_id) as a record."""
    told = {
        "kind": word_of(row, "sys_class_name"),
        "close_code": word_of(row, "close_code"),
        "close_notes": value_of(row, "close_notes"),
        "hold_reason": word_of(row, "hold_reason"),
        "follow_up_at": _iso(row, follow_up),
        **{word: word_of(row, column) for word, column in fields.items()},
    }
    if stages.get(value_of(row, "state")) is Stage.CLOSED:
        told["ended_by"] = "system" if ended_by_system(row, system_users) else word_of(row, "closed_by")
    return Record(
        system=system,
        id=id,
        number=word_of(row, "number"),
        url=url,
        title=value_of(row, "short_description"),
        text=value_of(row, "description"),
        status=word_of(row, "state"),
        stage=stage_of(row, stages, system_users),
        owner=word_of(row, "assigned_to"),
        queue=word_of(row, "assignment_group"),
        changed_at=stamp_of(row) or datetime(1970, 1, 1, tzinfo=UTC),
        revision=revision_of(row),
        key=(value_of(row, "correlation_id") or None) if value_of(row, "correlation_display") == OURS else None,
        particulars={name: text for name, text in told.items() if text},
        notes=notes,
    )


def as_note(row: Mapping[str, Any]) -> Note | None:
    """An entry of the journal; None for what is none."""
    at, text = instant_at(row, "sys_created_on", "value"), value_of(row, "value")
    if at is None or not value_of(row, "sys_id"):
        return None
    return Note(value_of(row, "sys_id"), without_key(text), word_of(row, "sys_created_by"), at, key_in(text))


def approvals_of(row: Mapping[str, Any], given: Sequence[Mapping[str, Any]]) -> Approvals:
    """A change request and the approvals that are of it."""
    record = value_of(row, "sys_id")
    approvers = [
        Approver(
            id=value_of(one, "sys_id"),
            name=word_of(one, "approver"),
            state=value_of(one, "state"),
            at=stamp_of(one),
            comments=value_of(one, "comments"),
            stored={column: value_of(one, column) for column in one},
        )
        for one in given
        if value_of(one, "sysapproval") == record
    ]
    return Approvals(
        record, word_of(row, "number"), value_of(row, "approval"), word_of(row, "state"), stamp_of(row),
        revision_of(row), approvers, value_of(row, "description"),
    )  # fmt: skip


def _iso(row: Mapping[str, Any], column: str) -> str:
    at = instant_at(row, column, "value")
    return at.isoformat() if at else ""
