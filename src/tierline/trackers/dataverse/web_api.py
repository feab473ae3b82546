"""The line to a Dataverse: one token for all workers, waiting as the service says, answers of a bounded size.

Refuses addresses other than the account's (a link in an answer could name any), redirects, and answers that are too
large or no JSON. Every trouble is ``NoAnswer`` with the sentence for the outbox; none quotes a body that was sent.
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from tierline.channels.channel import NotConnected, Refused, TryAgain
from tierline.trackers.dataverse.account import Account
from tierline.trackers.dataverse.batching import Outcome, Step, content_type, read, written

LARGEST_ANSWER: Final = 64 * 1024 * 1024
LONGEST_WORDS: Final = 300
CONNECTIONS: Final = 8
VERSION_EXPIRED: Final = "0x80044352"  # the point in time a delta link names is no longer kept
_HEADERS: Final = {"OData-MaxVersion": "4.0", "OData-Version": "4.0", "Accept": "application/json"}
_FORMATTED: Final = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'


class NoAnswer(Exception):
    """The service did not do it. ``answer`` is what the outbox is told; ``status`` its HTTP status (0: none)."""

    def __init__(self, answer: TryAgain | Refused | NotConnected, status: int = 0, code: str = "") -> None:
        super().__init__(answer.because)
        self.answer, self.status, self.code = answer, status, code


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Got:
    """What the service answered."""

    status: int
    json: Any
    headers: Mapping[str, str]


class WebApi:
    """A Dataverse one can ask. Used by several threads at once."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._token, self._holds_until = "", 0.0
        self._signing_in = threading.Lock()
        self._client = httpx.Client(
            timeout=account.timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def get(self, path: str, *, prefer: Sequence[str] = (), **query: str) -> Any:
        """The JSON at a path or at a link of an earlier answer; people's words for values beside them."""
        return self.call("GET", path, prefer=(_FORMATTED, *prefer), query=query).json

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        prefer: Sequence[str] = (),
        query: Mapping[str, str] | None = None,
    ) -> Got:
        """One request. Raises ``NoAnswer`` for everything but a success."""
        own = {**(headers or {}), **({"Prefer": ",".join(prefer)} if prefer else {})}
        reply = self._send(method, self._url(path), json=body, headers=own, params=dict(query or {}) or None)
        return _got(reply, self.account)

    def batch(self, steps: Sequence[Step]) -> list[tuple[Outcome, ...]]:
        """The outcomes of many operations in one request, step by step. Raises ``NoAnswer`` when it was not taken."""
        headers = {"Content-Type": content_type(), "Prefer": "odata.continue-on-error"}
        reply = self._send("POST", self._url("$batch"), content=written(steps), headers=headers)
        if reply.status >= 300:
            raise _trouble(reply)
        try:
            outcomes = read(reply.content, reply.headers.get("Content-Type", ""), steps)
        except ValueError as error:
            raise NoAnswer(TryAgain(f"Dynamics answered a batch with something else: {error}.")) from None
        if len(outcomes) < len(steps):
            raise NoAnswer(TryAgain(f"Dynamics answered {len(outcomes)} of {len(steps)} operations of a batch."))
        return outcomes

    def _url(self, path: str) -> str:
        if not path.startswith(("http://", "https://")):
            return self.account.base + path
        if not path.startswith(self.account.base):
            raise NoAnswer(Refused("Dynamics sent a link to another address than the account's; it was not followed."))
        return path

    def _send(self, method: str, url: str, *, headers: Mapping[str, str], **what: Any) -> _Reply:
        for attempt in (1, 2):
            token = self._signed_in()
            sent = {**_HEADERS, **headers, "Authorization": f"Bearer {token}"}
            reply = self._ask(method, url, headers=sent, **what)
            if reply.status != 401 or attempt == 2:
                return reply
            self._forget(token)
        raise AssertionError("a loop that returns")

    def _ask(self, method: str, url: str, **what: Any) -> _Reply:
        try:
            with self._client.stream(method, url, **what) as reply:
                size, parts = 0, []
                for part in reply.iter_bytes():
                    size += len(part)
                    if size > LARGEST_ANSWER:
                        raise NoAnswer(TryAgain("Dynamics sent an answer larger than 64 MiB; it was not read."))
                    parts.append(part)
                return _Reply(reply.status_code, reply.headers, b"".join(parts))
        except httpx.TimeoutException:
            raise NoAnswer(TryAgain("Dynamics did not answer in time.")) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = f"Dynamics could not be reached or broke off ({type(error).__name__})."
            raise NoAnswer(TryAgain(said)) from None

    # -- the token ---------------------------------------------------------------------------------------

    def _signed_in(self) -> str:
        with self._signing_in:
            if not self._token or time.monotonic() >= self._holds_until:
                self._token, lasts = self._sign_in()
                self._holds_until = time.monotonic() + max(lasts - 60, 0)
            return self._token

    def _forget(self, token: str) -> None:
        """Fetch a new token next time, unless another worker has one already."""
        with self._signing_in:
            if self._token == token:
                self._token = ""

    def _sign_in(self) -> tuple[str, float]:
        account = self.account
        form = {
            "grant_type": "client_credentials",
            "client_id": account.client_id,
            "client_secret": account.client_secret.get_secret_value(),
            "scope": account.scope or f"{account.address}/.default",
        }
        reply = self._ask("POST", f"{account.sign_in}/{account.tenant}/oauth2/v2.0/token", data=form)
        if reply.status in (400, 401, 403):
            said = "The sign-in for Dynamics was refused. Check tenant, client id and secret of the account."
            raise NoAnswer(NotConnected(said), reply.status)
        if reply.status != 200:
            raise _trouble(reply)
        told = reply.json
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise NoAnswer(TryAgain("The sign-in for Dynamics answered without a token."))
        return told["access_token"], float(told.get("expires_in") or 0)


