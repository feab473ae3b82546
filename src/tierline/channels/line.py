"""The line to a partner's interface: one HTTP client, every wait with an end, every failure a sentence.

Refuses answers larger than a limit, redirects and next pages that lead to another host (they would be handed our
token), and to put a secret or a private word of an answer into a sentence. Statuses that mean "not now" (408, 429, 5xx)
and answers that are none become ``Stopped``; the rest is the caller's to judge.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from tierline.channels.answers import LONGEST_PAUSE, Stopped, Told
from tierline.channels.channel import Refused, TryAgain

__all__ = ["LONGEST_PAUSE", "Line", "Stopped", "Told", "visit"]

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
VISIT_SECONDS = 60.0  # half the outbox's lease, over all calls of one delivery
LARGEST = 16 * 1024 * 1024
MOST_REDIRECTS = 3
_SAME_METHOD = {307, 308}
_MOVED = {301, 302, *_SAME_METHOD}
_out_of_time: ContextVar[float | None] = ContextVar("out_of_time", default=None)


@contextmanager
def visit(seconds: float | None = None) -> Iterator[None]:
    """Within the block all calls together take no longer than ``seconds``, or VISIT_SECONDS."""
    token = _out_of_time.set(time.monotonic() + (VISIT_SECONDS if seconds is None else seconds))
    try:
        yield
    finally:
        _out_of_time.reset(token)


#: The headers of one call; ``fresh`` asks for a new token in place of the one that was not taken.
Credentials = Callable[[bool], Mapping[str, str]]


class Line:
    """To one host. ``who`` is the partner's name in sentences; ``credentials`` are asked before every call."""

    def __init__(
        self,
        who: str,
        base: str,
        *,
        credentials: Credentials | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        answer_seconds: float = ANSWER_SECONDS,
        redirects: int = MOST_REDIRECTS,
    ) -> None:
        self.who, self.base = who, base.rstrip("/")
        self._redirects = redirects
        self._credentials = credentials
        self._secrets = tuple(secret for secret in secrets if secret)
        self._seconds = answer_seconds
        self._client = httpx.Client(
            headers={"User-Agent": "Tierline", "Accept": "application/json", **(headers or {})},
            timeout=httpx.Timeout(answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds)),
            follow_redirects=False,
        )

    def ask(
        self,
        method: str,
        where: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        host: str = "",
    ) -> Told:
        """One call at ``where`` (a path below the base, or a whole address of the same host).

        Raises Stopped when it could not be made or the partner says "not now". A token that is not taken is fetched
        anew once. ``host`` is whose certificate is wanted where the address is a number.
        """
        more: dict[str, Any] = {"params": params, "json": json, "data": form, "content": content}
        more["extensions"] = {"sni_hostname": host} if host else None
        options = {name: value for name, value in more.items() if value is not None}
        address = self._address(where)
        told = self._try(method, address, options, headers, fresh=False)
        if told.status == 401 and self._credentials is not None:
            told = self._try(method, address, options, headers, fresh=True)
        for _ in range(self._redirects):
            if told.status not in _MOVED or (method != "GET" and told.status not in _SAME_METHOD):
                break
            address = self._address(urljoin(told.url, told.headers.get("location", "")))
            options.pop("params", None)
            told = self._try(method, address, options, headers, fresh=False)
        if told.status in (408, 429) or told.status >= 500:
            raise Stopped(TryAgain(self._not_now(told), told.pause), told.status)
        return told

    def wants(self, told: Told, kind: type) -> Any:
        """The JSON of a good answer, which has to be a ``kind`` (dict or list). Raises Stopped when it is not."""
        if not isinstance(told.json, kind):
            raise Stopped(TryAgain(f"{self.who} answered with something that cannot be read. It will be asked again."))
        return told.json

    def keep_back(self, secret: str) -> None:
        """One more secret that no sentence may hold."""
        self._secrets = (*self._secrets[-9:], secret)

    def clean(self, words: Any, *, most: int = 200) -> str:
        """Words of the partner's, short, on one line, without anything secret."""
        text = " ".join(str(words if words is not None else "").replace("\x00", " ").split())
        for secret in self._secrets:
            text = text.replace(secret, "(kept back)")
        return text if len(text) <= most else text[: most - 1] + "…"

    def _address(self, where: str) -> str:
        if not where.startswith(("http://", "https://")):
            return f"{self.base}/{where.lstrip('/')}"
        ours, theirs = urlsplit(self.base), urlsplit(where)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise Stopped(
                Refused(f"{self.who} sent us on to another host, which Tierline does not follow. Check the address.")
            )
        return where

    def _try(
        self, method: str, address: str, options: Mapping[str, Any], headers: Mapping[str, str] | None, *, fresh: bool
    ) -> Told:
        sent = {**(self._credentials(fresh) if self._credentials else {}), **(headers or {})}
        ends = time.monotonic() + self._seconds
        whole = _out_of_time.get()
        if whole is not None:
            ends = min(ends, whole)
        left = ends - time.monotonic()
        if left <= 0:
            raise Stopped(TryAgain(f"{self.who} answers so slowly that the visit was broken off.", 60.0))
        wait = httpx.Timeout(left, connect=min(CONNECT_SECONDS, left))
        try:
            with self._client.stream(method, address, headers=sent, timeout=wait, **options) as answer:
                body = self._read(answer, ends)
                return Told(answer.status_code, answer.headers, _parsed(body), body, str(answer.url))
        except httpx.TimeoutException:
            raise Stopped(TryAgain(f"{self.who} did not answer in time.")) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as trouble:
            raise Stopped(TryAgain(f"{self.who} could not be reached or broke off ({_kind(trouble)}).")) from None

    def _read(self, answer: httpx.Response, ends: float) -> bytes:
        parts, size = [], 0
        for part in answer.iter_bytes():
            size += len(part)
            if size > LARGEST:
                raise Stopped(TryAgain(f"{self.who} answered with more than {LARGEST // 2**20} MB; it was not read."))
            if time.monotonic() > ends:
                raise Stopped(TryAgain(f"{self.who} did not finish its answer in time."))
            parts.append(part)
        return b"".join(parts)

    def _not_now(self, told: Told) -> str:
        if told.status == 429:
            return f"{self.who} asks for a pause: too many requests."
        return f"{self.who} is not able to answer now (status {told.status})."


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _kind(trouble: Exception) -> str:
    words: dict[type[Exception], str] = {
        httpx.ConnectError: "no connection",
        httpx.RemoteProtocolError: "it hung up",
        httpx.ReadError: "it hung up",
        httpx.WriteError: "it hung up",
        httpx.ProxyError: "the proxy did not let us through",
    }
    return words.get(type(trouble), "the connection failed")
