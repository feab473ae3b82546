"""``python -m bench.notices``: 500 people told, their mail drained by a real worker, a million deliveries audited.

In a house of its own with the real settings of the database (fsync on) and a mail server on this machine. Prints the
figures beside their targets; refuses nothing.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.house import House

PEOPLE = 500
ROUNDS = 5
MILLION = 1_000_000
PATIENCE = 120.0  # seconds until everything must be drained
_SINK = """
import time
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
controller = Controller(Sink(), hostname="127.0.0.1", port={port})
controller.start()
print("up", flush=True)
time.sleep(3600)
"""
_EFFECTS = """
INSERT INTO outbox_effect (key, channel, state, subject_kind, subject_id, team, organisations, restricted_to, message,
                           attempts, created_at, not_after, settled_at, trouble, evidence, "then", names, wide, found,
                           cleared)
SELECT 'bench-' || n, 'email', 'done', 'downtime', 1, 'bench', '{}', '{}', '{}', 1, now(), now(), now(), '', '{}', '',
       '{}', false, '[]', ''
FROM generate_series(1, %s) n
"""
_DELIVERIES = """
INSERT INTO notices_delivery (announcement_id, subject_kind, subject_id, person, name, words, channel, address,
                              effect_id, effect_key, because)
SELECT %s, 'downtime', 1, 'p-' || e.id, 'Person', '{}', 'email', '', e.id, e.key, ''
FROM outbox_effect e WHERE e.key LIKE 'bench-%%'
"""


def main() -> int:
    """Measure; always 0."""
    from bench.house import running_house  # noqa: PLC0415 - imports PostgreSQL's driver
    from tierline.launch.ports import take_port  # noqa: PLC0415 - beside it

    with running_house() as house:
        with take_port(0) as taken:
            port = taken.getsockname()[1]
        os.environ.update(house.environment("tierline"), SMTP_URL=f"smtp://127.0.0.1:{port}")
        import django  # noqa: PLC0415 - its settings look at the environment just set

        django.setup()
        took = min(_announced(number) for number in range(1, ROUNDS + 1))
        _tell(f"{PEOPLE} people told (the fastest of {ROUNDS})", f"{took * 1000:.0f} ms", "200 ms")
        with _sink(port):
            _tell("mail drained by one worker", f"{_drained(house, PEOPLE * ROUNDS):.0f} a second", "200 a second")
        _write_a_million()
        _tell("audit of a million deliveries", f"{_audited() * 1000:.0f} ms", "1,000 ms")
    return 0


def _announced(number: int) -> float:
    from tests.notices.documents import document  # noqa: PLC0415 - after Django is set up

    from tierline.directory.actor import TIERLINE  # noqa: PLC0415 - the same
    from tierline.foundation.clock import now  # noqa: PLC0415 - the same
    from tierline.notices.actions import Announcing, announce  # noqa: PLC0415 - the same
    from tierline.notices.audience import Group, Reachable, cover  # noqa: PLC0415 - the same

    people = tuple(Reachable(f"p-{n}", f"Person {n}", {"email": f"p{n}@many.example"}) for n in range(PEOPLE))
    at = now()
    what = Announcing(
        subject=("downtime", number),
        document=document(sequence=number),
        coverage=cover([Group("all", "Everybody", people)], ["email"]),
        team="bench",
        organisations=["bench"],
        not_after=at + timedelta(days=1),
        planbook=1,
        missing=("slack",),
    )
    began = time.perf_counter()
    announce(TIERLINE, what, at=at)
    return time.perf_counter() - began


@contextmanager
def _sink(port: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", _SINK.format(port=port)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()


def _drained(house: "House", messages: int) -> float:
    """Messages a second from the first that left to the last, with one worker process as production starts it."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    environment = house.environment("tierline") | {"SMTP_URL": os.environ["SMTP_URL"]}
    worker = subprocess.Popen([sys.executable, "-m", "tierline.launch.worker"], env=environment)
    deadline, left = time.monotonic() + PATIENCE, messages
    try:
        while left and time.monotonic() < deadline:
            time.sleep(0.2)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM outbox_effect WHERE state = 'pending'")
                left = cursor.fetchone()[0]
    finally:
        worker.terminate()
        worker.wait()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM max(settled_at) - min(settled_at)) FROM outbox_effect "
            "WHERE state = 'done'"
        )
        done, seconds = cursor.fetchone()
    return float(done) / float(seconds or 1)


def _write_a_million() -> None:
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    from tierline.notices.models import AnnouncementRow  # noqa: PLC0415 - the same

    told = AnnouncementRow.objects.order_by("pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute(_EFFECTS, [MILLION])
        cursor.execute(_DELIVERIES, [told])
        cursor.execute("ANALYZE outbox_effect")
        cursor.execute("ANALYZE notices_delivery")


def _audited() -> float:
    from tierline.foundation.clock import now  # noqa: PLC0415 - after Django is set up
    from tierline.notices.auditing import audit  # noqa: PLC0415 - the same

    began = time.perf_counter()
    audit(at=now())
    return time.perf_counter() - began


def _tell(what: str, measured: str, target: str) -> None:
    print(f"{what:<44} {measured:>16}   target {target}")


if __name__ == "__main__":
    sys.exit(main())
