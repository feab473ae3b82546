"""What a rehearsed Dynamics holds and the rules of its rows: cases, notes, queues, how a case is resolved and reopened.

Refuses what the service refuses: a case set resolved by its columns, a status of another state, a change of a case that
is resolved, a note on a case that is not there.
"""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Final

from tierline.rehearsal.dataverse_batch import KEY
from tierline.rehearsal.dataverse_table import ColumnOf, Refusing, Row, Table, as_written, guid
from tierline.rehearsal.desk import Reply

STATUS_REASONS: Final = {
    100000000: ("New", 0), 1: ("In Progress", 0), 2: ("On Hold", 0), 3: ("Waiting for Details", 0),
    4: ("Researching", 0), 5: ("Problem Solved", 1), 1000: ("Information Provided", 1), 6: ("Canceled", 2),
    2000: ("Merged", 2),
}  # fmt: skip


def case_columns(custom: Mapping[str, ColumnOf]) -> dict[str, ColumnOf]:
    """The columns of a case: the vendor's that are used here, and the organisation's own."""
    return {
        "title": ColumnOf(length=200, required=True),
        "description": ColumnOf(length=2000),
        "ticketnumber": ColumnOf(length=100),
        "statecode": ColumnOf("choice", labels={0: "Active", 1: "Resolved", 2: "Canceled"}),
        "statuscode": ColumnOf("choice", labels={value: words for value, (words, _) in STATUS_REASONS.items()}),
        "prioritycode": ColumnOf("choice", labels={1: "High", 2: "Normal", 3: "Low"}),
        "severitycode": ColumnOf("choice", labels={1: "Default Value"}),
        "customerid": ColumnOf("lookup", required=True),
        "ownerid": ColumnOf("lookup"),
        "followupby": ColumnOf("instant"),
        "createdon": ColumnOf("instant"),
        "modifiedon": ColumnOf("instant"),
        "overriddencreatedon": ColumnOf("instant"),
    } | dict(custom)


CUSTOM: Final = {
    "new_area": ColumnOf(length=100),
    "new_subarea": ColumnOf(length=100),
    "new_facility": ColumnOf(length=200),
    "new_queue": ColumnOf(length=100),
    "new_casenotes": ColumnOf(length=100_000),
    "new_formernumber": ColumnOf(length=40),
    "new_formerowner": ColumnOf(length=120),
    "new_formerstatus": ColumnOf(length=60),
    "new_key": ColumnOf(length=200),
}
NOTE: Final = {
    "subject": ColumnOf(length=500),
    "notetext": ColumnOf(length=100_000),
    "objectid": ColumnOf("lookup", required=True),
    "objecttypecode": ColumnOf(),
    "createdby": ColumnOf("lookup"),
    "createdon": ColumnOf("instant"),
}


#: Of a table's rows before a change set: the row and its version, None where there was none.
Before = list[tuple[Table, str, Row | None, int | None]]


