"""Directing partners to rehearse with, from another process: what time it is there, and what their people decide.

By the page that shows what they hold, on loopback. Refuses (``NotDirected``) when nobody answers there, or what is
asked for is not there.
"""

import json
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

SECONDS: Final = 10.0


class NotDirected(Exception):
    """The partners did not do as they were told; the sentence says what was asked."""


class Director:
    """Tells the partners behind one page what to do."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.hostname not in ("127.0.0.1", "localhost"):
            raise NotDirected(f"{address} is no page of partners to rehearse with: they stand on this machine only.")
        self._line = HTTPConnection(parts.hostname, parts.port or 80, timeout=SECONDS)

    def addresses(self) -> dict[str, str]:
        """Where each partner stands, by name."""
        told: dict[str, str] = json.loads(self._ask("GET", "/addresses"))
        return told

    def begin_anew(self) -> None:
        """Let them forget what planned work left there."""
        self._tell("/anew")

    def stand_at(self, at: datetime) -> None:
        """Let it be ``at`` with all of them, until told otherwise."""
        self._tell("/clock", at=at.isoformat())

    def run_on(self) -> None:
        """Let their clocks tell the machine's time again."""
        self._tell("/clock", at="")

    def decide(self, change: str, who: str, *, approve: bool, words: str = "") -> None:
        """Let somebody approve or reject a change, by its number."""
        self._tell(f"/changes/{quote(change, safe='')}", who=who, does="approve" if approve else "reject", text=words)

    def _tell(self, where: str, **told: str) -> None:
        self._ask("POST", where, urlencode(told))

    def _ask(self, method: str, where: str, body: str = "") -> str:
        try:
            self._line.request(method, where, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = self._line.getresponse()
            said = answer.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as trouble:
            self._line.close()
            raise NotDirected(f"The partners to rehearse with did not answer {where}: {trouble}") from trouble
        if answer.status >= 400:
            raise NotDirected(f"The partners to rehearse with refused {where}: {said[:200]}")
        return said
