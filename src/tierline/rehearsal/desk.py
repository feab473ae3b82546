"""The base of every rehearsal partner: real HTTP at a free port of loopback, a table of routes, state, faults, a log.

A partner is a subclass: it lists its ``routes`` and keeps its rows in plain attributes; handlers run one at a time, so
they need no lock of their own. Refuses any address but loopback. The vendor's form of a refusal is ``refusal``, who may
come in is ``admit``.

``with ServiceNow() as desk: ...desk.url...desk.faults.next(Throttled(7))...desk.exchanges``
"""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tierline.foundation.clock import now
from tierline.rehearsal.faults import (
    Answering,
    ExpiredToken,
    Fault,
    Faults,
    Garbage,
    LostAnswer,
    Reset,
    Slow,
    Throttled,
    Unavailable,
)
from tierline.rehearsal.webhooks import Webhooks

MOST_EXCHANGES = 20_000  # the older half is forgotten then
LARGEST_BODY = 16 * 1024 * 1024
_SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization", "x-api-key", "x-usertoken"}
_SECRET_FIELDS = {"client_secret", "password", "access_token", "refresh_token", "assertion", "routing_key", "sig"}
KEPT_BACK = "(kept back)"


@dataclass
class PartnerClock:
    """The partner's own time: the machine's or one set by hand, and wrong by ``skew``."""

    standing: datetime | None = None
    skew: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The instant this partner believes it is."""
        return ((self.standing or now()) + self.skew).astimezone(UTC)

    def stand_at(self, at: datetime) -> None:
        """Stop at ``at``; ``forward`` moves on from there."""
        self.standing = at

    def forward(self, **amount: float) -> None:
        """Move on by what ``timedelta`` takes; a clock that ran stops where that leads."""
        self.standing = (self.standing or now()) + timedelta(**amount)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``named`` holds what the route's ``{names}`` matched; header names are lower case."""

    method: str
    path: str
    named: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler answers: ``json``, or ``body`` as it stands, or nothing at all."""

    status: int = 200
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def written(self) -> bytes:
        """The bytes that leave."""
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json).encode()


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """``Route("GET", "/repos/{owner}/{repo}/issues", self.list_issues)``; a ``{name}`` matches up to the next slash."""

    method: str
    template: str
    handler: Handler

    def match(self, method: str, path: str) -> dict[str, str] | None:
        """What the names matched, decoded; None when this route is another's."""
        if method != self.method:
            return None
        parts = re.split(r"\{(\w+)\}", self.template)
        pattern = "".join(f"(?P<{part}>[^/]+?)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
        found = re.fullmatch(pattern, path)
        return {name: unquote(text) for name, text in found.groupdict().items()} if found else None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as a validator wants them. ``lost``: the caller never saw the answer."""

    method: str
    path: str
    route: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    request: Any
    status: int
    response: Any
    answer_headers: Mapping[str, str]
    fault: Fault | None = None
    lost: bool = False


class Desk:
    """A partner system. Use as a context manager, or ``start`` and ``stop``."""

    name: ClassVar[str] = "desk"
    label: ClassVar[str] = "A partner system"

    def __init__(self, *, port: int = 0) -> None:
        self.port = port
        self.clock = PartnerClock()
        self.faults = Faults()
        self.exchanges: list[Exchange] = []
        self.webhooks = Webhooks(self.faults)
        self.shown_at = ""  # the page that shows what it holds, when one does
        self.lock = threading.RLock()
        self._server: _Server | None = None

    # What a partner overrides

    def routes(self) -> Sequence[Route]:
        """Every path it answers."""
        return ()

    def refusal(self, status: int, words: str) -> Any:
        """The JSON this vendor puts a refusal in."""
        return {"error": words, "status": status}

    def admit(self, call: Call) -> Reply | None:  # noqa: ARG002 - for partners that ask for a token
        """None lets the call in; a reply (401, 403) turns it away."""
        return None

    def expire(self, call: Call) -> None:
        """Make the token this call carries worthless; nothing for a partner whose tokens last."""

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """What it holds, a row each, for a page that shows it: ``number title status owner url`` and what else."""
        return ()

    def begin_anew(self) -> None:
        """Forget what planned work left here, before it is played from its beginning; nothing where it leaves none."""

    # Standing it up

    @property
    def url(self) -> str:
        """Its base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; the port chosen at the first start is kept for the next."""
        self._server = _Server(self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name=self.name, daemon=True).start()

    def stop(self) -> None:
        """Stop listening and break every open line. What it holds stays."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()
        self.webhooks.stop()

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Within the block every connection is refused."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    # Answering

    def leads_to(self, number: str) -> Reply:
        """The address by which people open a record: there is no such page here, but it is shown where all are."""
        place = f"{self.shown_at}/#{self.name}-{number}"
        return Reply(302, headers={"Location": place}) if self.shown_at else self.refuse(404, "Nobody shows it.")

    def refuse(self, status: int, words: str, **headers: str) -> Reply:
        """A refusal in the vendor's form; header names are written with ``_`` for ``-``."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return Reply(status, json=self.refusal(status, words), headers=named)

    def answer(self, call: Call, fault: Fault | None) -> tuple[Reply, str]:
        """(what is answered, the template of the route), with ``fault`` in force. One call at a time."""
        with self.lock:
            if isinstance(fault, ExpiredToken):
                self.expire(call)
            failing = self._failing(fault)
            refused = failing or self.admit(call)
            for route in self.routes():
                named = route.match(call.method, call.path)
                if named is not None:
                    asked = Call(call.method, call.path, named, call.query, call.headers, call.body, call.at)
                    return refused or route.handler(asked), route.template
            return refused or self.refuse(404, "There is nothing at this address."), ""

    def note(self, exchange: Exchange) -> None:
        """Keep an exchange in the log."""
        with self.lock:
            self.exchanges.append(exchange)
            if len(self.exchanges) > MOST_EXCHANGES:
                del self.exchanges[: MOST_EXCHANGES // 2]

    def _failing(self, fault: Fault | None) -> Reply | None:
        match fault:
            case Throttled(after=after):
                return self.throttled(after)
            case Unavailable(after=after):
                return Reply(503, self.refusal(503, "The service is unavailable."), self.pause(after))
            case Answering(status=status, json=told, headers=headers):
                return Reply(status, told, headers)
            case Garbage(body=body, status=status, content_type=kind):
                return Reply(status, body=body, headers={"Content-Type": kind})
            case _:
                return None

    def throttled(self, after: float | datetime | None) -> Reply:
        """The vendor's way to say "too many requests"."""
        return Reply(429, self.refusal(429, "Too many requests."), self.pause(after))

    def pause(self, after: float | datetime | None) -> dict[str, str]:
        """Retry-After, in seconds or as a date."""
        if after is None:
            return {}
        return {"Retry-After": format_datetime(after, usegmt=True) if isinstance(after, datetime) else f"{after:g}"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.lines: set[socket.socket] = set()
        super().__init__(("127.0.0.1", desk.port), _Line)

    def hang_up(self) -> None:
        """Break every line that is still open."""
        for line in list(self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""


class _Line(BaseHTTPRequestHandler):
    """One caller's connection."""

    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.lines.add(self.connection)

    def finish(self) -> None:
        self.server.lines.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def _speak(self) -> None:
        desk = self.server.desk
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            return
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): text for name, text in self.headers.items()}
        call = Call(self.command, parts.path, {}, query, headers, self.rfile.read(length), desk.clock.now())
        fault = desk.faults.take(call.method, call.path)
        if isinstance(fault, Reset):
            time.sleep(fault.seconds)
            self._break_off()
            return
        reply, route = desk.answer(call, fault)
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        desk.note(_exchange(call, route, reply, fault))
        if isinstance(fault, LostAnswer):
            self._break_off()
        else:
            self._send(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _speak  # noqa: N815 - http.server names them

    def _send(self, reply: Reply) -> None:
        body = reply.written()
        self.send_response(reply.status)
        headers = {"Content-Type": "application/json; charset=utf-8"} | dict(reply.headers)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(body)

    def _break_off(self) -> None:
        """Close so that the caller sees a reset, not an end."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - the partner has its own clock
        """The ``Date`` header tells the partner's own time."""
        return format_datetime(self.server.desk.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server names it
        """Nothing: the exchanges are the log."""


def _exchange(call: Call, route: str, reply: Reply, fault: Fault | None) -> Exchange:
    asked = call.form if "form-urlencoded" in call.headers.get("content-type", "") else call.json
    answered = reply.json if reply.body is None else reply.body.decode("utf-8", "replace")
    return Exchange(
        method=call.method,
        path=call.path,
        route=route,
        query=_without_secrets(dict(call.query)),
        headers={name: text for name, text in call.headers.items() if name not in _SECRET_HEADERS},
        request=_without_secrets(asked),
        status=reply.status,
        response=_without_secrets(answered),
        answer_headers=dict(reply.headers),
        fault=fault,
        lost=isinstance(fault, LostAnswer),
    )


def _without_secrets(told: Any) -> Any:
    if not isinstance(told, dict) or not _SECRET_FIELDS & told.keys():
        return told
    return {name: KEPT_BACK if name in _SECRET_FIELDS else value for name, value in told.items()}
