"""``python -m bench.notices``: 500 people told on two channels, drained by a worker, a million deliveries audited.

In a house of its own with the real settings of the database (fsync on), a mail server and a rehearsed Slack over HTTP
on this machine. Also: whether draining mail delays other work, and half an hour without one provider (``outage``).
Prints the figures beside their targets; refuses nothing.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.house import House
    from tierline.notices.document import Document
    from tierline.rehearsal.slack import Slack

PEOPLE = 500
ROUNDS = 5
FEW = 20  # people who are told in each minute of the outage
MILLION = 1_000_000
PATIENCE = 120.0  # seconds until everything must be drained
TOKEN = "xoxb-rehearsal"  # noqa: S105 - it opens nothing
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
    from tierline.rehearsal.slack import Slack  # noqa: PLC0415 - beside it

    with ExitStack() as running:
        house = running.enter_context(running_house())
        desk = running.enter_context(Slack(token=TOKEN))
        with take_port(0) as taken:
            port = taken.getsockname()[1]
        os.environ.update(house.environment("tierline"), **_ways_out(house, desk, port))
        import django  # noqa: PLC0415 - its settings look at the environment just set

        django.setup()
        _tell(
            f"{PEOPLE} people told on two channels (the fastest of {ROUNDS})", f"{_accepted() * 1000:.0f} ms", "200 ms"
        )
        running.enter_context(_sink(port))
        with _worker(house):
            _drain(desk)
            _outage(desk)
        _write_a_million()
        _tell("audit of a million deliveries", f"{_audited() * 1000:.0f} ms", "1,000 ms")
    return 0


def _ways_out(house: "House", desk: "Slack", port: int) -> dict[str, str]:
    """The settings of the worker and of this process: where mail goes, and an account at the rehearsed Slack, whose
    workspace has everybody in it and a room a subject."""
    people = [f"U{number:05d}" for number in range(PEOPLE)]
    for person in people:
        desk.joins(person, f"Person {person}", f"{person.lower()}@many.example")
    for number in range(2000):
        desk.has_channel(f"C{number:05d}", f"room-{number}", *people)
    accounts = house.home / "channels.yaml"
    accounts.write_text(json.dumps({"slack": {"token": TOKEN, "address": desk.address}}))
    return {"SMTP_URL": f"smtp://127.0.0.1:{port}", "TIERLINE_CHANNELS": str(accounts)}


def _accepted() -> float:
    """Seconds until 500 people are written down as told, with everything that is to leave on its way."""
    took = []
    for number in range(1, ROUNDS + 1):
        began = time.perf_counter()
        _announce(number, PEOPLE)
        took.append(time.perf_counter() - began)
    return min(took)


def _announce(number: int, people: int) -> None:
    from tierline.directory.actor import TIERLINE  # noqa: PLC0415 - the same
    from tierline.foundation.clock import now  # noqa: PLC0415 - the same
    from tierline.notices.actions import Announcing, announce  # noqa: PLC0415 - the same
    from tierline.notices.audience import Group, Reachable, cover  # noqa: PLC0415 - the same

    told = tuple(
        Reachable(f"p-{n}", f"Person {n}", {"email": f"p{n}@many.example", "slack": f"U{n:05d}"}) for n in range(people)
    )
    at = now()
    what = Announcing(
        subject=("downtime", number),
        document=_document(number),
        coverage=cover([Group("all", "Everybody", told)], ["slack", "email"]),
        team="bench",
        organisations=["bench"],
        not_after=at + timedelta(days=1),
        planbook=1,
        room=f"C{number:05d}",
    )
    announce(TIERLINE, what, at=at)


def _document(number: int) -> "Document":
    """An announcement of ordinary length."""
    from tierline.notices.document import Document, Fact, Status  # noqa: PLC0415 - after Django is set up
    from tierline.notices.moments import Moment  # noqa: PLC0415 - the same

    return Document(
        reference=f"DT-{number}",
        uid=f"dt-{number}@tierline.example",
        sequence=number,
        moment=Moment.PLANNING_STARTED,
        status=Status.TENTATIVE,
        title="Database upgrade <yearly> & more",
        lead="Secure Messaging does not work from Friday 4 December 2026, 22:00 EST to Saturday 5 December 2026, 02:00 "
        "EST. About 1,200 people are affected. Please plan around it.",
        facts=(
            Fact("Reason", "The database gets its yearly upgrade."),
            Fact("Anticipated impact", "Messages can be neither read nor sent.\nAbout 1,200 people."),
            Fact("Rollback plan", "Restore the snapshot.", "tentative: the release manager settles it by 1 December"),
        ),
        services=("Secure Messaging",),
        keys=("mhv_sm",),
        impact="OUTAGE",
        starts=datetime(2026, 12, 5, 3, tzinfo=UTC),
        ends=datetime(2026, 12, 5, 7, tzinfo=UTC),
        zone="America/New_York",
        sender="Communication Owner",
        link=f"https://tierline.example/downtimes/DT-{number}/",
        issued_at=datetime(2026, 11, 20, 17, tzinfo=UTC),
        also_for=("The day before",),
    )


@contextmanager
def _worker(house: "House") -> Iterator[None]:
    """One worker process as production starts it."""
    kept = {name: os.environ[name] for name in ("SMTP_URL", "TIERLINE_CHANNELS")}
    worker = subprocess.Popen(
        [sys.executable, "-m", "tierline.launch.worker"], env=house.environment("tierline") | kept
    )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait()


def _drain(desk: "Slack") -> None:
    """How fast the mail of all rounds leaves, and what else is asked meanwhile: a post and a job of the house itself,
    again and again."""
    posts, jobs = [], []
    number = 100
    until = time.monotonic() + PATIENCE
    while _pending() and time.monotonic() < until:
        number += 1
        if _some_left():
            posts.append(_post_takes(number, desk))
            jobs.append(_job_takes())
        time.sleep(0.1)
    done, seconds = _asked(
        "SELECT count(*), extract(epoch FROM max(settled_at) - min(settled_at)) FROM outbox_effect "
        "WHERE state = 'done' AND channel = 'email'"
    )
    _tell("mail drained by one worker", f"{float(done) / float(seconds or 1):.0f} a second", "200 a second")
    tags = max(str(one.blocks).count("<@U") for one in desk.messages)
    _tell(f"posts in Slack, tagging {tags} people each", f"{ROUNDS} of {_posted(ROUNDS)}", "all")
    _tell("a post written while mail is drained", f"{_middle(posts)} ms", "it waits for no mail")
    _tell("a job of the house itself meanwhile", f"{_middle(jobs)} ms", "it waits for no mail")


def _middle(took: list[float]) -> str:
    """The median and the longest, in milliseconds."""
    if not took:
        return "not measured"
    return f"{statistics.median(took) * 1000:.0f} (at most {max(took) * 1000:.0f}, of {len(took)})"


def _pending() -> int:
    return int(_asked("SELECT count(*) FROM outbox_effect WHERE state = 'pending'")[0])


def _some_left() -> bool:
    """Whether the drain is under way: some mail has left, and enough is still to leave."""
    left, gone = _asked(
        "SELECT count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'done') FROM outbox_effect "
        "WHERE channel = 'email'"
    )
    return bool(gone and left > 200)


def _posted(rounds: int) -> int:
    said = "SELECT count(*) FROM outbox_effect WHERE channel = 'slack' AND state = 'done' AND subject_id <= %s"
    return int(_asked(said, rounds)[0])


def _post_takes(number: int, desk: "Slack") -> float:
    """Seconds from writing a post to its being in the room."""
    from tierline.foundation.clock import now  # noqa: PLC0415 - after Django is set up
    from tierline.outbox.actions import send_out  # noqa: PLC0415 - the same

    before, began = len(desk.messages), time.perf_counter()
    send_out(
        f"bench-post-{number}",
        by="slack",
        subject=("bench", number),
        team="bench",
        organisations=["bench"],
        message={"to": f"C{number:05d}", "text": "A word in between."},
        at=now(),
    )
    while len(desk.messages) == before and time.perf_counter() - began < PATIENCE:
        time.sleep(0.005)
    return time.perf_counter() - began


def _job_takes() -> float:
    """Seconds from asking for a job in the house's own queue to its end."""
    from procrastinate.contrib.django import app  # noqa: PLC0415 - after Django is set up

    began = time.perf_counter()
    job = app.configure_task("outbox.deliver_due", queue="system").defer(timestamp=0)
    said = "SELECT count(*) FROM procrastinate_jobs WHERE id = %s AND status IN ('todo', 'doing')"
    while _asked(said, job)[0] and time.perf_counter() - began < PATIENCE:
        time.sleep(0.005)
    return time.perf_counter() - began


def _outage(desk: "Slack") -> None:
    from bench.outage import half_an_hour, recovered  # noqa: PLC0415 - after Django is set up

    well = half_an_hour(lambda number: _announce(number, FEW), desk, first=300, hanging=False)
    down = half_an_hour(lambda number: _announce(number, FEW), desk, first=400, hanging=True)
    _tell("mail of a minute, both channels well", f"{_middle(list(well.mail))} ms", "")
    _tell("mail of a minute, Slack hanging for half an hour", f"{_middle(list(down.mail))} ms", "no later")
    tried = f"{down.tries} tries of {down.waiting} posts, {down.asked_in_vain} calls in vain, {down.posted} posted"
    _tell("the half hour (30 s, stored times moved)", tried, "an outage")
    took, arrived, _ = recovered(first=400)
    _tell("posts once Slack is back", f"{arrived} arrived within {took} moved minutes", "all, once")


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


def _asked(question: str, *said: int) -> tuple[Any, ...]:
    """The first row of an answer."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        cursor.execute(question, said)
        return tuple(cursor.fetchone())


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
    print(f"{what:<52} {measured:>30}   {target and 'target ' + target}")


if __name__ == "__main__":
    sys.exit(main())
