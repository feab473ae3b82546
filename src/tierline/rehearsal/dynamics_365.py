"""A Microsoft Dynamics to rehearse with: the part of the Dataverse Web API that Tierline speaks, with its refusals.

Cases, notes, routing to queues, closing, batches with change sets, change tracking with delta links, client-credential
tokens that run out. Refuses what the service refuses: a second row of one id under ``If-None-Match: *``, a change under
an old ETag, setting a case resolved by its columns, changing one that is, filters together with change tracking.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tierline.rehearsal.dataverse_batch import (
    BOUNDARY,
    KEY,
    Operation,
    answer_of,
    answer_of_set,
    ids_in,
    operations_in,
    parts_of,
)
from tierline.rehearsal.dataverse_organisation import CUSTOM, STATUS_REASONS, Organisation
from tierline.rehearsal.dataverse_table import ColumnOf, Refusing, Row, Table, guid
from tierline.rehearsal.desk import Call, Desk, Exchange, Reply, Route

BASE: Final = "/api/data/v9.2/"
TOKEN_SECONDS: Final = 3600
MOST_OPERATIONS: Final = 1000
ACTIONS: Final = (
    "CloseIncident",
    "queues({id})/Microsoft.Dynamics.CRM.AddToQueue",
    "incidents({id})/Microsoft.Dynamics.CRM.{action}",
)
VERSION_EXPIRED: Final = "0x80044352"


class Dynamics365(Organisation, Desk):
    """The partner. ``names`` says what people see of looked-up rows; ``actions`` are the organisation's own.

    ``remembers``: whether exchanges are kept, each operation of a batch as one of its own; not while much is moved.
    """

    name: ClassVar[str] = "dynamics"
    label: ClassVar[str] = "Microsoft Dynamics 365"

    def __init__(
        self,
        *,
        port: int = 0,
        custom: Mapping[str, ColumnOf] = CUSTOM,
        client: tuple[str, str] = ("tierline", "rehearsal"),
        remembers: bool = True,
    ) -> None:
        Desk.__init__(self, port=port)
        Organisation.__init__(self, custom, self.clock.now)
        self.client, self.remembers = client, remembers
        self.forgets_before = 0  # delta tokens below this version are refused
        self._tokens: dict[str, Any] = {}

    # -- what a rehearsal does by hand -----------------------------------------------------------------------

    def person(self, ident: str, name: str) -> str:
        """Let an id have a name; returns the row as it is bound."""
        self.names[guid(ident)] = name
        return f"/systemusers({ident})"

    def enter(self, **columns: Any) -> str:
        """A case somebody there entered; its id."""
        with self.lock:
            ident = f"{len(self.incidents.rows) + 1:08x}-0000-4000-8000-{secrets.token_hex(6)}"
            given = {"customerid_account@odata.bind": "/accounts(00000000-0000-4000-8000-000000000001)", **columns}
            self.create(self.incidents, ident, given)
            return ident

    def edit(self, ident: str, **columns: Any) -> None:
        """What somebody there changes."""
        with self.lock:
            self.update(self.incidents, ident, columns)

    def close(self, ident: str, status: int = 5, words: str = "Solved") -> None:
        """What somebody there resolves."""
        with self.lock:
            told = {"subject": words, "incidentid@odata.bind": f"/incidents({ident})"}
            self.resolve({"IncidentResolution": told, "Status": status})

    def says(self, ident: str, text: str, *, by: str = "") -> None:
        """A note somebody there writes."""
        with self.lock:
            author = {"createdby@odata.bind": f"/systemusers({by})"} if by else {}
            bound = {"objectid_incident@odata.bind": f"/incidents({ident})", **author}
            new = f"{len(self.annotations.rows) + 1:08x}-0000-4000-9000-{secrets.token_hex(6)}"
            self.create(self.annotations, new, {"notetext": text, **bound})

    def expire_delta_links(self) -> None:
        """Delta links given so far are too old from now on."""
        with self.lock:
            self._version += 1
            self.forgets_before = self._version

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange in the log, if it is kept at all."""
        if self.remembers:
            super().note(exchange)

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """The newest hundred cases."""
        table, found = self.incidents, []
        for ident in list(islice(reversed(table.versions), 100)):
            row = table.rows[ident]
            found.append(
                {
                    "number": str(row.get("ticketnumber") or ""),
                    "title": str(row.get("title") or ""),
                    "status": STATUS_REASONS[row["statuscode"]][0],
                    "owner": self.names.get(str(row.get("_ownerid_value")), ""),
                    "url": f"{self.url}/main.aspx?etn=incident&pagetype=entityrecord&id={ident}",
                    "queue": str(row.get("new_queue") or self.queue_items.get(ident, "")),
                }
            )
        return found

    # -- the interface ---------------------------------------------------------------------------------------

    def routes(self) -> Sequence[Route]:
        """The sign-in, the batch, and the rows and actions that are spoken of here."""
        one = [
            (method, f"{name}({{id}})")
            for name in ("incidents", "annotations")
            for method in ("GET", "PATCH", "DELETE")
        ]
        return (
            Route("POST", "/{tenant}/oauth2/v2.0/token", self._sign_in),
            Route("POST", BASE + "$batch", self._batch),
            *(Route("GET", BASE + name, self._one) for name in ("incidents", "annotations")),
            *(Route(method, BASE + name, self._one) for method, name in one),
            *(Route("POST", BASE + name, self._one) for name in ACTIONS),
        )

    def refusal(self, status: int, words: str) -> Any:
        """OData's form of an error."""
        codes = {429: "0x80072322", 503: "0x80060884"}
        return {"error": {"code": codes.get(status, "0x80040000"), "message": words}}

    def admit(self, call: Call) -> Reply | None:
        """A token of ours that has not run out."""
        if call.path.endswith("/token"):
            return None
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        until = self._tokens.get(token)
        return None if until and call.at < until else Reply(401, None, {"WWW-Authenticate": "Bearer"})

    def expire(self, call: Call) -> None:
        """Its token is worth nothing any more."""
        self._tokens.pop(call.headers.get("authorization", "").removeprefix("Bearer "), None)

    def _sign_in(self, call: Call) -> Reply:
        form = call.form
        given = (form.get("client_id"), form.get("client_secret"))
        if form.get("grant_type") != "client_credentials" or given != self.client:
            told = {"error": "invalid_client", "error_description": "The client's secret is not known."}
            return Reply(401, told)
        token = secrets.token_urlsafe(24)
        self._tokens[token] = call.at + timedelta(seconds=TOKEN_SECONDS)
        return Reply(200, {"token_type": "Bearer", "expires_in": TOKEN_SECONDS, "access_token": token})

    def _one(self, call: Call) -> Reply:
        path = call.path.removeprefix(BASE)
        return self._carried_out(call.method, path, call.query, call.headers, call.json)

    def _carried_out(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> Reply:
        try:
            if method == "POST":
                return self.act(path, body if isinstance(body, dict) else {})
            table, ident = self._addressed(path)
            if ident is None:
                return self._list(table, query, headers)
            if method == "GET":
                return self._read(table, ident, query, headers)
            return self._write(method, table, ident, (query, headers), body)
        except Refusing as refusal:
            return Reply(refusal.status, {"error": {"code": refusal.code, "message": refusal.words}})

    def _addressed(self, path: str) -> tuple[Table, str | None]:
        found = KEY.fullmatch(path)
        name = found[1] if found else path
        for table in (self.incidents, self.annotations):
            if table.collection == name:
                return table, guid(found[2]) if found else None
        raise Refusing(404, "0x8006088a", f"Resource not found for the segment '{name[:60]}'.")

    # -- writing ---------------------------------------------------------------------------------------------

    def _write(
        self, method: str, table: Table, ident: str, asked: tuple[Mapping[str, str], Mapping[str, str]], body: Any
    ) -> Reply:
        query, headers = asked
        there = ident in table.rows
        if there and headers.get("if-none-match") == "*":
            raise Refusing(412, "0x80040237", "A record with matching key values already exists.")
        wanted = headers.get("if-match")
        if wanted and not there:
            raise Refusing(404, "0x80040217", f"{table.entity} With Id = {ident} Does Not Exist")
        if wanted not in (None, "*") and wanted != table.etag(ident):
            raise Refusing(412, "0x80060882", "The version of the existing record doesn't match the version provided.")
        if method == "DELETE":
            return self.delete(table, ident)
        if not isinstance(body, dict):
            raise Refusing(400, "0x80048d19", "The body has to be one JSON object.")
        if there:
            self.update(table, ident, body)
        else:
            self.create(table, ident, body)
        if "return=representation" in headers.get("prefer", ""):
            told = table.told(ident, table.selected(query.get("$select")), formatted=_formatted(headers))
            return Reply(200 if there else 201, told)
        return Reply(204, None, {"OData-EntityId": f"{self.url}{BASE}{table.collection}({ident})"})

    # -- reading ---------------------------------------------------------------------------------------------

    def _read(self, table: Table, ident: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        if ident not in table.rows:
            raise Refusing(404, "0x80040217", f"{table.entity} With Id = {ident} Does Not Exist")
        told = table.told(ident, table.selected(query.get("$select")), formatted=_formatted(headers))
        return Reply(200, {"@odata.context": f"{self.url}{BASE}$metadata#{table.collection}/$entity", **told})

    def _list(self, table: Table, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        prefer = headers.get("prefer", "")
        if "odata.track-changes" in prefer and any(
            name in query for name in ("$filter", "$orderby", "$top", "$expand")
        ):
            words = "$filter, $orderby, $expand and $top cannot be used with change tracking."
            raise Refusing(400, "0x80060888", words)
        size = min(int((re.search(r"maxpagesize=(\d+)", prefer) or ["", "5000"])[1]), 5000)
        names = table.selected(query.get("$select"))
        page: Row = {"@odata.context": f"{self.url}{BASE}$metadata#{table.collection}"}
        if "$deltatoken" in query:
            return Reply(200, page | self._delta(table, query, names, size, formatted=_formatted(headers)))
        tracks = "odata.track-changes" in prefer or "tracked" in query
        version = int(query.get("tracked") or self._version)
        start = int(query.get("$skiptoken") or 0)
        if query.get("$filter") or query.get("$orderby"):
            every = table.listed(query.get("$filter"), query.get("$orderby"))
            ids, following = every[start : start + size], start + size
            more = following < len(every)
        else:
            ids, following = table.page(start, size)
            more = following < table.end
        if "$top" in query:
            ids, more = ids[: int(query["$top"])], False
        page["value"] = [table.told(ident, names, formatted=_formatted(headers)) for ident in ids]
        kept = {name: text for name, text in query.items() if name in ("$select", "$filter", "$orderby")}
        if more:
            page["@odata.nextLink"] = self._link(
                table, kept | {"$skiptoken": following} | ({"tracked": version} if tracks else {})
            )
        elif tracks:
            page["@odata.deltaLink"] = self._link(table, kept | {"$deltatoken": version})
        return Reply(200, page)

    def _delta(self, table: Table, query: Mapping[str, str], names: list[str], size: int, *, formatted: bool) -> Row:
        since = int(query["$deltatoken"])
        if since < self.forgets_before:
            words = "Version stamp associated with the client has expired. Please perform a full sync."
            raise Refusing(400, VERSION_EXPIRED, words)
        ids = table.changed_since(since)
        more = len(ids) > size
        ids = ids[:size]
        rows = [table.told(ident, names, formatted=formatted) for ident in ids]
        up_to = table.versions[ids[-1]] if more else self._version
        context = f"{self.url}{BASE}$metadata#{table.collection}/$deletedEntity"
        rows += [
            {"@odata.context": context, "id": ident, "reason": "deleted"}
            for version, ident in table.gone
            if since < version <= up_to
        ]
        kept = {"$select": query["$select"]} if "$select" in query else {}
        link = self._link(table, kept | {"$deltatoken": up_to})
        return {"value": rows, "@odata.nextLink" if more else "@odata.deltaLink": link}

    def _link(self, table: Table, query: Mapping[str, Any]) -> str:
        return f"{self.url}{BASE}{table.collection}?{urlencode(query, safe='$,')}"

    # -- many at once ----------------------------------------------------------------------------------------

    def _batch(self, call: Call) -> Reply:
        named = BOUNDARY.search(call.headers.get("content-type", "").encode())
        if named is None:
            return self.refuse(400, "The batch names no boundary.")
        goes_on = "odata.continue-on-error" in call.headers.get("prefer", "")
        parts: list[bytes] = []
        operations = 0
        for part in parts_of(call.body, named[1]):
            steps, together = operations_in(part)
            operations += len(steps)
            if operations > MOST_OPERATIONS:
                return self.refuse(400, f"A batch takes at most {MOST_OPERATIONS} operations.")
            replies = self._together(steps) if together else [self._operation(*steps[0])]
            parts.append(answer_of_set(replies, len(parts)) if together else answer_of(replies[0], None))
            if replies[-1].status >= 400 and not goes_on:
                break
        body = b"".join(b"--batchresponse\r\n" + part for part in parts) + b"--batchresponse--\r\n"
        return Reply(200, body=body, headers={"Content-Type": 'multipart/mixed; boundary="batchresponse"'})

    def _operation(self, method: str, url: str, headers: Mapping[str, str], body: Any) -> Reply:
        parts = urlsplit(url)
        path = parts.path.removeprefix(BASE)
        query = dict(parse_qsl(parts.query))
        reply = self._carried_out(method, path, query, headers, body)
        if self.remembers:
            route = BASE + _template(path)
            self.note(Exchange(method, BASE + path, route, query, headers, body, reply.status, reply.json, {}))
        return reply

    def _together(self, steps: list[Operation]) -> list[Reply]:
        """All, or none and the refusal."""
        before = self.before({ident for _, url, _, body in steps for ident in ids_in(url, body)})
        replies = []
        for step in steps:
            replies.append(self._operation(*step))
            if replies[-1].status >= 400:
                self.undo(before)
                return [replies[-1]]
        return replies


def _template(path: str) -> str:
    """The path with its id named rather than written."""
    return re.sub(r"\([^)]*\)", "({id})", path)


def _formatted(headers: Mapping[str, str]) -> bool:
    return "odata.include-annotations" in headers.get("prefer", "")