def _got(reply: _Reply, account: Account) -> Got:
    if reply.status >= 300:
        raise _trouble(reply)
    if not reply.content:
        return Got(reply.status, None, reply.headers)
    told = reply.json
    if told is None:
        raise NoAnswer(TryAgain(f"{account.address} answered with something that is not JSON; is a proxy between?"))
    return Got(reply.status, told, reply.headers)


def _trouble(reply: _Reply) -> NoAnswer:
    status, told = reply.status, reply.json
    error = told.get("error") if isinstance(told, dict) else None
    code, words = (error.get("code") or "", error.get("message") or "") if isinstance(error, dict) else ("", "")
    return trouble_of(status, str(code), str(words), after=pause_of(reply.headers))


def trouble_of(status: int, code: str, words: str, *, after: float | None = None) -> NoAnswer:
    """A refusal of the service as the outbox takes it."""
    said = " ".join(words.split())[:LONGEST_WORDS]
    if status == 429:
        return NoAnswer(TryAgain("Dynamics asks us to slow down (its service protection limits).", after), status, code)
    if status in (408, 409, 423) or status >= 500:
        return NoAnswer(
            TryAgain(f"Dynamics is in trouble ({status}): {said or 'it gave no reason'}", after), status, code
        )
    if status == 401:
        return NoAnswer(TryAgain("Dynamics does not accept a fresh token. Check the account's rights."), status, code)
    if status in (301, 302, 303, 307, 308):
        said = "Dynamics answered with a redirect, which is not followed. Correct the account's address."
        return NoAnswer(Refused(said), status, code)
    return NoAnswer(Refused(f"Dynamics refused it ({status}): {said or 'it gave no reason'}"), status, code)


def pause_of(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; a date is held against the answer's own, so that nobody's clock matters."""
    text = headers.get("Retry-After", "")
    try:
        return max(float(text), 0.0)
    except ValueError:
        pass
    try:
        pause = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return max(pause.total_seconds(), 0.0)
