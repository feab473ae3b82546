"""A provider that hangs delays no other: the real worker on the real database, chat hanging while mail leaves."""

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import datetime

import procrastinate
import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from pytest_django import Settings
from tests.mail_server import mail_server

from tierline.foundation.clock import now
from tierline.launch.worker import JOBS_PER_QUEUE, POOLED_CONNECTIONS, keep_working, queues_of
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
        connector = procrastinate.PsycopgConnector(
            kwargs=connector_params(), min_size=1, max_size=len(queues_of(app)) + POOLED_CONNECTIONS
        )
        with app.replace_connector(connector) as working:
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
