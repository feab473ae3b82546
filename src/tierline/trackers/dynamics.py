"""Microsoft Dynamics 365: cases of a queue, in and out, by the Dataverse Web API (OData v4).

The one tracker with a true create-once: the row's id comes from the effect's key, and ``If-None-Match: *`` makes the
service refuse a second one. Moves go out with the ETag they were decided on, so that nobody's change is written over.
Refuses words the account gives no value for, and cases of queues the account does not read.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from tierline.channels.answers import rows_at, text_at
from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.line import Stopped, visit
from tierline.foundation.clock import now
from tierline.trackers.cursors import Sweep, begun
from tierline.trackers.dataverse import columns as c
from tierline.trackers.dataverse.account import Account, FirstTouch, Route
from tierline.trackers.dataverse.batching import Operation
from tierline.trackers.dataverse.web_api import BUSY, THERE_OR_CHANGED, VERSION_EXPIRED, NoAnswer, WebApi
from tierline.trackers.tracker import Changes, Conflicting, Note, Record, Stage

__all__ = ["Account", "Dynamics"]
MOST_NOTES = 200
_ONCE = {"If-None-Match": "*"}
_FIRST = "first "  # a cursor within the first look
_FULL = "full "  # a cursor within a reading of everything, whatever its age


class Dynamics:
    """The tracker."""

    name: ClassVar[str] = "dynamics"
    label: ClassVar[str] = "Microsoft Dynamics 365"

    def __init__(self, account: Account) -> None:
        self.account = account
        self.api = WebApi(account)

    # -- out -------------------------------------------------------------------------------------------------

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Open, say or move; the same key twice is one change."""
        verbs = {"open": self._open, "say": self._say, "move": self._move}
        verb = verbs.get(str(message.get("verb")))
        if verb is None:
            return Refused(f"Dynamics is asked to {message.get('verb')!a}, which is neither open, say nor move.")
        try:
            with visit():
                return Delivered(verb(key, message))
        except c.WordUnknown as refusal:
            return Refused(str(refusal))
        except Stopped as trouble:
            return trouble.answer

    def _open(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        account, ident = self.account, c.id_for(key)
        new = c.new_row(account, key, message)
        found = not self._create(f"{account.table}({ident})", new.columns)
        queue = str(message.get("project") or account.queue)
        if account.queue_column is None and queue in account.routes:
            self._route(ident, account.routes[queue], "*")
        if account.text.attribute in new.cut:
            self._note(ident, f"{key}:rest", str(message.get("text", "")))
        return self._evidence(self._row(ident), found=found) | ({"cut": list(new.cut)} if new.cut else {})

    def _create(self, path: str, columns: Mapping[str, Any]) -> bool:
        """Make a row once; False when an earlier try had made it."""
        try:
            self.api.call("PATCH", path, body=columns, headers=_ONCE)
        except NoAnswer as trouble:
            if trouble.status == THERE_OR_CHANGED:
                return False
            raise
        return True

    def _say(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        ident = self._id_of(str(message["record"]))
        text = str(message.get("text", ""))
        if self.account.notes_column:
            told = self._say_in_column(key, ident, text)
        else:
            told = {"id": c.id_for(key), **self._note(ident, key, text)}
        self._touch(ident)
        return told

    def _note(self, ident: str, key: str, text: str) -> dict[str, Any]:
        if self.account.notes_column:
            return self._say_in_column(key, ident, text)
        note = c.new_note(self.account, key, ident, text)
        found = not self._create(f"annotations({c.id_for(key)})", note.columns)
        return {"found": found} | ({"cut": list(note.cut)} if note.cut else {})

    def _say_in_column(self, key: str, ident: str, text: str) -> dict[str, Any]:
        """Add to the notes column; who wrote there meanwhile is read again and kept."""
        for _ in range(3):
            row = self._row(ident)
            new = c.with_note(self.account, row, key, text, now())
            if new is None:
                return {"id": c.mark_in_notes(key), "found": True}
            try:
                self._change(ident, new.columns, str(row.get("@odata.etag") or "*"))
            except NoAnswer as trouble:
                if trouble.status != THERE_OR_CHANGED:
                    raise
                continue
            cut = {"cut": list(new.cut)} if new.cut else {}
            return {"id": c.mark_in_notes(key), "found": False, **cut}
        raise NoAnswer(TryAgain("The case's notes in Dynamics changed each time one was to be added."))

    def _move(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the verbs look alike
        ident = self._id_of(str(message["record"]))
        row = self._row(ident)
        wanted, status = self._wanted(message, row)
        closes = bool(status) and self.account.statuses[status].state == 1
        again = int(message.get("attempt") or 1) > 1
        changed = str(message.get("if_revision") or row.get("@odata.etag")) != row.get("@odata.etag")
        if changed and not (again and _says(row, wanted)):
            raise NoAnswer(Conflicting(_CONFLICT), THERE_OR_CHANGED)
        closed = not closes or row.get("statuscode") == self.account.statuses[status].value
        if closed and _says(row, wanted) and self._in_queue(row, message):
            return self._evidence(row, found=True)
        revision = str(row.get("@odata.etag")) if message.get("if_revision") else "*"
        self._carry_out(ident, row, message, wanted, closes="" if closed else status, revision=revision)
        return self._evidence(self._row(ident), found=False)

    def _wanted(self, message: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """(the columns to set, the status to end in)."""
        account = self.account
        status = str(message.get("status") or "")
        if not status and message.get("stage"):
            status = account.status_for(Stage(message["stage"])) or ""
            if not status:
                raise c.WordUnknown(f"No Status Reason of the account means '{message['stage']}'. Add one there.")
        wanted = c.field_columns(account, message.get("fields") or {})
        touch = self._first_touch(row)
        if status:
            columns = c.status_columns(account, status)
            # A resolved case is resolved by an action of its own; setting the columns is refused.
            wanted |= columns if columns["statecode"] != 1 else {}
        elif touch:
            status = touch.status
            wanted |= c.status_columns(account, status)
        owner = str(message.get("owner") or "") or (touch.owner if touch and not row.get("_ownerid_value") else "")
        wanted |= c.owner_columns(account, owner) if owner else {}
        if message.get("follow_up_at"):
            wanted[account.follow_up_column] = c.written(c.instant_given(str(message["follow_up_at"])))
        return wanted, status

    def _carry_out(
        self,
        ident: str,
        row: Mapping[str, Any],
        message: Mapping[str, Any],
        wanted: Mapping[str, Any],
        *,
        closes: str,
        revision: str,
    ) -> None:
        words = str(message.get("close_notes") or "")
        try:
            if not self._in_queue(row, message):
                self._to_queue(ident, str(message["queue"]), revision)
                revision = "*"
            if closes and revision != "*":
                self._close_unchanged(ident, wanted or {"statuscode": row["statuscode"]}, closes, words, revision)
                return
            if wanted:
                self._change(ident, wanted, revision)
            if closes:
                self.api.call("POST", "CloseIncident", body=self._resolution(ident, closes, words))
        except NoAnswer as trouble:
            if trouble.status == THERE_OR_CHANGED:
                raise NoAnswer(Conflicting(_CONFLICT), THERE_OR_CHANGED) from None
            raise

    def _change(self, ident: str, columns: Mapping[str, Any], revision: str) -> None:
        """Set columns of a case that is there and, unless ``revision`` is ``*``, unchanged."""
        self.api.call("PATCH", f"{self.account.table}({ident})", body=columns, headers={"If-Match": revision})

    def _close_unchanged(self, ident: str, columns: Mapping[str, Any], closes: str, words: str, revision: str) -> None:
        """Close a case that nobody changed since. Closing itself takes no revision, so both happen together or not."""
        path = f"{self.account.interface}/{self.account.table}({ident})"
        change = Operation("PATCH", path, columns, {"If-Match": revision})
        body = self._resolution(ident, closes, words)
        close = Operation("POST", f"{self.account.interface}/CloseIncident", body)
        [outcomes] = self.api.batch([(change, close)])
        failed = next((one for one in outcomes if not one.done), None)
        if failed is not None:
            said = f"Dynamics refused it ({failed.status}): {self.api.words(failed.words)}"
            answer = TryAgain(said) if failed.status in BUSY else Refused(said)
            raise NoAnswer(answer, failed.status, failed.code)

    def _resolution(self, ident: str, status: str, words: str) -> dict[str, Any]:
        """What closes a case."""
        resolution = {
            "subject": c.fitted(words.partition("\n")[0] or status, 200),
            "description": c.fitted(words, 2000),
            "timespent": 0,
            "incidentid@odata.bind": f"/{self.account.table}({ident})",
        }
        return {"IncidentResolution": resolution, "Status": self.account.statuses[status].value}

    def _in_queue(self, row: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
        queue = message.get("queue")
        if not queue or self.account.queue_column is None:
            return not queue
        return bool(self._record(row).queue == queue)

    def _to_queue(self, ident: str, queue: str, revision: str) -> None:
        route = self.account.routes.get(queue)
        if route is not None:
            self._route(ident, route, revision)
        elif self.account.queue_column is not None:
            columns = dict([c.set_column("queue", self.account.queue_column, queue)])
            self._change(ident, columns, revision)
        else:
            raise c.WordUnknown(f"The account names no route to the queue '{queue}'. Add it under routes.")

    def _route(self, ident: str, route: Route, revision: str) -> None:
        account = self.account
        if route.fields:
            self._change(ident, route.fields, revision)
        elif route.action:
            path = f"{account.table}({ident})/Microsoft.Dynamics.CRM.{route.action}"
            self.api.call("POST", path, body=dict(route.parameters))
        else:
            target = {account.id_column: ident, "@odata.type": f"Microsoft.Dynamics.CRM.{account.entity}"}
            path = f"queues({route.queue_row})/Microsoft.Dynamics.CRM.AddToQueue"
            self.api.call("POST", path, body={"Target": target, **route.parameters})

    def _first_touch(self, row: Mapping[str, Any]) -> FirstTouch | None:
        """What the first thing we do sets besides, while the case is new."""
        touch = self.account.first_touch
        return touch if touch and self._record(row).stage is Stage.NEW else None

    def _touch(self, ident: str) -> None:
        row = self._row(ident)
        touch = self._first_touch(row)
        if touch is None:
            return
        owner = c.owner_columns(self.account, touch.owner) if touch.owner else {}
        self._change(ident, c.status_columns(self.account, touch.status) | owner, "*")

    def _evidence(self, row: Mapping[str, Any], *, found: bool) -> dict[str, Any]:
        record = self._record(row)
        return {
            "id": record.id,
            "number": record.number,
            "url": record.url,
            "revision": record.revision,
            "status": record.status,
            "found": found,
        }

    # -- in --------------------------------------------------------------------------------------------------

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """The case an effect of this key made, if it is there."""
        found = self.read(c.id_for(key))
        return replace(found, key=key) if isinstance(found, Record) else found

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """A case by its id or its number, with its notes."""
        try:
            ident = self._id_of(record)
            return self._record(self._row(ident), () if self.account.notes_column else self._notes(ident))
        except Stopped as trouble:
            return None if getattr(trouble, "status", 0) == 404 else _for_a_reader(trouble)

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected:
        """One page of what changed. The cursor is the service's own link.

        When the service no longer knows the point in time the link names, everything of the queues is read again.
        """
        try:
            return self._changes(cursor)
        except NoAnswer as trouble:
            if not cursor or not (trouble.status == 410 or trouble.code == VERSION_EXPIRED):
                return _for_a_reader(trouble)
        except Stopped as trouble:
            return _for_a_reader(trouble)
        try:
            return replace(self._changes(c.cursor_of(_FULL, c.cursors_in(cursor)[1])), remark=_TOO_OLD)
        except Stopped as trouble:
            return _for_a_reader(trouble)

    def _changes(self, cursor: str) -> Changes:
        """A page of cases; after the last one, the cases that got notes meanwhile: a note does not change its case."""
        cases, notes = c.cursors_in(cursor)
        page = self._changed_cases(cases)
        if page.more:
            return Changes(page.records, c.cursor_of(page.cursor, notes), more=True)
        sweep = begun(notes, otherwise=c.since(now(), self.account.look_back_days))
        noted, more = self._noted(sweep) if self.account.notes_column is None else ({}, False)
        records = {record.id: record for record in page.records} | noted
        return Changes(list(records.values()), c.cursor_of(page.cursor, sweep.written(midway=more)), more)

    def _noted(self, sweep: Sweep) -> tuple[dict[str, Record], bool]:
        """(the cases that got notes, whether there are more)."""
        asked = {
            "$select": "annotationid,_objectid_value,createdon",
            "$filter": f"objecttypecode eq {c.quoted(self.account.entity)} and createdon ge {c.written(sweep.since)}",
            "$orderby": "createdon asc",
            "$top": str(MOST_NOTES),
        }
        rows = rows_at(self.api.get("annotations", **asked), "value")
        new = [r for r in rows if sweep.is_new(text_at(r, "annotationid"), c.instant(r.get("createdon")), "")]
        found = {}
        for ident in dict.fromkeys(text_at(row, "_objectid_value") for row in new):
            record = self.read(ident)
            if isinstance(record, TryAgain | NotConnected):
                raise Stopped(record)
            if isinstance(record, Record) and self._is_read(record):
                found[ident] = record
        return found, len(rows) == MOST_NOTES and bool(new)

    def _changed_cases(self, cursor: str) -> Changes:
        account = self.account
        reading = next((word for word in (_FIRST, _FULL) if cursor.startswith(word)), "" if cursor else _FIRST)
        link = cursor.removeprefix(reading)
        prefer = [f"odata.maxpagesize={account.page_size}"]
        if link:
            page = self.api.get(link, prefer=prefer)
        else:
            selected = c.selected(account)
            page = self.api.get(account.table, prefer=["odata.track-changes", *prefer], **{"$select": selected})
        first = reading == _FIRST
        records = [one for row in rows_at(page, "value") if (one := self._changed(row, first=first)) is not None]
        following, delta = text_at(page, "@odata.nextLink"), text_at(page, "@odata.deltaLink")
        if not following and not delta:
            raise NoAnswer(TryAgain("Dynamics answered without a delta link. Turn change tracking on for the table."))
        return Changes(records, reading + following if following else delta, bool(following))

    def _changed(self, row: Mapping[str, Any], *, first: bool) -> Record | None:
        """The record of a row that changed; None when it is of no queue we read, or older than a first look goes."""
        if "$deletedEntity" in text_at(row, "@odata.context") or "reason" in row:
            ident = text_at(row, "id")
            return c.deleted_record(self.account, ident, system=self.account.system) if ident else None
        record = self._record(row)
        if not record.id or not self._is_read(record):
            return None
        if first and record.changed_at < c.since(now(), self.account.look_back_days):
            return None
        return record

    def _is_read(self, record: Record) -> bool:
        return not self.account.queues or record.queue in self.account.queues

    def _id_of(self, record: str) -> str:
        if c.is_id(record):
            return record.lower()
        account = self.account
        asked = {"$select": account.id_column, "$filter": f"{account.number_column} eq {c.quoted(record)}"}
        rows = rows_at(self.api.get(account.table, **asked), "value")
        if not rows:
            raise NoAnswer(Refused(f"Dynamics has no case of the number {record}. Check the number."), 404)
        if len(rows) > 1:
            raise NoAnswer(Refused(f"Dynamics has {len(rows)} cases of the number {record}. Name the case by its id."))
        return text_at(rows[0], account.id_column)

    def _row(self, ident: str) -> dict[str, Any]:
        row = self.api.get(f"{self.account.table}({ident})", **{"$select": c.selected(self.account)})
        if text_at(row, self.account.id_column).lower() != ident or not text_at(row, "@odata.etag"):
            raise NoAnswer(TryAgain("Dynamics answered with something that is not the case asked for."))
        return row

    def _record(self, row: Mapping[str, Any], notes: tuple[Note, ...] = ()) -> Record:
        return c.record_of(self.account, row, system=self.account.system, notes=notes)

    def _notes(self, ident: str) -> tuple[Note, ...]:
        asked = {
            "$select": "annotationid,subject,notetext,createdon,_createdby_value",
            "$filter": f"_objectid_value eq {ident}",
            "$orderby": "createdon asc",
            "$top": str(MOST_NOTES),
        }
        return tuple(c.note_of(row) for row in rows_at(self.api.get("annotations", **asked), "value"))


_TOO_OLD = "Dynamics no longer keeps the changes since the last look; all cases of the queues are read again."
_CONFLICT = "The case changed in Dynamics since it was looked at. Look at it again, then decide anew."


def _says(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the row reads as it is wanted."""
    return all(_value(row, name) == str(value).rpartition("(")[2].rstrip(")").lower() for name, value in wanted.items())


def _value(row: Mapping[str, Any], name: str) -> str:
    looked_up = name.removesuffix("@odata.bind")
    told = row.get(f"_{looked_up.lower()}_value") if looked_up != name else row.get(name)
    return ("" if told is None else str(told)).rpartition("(")[2].rstrip(")").lower()


def _for_a_reader(trouble: Stopped) -> TryAgain | NotConnected:
    """Reading has no "never": what is refused may be granted once somebody has mended the account."""
    answer = trouble.answer
    return TryAgain(answer.because) if isinstance(answer, Refused) else answer