class Organisation:
    """Tables and rules, to be mixed into a desk.

    ``names``: what people see of looked-up rows; ``actions``: the organisation's own, which set columns.
    """

    def __init__(self, custom: Mapping[str, ColumnOf], now: Callable[[], datetime]) -> None:
        self._now_there = now
        self.names: dict[str, str] = {}
        self.incidents = Table("incident", "incidents", case_columns(custom), self.names)
        self.annotations = Table("annotation", "annotations", NOTE, self.names)
        self.actions: dict[str, Row] = {}
        self.queue_items: dict[str, str] = {}
        self.resolutions: dict[str, Row] = {}
        self._version = 1000
        self._number = 0

    def delete(self, table: Table, ident: str) -> Reply:
        """Remove a row."""
        if ident not in table.rows:
            raise Refusing(404, "0x80040217", f"{table.entity} With Id = {ident} Does Not Exist")
        self._version += 1
        table.remove(ident, self._version)
        return Reply(204)

    def create(self, table: Table, ident: str, given: Mapping[str, Any]) -> None:
        """Make a row under an id."""
        row = table.checked(given, new=True)
        row["createdon"] = row.pop("overriddencreatedon", None) or self._now()
        if table is self.incidents:
            row.setdefault("statecode", 0)
            row.setdefault("statuscode", 100000000 if 100000000 in STATUS_REASONS else 1)
            self._check_status(row, before=0)
            if "ticketnumber" not in row:
                self._number += 1
                row["ticketnumber"] = f"CAS-{self._number:05}-{secrets.token_hex(3).upper()}"
        elif row["_objectid_value"] not in self.incidents.rows:
            raise Refusing(404, "0x80040217", f"incident With Id = {row['_objectid_value']} Does Not Exist")
        else:
            row["objecttypecode"] = "incident"
        self._keep(table, ident, row)

    def update(self, table: Table, ident: str, given: Mapping[str, Any]) -> None:
        """Change a row."""
        row = {**table.rows[ident], **table.checked(given, new=False)}
        if table is self.incidents:
            before = table.rows[ident]["statecode"]
            if before != 0 and row["statecode"] == before:
                raise Refusing(
                    400, "0x80040203", "This case has already been resolved or cancelled. Reactivate it first."
                )
            self._check_status(row, before=before)
        self._keep(table, ident, row)

    def _check_status(self, row: Row, *, before: int) -> None:
        state, status = row["statecode"], row["statuscode"]
        if state == 1 and before != 1:
            words = "This message can not be used to set the state of incident to Resolved. Use CloseIncident instead."
            raise Refusing(400, "0x80048408", words)
        if STATUS_REASONS[status][1] != state:
            raise Refusing(400, "0x80048408", f"{status} is not a valid status code for state code {state}.")

    def _keep(self, table: Table, ident: str, row: Row) -> None:
        self._version += 1
        row["modifiedon"] = self._now()
        if table is self.annotations:
            row.pop("modifiedon")
        table.put(ident, row, self._version)

    def _now(self) -> str:
        return as_written(self._now_there())

    def act(self, path: str, body: Mapping[str, Any]) -> Reply:
        """An action, by its path."""
        if path == "CloseIncident":
            return self.resolve(body)
        resource, _, action = path.partition("/")
        name = action.removeprefix("Microsoft.Dynamics.CRM.")
        found = KEY.fullmatch(resource)
        if found and found[1] == "queues" and name == "AddToQueue":
            ident = guid(str((body.get("Target") or {}).get("incidentid")))
            self._there(ident)
            self.queue_items[ident] = guid(found[2])
            return Reply(200, {"@odata.context": "#AddToQueueResponse", "QueueItemId": ident})
        if found and found[1] == "incidents" and name in self.actions:
            self.update(self.incidents, self._there(guid(found[2])), self.actions[name])
            return Reply(204)
        raise Refusing(404, "0x8006088a", f"Resource not found for the segment '{(name or path)[:60]}'.")

    def _there(self, ident: str) -> str:
        if ident not in self.incidents.rows:
            raise Refusing(404, "0x80040217", f"incident With Id = {ident} Does Not Exist")
        return ident

    def resolve(self, body: Mapping[str, Any]) -> Reply:
        """Resolve a case."""
        resolution, status = body.get("IncidentResolution") or {}, body.get("Status")
        found = KEY.fullmatch(str(resolution.get("incidentid@odata.bind", "")).lstrip("/"))
        if found is None or not resolution.get("subject"):
            raise Refusing(400, "0x80040203", "The resolution needs a subject and the case it is of.")
        ident = self._there(guid(found[2]))
        row = dict(self.incidents.rows[ident])
        if row["statecode"] != 0:
            raise Refusing(400, "0x80044c85", "Cannot close the case as it has been resolved or cancelled already.")
        if status not in STATUS_REASONS or STATUS_REASONS[status][1] != 1:
            raise Refusing(400, "0x80048408", f"{status} is not a valid status code for state code 1.")
        row["statecode"], row["statuscode"] = 1, status
        self.resolutions[ident] = dict(resolution)
        self._keep(self.incidents, ident, row)
        return Reply(204)

    def before(self, idents: Collection[str]) -> Before:
        """The rows of these ids as they stand."""
        tables = (self.incidents, self.annotations)
        return [(table, one, table.rows.get(one), table.versions.get(one)) for table in tables for one in idents]

    def undo(self, before: Before) -> None:
        """Let these rows be as they were."""
        for table, ident, row, version in before:
            if row is not None and version is not None:
                table.rows[ident], table.versions[ident] = row, version
            elif ident in table.rows:
                table.forget(ident)
