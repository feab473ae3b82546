"""Killed at every boundary, answers dropped, two workers racing: nobody is left out, and a double is recognisable.

Real processes on a real PostgreSQL, real SMTP. SMTP cannot be asked whether a mail is there already, so a process that
dies after handing one over sends it again, with the same Message-ID.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.mail_server import MailServer, mail_server
from tests.notices.test_many import announcing

from tierline.directory.actor import TIERLINE
from tierline.notices.actions import announce
from tierline.notices.audience import Group, Reachable, cover
from tierline.notices.queries import deliveries
from tierline.outbox.actions import LEASE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SOURCES = Path(__file__).resolve().parents[2] / "src"
PEOPLE = 6
BOUNDARIES = ("before-booking", "after-booking", "after-handing-over", "after-settling")
WORKER = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from tierline.foundation import clock
from tierline.outbox import carrying as actions
from tierline.outbox.models import EffectRow

boundary, victim, at = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
count = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

true_channel, true_settle = actions.channel, actions._settle

class Guarded:
    def __init__(self, name):
        self.inner = true_channel(name)
    def deliver(self, key, message):
        if boundary == "after-booking" and count == victim:
            die()
        answer = self.inner.deliver(key, message)
        if boundary == "after-handing-over" and count == victim:
            die()
        return answer

actions.channel = Guarded
for pk in list(EffectRow.objects.filter(state="pending").order_by("id").values_list("pk", flat=True)):
    if boundary == "before-booking" and count == victim:
        die()
    actions.carry_out_all([pk], clock=lambda: at)
    if boundary == "after-settling" and count == victim:
        die()
    count += 1
"""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def told(at: datetime) -> None:
    people = tuple(Reachable(f"p-{n}", f"P {n}", {"email": f"p{n}@many.example"}) for n in range(PEOPLE))
    announce(TIERLINE, announcing(at, coverage=cover([Group("all", "All", people)], ["email"])), at=at)


def worker(server: MailServer, boundary: str, victim: int, at: datetime) -> "subprocess.Popen[bytes]":
    """A process of its own that tries everything that is due, and dies where it is told to."""
    settings = connection.settings_dict
    host = settings["HOST"]
    user, password = settings["USER"] or "tierline", settings["PASSWORD"]
    login = f"{user}:{password}" if password else user
    url = f"postgresql://{login}@{'' if host.startswith('/') else host}/{settings['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"{url}?host={host}" if host.startswith("/") else url,
        "SMTP_URL": server.url,
        "DJANGO_SETTINGS_MODULE": "tierline.settings",
        "PYTHONPATH": str(SOURCES),
    }
    command = [sys.executable, "-c", WORKER, boundary, str(victim), at.isoformat()]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def states() -> Counter[str]:
    return Counter(one.state for one in deliveries(("downtime", 12)) if one.channel == "email")


@pytest.mark.parametrize(
    ("boundary", "victim"), [*((boundary, 3) for boundary in BOUNDARIES), ("after-handing-over", 0)]
)
def test_a_worker_killed_anywhere_leaves_nobody_out(
    server: MailServer, at: datetime, boundary: str, victim: int
) -> None:
    told(at)
    assert worker(server, boundary, victim, at).wait() == -9
    second = worker(server, "none", -1, at + LEASE + timedelta(seconds=1))
    assert second.wait() == 0, second.stderr.read() if second.stderr else ""
    assert states() == {"accepted": PEOPLE}
    received = Counter(str(mail["To"]) for mail in server.received)
    assert set(received) == {f"p{n}@many.example" for n in range(PEOPLE)}
    doubles = [to for to, count in received.items() if count > 1]
    assert len(doubles) == (1 if boundary == "after-handing-over" else 0)
    for to in doubles:
        assert len({mail["Message-ID"] for mail in server.received if mail["To"] == to}) == 1


def test_dropped_answers_are_tried_again_with_the_same_message_id(server: MailServer, at: datetime) -> None:
    told(at)
    server.drop_answer = PEOPLE
    assert worker(server, "none", -1, at).wait() == 0
    assert states() == {"on its way": PEOPLE}
    assert worker(server, "none", -1, at + timedelta(minutes=1)).wait() == 0
    assert states() == {"accepted": PEOPLE}
    ids = Counter((str(mail["To"]), str(mail["Message-ID"])) for mail in server.received)
    assert len(ids) == PEOPLE


def test_two_workers_racing_double_nothing(server: MailServer, at: datetime) -> None:
    told(at)
    racers = [worker(server, "none", -1, at) for _ in range(2)]
    assert [racer.wait() for racer in racers] == [0, 0]
    assert states() == {"accepted": PEOPLE}
    assert len(server.received) == PEOPLE


def test_one_refused_person_delays_nobody_else_and_is_seen(server: MailServer, at: datetime) -> None:
    told(at)
    server.refuse["p2@many.example"] = "550 No such user"
    assert worker(server, "none", -1, at).wait() == 0
    assert states() == {"accepted": PEOPLE - 1, "failed": 1}
