"""PagerDuty: maintenance windows that are read back, events that page somebody, and who is on call.

There is no key for "once" on a window, so ours stands at the beginning of its description and is looked for among the
open windows before one is made. PagerDuty moves a start in the past to now without a word, and after the start only the
end can change: whatever then differs from what was wanted is told as ``drift``. An event is once by its ``dedup_key``;
202 says that it was accepted, no more. Facts: the vendor's REST and Events v2 references.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tierline.channels.addresses import secure_address
from tierline.channels.answers import instant_at, rows_at, text_at
from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told, visit
from tierline.channels.on_call import OnCall
from tierline.channels.paging_windows import (
    Incident,
    Wanted,
    Window,
    differences,
    incident_of,
    marker_in,
    reference_of,
    revision_of,
    wanted,
    window_of,
    written,
)

PAGE = 100
MOST_PAGES = 50
TOKEN_PAUSE = 900.0
SEVERITIES = ("critical", "error", "warning", "info")
LONGEST_SUMMARY = 1024
WINDOWS = "maintenance_windows"
_EVENTS = ("trigger", "acknowledge", "resolve")


class Account(BaseModel):
    """One PagerDuty account. ``sender`` is the e-mail of the person its changes are written down to (``From``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    address: str = "https://api.pagerduty.com"
    events_address: str = "https://events.pagerduty.com/v2"
    routing_keys: dict[str, SecretStr] = Field(default_factory=dict)  # our word for whom to page -> integration key

    @field_validator("address", "events_address")
    @classmethod
    def _address(cls, given: str) -> str:
        return secure_address(given)


class PagerDuty:
    """The channel."""

    name: ClassVar[str] = "pagerduty"
    label: ClassVar[str] = "PagerDuty"

    def __init__(self, account: Account) -> None:
        self.account = account
        token = account.token.get_secret_value()
        secrets = (token, *(key.get_secret_value() for key in account.routing_keys.values()))
        headers = {
            "Accept": "application/vnd.pagerduty+json;version=2",
            "Authorization": f"Token token={token}",
            "From": account.sender,
        }
        self._line = Line("PagerDuty", account.address, headers=headers, secrets=secrets, redirects=0)
        self._events = Line("PagerDuty", account.events_address, secrets=secrets, redirects=0)

    # Delivering

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Carry out one of the verbs, once a key.

        ``set-window`` ``{"description", "start", "end", "services", "window"?}``: the one window of this notice stands
        so; evidence ``id url start end services found changed drift superseded_by``.
        ``end-window`` ``{"window" or "marker"}``: removed before its start, ended after; evidence ``id state``.
        ``trigger`` ``{"to", "summary", "severity", "source", "dedup_key"?, "details"?, "url"?}``, ``acknowledge`` and
        ``resolve`` ``{"to", "dedup_key"}``; evidence ``accepted dedup_key``.
        """
        verb = str(message.get("verb"))
        try:
            with visit():
                match verb:
                    case "set-window":
                        return self._set_window(message)
                    case "end-window":
                        return self._end_window(message)
                    case _ if verb in _EVENTS:
                        return self._event(verb, key, message)
                return Refused(f"PagerDuty knows no '{verb}'; a message sets or ends a window, or is an event.")
        except Stopped as stopped:
            return stopped.answer

    def _set_window(self, message: Mapping[str, Any]) -> Answer:
        try:
            ask = wanted(message)
        except ValueError as trouble:
            return Refused(str(trouble))
        there, now = self._ours(ask.marker, str(message.get("window") or ""))
        if there is not None and revision_of(there.marker) > revision_of(ask.marker):
            return Delivered(_evidence(there) | {"found": True, "superseded_by": there.marker})
        changed = there is not None and self._brought_to(ask, there, now)
        known = there.id if there is not None else self._made(ask)
        stands, _ = self._window(known)
        if stands is None:
            raise Stopped(TryAgain("The window was set, and PagerDuty does not show it. It will be looked for again."))
        found = {"found": there is not None and not changed, "changed": changed}
        return Delivered(_evidence(stands) | found | {"drift": _drift(ask, stands)})

    def _made(self, ask: Wanted) -> str:
        told = self._line.ask("POST", WINDOWS, json=_body(ask.start, ask))
        if told.status != 201:
            raise Stopped(self._no(told, "the window"))
        made = window_of(self._line.wants(told, dict).get("maintenance_window"))
        if made is None:
            raise Stopped(TryAgain("PagerDuty answered with something that cannot be read. It will be asked again."))
        return made.id

    def _brought_to(self, ask: Wanted, there: Window, now: datetime | None) -> bool:
        """Change what may still change; whether anything was."""
        change = differences(ask, there)
        if now is not None and there.start <= now:
            # After the start only the end may change: the rest goes back as it stands.
            ask = Wanted(there.start, ask.end, there.services, there.description)
            change = tuple(name for name in change if name == "end")
        if not change:
            return False
        told = self._line.ask("PUT", f"{WINDOWS}/{there.id}", json=_body(ask.start, ask))
        if told.status != 200:
            raise Stopped(self._no(told, "the change of the window"))
        return True

    def _end_window(self, message: Mapping[str, Any]) -> Answer:
        marker = str(message.get("marker") or marker_in(str(message.get("description") or "")))
        known = str(message.get("window") or "")
        if not known and not marker_in(marker):
            return Refused("Name the window to end by its id, or by our marker such as [DT-1#r3].")
        there, now = self._ours(marker, known)
        if there is None:
            return Delivered({"id": known, "state": "gone", "found": True})
        if now is not None and there.end <= now:
            return Delivered({"id": there.id, "state": "ended", "end": there.end.isoformat(), "found": True})
        told = self._line.ask("DELETE", f"{WINDOWS}/{there.id}")
        if told.status not in (204, 404, 405):
            raise Stopped(self._no(told, "the end of the window"))
        left, _ = self._window(there.id)
        if left is None:
            return Delivered({"id": there.id, "state": "removed", "found": told.status != 204})
        return Delivered({"id": left.id, "state": "ended", "end": left.end.isoformat(), "found": told.status != 204})

    def _event(self, action: str, key: str, message: Mapping[str, Any]) -> Answer:
        to = str(message.get("to") or "")
        routing = self.account.routing_keys.get(to)
        if routing is None:
            known = ", ".join(sorted(self.account.routing_keys)) or "none"
            return Refused(f"The PagerDuty account has no routing key for '{to[:80]}'. There are: {known}.")
        dedup = str(message.get("dedup_key") or key)[:255]
        asked: dict[str, Any] = {
            "routing_key": routing.get_secret_value(),
            "event_action": action,
            "dedup_key": dedup,
        }
        if action == "trigger":
            severity, summary = str(message.get("severity") or "error"), str(message.get("summary") or "")
            if severity not in SEVERITIES:
                return Refused(f"'{severity[:40]}' is no severity; PagerDuty knows {', '.join(SEVERITIES)}.")
            if not summary or len(summary) > LONGEST_SUMMARY:
                return Refused(f"The summary of an event has 1 to {LONGEST_SUMMARY} characters.")
            asked["payload"] = {
                "summary": summary,
                "severity": severity,
                "source": str(message.get("source") or "Tierline"),
                "custom_details": dict(message.get("details") or {}),
            }
            asked |= {"client": "Tierline"} | ({"client_url": str(message["url"])} if message.get("url") else {})
        told = self._events.ask("POST", "enqueue", json=asked)
        if told.status != 202:
            raise Stopped(self._no(told, "the event"))
        return Delivered({"accepted": True, "dedup_key": dedup, "found": False})

    # Asking

    def window(self, window: str) -> Window | TryAgain | Refused | NotConnected | None:
        """One window as it stands; None when it is not there."""
        told: Window | TryAgain | Refused | NotConnected | None = _asked(lambda: self._window(window)[0])
        return told

    def windows(self, services: Sequence[str] = ()) -> Sequence[Window] | TryAgain | Refused | NotConnected:
        """The windows that are open (to come or running), of these services or of all."""
        told: Sequence[Window] | TryAgain | Refused | NotConnected = _asked(lambda: self._of(services))
        return told

    def foreign(self, services: Sequence[str] = ()) -> Sequence[Window] | TryAgain | Refused | NotConnected:
        """The open windows on these services that are not ours."""
        told = self.windows(services)
        return [one for one in told if not one.marker] if isinstance(told, Sequence) else told

    def incidents(self) -> Sequence[Incident] | TryAgain | Refused | NotConnected:
        """Everything of high urgency that nobody has resolved."""
        told: Sequence[Incident] | TryAgain | Refused | NotConnected = _asked(self._incidents)
        return told

    def on_call(self, of: str, at: datetime) -> Sequence[OnCall] | TryAgain | Refused | NotConnected:
        """Who is on call at an instant, of a schedule (``schedule:P…``) or an escalation policy (``policy:P…``)."""
        told: Sequence[OnCall] | TryAgain | Refused | NotConnected = _asked(lambda: self._on_call(of, at))
        return told

    def _of(self, services: Sequence[str]) -> list[Window]:
        wanted_services = frozenset(services)
        windows, _ = self._open()
        return [one for one in windows if not wanted_services or wanted_services & one.services]

    def _ours(self, marker: str, known: str) -> tuple[Window | None, datetime | None]:
        """Our window: by its id, by its marker, or by the marker of another revision; and PagerDuty's time."""
        if known:
            found, now = self._window(known)
            if found is not None:
                return found, now
        windows, now = self._open()
        same = [one for one in windows if one.marker == marker]
        others = [one for one in windows if one.marker and reference_of(one.marker) == reference_of(marker)]
        return next(iter(same or sorted(others, key=lambda one: -revision_of(one.marker))), None), now

    def _open(self) -> tuple[list[Window], datetime | None]:
        """All open windows. Not asked for by service: one service the token may not see makes that a 403 for all."""
        found, now = [], None
        for told in self._pages(WINDOWS, {"filter": "open"}):
            now = told.at
            found += [one for row in rows_at(told.json, WINDOWS) if (one := window_of(row)) is not None]
        return found, now

    def _incidents(self) -> list[Incident]:
        found: dict[str, Incident] = {}
        for status in ("triggered", "acknowledged"):
            asked = {"statuses[]": status, "urgencies[]": "high", "date_range": "all"}
            for told in self._pages("incidents", asked):
                rows = rows_at(told.json, "incidents")
                found |= {one.id: one for row in rows if (one := incident_of(row)) is not None}
        return list(found.values())

    def _window(self, window: str) -> tuple[Window | None, datetime | None]:
        if not window.isascii() or not window.isalnum():
            raise Stopped(Refused(f"'{window[:40]}' is no window of PagerDuty; they are called by id (P…)."))
        told = self._line.ask("GET", f"{WINDOWS}/{window}")
        if told.status == 404:
            return None, told.at
        if told.status != 200:
            raise Stopped(self._no(told, "the window"))
        found = window_of(self._line.wants(told, dict).get("maintenance_window"))
        if found is None:
            raise Stopped(TryAgain("PagerDuty answered with something that cannot be read. It will be asked again."))
        return found, told.at

    def _on_call(self, of: str, at: datetime) -> Sequence[OnCall]:
        kind, _, one = of.rpartition(":")
        by = {"": "schedule_ids[]", "schedule": "schedule_ids[]", "policy": "escalation_policy_ids[]"}.get(kind)
        if by is None or not one.isalnum():
            raise Stopped(Refused(f"'{of[:80]}' names nobody on call; write schedule:P… or policy:P…."))
        until = written(at + timedelta(minutes=1))
        asked = {by: one, "since": written(at), "until": until, "include[]": "users"}
        found = []
        for told in self._pages("oncalls", asked):
            for row in rows_at(told.json, "oncalls"):
                since, ends = instant_at(row, "start"), instant_at(row, "end")
                if text_at(row, "user", "id") and (since is None or since <= at) and (ends is None or at < ends):
                    found.append(_on_call(row, since, ends, f"{self.name}:{of}"))
        unique = {(turn.person, turn.level): turn for turn in found}
        return sorted(unique.values(), key=lambda turn: (turn.level, turn.person))

    def _pages(self, where: str, asked: Mapping[str, str]) -> Iterator[Told]:
        for page in range(MOST_PAGES):
            params = {**asked, "limit": str(PAGE), "offset": str(page * PAGE)}
            told = self._line.ask("GET", where, params=params)
            if told.status != 200:
                raise Stopped(self._no(told, "the question"))
            yield told
            if self._line.wants(told, dict).get("more") is not True:
                return

    def _no(self, told: Told, what: str) -> TryAgain | Refused:
        errors = told.json.get("error") if isinstance(told.json, Mapping) else None
        listed = errors.get("errors") if isinstance(errors, Mapping) else None
        listed = listed or (told.json.get("errors") if isinstance(told.json, Mapping) else None)
        said = "; ".join(str(one) for one in listed) if isinstance(listed, list) else text_at(errors, "message")
        said = self._line.clean(said)
        match told.status:
            case 401:
                return TryAgain("PagerDuty does not take the token of the account: it was revoked.", TOKEN_PAUSE)
            case 403:
                return Refused(
                    "PagerDuty does not let the account do this. Check its role, and that it sees every service."
                )
            case 404:
                return Refused("PagerDuty does not know this, or the account may not see it. Check the ids.")
            case 400 | 405 | 409 | 422:
                return Refused(f"PagerDuty does not take {what}: {said or f'status {told.status}'}.")
        return TryAgain(f"PagerDuty answered {what} with status {told.status}.")


def _body(start: datetime, ask: Wanted) -> dict[str, Any]:
    services = [{"id": one, "type": "service_reference"} for one in sorted(ask.services)]
    return {
        "maintenance_window": {
            "type": "maintenance_window",
            "start_time": written(start),
            "end_time": written(ask.end),
            "description": ask.description,
            "services": services,
        }
    }


def _evidence(there: Window) -> dict[str, Any]:
    return {
        "id": there.id,
        "url": there.url,
        "start": there.start.isoformat(),
        "end": there.end.isoformat(),
        "services": sorted(there.services),
        "marker": there.marker,
    }


def _drift(ask: Wanted, stands: Window) -> list[str]:
    return list(differences(ask, stands))


def _on_call(row: Mapping[str, Any], since: datetime | None, until: datetime | None, source: str) -> OnCall:
    level = text_at(row, "escalation_level")
    return OnCall(
        text_at(row, "user", "id"),
        text_at(row, "user", "summary") or text_at(row, "user", "name"),
        text_at(row, "user", "email"),
        since,
        until,
        int(level) if level.isdigit() else 1,
        source,
    )


def _asked(question: Any) -> Any:
    try:
        with visit():
            return question()
    except Stopped as stopped:
        return stopped.answer
