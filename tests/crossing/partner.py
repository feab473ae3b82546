"""A partner's tracker in memory, by the contract: for tests of what bonds and crossings do, whatever the vendor."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.conf import settings

from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.trackers.tracker import Changes, Note, Record, Stage, Unsigned

BEGINNING = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
WORDS = {
    Stage.NEW: "Open", Stage.IN_PROGRESS: "Doing", Stage.ON_HOLD: "Needs info", Stage.SOLVED: "Completed",
    Stage.CLOSED: "Closed by system", Stage.CANCELLED: "Not planned",
}  # fmt: skip


@dataclass
class Partner:
    """What is there, in the order it changed. ``refuse``, ``fail`` and ``lose`` are for the next deliveries."""

    name: ClassVar[str] = "partner"
    label: ClassVar[str] = "The partner"
    system: str = "github"
    records: dict[str, Record] = field(default_factory=dict)
    changed: list[tuple[int, str]] = field(default_factory=list)
    delivered: list[dict[str, Any]] = field(default_factory=list)
    refuse: str = ""
    fail: str = ""
    lose: bool = False
    unreadable: str = ""
    secret: str = "hush"
    at: datetime = BEGINNING
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # -- the contract ----------------------------------------------------------------------------------------

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Open, say or move, once a key."""
        if self.refuse:
            return Refused(self.refuse)
        if self.fail:
            return TryAgain(self.fail)
        self.delivered.append(dict(message))
        told = getattr(self, f"_{message['verb']}")(key, message)
        if self.lose:
            self.lose = False
            return TryAgain("The answer was lost.")
        return told if isinstance(told, Refused) else Delivered(told)

    def find(self, key: str) -> Record | TryAgain | NotConnected | None:
        """By the key that made it."""
        return next((record for record in self.records.values() if record.key == key), None)

    def read(self, record: str) -> Record | TryAgain | NotConnected | None:
        """As it stands."""
        return self.records.get(record)

    def changes(self, cursor: str) -> Changes | TryAgain | NotConnected:
        """Two a page, the oldest first."""
        if self.unreadable:
            return TryAgain(self.unreadable)
        behind = int(cursor or 0)
        newest = {ident: number for number, ident in self.changed}
        due = sorted((number, ident) for ident, number in newest.items() if number > behind)
        page = due[:2]
        return Changes(
            [self.records[ident] for _, ident in page], str(page[-1][0] if page else behind), more=len(due) > 2
        )

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> tuple[str, Sequence[Record]]:
        """Signed with HMAC; the body names a record."""
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        if headers.get("x-signature") != signature:
            raise Unsigned
        told = json.loads(body)
        return told["delivery"], [self.records[told["record"]]]

    # -- what it does ----------------------------------------------------------------------------------------

    def _open(self, key: str, message: Mapping[str, Any]) -> Any:
        found = self.find(key)
        if isinstance(found, Record):
            return self._told(found, found=True)
        number = next(self._ids)
        record = Record(
            system=self.system, id=f"id-{number}", number=f"#{number}", url=f"https://partner.example/{number}",
            title=message["title"], text=message["text"], status=WORDS[Stage.NEW], stage=Stage.NEW, owner="",
            queue=str(message.get("project", "")), changed_at=self.at, revision="1", key=key,
        )  # fmt: skip
        self._put(record)
        return self._told(record, found=False)

    def _say(self, key: str, message: Mapping[str, Any]) -> Any:
        record = self.records[message["record"]]
        if any(note.key == key for note in record.notes):
            return {"id": key, "found": True}
        self.note(record.id, message["text"], author="tierline", key=key)
        return {"id": self.records[record.id].notes[-1].id, "found": False}

    def _move(self, key: str, message: Mapping[str, Any]) -> Any:
        record = self.records[message["record"]]
        if message.get("if_revision") not in (None, record.revision):
            return Refused("The record changed there since it was read.")
        changed: dict[str, Any] = {word: message[word] for word in ("owner", "queue") if message.get(word)}
        if message.get("stage"):
            changed |= {"stage": Stage(message["stage"]), "status": WORDS[Stage(message["stage"])]}
        return self._told(self.change(record.id, **changed), found=False)

    def _told(self, record: Record, *, found: bool) -> dict[str, Any]:
        return {
            "id": record.id, "number": record.number, "url": record.url, "revision": record.revision,
            "status": record.status, "found": found,
        }  # fmt: skip

    # -- what people there do --------------------------------------------------------------------------------

    def note(self, ident: str, text: str, *, author: str = "priya", key: str | None = None) -> None:
        """Somebody writes a comment."""
        record = self.records[ident]
        self.at += timedelta(seconds=1)
        note = Note(f"n{next(self._ids)}", text, author, self.at, key)
        self._put(self._revised(record, notes=(*record.notes, note)))

    def change(self, ident: str, **changed: Any) -> Record:
        """Somebody changes it; a stage brings its word."""
        if "stage" in changed:
            changed.setdefault("status", WORDS[changed["stage"]])
        self.at += timedelta(seconds=1)
        record = self._revised(self.records[ident], **changed)
        self._put(record)
        return record

    def arrive(self, **said: Any) -> Record:
        """A record somebody there made."""
        number = next(self._ids)
        plain: dict[str, Any] = {
            "system": self.system, "id": f"id-{number}", "number": f"#{number}", "url": "", "title": "", "text": "",
            "status": WORDS[Stage.NEW], "stage": Stage.NEW, "owner": "", "queue": "", "changed_at": self.at,
            "revision": "1",
        }  # fmt: skip
        record = Record(**(plain | said))
        self._put(record)
        return record

    def signed(self, ident: str, delivery: str) -> tuple[dict[str, str], bytes]:
        """The headers and body of a webhook about a record."""
        body = json.dumps({"delivery": delivery, "record": ident}).encode()
        return {"x-signature": hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}, body

    def _revised(self, record: Record, **changed: Any) -> Record:
        return replace(record, revision=str(int(record.revision) + 1), changed_at=self.at, **changed)

    def _put(self, record: Record) -> None:
        self.records[record.id] = record
        self.changed.append((len(self.changed) + 1, record.id))


@contextmanager
def connected(*partners: Partner, **crossing: Any) -> Iterator[None]:
    """The partners have accounts here, under the names of their systems; ``crossing`` says what crossings mean."""
    by_system = {partner.system: partner for partner in partners}
    with pytest.MonkeyPatch.context() as patch:
        accounts = {name: {"kind": "partner", "crossing": crossing.get(name, {})} for name in by_system}
        patch.setattr(settings, "TRACKERS", accounts)
        patch.setattr("tierline.outbox.registry._tracker", lambda name, _told: by_system[name])
        yield
