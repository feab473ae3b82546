"""Killed at every boundary, answers dropped, two workers racing, by every way out there is: nothing is lost, and what
is doubled bears the same mark.

Real processes on a real PostgreSQL, and every provider in its own wire format. Where a provider can be asked, or keeps
one of a key itself, nothing is doubled either. E-mail, text messages and Teams cannot be asked: what was handed over by
a process that died before it wrote that down goes again, with the same Message-ID or reference.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.mail_server import MailServer, mail_server
from tests.notices.dying import BOUNDARIES, PROVIDERS, Provider, ended_well, provider, surroundings, worker
from tests.notices.test_many import announcing

from tierline.directory.actor import TIERLINE
from tierline.foundation.clock import now
from tierline.launch.worker import JOBS_PER_QUEUE
from tierline.notices.actions import announce
from tierline.notices.audience import Group, Reachable, cover
from tierline.notices.queries import deliveries
from tierline.outbox.actions import LEASE, deliver_due, send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import effects_of, fared
from tierline.timeline.queries import story

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE = 6
MANY = 300
KILLS = 3
EACH = 3
VICTIM = 1
AFTER_THE_LEASE = LEASE + timedelta(seconds=1)


@pytest.fixture(params=PROVIDERS)
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Provider]:
    """Every way out in turn."""
    with provider(request.param, tmp_path) as running:
        yield running


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def put_on_its_way(way: Provider, at: datetime, *, first: int = 1, count: int = EACH) -> list[int]:
    """Messages that differ; their effects."""
    return [
        send_out(
            f"DT-{number}:r1:day_before:all",
            by=way.name,
            subject=("downtime", 12),
            team="portal-team",
            organisations=["my-healthevet"],
            message=way.message(number),
            at=at,
        )
        for number in range(first, first + count)
    ]


def states(effects: list[int]) -> set[EffectState]:
    return {how.state for how in fared(effects).values()}


def test_a_worker_killed_at_any_boundary_loses_nothing(way: Provider, at: datetime) -> None:
    killed = {boundary: put_on_its_way(way, at, first=1 + place * EACH) for place, boundary in enumerate(BOUNDARIES)}
    dying = [worker(way.environment, some, at, boundary=where, victim=VICTIM) for where, some in killed.items()]
    assert [process.wait() for process in dying] == [-9] * len(BOUNDARIES)
    everything = [effect for effects in killed.values() for effect in effects]
    assert ended_well(worker(way.environment, everything, at + AFTER_THE_LEASE))
    assert states(everything) == {EffectState.DONE}
    arrived = Counter(way.held())
    assert len(arrived) == len(everything)
    doubles = [mark for mark, times in arrived.items() if times > 1]
    assert len(doubles) == (0 if way.once else 1)  # that of the one killed between the answer and its settling
    assert all(times <= 2 for times in arrived.values())
    sent = [fact.said["effect"] for fact in story("downtime", 12) if fact.kind == "message-sent"]
    assert sorted(sent) == sorted(everything)  # evidence once each


def test_dropped_answers_lose_nothing_and_what_is_doubled_is_known(way: Provider, at: datetime) -> None:
    effects = put_on_its_way(way, at)
    way.lose_answers(EACH)
    assert ended_well(worker(way.environment, effects, at))
    assert states(effects) == {EffectState.PENDING}
    assert len(set(way.held())) == EACH
    assert ended_well(worker(way.environment, effects, at + timedelta(minutes=1)))
    assert states(effects) == {EffectState.DONE}
    arrived = Counter(way.held())
    assert len(arrived) == EACH
    assert set(arrived.values()) == {1 if way.once else 2}


def test_workers_racing_double_nothing_by_any_way(way: Provider, at: datetime) -> None:
    effects = put_on_its_way(way, at)
    racers = [worker(way.environment, order, at) for order in (effects, effects[::-1])]
    assert all(ended_well(racer) for racer in racers)
    assert states(effects) == {EffectState.DONE}
    assert sorted(Counter(way.held()).values()) == [1] * EACH


def told(at: datetime, *, people: int = PEOPLE) -> list[int]:
    """An announcement to several people; the effects of their mail."""
    audience = tuple(Reachable(f"p-{n}", f"P {n}", {"email": f"p{n}@many.example"}) for n in range(people))
    announce(TIERLINE, announcing(at, coverage=cover([Group("all", "All", audience)], ["email"])), at=at)
    return [effect.id for effect in effects_of(TIERLINE, "downtime", 12)]


def shown() -> Counter[str]:
    """What the page of who was told says."""
    return Counter(one.state for one in deliveries(("downtime", 12)) if one.channel == "email")


def test_a_death_between_two_people_leaves_nobody_out(server: MailServer, at: datetime) -> None:
    effects = told(at)
    dead = worker({"SMTP_URL": server.url}, effects, at, boundary="after-the-answer", victim=3)
    assert dead.wait() == -9
    assert shown() == {"accepted": 3, "on its way": PEOPLE - 3}
    assert ended_well(worker({"SMTP_URL": server.url}, effects, at + AFTER_THE_LEASE))
    assert shown() == {"accepted": PEOPLE}
    received = Counter((str(mail["To"]), str(mail["Message-ID"])) for mail in server.received)
    assert {to for to, _ in received} == {f"p{n}@many.example" for n in range(PEOPLE)}
    assert sorted(received.values()) == [1] * (PEOPLE - 1) + [2]  # the double: one person, one Message-ID


def test_what_a_dead_worker_booked_is_left_alone_until_the_lease_is_over(server: MailServer, at: datetime) -> None:
    effects = told(at)
    assert worker({"SMTP_URL": server.url}, effects, at, boundary="after-booking").wait() == -9
    assert ended_well(worker({"SMTP_URL": server.url}, effects, at + LEASE / 2))
    assert server.received == []
    assert shown() == {"on its way": PEOPLE}


def test_one_refused_person_delays_nobody_else_and_is_seen(server: MailServer, at: datetime) -> None:
    effects = told(at)
    server.refuse["p2@many.example"] = "550 No such user"
    assert ended_well(worker({"SMTP_URL": server.url}, effects, at))
    assert shown() == {"accepted": PEOPLE - 1, "failed": 1}


@pytest.fixture
def job_board() -> Iterator[None]:
    """Jobs are in tables Django does not empty after a test; nothing of this one is left to the next."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


