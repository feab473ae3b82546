"""ServiceNow, by its Table API: incidents, or change requests when the account names that table.

``correlation_id`` carries our key and is asked for before a repeat; it is not unique there, and an instance ignores
conditions on columns it does not know, so every row that comes back is compared. Only the kind of the account's table
is taken; others in the queue (tasks of a catalogue) are told by ``wrong_kinds``. What ended by itself after days is
kept apart from what somebody solved. Stamps are UTC, in answers (``value``, never what is displayed) and in
questions. Facts: the vendor's Table API reference.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.line import Stopped, visit
from tierline.trackers.cursors import OVERLAP, begun
from tierline.trackers.marking import shown
from tierline.trackers.servicenow_account import Account
from tierline.trackers.servicenow_reading import (
    OURS,
    STAGES_OF,
    STATES_OF,
    Approvals,
    Hindrance,
    approvals_of,
    as_note,
    as_record,
    correlation_of,
    hindrances_of,
    is_sys_id,
    literal,
    revision_of,
    stamp_of,
    url_of,
    value_of,
    word_of,
)
from tierline.trackers.servicenow_table import PAGE, TableApi
from tierline.trackers.tracker import Changes, Conflicting, Note, Record, Stage

MOST_PAGES = 50
MOST_NEW = 50  # records a visit; their comments come by one more request
LONGEST_TITLE = 160  # longer ones are cut there without a word


class ServiceNow:
    """The tracker."""

    name: ClassVar[str] = "servicenow"
    label: ClassVar[str] = "ServiceNow"

    def __init__(self, account: Account) -> None:
        self.account = account
        self._api = TableApi(account)
        self._stages: Mapping[str, Stage] = {**STAGES_OF[account.table], **account.stages}
        self._states: Mapping[str, str] = {**STATES_OF[account.table], **account.states}

    # Delivering

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Open, say or move, once a key."""
        again = int(message.get("attempt", 1)) > 1
        verbs = {"open": self._open, "say": self._say, "move": self._move}
        verb = verbs.get(str(message.get("verb")))
        if verb is None:
            return Refused(f"ServiceNow knows no '{message.get('verb')}'; a message opens, says or moves.")
        try:
            with visit():
                return verb(key, message, again)
        except Stopped as stopped:
            return stopped.answer

    def _open(self, key: str, message: Mapping[str, Any], again: bool) -> Answer:
        found = self._api.row_of(key) if again else None
        if found is not None:
            return Delivered(self._evidence(found, found=True))
        title = str(message.get("title", ""))
        asked = {
            **self.account.open_with,
            **self._columns(message.get("fields") or {}),
            "short_description": title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…",
            "description": str(message.get("text", "")),
            "correlation_id": correlation_of(key),
            "correlation_display": OURS,
        }
        group = self._api.group(self.account.queue)
        if group:
            asked["assignment_group"] = group
        row = self._api.written(
            self._api.line.ask("POST", self._api.path(), params=self._api.read_params(), json=asked), "the record"
        )
        evidence = self._evidence(row, found=False)
        if group and value_of(row, "assignment_group") != group:
            evidence["but"] = f"A rule there put it into another queue: {word_of(row, 'assignment_group') or 'none'}."
        return Delivered(evidence)

    def _say(self, key: str, message: Mapping[str, Any], again: bool) -> Answer:
        table, record = self._where(str(message.get("record", "")))
        if again and (entry := self._entry(record, key)):
            return Delivered({"id": entry, "found": True})
        internal = message.get("internal")
        column = self.account.say_in if internal is None else "work_notes" if internal else "comments"
        asked = {column: shown(str(message.get("text", "")), key)}
        params = self._api.read_params("sys_id")
        self._api.written(
            self._api.line.ask("PATCH", self._api.path(table, record), params=params, json=asked), "the comment"
        )
        return Delivered({"id": self._entry(record, key), "found": False, "in": column})

    def _entry(self, record: str, key: str) -> str:
        """The id of the comment that carries our key; empty when there is none, or the account may not see it."""
        return next((note.id for note in self._journal([record]).get(record, ()) if note.key == key), "")

    def _move(self, _key: str, message: Mapping[str, Any], again: bool) -> Answer:
        table, record = self._where(str(message.get("record", "")))
        now = self._api.row(table, record)
        if now is None:
            return Refused("ServiceNow does not know this record, or the account may not see it.")
        change = self._change(message)
        if all(value_of(now, column) == value for column, value in change.items()):
            return Delivered(self._evidence(now, found=again) | {"unchanged": True})
        # On a repeat the state can be what an earlier try of ours made of it; a rule there may have changed the rest.
        ours = again and "state" in change and value_of(now, "state") == change["state"]
        if message.get("if_revision") and message["if_revision"] != revision_of(now) and not ours:
            return Conflicting(
                f"{word_of(now, 'number')} changed at ServiceNow in the meantime; it is {word_of(now, 'state')} now. "
                "Look at it, and decide again."
            )
        told = self._api.line.ask("PATCH", self._api.path(table, record), params=self._api.read_params(), json=change)
        row = self._api.written(told, "the change")
        evidence = self._evidence(row, found=False)
        kept = [column for column, value in change.items() if value_of(row, column) != value]
        if kept:
            evidence["but"] = f"ServiceNow kept its own in: {', '.join(kept)}."
        return Delivered(evidence)

    def _change(self, message: Mapping[str, Any]) -> dict[str, str]:
        """What a Move says, in columns."""
        change = self._columns(message.get("fields") or {}) | self._state(message)
        if message.get("follow_up_at"):
            change[self.account.follow_up_column] = self._follow_up(str(message["follow_up_at"]))
        if message.get("owner"):
            change["assigned_to"] = self._api.person(str(message["owner"]))
        if message.get("queue"):
            change["assignment_group"] = self._api.group(str(message["queue"]))
        return change

    def _state(self, message: Mapping[str, Any]) -> dict[str, str]:
        wanted = str(message.get("status") or message.get("stage") or "")
        if not wanted:
            return {}
        state = wanted if wanted.lstrip("-").isdigit() else self._states.get(wanted, "")
        if not state:
            raise Stopped(Refused(f"No state of ServiceNow is known for '{wanted}'. Name it in the account."))
        change = {"state": state}
        stage = self._stages.get(state)
        if stage is Stage.ON_HOLD:
            change["hold_reason"] = self.account.hold_reason
        if stage in (Stage.SOLVED, Stage.CLOSED) or message.get("close_notes"):
            change["close_code"] = self.account.close_code
            change["close_notes"] = str(message.get("close_notes") or "")
        return change

    # Asking

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """The record an effect of this key made."""
        told: Record | TryAgain | NotConnected | None = self._asked(lambda: self._whole(self._api.row_of(key)))
        return told

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """One record with its comments; None when it is not there or the account may not see it."""
        told: Record | TryAgain | NotConnected | None = self._asked(
            lambda: self._whole(self._api.row(*self._where(record)))
        )
        return told

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected:
        """Records of the queue, and those we made wherever they went, that changed since; oldest first."""
        told: Changes | TryAgain | NotConnected = self._asked(lambda: self._changes(cursor))
        return told

    @property
    def wrong_kind_answer(self) -> str:
        """What to answer to a record of a kind that is not taken."""
        return self.account.wrong_kind_answer

    def wrong_kinds(self) -> Sequence[Record] | TryAgain | NotConnected:
        """Open records in the queue of a kind that is not taken."""
        told: Sequence[Record] | TryAgain | NotConnected = self._asked(self._not_taken)
        return told

    def approvals(self, record: str) -> Approvals | TryAgain | NotConnected | None:
        """Who approved a change request, and what its own approval says; None when there is no such record."""
        told: Approvals | TryAgain | NotConnected | None = self._asked(lambda: self._approvals(record))
        return told

    def hindrances(self, record: str) -> Sequence[Hindrance] | TryAgain | NotConnected | None:
        """What the instance found in the way of a change request; None where it cannot be asked for that."""
        told: Sequence[Hindrance] | TryAgain | NotConnected | None = self._asked(lambda: self._hindrances(record))
        return told

    def _asked(self, question: Any) -> Any:
        try:
            with visit():
                return question()
        except Stopped as stopped:
            answer = stopped.answer
            return TryAgain(answer.because) if isinstance(answer, Refused) else answer

    def _changes(self, cursor: str) -> Changes:
        sweep = begun(cursor)
        since = sweep.since or self._api.partner_time() - timedelta(days=self.account.look_back_days)
        group = self._api.group(self.account.queue)
        mine = f"correlation_display={OURS}" + (f"^ORassignment_group={group}" if group else "")
        new: list[Mapping[str, Any]] = []
        condition = f"{mine}^sys_updated_on>={literal(since)}"
        for _ in range(MOST_PAGES):
            rows = self._api.rows(self.account.table, f"{condition}^ORDERBYsys_updated_on^ORDERBYsys_id")
            for row in rows:
                stamp = stamp_of(row)
                if stamp is None or not is_sys_id(value_of(row, "sys_id")):
                    continue
                if len(new) >= MOST_NEW:
                    return Changes(self._records(new), sweep.written(midway=True), more=True)
                if sweep.is_new(value_of(row, "sys_id"), stamp, revision_of(row)):
                    new.append(row)
            last = stamp_of(rows[-1]) if rows else None
            if len(rows) < PAGE or last is None:
                sweep.newest = sweep.newest or since + OVERLAP
                return Changes(self._records(new), sweep.written(midway=False))
            at, behind = literal(last), value_of(rows[-1], "sys_id")
            condition = f"{mine}^sys_updated_on>{at}^NQ{mine}^sys_updated_on={at}^sys_id>{behind}"
        raise Stopped(TryAgain("ServiceNow's list of changes does not end. It will be read again later."))

    def _not_taken(self) -> Sequence[Record]:
        group = self._api.group(self.account.queue)
        if not group:
            return []
        found = []
        for table in self.account.not_taken:
            rows = self._api.rows(table, f"assignment_group={group}^active=true^ORDERBYsys_created_on")
            found += [self._as_record(row, (), table) for row in rows if value_of(row, "assignment_group") == group]
        return found

    def _approvals(self, record: str) -> Approvals | None:
        table, sys_id = self._where(record)
        row = self._api.row(table, sys_id)
        if row is None:
            return None
        columns = "sys_id,sysapproval,approver,state,comments,sys_updated_on"
        given = self._api.rows("sysapproval_approver", f"sysapproval={sys_id}^ORDERBYsys_created_on", columns)
        return approvals_of(row, given)

    def _hindrances(self, record: str) -> Sequence[Hindrance] | None:
        _, sys_id = self._where(record)
        result = self._api.conflicts(sys_id)
        return None if result is None else hindrances_of(result, self.label)

    # Rows as records

    def _where(self, record: str) -> tuple[str, str]:
        """``(table, sys_id)`` of ``SYS_ID`` or, for a kind that is not taken, ``TABLE/SYS_ID``."""
        table, _, sys_id = record.rpartition("/")
        if not is_sys_id(sys_id) or table not in ("", self.account.table, *self.account.not_taken):
            raise Stopped(Refused(f"'{record}' is no record of ServiceNow; it is called by its sys_id."))
        return table or self.account.table, sys_id

    def _journal(self, records: Sequence[str]) -> dict[str, list[Note]]:
        found: dict[str, list[Note]] = {record: [] for record in records}
        query = f"element_idIN{','.join(records)}^elementINcomments,work_notes^ORDERBYsys_created_on"
        columns = "sys_id,element_id,element,value,sys_created_on,sys_created_by"
        for page in range(MOST_PAGES if records else 0):
            rows = self._api.rows("sys_journal_field", query, columns, page * PAGE)
            for row in rows:
                note = as_note(row)
                if note is not None and value_of(row, "element_id") in found:
                    found[value_of(row, "element_id")].append(note)
            if len(rows) < PAGE:
                break
        return found

    def _whole(self, row: Mapping[str, Any] | None) -> Record | None:
        return None if row is None else self._records([row])[0]

    def _records(self, rows: Sequence[Mapping[str, Any]]) -> list[Record]:
        notes = self._journal([value_of(row, "sys_id") for row in rows])
        return [self._as_record(row, notes[value_of(row, "sys_id")], self.account.table) for row in rows]

    def _as_record(self, row: Mapping[str, Any], notes: Sequence[Note], table: str) -> Record:
        account = self.account
        home = "" if table == account.table else f"{table}/"
        return as_record(
            row,
            system=account.system,
            id=home + value_of(row, "sys_id"),
            url=url_of(account.address, table, value_of(row, "sys_id")),
            stages=self._stages,
            fields=account.fields,
            system_users=account.system_users,
            follow_up=account.follow_up_column,
            notes=notes,
        )

    def _evidence(self, row: Mapping[str, Any], *, found: bool) -> dict[str, Any]:
        sys_id = value_of(row, "sys_id")
        return {
            "id": sys_id,
            "number": word_of(row, "number"),
            "url": url_of(self.account.address, self.account.table, sys_id),
            "revision": revision_of(row),
            "status": word_of(row, "state"),
            "found": found,
        }

    def _columns(self, fields: Mapping[str, Any]) -> dict[str, str]:
        return {self.account.fields[word]: str(value) for word, value in fields.items() if word in self.account.fields}

    def _follow_up(self, written: str) -> str:
        at: datetime | None
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise Stopped(Refused(f"'{written}' is no instant to follow up at; write 2026-11-20T17:00:00Z."))
        return literal(at)
