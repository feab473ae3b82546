"""PagerDuty to rehearse with: maintenance windows, on-calls and Events v2, in its wire format, with its traps.

Kept as there: a start in the past is moved to now without a word, after the start only the end may change, what is over
cannot be deleted (405), a service the token may not see makes a question about it a 403, writes want a ``From`` of
somebody known, instants come back in the account's zone, ``202`` only says accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar

from tierline.rehearsal.desk import Call, Desk, Reply, Route

ACCEPT = "application/vnd.pagerduty+json;version=2"
SEVERITIES = {"critical", "error", "warning", "info"}


@dataclass(frozen=True)
class Window:
    """A maintenance window, as kept."""

    id: str
    number: int
    start: datetime
    end: datetime
    description: str
    services: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class Turn:
    """Somebody's turn on a schedule, within a policy."""

    user: str
    name: str
    email: str
    schedule: str
    policy: str
    level: int = 1
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Alert:
    """What events with one ``dedup_key`` made."""

    dedup_key: str
    status: str
    summary: str
    severity: str
    events: list[str] = field(default_factory=list)


@dataclass
class Broken:
    """An incident: what a service's alarm became."""

    id: str
    number: int
    title: str
    service: str
    status: str
    urgency: str
    began: datetime


class PagerDuty(Desk):
    """One account. ``hidden`` are services the token may not see."""

    name: ClassVar[str] = "pagerduty"
    label: ClassVar[str] = "PagerDuty (rehearsal)"

    def __init__(self, *, port: int = 0, token: str = "rehearsal-token", routing_key: str = "R" * 32) -> None:  # noqa: S107 - it opens nothing
        super().__init__(port=port)
        self.tokens = {token}
        self.routing_keys = {routing_key}
        self.people = {"tierline@desk.example": "Tierline"}
        self.services: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.windows: dict[str, Window] = {}
        self.turns: list[Turn] = []
        self.alerts: dict[str, Alert] = {}
        self.broken: list[Broken] = []
        self.zone = timezone(timedelta(hours=-5))
        self.lag = timedelta(0)
        self._made_at: dict[str, datetime] = {}
        self._made = 0

    @property
    def events_address(self) -> str:
        """The base address of the Events interface."""
        return f"{self.url}/v2"

    def routes(self) -> Sequence[Route]:
        """Windows, on-calls, events."""
        return [
            Route("GET", "/maintenance_windows", self.list_windows),
            Route("POST", "/maintenance_windows", self.create),
            Route("GET", "/maintenance_windows/{id}", self.get),
            Route("PUT", "/maintenance_windows/{id}", self.update),
            Route("DELETE", "/maintenance_windows/{id}", self.delete),
            Route("GET", "/html/maintenance_windows/{id}", lambda call: self.leads_to(call.named["id"])),
            Route("GET", "/oncalls", self.on_calls),
            Route("GET", "/incidents", self.list_incidents),
            Route("POST", "/v2/enqueue", self.enqueue),
        ]

    def refusal(self, status: int, words: str) -> Any:
        """PagerDuty's error."""
        return {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": [words]}, "status": status}

    def admit(self, call: Call) -> Reply | None:
        """401 without a token that is worth something; events carry a routing key in place of one."""
        if call.path.startswith(("/v2/", "/html/")):
            return None
        known = call.headers.get("authorization", "").removeprefix("Token token=") in self.tokens
        return None if known else self.refuse(401, "Account not found")

    def expire(self, call: Call) -> None:
        """The token is revoked; ``tokens`` takes another."""
        self.tokens.discard(call.headers.get("authorization", "").removeprefix("Token token="))

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Windows, then alerts."""
        now = self.clock.now()
        windows = [
            {
                "number": one.id,
                "title": one.description,
                "status": "past" if one.end <= now else "ongoing" if one.start <= now else "future",
                "owner": one.by,
                "services": ", ".join(self.services.get(service, service) for service in one.services),
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
            }
            for one in self.windows.values()
        ]
        alerts = [
            {"number": one.dedup_key, "title": one.summary, "status": one.status, "owner": one.severity}
            for one in self.alerts.values()
        ]
        return [*windows, *alerts]

    # What people do there

    def has_service(self, service: str, name: str) -> None:
        """A service is there."""
        self.services[service] = name

    def sets_window(self, description: str, start: datetime, end: datetime, *services: str) -> str:
        """Somebody sets a window by hand; its id."""
        with self.lock:
            return self._keep(start, end, description, services, "Ada Quill").id

    def changes_window(self, window: str, **fields: Any) -> None:
        """Somebody changes one by hand."""
        with self.lock:
            self.windows[window] = replace(self.windows[window], **fields)

    def breaks(self, title: str, service: str, *, status: str = "triggered", urgency: str = "high") -> Broken:
        """Something breaks."""
        with self.lock:
            number = len(self.broken) + 1
            self.broken.append(Broken(f"Q{number:06d}", number, title, service, status, urgency, self.clock.now()))
            return self.broken[-1]

    def takes_turn(
        self, user: str, name: str, schedule: str, *, email: str = "", policy: str = "PPOLICY", **more: Any
    ) -> None:
        """Somebody is on call."""
        self.turns.append(Turn(user, name, email or f"{user.lower()}@desk.example", schedule, policy, **more))

    def begin_anew(self) -> None:
        """Forget every window."""
        with self.lock:
            self.windows.clear()
            self._made_at.clear()

    # The calls

    def list_windows(self, call: Call) -> Reply:
        """GET windows by filter."""
        asked = call.query.get("service_ids[]")
        if asked in self.hidden:
            return self.refuse(403, "Access Denied")
        now, wanted = self.clock.now(), call.query.get("filter", "all")
        rows = [
            one
            for one in self.windows.values()
            if wanted in _filters(one, now)
            and (not asked or asked in one.services)
            and self._made_at[one.id] <= now - self.lag
        ]
        return self._page(call, "maintenance_windows", [self._told(one) for one in rows])

    def create(self, call: Call) -> Reply:
        """POST a window."""
        asked = self._asked(call)
        if isinstance(asked, Reply):
            return asked
        start, end, description, services = asked
        by = self.people.get(call.headers.get("from", ""))
        if by is None:
            return self.refuse(400, "Requester User Not Found")
        return Reply(201, {"maintenance_window": self._told(self._keep(start, end, description, services, by))})

    def get(self, call: Call) -> Reply:
        """GET one window."""
        found = self.windows.get(call.named["id"])
        return self._not_there() if found is None else Reply(json={"maintenance_window": self._told(found)})

    def update(self, call: Call) -> Reply:
        """PUT a window: what has begun keeps all but its end, what is over cannot be changed."""
        found = self.windows.get(call.named["id"])
        if found is None:
            return self._not_there()
        asked = self._asked(call, started=found.start <= self.clock.now())
        if isinstance(asked, Reply):
            return asked
        start, end, description, services = asked
        now = self.clock.now()
        if found.end <= now:
            return self.refuse(400, "Maintenance window has already ended")
        if found.start <= now and (start, description, set(services)) != (
            found.start,
            found.description,
            set(found.services),
        ):
            return self.refuse(400, "Only the end time of an ongoing maintenance window can be changed")
        start = found.start if found.start <= now else max(start, now.replace(microsecond=0))
        self.windows[found.id] = replace(found, start=start, end=end, description=description, services=services)
        return Reply(json={"maintenance_window": self._told(self.windows[found.id])})

    def delete(self, call: Call) -> Reply:
        """DELETE: removes one to come, ends one that runs."""
        found, now = self.windows.get(call.named["id"]), self.clock.now()
        if found is None:
            return self._not_there()
        if found.end <= now:
            return self.refuse(405, "Maintenance window has already ended")
        if found.start > now:
            del self.windows[found.id]
        else:
            self.windows[found.id] = replace(found, end=now)
        return Reply(204)

    def on_calls(self, call: Call) -> Reply:
        """GET who is on call within a time."""
        since, until = (datetime.fromisoformat(call.query[name]) for name in ("since", "until"))
        rows = [
            turn
            for turn in self.turns
            if call.query.get("schedule_ids[]", turn.schedule) == turn.schedule
            and call.query.get("escalation_policy_ids[]", turn.policy) == turn.policy
            and (turn.start is None or turn.start < until)
            and (turn.end is None or turn.end > since)
        ]
        return self._page(call, "oncalls", [self._turn(turn) for turn in rows])

    def list_incidents(self, call: Call) -> Reply:
        """GET incidents by status and urgency."""
        status, urgency = call.query.get("statuses[]"), call.query.get("urgencies[]")
        rows = [
            {
                **self._reference("incident", one.id, f"[#{one.number}] {one.title}"),
                "type": "incident",
                "incident_number": one.number,
                "title": one.title,
                "created_at": one.began.isoformat(),
                "status": one.status,
                "urgency": one.urgency,
                "service": self._reference("service", one.service, self.services.get(one.service, one.service)),
            }
            for one in self.broken
            if status in (None, one.status) and urgency in (None, one.urgency)
        ]
        return self._page(call, "incidents", rows)

    def enqueue(self, call: Call) -> Reply:
        """POST an event: 202, whatever becomes of it."""
        told = call.json if isinstance(call.json, dict) else {}
        action, dedup = str(told.get("event_action")), str(told.get("dedup_key") or "")
        payload = told.get("payload") or {}
        trouble = ""
        if told.get("routing_key") not in self.routing_keys:
            trouble = "Invalid routing key"
        elif action == "trigger" and (payload.get("severity") not in SEVERITIES or not payload.get("summary")):
            trouble = "'payload' is not valid"
        elif action not in ("trigger", "acknowledge", "resolve") or (action != "trigger" and not dedup):
            trouble = "'event_action' is not valid"
        if trouble:
            return Reply(400, {"status": "invalid event", "message": "Event object is invalid", "errors": [trouble]})
        self._take(action, dedup or f"made-{len(self.alerts)}", payload)
        return Reply(202, {"status": "success", "message": "Event processed", "dedup_key": dedup})

    # How it keeps things

    def _take(self, action: str, dedup: str, payload: Mapping[str, Any]) -> None:
        alert = self.alerts.get(dedup)
        if action == "trigger" and (alert is None or alert.status == "resolved"):
            alert = Alert(dedup, "triggered", str(payload["summary"]), str(payload["severity"]))
            self.alerts[dedup] = alert
        elif alert is not None and action != "trigger":
            alert.status = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
        if alert is not None:
            alert.events.append(action)

    def _asked(self, call: Call, *, started: bool = False) -> tuple[datetime, datetime, str, tuple[str, ...]] | Reply:
        told = (call.json or {}).get("maintenance_window") if isinstance(call.json, dict) else None
        if not isinstance(told, dict):
            return self.refuse(400, "maintenance_window is missing")
        start, end = (datetime.fromisoformat(told[name]) for name in ("start_time", "end_time"))
        services = tuple(one["id"] for one in told.get("services", ()))
        if self.hidden & set(services):
            return self.refuse(403, "Access Denied")
        if not services or not set(services) <= self.services.keys():
            return self.refuse(400, "Services is invalid")
        if end <= self.clock.now() or end <= start:
            return self.refuse(400, "End time must be in the future and after the start time")
        description = str(told.get("description", ""))
        if len(description) > 255:
            return self.refuse(400, "Description is too long (maximum is 255 characters)")
        now = self.clock.now()
        return (start if started else max(start, now.replace(microsecond=0))), end, description, services

    def _keep(self, start: datetime, end: datetime, description: str, services: Sequence[str], by: str) -> Window:
        self._made += 1
        made = Window(f"PWIN{self._made:03d}", self._made, start, end, description, tuple(services), by)
        self.windows[made.id] = made
        self._made_at[made.id] = self.clock.now()
        return made

    def _not_there(self) -> Reply:
        return Reply(404, {"error": {"message": "Not Found", "code": 2100}})

    def _page(self, call: Call, name: str, rows: Sequence[Any]) -> Reply:
        start, limit = int(call.query.get("offset", "0")), int(call.query.get("limit", "25"))
        more = start + limit < len(rows)
        told = {name: rows[start : start + limit], "limit": limit, "offset": start, "more": more, "total": None}
        return Reply(json=told)

    def _told(self, one: Window) -> dict[str, Any]:
        services = [
            self._reference("service", service, self.services.get(service, service)) for service in one.services
        ]
        return {
            **self._reference("maintenance_window", one.id, one.description),
            "type": "maintenance_window",
            "sequence_number": one.number,
            "start_time": one.start.astimezone(self.zone).isoformat(timespec="seconds"),
            "end_time": one.end.astimezone(self.zone).isoformat(timespec="seconds"),
            "description": one.description,
            "services": services,
            "teams": [],
            "created_by": self._reference("user", "PUSER1", one.by),
        }

    def _turn(self, turn: Turn) -> dict[str, Any]:
        user = {**self._reference("user", turn.user, turn.name), "type": "user", "name": turn.name, "email": turn.email}
        return {
            "user": user,
            "schedule": self._reference("schedule", turn.schedule, "Rotation"),
            "escalation_policy": self._reference("escalation_policy", turn.policy, "Policy"),
            "escalation_level": turn.level,
            "start": turn.start.astimezone(self.zone).isoformat() if turn.start else None,
            "end": turn.end.astimezone(self.zone).isoformat() if turn.end else None,
        }

    def _reference(self, kind: str, known: str, summary: str) -> dict[str, Any]:
        return {
            "id": known,
            "type": f"{kind}_reference",
            "summary": summary,
            "self": f"{self.url}/{kind}s/{known}",
            "html_url": f"{self.url}/html/{kind}s/{known}",
        }


def _filters(one: Window, now: datetime) -> set[str]:
    """The filters a window is listed under."""
    if one.end <= now:
        return {"all", "past"}
    return {"all", "open", "ongoing" if one.start <= now else "future"}
