"""ServiceNow to rehearse with: the Table API over a few tables, in the vendor's wire format, with its traps.

Kept as there: conditions on unknown columns are ignored, titles and correlations are cut without a word, resolving
needs a close code and notes, what is displayed is in the user's zone and what is stored in UTC, a resolved incident is
closed by the system after days, an empty list may be a 404. People act by the verbs ``opens``, ``comments`` and so on.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.now_query import told, wanted

Row = dict[str, str]

CHOICES = {
    "incident.state": {
        "1": "New",
        "2": "In Progress",
        "3": "On Hold",
        "6": "Resolved",
        "7": "Closed",
        "8": "Canceled",
    },
    "change_request.state": {
        "-5": "New",
        "-4": "Assess",
        "-3": "Authorize",
        "-2": "Scheduled",
        "-1": "Implement",
        "0": "Review",
        "3": "Closed",
        "4": "Canceled",
    },
    "sc_task.state": {"1": "Open", "2": "Work in Progress", "3": "Closed Complete"},
    "incident.hold_reason": {"": "", "1": "Awaiting Caller", "3": "Awaiting Problem", "4": "Awaiting Vendor"},
    "change_request.approval": {
        "not requested": "Not Yet Requested",
        "requested": "Requested",
        "approved": "Approved",
        "rejected": "Rejected",
    },
}
KINDS = {"incident": ("INC", "Incident"), "sc_task": ("SCTASK", "Catalog Task"), "change_request": ("CHG", "Change")}
REFERENCES = {
    "assignment_group": "sys_user_group",
    "assigned_to": "sys_user",
    "closed_by": "sys_user",
    "opened_by": "sys_user",
    "approver": "sys_user",
}
SHOWN_BY = {"sys_user_group": "name", "sys_user": "name"}
LONGEST = {"short_description": 160, "correlation_id": 100, "correlation_display": 100}
TASK_COLUMNS = (
    "number short_description description state active assigned_to assignment_group opened_by closed_by close_code "
    "close_notes correlation_id correlation_display hold_reason follow_up approval category subcategory location "
    "severity contact_type sys_class_name start_date end_date work_start work_end type risk impact backout_plan "
    "justification implementation_plan risk_impact_analysis cmdb_ci"
)
COLUMNS = {
    "incident": TASK_COLUMNS,
    "sc_task": TASK_COLUMNS,
    "change_request": TASK_COLUMNS,
    "sys_user_group": "name active",
    "sys_user": "name user_name email active",
    "sys_journal_field": "element_id element value name",
    "sysapproval_approver": "sysapproval approver state comments",
}
SYSTEM_COLUMNS = "sys_id sys_created_on sys_created_by sys_updated_on sys_updated_by sys_mod_count"
AUTO_CLOSE_AFTER = timedelta(days=3)


class ServiceNow(Desk):
    """One instance. ``zone`` is that of the account's user, for what is displayed; ``approvers`` are asked for their
    approval of every change as it is opened, as its process there does."""

    name: ClassVar[str] = "servicenow"
    label: ClassVar[str] = "ServiceNow (rehearsal)"

    def __init__(self, group: str = "Product Support", *, port: int = 0, secret: str = "rehearsal-secret") -> None:  # noqa: S107 - it opens nothing
        super().__init__(port=port)
        self.conflicts: dict[str, list[Row]] = {}
        self.clients = {"tierline": secret}
        self.passwords = {"tierline.bot": secret}
        self.tokens: set[str] = set()
        self.zone = timedelta(hours=-5)
        self.empty_is_404 = False
        self.approvers: tuple[str, ...] = ()
        self.tables: dict[str, dict[str, Row]] = {table: {} for table in COLUMNS}
        self._made = 0
        self.group = self._add("sys_user_group", {"name": group, "active": "true"}, "admin")["sys_id"]
        for user, name in (("tierline.bot", "Tierline"), ("ada.quill", "Ada Quill"), ("system", "system")):
            self._add("sys_user", {"user_name": user, "name": name, "email": f"{user}@desk.example"}, "admin")

    def routes(self) -> Sequence[Route]:
        """The token, and the Table API."""
        table = "/api/now/table/{table}"
        return [
            Route("POST", "/oauth_token.do", self.give_token),
            Route("GET", table, self.list_rows),
            Route("POST", table, self.create),
            Route("GET", table + "/{sys_id}", self.get),
            Route("PATCH", table + "/{sys_id}", self.update),
            Route("GET", "/nav_to.do", self.open),
            Route("GET", "/api/sn_chg_rest/change/{sys_id}/conflict", self.list_conflicts),
        ]

    def refusal(self, status: int, words: str) -> Any:  # noqa: ARG002 - its errors do not repeat the status
        """The Table API's error."""
        return {"error": {"message": words, "detail": None}, "status": "failure"}

    def admit(self, call: Call) -> Reply | None:
        """401 without a token or password that is worth something."""
        if call.path in ("/oauth_token.do", "/nav_to.do"):
            return None
        kind, _, value = call.headers.get("authorization", "").partition(" ")
        pairs = {base64.b64encode(f"{user}:{word}".encode()).decode() for user, word in self.passwords.items()}
        if (kind == "Bearer" and value in self.tokens) or (kind == "Basic" and value in pairs):
            return None
        return self.refuse(401, "User Not Authenticated")

    def expire(self, call: Call) -> None:
        """The token is worth nothing any more."""
        self.tokens.discard(call.headers.get("authorization", "").partition(" ")[2])

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Incidents, tasks and changes."""
        return [
            {
                "number": row["number"],
                "title": row["short_description"],
                "status": self._shown(table, "state", row["state"]),
                "owner": self._shown(table, "assigned_to", row["assigned_to"]),
                "queue": self._shown(table, "assignment_group", row["assignment_group"]),
                "text": row["description"],
                "comments": "\n\n".join([*self.journal(row["sys_id"]), *self._said_of(row["sys_id"])]),
            }
            for table in KINDS
            for row in self.tables[table].values()
        ]

    # What people and the system do there

    def opens(self, title: str, text: str = "", *, table: str = "incident", by: str = "ada.quill") -> str:
        """Somebody opens a record in the queue; its sys_id."""
        with self.lock:
            told = {"short_description": title, "description": text, "assignment_group": self.group}
            return self._add(table, told, by)["sys_id"]

    def comments(self, sys_id: str, text: str, *, by: str = "ada.quill", internal: bool = False) -> None:
        """Somebody comments, for the customer or for the staff."""
        with self.lock:
            table = self._table_of(sys_id)
            self._change(table, self.tables[table][sys_id], {"work_notes" if internal else "comments": text}, by)

    def changes(self, sys_id: str, *, by: str = "ada.quill", **columns: str) -> None:
        """Somebody changes columns."""
        with self.lock:
            table = self._table_of(sys_id)
            self._change(table, self.tables[table][sys_id], columns, by)

    def resolves(self, sys_id: str, notes: str = "Repaired.", *, by: str = "ada.quill") -> None:
        """Somebody resolves an incident."""
        self.changes(sys_id, by=by, state="6", close_code="Solved (Permanently)", close_notes=notes)

    def finds_in_the_way(self, sys_id: str, kind: str, *, schedule: str = "", change: str = "") -> str:
        """Its conflict check finds something in the way of a change; the id of what it found."""
        with self.lock:
            known = hashlib.md5(f"{sys_id} {kind} {schedule} {change}".encode(), usedforsecurity=False).hexdigest()
            row = {"sys_id": known, "change": sys_id, "type": kind, "schedule": schedule, "conflicting_change": change}
            self.conflicts.setdefault(sys_id, []).append(row)
            return known

    def closes_old(self) -> int:
        """The nightly job: what has been resolved for days is closed by the system. How many."""
        with self.lock:
            old = (self.clock.now() - AUTO_CLOSE_AFTER).strftime("%Y-%m-%d %H:%M:%S")
            rows = [r for r in self.tables["incident"].values() if r["state"] == "6" and r["sys_updated_on"] <= old]
            for row in rows:
                self._change("incident", row, {"state": "7"}, "system")
            return len(rows)

    def asks_for_approval(self, sys_id: str, *names: str) -> list[str]:
        """A change request is sent to approvers; the ids of their approvals."""
        with self.lock:
            self._change("change_request", self.tables["change_request"][sys_id], {"approval": "requested"}, "system")
            return [
                self._add(
                    "sysapproval_approver",
                    {"sysapproval": sys_id, "approver": self.person(name), "state": "requested"},
                    "system",
                )["sys_id"]
                for name in names
            ]

    def decides(self, approval: str, state: str, comments: str = "") -> None:
        """An approver approves or rejects: any rejection rejects the change, all approvals approve it."""
        with self.lock:
            row = self.tables["sysapproval_approver"][approval]
            self._change("sysapproval_approver", row, {"state": state, "comments": comments}, "ada.quill")
            change = self.tables["change_request"][row["sysapproval"]]
            others = [
                r["state"] for r in self.tables["sysapproval_approver"].values() if r["sysapproval"] == change["sys_id"]
            ]
            outcome = "rejected" if "rejected" in others else "approved" if set(others) == {"approved"} else "requested"
            self._change("change_request", change, {"approval": outcome}, "system")

    def asked_of(self, sys_id: str) -> dict[str, str]:
        """Whose approval of a change is still asked for, by the ids of their approvals."""
        return {
            row["sys_id"]: self._shown("sysapproval_approver", "approver", row["approver"])
            for row in self.tables["sysapproval_approver"].values()
            if row["sysapproval"] == sys_id and row["state"] == "requested"
        }

    def _said_of(self, sys_id: str) -> list[str]:
        """What approvers said of a change."""
        return [
            f"{self._shown('sysapproval_approver', 'approver', row['approver'])}: {row['state']}. {row['comments']}"
            for row in self.tables["sysapproval_approver"].values()
            if row["sysapproval"] == sys_id
        ]

    def numbered(self, number: str) -> str:
        """The sys_id of a change by its number; KeyError when there is none."""
        return {row["number"]: row["sys_id"] for row in self.tables["change_request"].values()}[number]

    def begin_anew(self) -> None:
        """Forget every change and what was said of it."""
        with self.lock:
            for table in ("change_request", "sysapproval_approver"):
                self.tables[table].clear()

    def journal(self, sys_id: str) -> list[str]:
        """What was said on a record, oldest first."""
        return [row["value"] for row in self.tables["sys_journal_field"].values() if row["element_id"] == sys_id]

    def person(self, name: str) -> str:
        """The sys_id of a person, who is there from then on."""
        known = [row["sys_id"] for row in self.tables["sys_user"].values() if name in (row["name"], row["user_name"])]
        return known[0] if known else self._add("sys_user", {"name": name, "user_name": name}, "admin")["sys_id"]

    # The calls

    def give_token(self, call: Call) -> Reply:
        """OAuth's client credentials."""
        asked = call.form
        if self.clients.get(asked.get("client_id", "")) != asked.get("client_secret"):
            return Reply(401, {"error": "access_denied", "error_description": "access_denied"})
        self._made += 1
        token = hashlib.sha256(f"{self.url} {self._made}".encode()).hexdigest()
        self.tokens.add(token)
        return Reply(json={"access_token": token, "scope": "useraccount", "token_type": "Bearer", "expires_in": 1799})

    def open(self, call: Call) -> Reply:
        """GET the page people open of a record."""
        sys_id = call.query.get("uri", "").rpartition("sys_id=")[2]
        rows = (self.tables[table].get(sys_id) for table in KINDS)
        found = next((row for row in rows if row), None)
        return self.leads_to(found["number"]) if found else self.refuse(404, "No Record found")

    def list_rows(self, call: Call) -> Reply:
        """GET rows by an encoded query."""
        table = call.named["table"]
        if table not in self.tables:
            return self.refuse(400, f"Invalid table {table}")
        known = set(f"{COLUMNS[table]} {SYSTEM_COLUMNS}".split())
        rows = wanted(list(self.tables[table].values()), call.query.get("sysparm_query", ""), known)
        if not rows and self.empty_is_404:
            return self.refuse(404, "No Record found")
        start = int(call.query.get("sysparm_offset", "0"))
        page = rows[start : start + int(call.query.get("sysparm_limit", "10000"))]
        answer = [self._told(table, row, call) for row in page]
        return Reply(json={"result": answer}, headers={"X-Total-Count": str(len(rows))})

    def get(self, call: Call) -> Reply:
        """GET one row."""
        row = self._row(call)
        return row if isinstance(row, Reply) else Reply(json={"result": self._told(call.named["table"], row, call)})

    def create(self, call: Call) -> Reply:
        """POST a row."""
        if not isinstance(call.json, dict):
            return self.refuse(400, "Exception while reading request")
        table = call.named["table"]
        if table not in KINDS:
            return self.refuse(403, "Operation Failed")
        row = self._add(table, {name: str(value) for name, value in call.json.items()}, "tierline.bot")
        if table == "change_request" and self.approvers:
            self.asks_for_approval(row["sys_id"], *self.approvers)
        place = f"{self.url}/api/now/table/{table}/{row['sys_id']}"
        return Reply(201, {"result": self._told(table, row, call)}, {"Location": place})

    def update(self, call: Call) -> Reply:
        """PATCH a row; a policy wants a close code and notes when it is resolved."""
        row = self._row(call)
        if isinstance(row, Reply):
            return row
        if not isinstance(call.json, dict):
            return self.refuse(400, "Exception while reading request")
        asked = {name: str(value) for name, value in call.json.items()}
        after = row | asked
        if call.named["table"] == "incident" and after["state"] in ("6", "7"):
            lacking = [word for word in ("close_code", "close_notes") if not after.get(word)]
            if lacking:
                detail = f"Data Policy Exception: mandatory: {', '.join(lacking)}"
                return Reply(403, {"error": {"message": "Operation Failed", "detail": detail}, "status": "failure"})
        self._change(call.named["table"], row, asked, "tierline.bot")
        return Reply(json={"result": self._told(call.named["table"], row, call)})

    def list_conflicts(self, call: Call) -> Reply:
        """GET what the conflict check found in the way of a change."""
        if call.named["sys_id"] not in self.tables["change_request"]:
            detail = "Record doesn't exist or ACL restricts the record retrieval"
            return Reply(404, {"error": {"message": "No Record found", "detail": detail}, "status": "failure"})
        rows = [
            {column: {"value": value, "display_value": value} for column, value in row.items()}
            for row in self.conflicts.get(call.named["sys_id"], [])
        ]
        return Reply(json={"result": rows})

    # How it keeps things

    def _row(self, call: Call) -> Row | Reply:
        row = self.tables.get(call.named["table"], {}).get(call.named["sys_id"])
        if row is not None:
            return row
        detail = "Record doesn't exist or ACL restricts the record retrieval"
        return Reply(404, {"error": {"message": "No Record found", "detail": detail}, "status": "failure"})

    def _table_of(self, sys_id: str) -> str:
        return next(table for table in KINDS if sys_id in self.tables[table])

    def _add(self, table: str, told: Mapping[str, str], by: str) -> Row:
        self._made += 1
        at = self._stamp()
        sys_id = hashlib.md5(f"{table} {self._made}".encode(), usedforsecurity=False).hexdigest()
        row = dict.fromkeys(COLUMNS[table].split(), "")
        row |= {"sys_id": sys_id, "sys_created_on": at, "sys_created_by": by, "sys_updated_on": at}
        row |= {"sys_updated_by": by, "sys_mod_count": "0"}
        if table in KINDS:
            prefix, _ = KINDS[table]
            row |= {"number": f"{prefix}{self._made + 10_000_000:08d}", "active": "true", "sys_class_name": table}
            row |= {"state": "-5" if table == "change_request" else "1", "opened_by": self.person(by)}
            row["approval"] = "not requested"
        self.tables[table][sys_id] = row
        self._set(table, row, told, by)
        return row

    def _change(self, table: str, row: Row, told: Mapping[str, str], by: str) -> None:
        self._set(table, row, told, by)
        row |= {
            "sys_updated_on": self._stamp(),
            "sys_updated_by": by,
            "sys_mod_count": str(int(row["sys_mod_count"]) + 1),
        }
        if table == "incident":
            row["active"] = "false" if row["state"] in ("7", "8") else "true"
            row["closed_by"] = self.person(by) if row["state"] == "7" else ""

    def _set(self, table: str, row: Row, told: Mapping[str, str], by: str) -> None:
        for column, value in told.items():
            if column in ("comments", "work_notes") and table in KINDS:
                entry = {"element_id": row["sys_id"], "element": column, "value": value, "name": table}
                self._add("sys_journal_field", entry, by)
            elif column in row and column != "sys_id":
                row[column] = value[: LONGEST.get(column, len(value))]

    def _told(self, table: str, row: Row, call: Call) -> dict[str, Any]:
        shown = {column: self._shown(table, column, value) for column, value in row.items()}
        return told(row, shown, call.query.get("sysparm_fields", ""), call.query.get("sysparm_display_value", "false"))

    def _shown(self, table: str, column: str, value: str) -> str:
        if column in REFERENCES and value:
            return self.tables[REFERENCES[column]].get(value, {}).get(SHOWN_BY[REFERENCES[column]], "")
        if column == "sys_class_name":
            return KINDS[value][1]
        if value and column in ("sys_created_on", "sys_updated_on", "follow_up"):
            return str(datetime.fromisoformat(value) + self.zone)
        return CHOICES.get(f"{table}.{column}", {}).get(value, value)

    def _stamp(self) -> str:
        return self.clock.now().strftime("%Y-%m-%d %H:%M:%S")
