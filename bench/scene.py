"""The database of one size, its web server, and somebody who is signed in and has a key: what every measure acts on.

Refuses nothing; everybody here is invented.
"""

import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.caller import Caller
from bench.house import House, Web, running_web
from bench.measuring import Meter
from bench.prototypes import Kinds
from bench.vocabulary import SEED, Texts, texts
from bench.writing import write_cases
from tierline.directory.actions import enter_person, issue_token
from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_person
from tierline.plans.queries import forget

EMAIL = "bench.writer@tierline.example"
_SEEN = """
SELECT id FROM cases_case WHERE organisations && %s::varchar[] AND restricted_to = '{}' ORDER BY random() LIMIT 2000
"""
_HELD = """
SELECT id, version, service FROM cases_case
WHERE holder = %s AND state <> 'closed' AND restricted_to = '{}' ORDER BY random() LIMIT 2000
"""


@dataclass(slots=True)
class Scene:
    """Everything a measure needs."""

    house: House
    database: str
    web: Web
    size: int
    kinds: Kinds
    actor: Actor
    key: str
    cookie: str
    words: Texts = field(default_factory=texts)
    dice: random.Random = field(default_factory=lambda: random.Random(SEED + 1))  # noqa: S311 - no secret

    @property
    def team(self) -> str:
        """The team whose queue is read and which takes in cases."""
        return min(self.actor.teams)

    def meter(self) -> Meter:
        """The CPU of the processes that answer."""
        return Meter(self.web.workers, self.house.database_processes)

    def browser(self) -> Caller:
        """A client that is signed in."""
        return Caller(self.web.port, {"Cookie": f"sessionid={self.cookie}"})

    def program(self) -> Caller:
        """A client with a key."""
        return Caller(self.web.port, {"Authorization": f"Bearer {self.key}"})

    def seen_cases(self) -> list[int]:
        """Cases the actor may see, in no order."""
        with connection.cursor() as cursor:
            cursor.execute(_SEEN, [sorted(self.actor.organisations)])
            return [row[0] for row in cursor.fetchall()]

    def held_cases(self) -> list[tuple[int, int, str]]:
        """Open cases the actor's team holds: number, version, service."""
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [self.team])
            return [(number, version, service) for number, version, service in cursor.fetchall()]

    def statements_of(self, path: str) -> int:
        """How many SQL statements a page takes, once the plans are compiled."""
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies["sessionid"] = self.cookie
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return len(captured)

    def report(self) -> Mapping[str, object]:
        """A new report of about sixty words, with answers and a number elsewhere, as a program sends it."""
        text = self.words.text(self.dice, 6)
        kind = self.kinds.draw(random.Random(1), self.team)  # noqa: S311 - always the same kind, never a restricted one
        return {
            "holder": self.team,
            "service": kind.service,
            "summary": text[:80].strip(),
            "description": text,
            "needs_tier": 1,
            "answers": {"occurred-at": "yesterday", "browser": "a browser", "device": "a telephone"},
            "numbers": [{"system": self.kinds.ticketing, "number": f"NEW-{self.dice.getrandbits(60):x}"}],
            "reporter_name": "Pat Example",
            "reporter_contact": "pat@reporter.example",
        }

    def report_bytes(self) -> bytes:
        """The same as it goes over the wire."""
        return json.dumps(self.report()).encode()


@contextmanager
def scene_of(house: House, size: int, *, at: datetime) -> Iterator[Scene]:
    """Write ``size`` cases into a database of their own and start the web server on it."""
    database = f"bench_{size}"
    connection.close()  # a database that somebody is connected to cannot be copied
    house.copy_database(database)
    use_database(database)
    kinds = write_cases(size, at=at)
    person = enter_person(email=EMAIL, name="Bench Writer", password=None, teams=[kinds.desks[0]])
    actor = actor_of_person(person)
    assert actor is not None
    key = issue_token(actor, label="bench", at=at)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=person))
    with running_web(house, database) as web:
        yield Scene(house, database, web, size, kinds, actor, key, client.cookies["sessionid"].value)
    connection.close()
    house.drop_database(database)


def use_database(name: str) -> None:
    """Let this process, too, work on that database."""
    connection.close()
    connections.databases["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name
    forget()
