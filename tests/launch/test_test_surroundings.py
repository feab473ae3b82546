"""What the other tests stand on: the database answers, the clock stands, nothing reaches another machine."""

import socket
from datetime import datetime, timedelta

import httpx
import pytest
from django.db import connection
from tests.network import ReachedOut, is_local
from tests.standing import StoppedClock

from tierline.foundation import clock


@pytest.mark.django_db
def test_a_test_has_a_database_that_knows_letters_with_accents() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ÉÄ')")
        assert cursor.fetchone() == ("éä",)


def test_the_clock_stands_until_it_is_moved(stopped_clock: StoppedClock, at: datetime) -> None:
    assert clock.now() == at
    stopped_clock.forward(hours=2)
    assert clock.now() == at + timedelta(hours=2)


def test_a_connection_to_another_machine_fails_the_test() -> None:
    with pytest.raises(ReachedOut), socket.socket() as stranger:
        stranger.connect(("192.0.2.1", 80))


def test_a_look_up_of_another_machine_fails_the_test() -> None:
    with pytest.raises(ReachedOut):
        httpx.get("http://tierline.example/")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", b"localhost", None, "127.9.9.9"])
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "tierline.example", "::2", "10.0.0.1"])
def test_other_machines_are_not(host: object) -> None:
    assert not is_local(host)