@pytest.mark.usefixtures("job_board")
def test_the_real_worker_killed_again_and_again_in_full_run_leaves_nobody_out(server: MailServer) -> None:
    started = now()
    told(started, people=MANY)
    for _ in range(KILLS):
        _killed_in_full_run(server)
        with connection.cursor() as cursor:  # the lease of what it was at is over
            cursor.execute("UPDATE outbox_effect SET next_try_at = %s WHERE state = 'pending'", [started])
        deliver_due(at=now())
    assert shown()["on its way"] > 0, "the worker was too fast to be killed at work"
    last = _real_worker(server)
    try:
        _until(lambda: shown() == {"accepted": MANY})
    finally:
        last.kill()
        last.wait()
    received = Counter((str(mail["To"]), str(mail["Message-ID"])) for mail in server.received)
    assert {to for to, _ in received} == {f"p{n}@many.example" for n in range(MANY)}
    assert len(received) == MANY  # one Message-ID a person, whatever was doubled
    assert sum(received.values()) - MANY <= KILLS * JOBS_PER_QUEUE


def _real_worker(server: MailServer) -> "subprocess.Popen[bytes]":
    environment = {**surroundings(), "SMTP_URL": server.url}
    return subprocess.Popen([sys.executable, "-m", "tierline.launch.worker"], env=environment)


def _killed_in_full_run(server: MailServer) -> None:
    before = len(server.received)
    process = _real_worker(server)
    try:
        _until(lambda: len(server.received) > before + 20)
    finally:
        process.kill()
        process.wait()


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not done():
        assert time.monotonic() < ends, "it took more than a minute"
        time.sleep(0.01)
