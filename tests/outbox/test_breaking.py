"""How well a provider is: judged from its messages, the same by everybody, and never by what it refused."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from tests.mail_server import mail_server

from tierline.outbox import actions
from tierline.outbox.breaking import SEVERAL, SILENCE, Health, Signs, health
from tierline.outbox.queries import health_of_channels, signs_of_channels

MINUTE = timedelta(minutes=1)


def judged(at: datetime, *, failing: int, since: timedelta, delivered: timedelta | None = None) -> Health:
    arrived = None if delivered is None else at - delivered
    return health(Signs("slack", failing, at - since if failing else None, arrived), at)


def test_nothing_failing_is_well(at: datetime) -> None:
    assert judged(at, failing=0, since=MINUTE) is Health.HEALTHY
    assert judged(at, failing=0, since=MINUTE, delivered=10 * SILENCE) is Health.HEALTHY


def test_something_failing_is_degraded_until_it_lasts(at: datetime) -> None:
    assert judged(at, failing=1, since=MINUTE) is Health.DEGRADED
    assert judged(at, failing=SEVERAL, since=SILENCE - MINUTE) is Health.DEGRADED
    assert judged(at, failing=SEVERAL, since=SILENCE) is Health.OPEN
    assert judged(at, failing=1, since=SILENCE) is Health.DEGRADED
    assert judged(at, failing=1, since=2 * SILENCE) is Health.OPEN


def test_what_arrived_lately_keeps_it_from_being_open(at: datetime) -> None:
    assert judged(at, failing=50, since=10 * SILENCE, delivered=MINUTE) is Health.DEGRADED
    assert judged(at, failing=50, since=10 * SILENCE, delivered=2 * SILENCE) is Health.OPEN


@given(st.integers(0, 20), st.integers(0, 10**5), st.none() | st.integers(0, 10**5), st.integers(0, 10**4))
def test_it_only_gets_worse_while_nothing_changes(failing: int, since: int, delivered: int | None, later: int) -> None:
    order = list(Health)
    at = datetime.fromisoformat("2026-11-20T17:00:00+00:00")
    arrived = None if delivered is None else at - timedelta(seconds=delivered)
    signs = Signs("slack", failing, at - timedelta(seconds=since) if failing else None, arrived)
    assert order.index(health(signs, at)) <= order.index(health(signs, at + timedelta(seconds=later)))


def a_message(at: datetime, number: int, to: str = "zoe@far.example") -> int:
    return actions.send_out(
        f"case-1:{number}",
        by="email",
        subject=("case", 1),
        team="front",
        organisations=["desk"],
        message={"to": to, "subject": "Please take over", "text": "The ask."},
        at=at,
    )


@pytest.mark.django_db
def test_the_outbox_tells_the_signs_of_what_fails_and_of_nothing_else(settings: Settings, at: datetime) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert signs_of_channels() == []
    for number in range(SEVERAL):
        actions.carry_out(a_message(at, number), at=at)
    a_message(at, 99)  # not tried yet
    [signs] = signs_of_channels()
    assert signs == Signs("email", SEVERAL, at, None)
    assert health_of_channels(at + SILENCE) == {"email": Health.OPEN}
    with mail_server() as server:
        settings.SMTP_URL = server.url
        assert actions.carry_out(a_message(at, 100), at=at + SILENCE)
        server.refuse["no@far.example"] = "550 No such mailbox"
        actions.carry_out(a_message(at, 101, "no@far.example"), at=at + SILENCE)
    [signs] = signs_of_channels()
    assert signs == Signs("email", SEVERAL, at, at + SILENCE)
    assert health(signs, at + SILENCE) is Health.DEGRADED
