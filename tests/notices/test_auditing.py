"""The auditor: only a clean pass is told outside; what is late or did not leave keeps the heartbeat away."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.channels.channel import Delivered, NotConnected, TryAgain
from tierline.channels.heartbeat import Heartbeat
from tierline.downtime import jobs
from tierline.downtime.actions import planning
from tierline.downtime.content import Content
from tierline.notices.auditing import STUCK_AFTER, audit

HOUR = timedelta(hours=1)


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Somebody outside who hears heartbeats."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            """Quietly."""

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/beat", heard
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def test_a_heartbeat_is_one_call_and_its_absence_a_sentence() -> None:
    assert isinstance(Heartbeat("").beat(), NotConnected)
    with listening() as (url, heard):
        assert isinstance(Heartbeat(url).beat(), Delivered)
        assert heard == ["/beat"]
    with listening(500) as (url, _):
        answer = Heartbeat(url).beat()
    assert isinstance(answer, TryAgain)
    assert isinstance(Heartbeat("http://127.0.0.1:9/").beat(), TryAgain)


@pytest.mark.django_db
def test_late_word_keeps_the_heartbeat_away(
    crew: Crew, at: datetime, stopped_clock: StoppedClock, settings: Any
) -> None:
    number = planning.draft(crew.communicator, "user-facing", _content(), at=at)
    planning.plan(crew.communicator, number, at=at)  # stops at a group nobody stands behind
    with listening() as (url, heard):
        settings.HEARTBEAT_URL = url
        jobs.hold_against_evidence(0)
        assert len(heard) == 1
        stopped_clock.forward(hours=1)
        jobs.hold_against_evidence(0)
        assert len(heard) == 1
    assert audit(at=at + HOUR).late == 1
    assert "tierline_words_late 1\n" in Client().get("/metrics").content.decode()


@pytest.mark.django_db
def test_a_message_that_does_not_leave_is_found(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    told = planning.plan(crew.communicator, number, at=at)
    assert audit(at=at).clean
    found = audit(at=at + STUCK_AFTER + timedelta(minutes=1))
    assert not found.clean
    assert found.undelivered == told.people


def _content() -> Content:
    from tests.downtime.works import content  # noqa: PLC0415 - beside its use

    return content()
