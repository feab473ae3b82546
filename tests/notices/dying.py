"""Workers that are processes of their own and die where they are told to, and every provider with somebody at its end.

A worker books everything it is given in one go, as the real one does, and kills itself (SIGKILL) at the boundary named,
while it works on the message whose place it was given.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from pydantic import BaseModel, SecretStr
from tests.channels.partners import FRIDAY, PARTNERS, DeskPartner, EmailPartner, Partner

from tierline.rehearsal.faults import LostAnswer
from tierline.rehearsal.service_now import ServiceNow

SOURCES = Path(__file__).resolve().parents[2] / "src"
#: Before anything; booked and not begun; on the point of calling; answered and not settled; settled, the next to come.
BOUNDARIES = ("before-booking", "after-booking", "before-the-call", "after-the-answer", "after-settling")
_WORKER = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from tierline.outbox import carrying

boundary, victim, at = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
effects = [int(word) for word in sys.argv[4:]]
place = 0

def die_at(here, when=True):
    if boundary == here and when:
        os.kill(os.getpid(), signal.SIGKILL)

book, settle, channel = carrying._book, carrying._settle, carrying.channel

class Mortal:
    def __init__(self, name):
        self.inner = channel(name)
    def deliver(self, key, message):
        die_at("before-the-call", place == victim)
        answer = self.inner.deliver(key, message)
        die_at("after-the-answer", place == victim)
        return answer

def booking(*given, **named):
    booked = book(*given, **named)
    die_at("after-booking")
    return booked

def settling(*given, **named):
    global place
    state = settle(*given, **named)
    die_at("after-settling", place == victim)
    place += 1
    return state

carrying.channel, carrying._book, carrying._settle = Mortal, booking, settling
die_at("before-booking")
carrying.carry_out_all(effects, clock=lambda: at)
"""


def worker(
    environment: Mapping[str, str], effects: Sequence[int], at: datetime, *, boundary: str = "", victim: int = -1
) -> "subprocess.Popen[bytes]":
    """A process that tries these effects, if they are due ``at``, and dies where it is told to."""
    command = [sys.executable, "-c", _WORKER, boundary, str(victim), at.isoformat(), *map(str, effects)]
    return subprocess.Popen(command, env={**surroundings(), **environment}, stderr=subprocess.PIPE)


def surroundings() -> dict[str, str]:
    """The environment of a process that works on this test's database."""
    settings = connection.settings_dict
    host = settings["HOST"]
    user, password = settings["USER"] or "tierline", settings["PASSWORD"]
    login = f"{user}:{password}" if password else user
    url = f"postgresql://{login}@{'' if host.startswith('/') else host}/{settings['NAME']}"
    return os.environ | {
        "DATABASE_URL": f"{url}?host={host}" if host.startswith("/") else url,
        "DJANGO_SETTINGS_MODULE": "tierline.settings",
        "PYTHONPATH": str(SOURCES),
    }


def ended_well(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a worker came to its end; what it said otherwise."""
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    return True


@dataclass
class Provider:
    """A way out with somebody at its other end, as a process of its own reaches it. ``once``: a repeat is found, or the
    other end keeps one of a key."""

    name: str
    environment: dict[str, str]
    partner: Partner
    once: bool

    def message(self, number: int) -> dict[str, Any]:
        """One of several that differ."""
        return {**self.partner.message(), **self.partner.other(number)}

    def held(self) -> list[str]:
        """What arrived, each by what a repeat is known by."""
        return self.partner.held()

    def lose_answers(self, number: int) -> None:
        """So many are taken and their answers lost."""
        if isinstance(self.partner, EmailPartner):
            self.partner.server.drop_answer = number
            return
        for _ in range(number):
            self.partner.lose_the_answer()


class ChangePartner(DeskPartner):
    """ServiceNow, where a change documents an approval."""

    asks = True
    desk: ServiceNow

    def message(self, **more: Any) -> dict[str, Any]:
        return {"verb": "open", "title": "Downtime", "text": "On Saturday.", **more}

    def held(self) -> list[str]:
        return [str(row["correlation_id"]) for row in self.desk.tables["change_request"].values()]

    def lose_the_answer(self) -> None:
        self.desk.faults.next(LostAnswer(), method="POST", path="/table/change_request$")

    def unfit(self) -> dict[str, Any]:
        return self.message(title="")


@contextmanager
def provider(name: str, folder: Path) -> Iterator[Provider]:
    """The provider of that name, running; its account is written into ``folder``."""
    if name == "change":
        with ServiceNow(secret="hush-now") as desk:
            partner = ChangePartner()
            partner.desk = desk
            told = {
                "kind": "servicenow", "table": "change_request", "address": desk.url, "user": "tierline.bot",
                "password": "hush-now",
            }  # fmt: skip
            yield Provider(name, _account(folder, "TIERLINE_TRACKERS", name, told), partner, once=True)
        return
    with PARTNERS[name]() as running:
        environment = {}
        if isinstance(running, EmailPartner):
            environment = {"SMTP_URL": running.server.url, "TIERLINE_MAIL_FROM": "Tierline <tierline@tierline.example>"}
        account = getattr(running.channel, "account", None)
        if account is not None:
            environment |= _account(folder, "TIERLINE_CHANNELS", name, {"kind": name, **_plain(account)})
        yield Provider(name, environment, running, once=running.asks or getattr(running, "counts", False))


PROVIDERS = (*sorted(PARTNERS), "change")


def _account(folder: Path, variable: str, name: str, told: Mapping[str, Any]) -> dict[str, str]:
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps({name: told}))
    return {variable: str(file)}


def _plain(value: Any) -> Any:
    """An account as its file says it, secrets and all: these open nothing."""
    if isinstance(value, BaseModel):
        return {name: _plain(inner) for name, inner in value}
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value


__all__ = ["BOUNDARIES", "FRIDAY", "PROVIDERS", "Provider", "ended_well", "provider", "surroundings", "worker"]
