"""The Table API of one instance: rows asked for and written, who comes in, what a refusal says.

Refuses to believe an answer that is not what was asked for: an instance ignores conditions it does not know.
"""

import base64
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tierline.channels.answers import rows_at, text_at
from tierline.channels.channel import Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told
from tierline.trackers.servicenow_account import Account
from tierline.trackers.servicenow_reading import columns_read, correlation_of, fit, is_sys_id, value_of

PAGE = 200
WHO = "ServiceNow"


class TableApi:
    """One account's way in. Raises Stopped whenever something else than an answer comes back."""

    def __init__(self, account: Account) -> None:
        self._account = account
        secrets = (account.password.get_secret_value(), account.client_secret.get_secret_value())
        self._signing_in = Line(WHO, account.address, secrets=secrets)
        self.line = Line(WHO, account.address, credentials=self._credentials, secrets=secrets)
        self._token = ""
        self._lock = threading.Lock()
        self._groups: dict[str, str] = {}

    def path(self, table: str = "", record: str = "") -> str:
        """The address of a table, or of one row of it."""
        return f"api/now/table/{table or self._account.table}" + (f"/{record}" if record else "")

    def read_params(self, columns: str = "") -> dict[str, str]:
        """What an answer is to hold."""
        read = columns or ",".join(columns_read(self._account.fields.values(), self._account.follow_up_column))
        return {
            "sysparm_display_value": "all",
            "sysparm_exclude_reference_link": "true",
            "sysparm_fields": read,
        }

    def rows(self, table: str, query: str, columns: str = "", offset: int = 0) -> list[Mapping[str, Any]]:
        """A page of rows by an encoded query."""
        params = {**self.read_params(columns), "sysparm_query": query, "sysparm_limit": str(PAGE)}
        told = self.line.ask("GET", self.path(table), params=params | {"sysparm_offset": str(offset)})
        if told.status == 404 and "no record" in text_at(told.json, "error", "message").lower():
            return []  # older releases say so for an empty list
        if told.status >= 300:
            raise Stopped(self._no(told, "the question"))
        if not isinstance(self.line.wants(told, dict).get("result"), list):
            raise Stopped(TryAgain("ServiceNow answered with something that cannot be read. It will be asked again."))
        return rows_at(told.json, "result")

    def row(self, table: str, record: str) -> Mapping[str, Any] | None:
        """One row; None when it is not there or the account may not see it."""
        told = self.line.ask("GET", self.path(table, record), params=self.read_params())
        return None if told.status == 404 else self.written(told, "the record")

    def written(self, told: Told, what: str) -> Mapping[str, Any]:
        """The row of a good answer. Raises Stopped with what else it is."""
        if told.status >= 300:
            raise Stopped(self._no(told, what))
        row = self.line.wants(told, dict).get("result")
        if not isinstance(row, Mapping) or not is_sys_id(value_of(row, "sys_id")):
            raise Stopped(TryAgain("ServiceNow answered with something that cannot be read. It will be asked again."))
        return row

    def conflicts(self, record: str) -> Any:
        """What the instance found in the way of a change; None where it offers no such question."""
        told = self.line.ask("GET", f"api/sn_chg_rest/change/{record}/conflict")
        if told.status in (403, 404):
            return None
        if told.status >= 300:
            raise Stopped(self._no(told, "the question"))
        return self.line.wants(told, dict).get("result")

    def row_of(self, key: str) -> Mapping[str, Any] | None:
        """The oldest record with our key: copying an incident there copies its correlation too."""
        written = correlation_of(key)
        rows = self.rows(self._account.table, f"correlation_id={written}^ORDERBYsys_created_on")
        return next((row for row in rows if value_of(row, "correlation_id") == written), None)

    def group(self, name: str) -> str:
        """The sys_id of an assignment group, asked for once; empty when the account names none."""
        if not name or is_sys_id(name):
            return name
        if name not in self._groups:
            rows = self.rows("sys_user_group", f"name={fit(name)}", "sys_id,name")
            found = [value_of(row, "sys_id") for row in rows if value_of(row, "name") == name]
            if len(found) != 1:
                raise Stopped(Refused(f"ServiceNow knows {len(found) or 'no'} groups '{name}'. Check the account."))
            self._groups[name] = found[0]
        return self._groups[name]

    def person(self, name: str) -> str:
        """The sys_id of a person, by user name or e-mail."""
        if is_sys_id(name):
            return name
        rows = self.rows("sys_user", f"user_name={fit(name)}^ORemail={fit(name)}", "sys_id,user_name,email")
        found = [value_of(r, "sys_id") for r in rows if name in (value_of(r, "user_name"), value_of(r, "email"))]
        if len(found) != 1:
            raise Stopped(
                Refused(f"ServiceNow knows {len(found) or 'no'} people '{name}'. Name one by user or e-mail.")
            )
        return found[0]

    def _credentials(self, fresh: bool) -> Mapping[str, str]:
        account = self._account
        if not account.client_id:
            pair = f"{account.user}:{account.password.get_secret_value()}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        with self._lock:
            if fresh or not self._token:
                self._token = self._new_token()
                self.line.keep_back(self._token)
            return {"Authorization": f"Bearer {self._token}"}

    def _new_token(self) -> str:
        asked = {"grant_type": "client_credentials", "client_id": self._account.client_id}
        asked["client_secret"] = self._account.client_secret.get_secret_value()
        told = self._signing_in.ask("POST", "oauth_token.do", form=asked)
        token = text_at(told.json, "access_token")
        if told.status >= 300 or not token.isascii() or not token.isprintable() or not token:
            raise Stopped(TryAgain("ServiceNow gave no token for the client of the account. Check it there.", 900.0))
        return token

    def partner_time(self) -> datetime:
        """The instance's own clock."""
        told = self.line.ask("GET", self.path(), params={"sysparm_limit": "1", "sysparm_fields": "sys_id"})
        if told.status >= 300 and told.status != 404:
            raise Stopped(self._no(told, "the question"))
        if told.at is None:
            raise Stopped(TryAgain("ServiceNow's answer carries no date, so it is not known since when to read."))
        return told.at

    def _no(self, told: Told, what: str) -> TryAgain | Refused:
        said = self.line.clean(" ".join(text_at(told.json, "error", name) for name in ("message", "detail")))
        if told.status == 401:
            return TryAgain("ServiceNow does not let the account in: password or token are not taken any more.", 900.0)
        if told.status == 404:
            return Refused("ServiceNow does not know this record, or the account may not see it.")
        if told.status in (400, 403, 405, 409, 422):
            return Refused(f"ServiceNow does not take {what}: {said or f'status {told.status}'}")
        return TryAgain(f"ServiceNow answered {what} with status {told.status}.")
