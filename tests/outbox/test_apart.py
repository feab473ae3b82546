"""A provider that hangs delays no other: the real worker on the real database, chat hanging while mail leaves."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import procrastinate
import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from pytest_django import Settings
from tests.mail_server import mail_server

from tierline.foundation.clock import now
from tierline.launch.worker import JOBS_PER_QUEUE, connector_for, keep_working, queues_of
from tierline.outbox import actions
from tierline.outbox.jobs import deliver_effect
from tierline.rehearsal.faults import Slow
from tierline.rehearsal.slack import Slack

HANGS = 6.0
MAILS = 20


class Working(threading.Thread):
    """The worker's own loop, in a thread of its own, until ``stop``."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ready = threading.Event()

    def run(self) -> None:
        asyncio.run(self._work())

    async def _work(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        with app.replace_connector(connector_for(len(queues_of(app)))) as working:
            async with working.open_async():
                await keep_working(working, self._over)

    def stop(self) -> None:
        """Let running jobs finish, and end."""
        self.ready.wait(10)
        self._loop.call_soon_threadsafe(self._over.set)
        self.join(30)


def send(at: datetime, by: str, number: int, to: str) -> None:
    actions.send_out(
        f"DT-1:r1:{by}:{number}",
        by=by,
        subject=("notice", 1),
        team="front",
        organisations=["desk"],
        message={"to": to, "subject": "Downtime", "text": "On Saturday."},
        at=at,
    )


@pytest.fixture
def job_board(transactional_db: None) -> Iterator[None]:
    """Jobs are in tables Django does not empty after a test; nothing of this one is left to the next."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


@pytest.mark.usefixtures("job_board")
def test_mail_leaves_while_chat_hangs(settings: Settings) -> None:
    with Slack(token="xoxb-hush") as desk, mail_server() as server:
        desk.has_channel("CDOWN", "downtimes")
        settings.SMTP_URL = server.url
        settings.CHANNELS = {"slack": {"token": "xoxb-hush", "address": desk.address}}
        if "slack" not in queues_of(app):  # as jobs.py does it for an account at the start
            app.task(name="outbox.deliver_effect.slack", queue="slack")(deliver_effect.func)
        desk.faults.next(Slow(HANGS), times=2 * JOBS_PER_QUEUE, path="postMessage")
        at = now()
        for number in range(2 * JOBS_PER_QUEUE):
            send(at, "slack", number, "CDOWN")
        for number in range(MAILS):
            send(at, "email", number, f"person-{number}@desk.example")
        working, begun = Working(), time.monotonic()
        working.start()
        while len(server.received) < MAILS and time.monotonic() - begun < 60:
            time.sleep(0.05)
        took = time.monotonic() - begun
        hanging = desk.faults.armed
        working.stop()
    assert len(server.received) == MAILS
    assert took < HANGS, f"{MAILS} mails took {took:.1f} s"
    assert hanging >= JOBS_PER_QUEUE, "chat was not hanging"


@pytest.mark.usefixtures("job_board")
def test_what_a_job_writes_for_later_is_seen_when_the_job_commits() -> None:
    with ThreadPoolExecutor(1) as thread:  # a browser test may have left a loop running in this one
        seen = thread.submit(lambda: asyncio.run(_written_and_taken_back())).result()
    assert seen == (0, 0), "jobs outside their transaction: others look for messages that are not there yet"


async def _written_and_taken_back() -> tuple[int, int]:
    """How many jobs somebody else sees while a job writes a message for later, and after it was rolled back."""
    with app.replace_connector(connector_for(1)) as working:
        async with working.open_async():
            return await asyncio.to_thread(_written_in_a_job, asyncio.get_running_loop(), working)


def _written_in_a_job(loop: asyncio.AbstractEventLoop, working: procrastinate.App) -> tuple[int, int]:
    def seen() -> int:
        asked = working.connector.execute_query_one_async("SELECT count(*) AS jobs FROM procrastinate_jobs")
        return int(asyncio.run_coroutine_threadsafe(asked, loop).result(10)["jobs"])

    try:
        with transaction.atomic():
            send(now(), "email", 1, "ada@desk.example")
            during = seen()
            transaction.set_rollback(True)
        return during, seen()
    finally:
        connections.close_all()
