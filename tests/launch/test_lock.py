"""A home has one user at a time, and a second one learns who that is."""

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tierline.launch.lock import HomeInUse, HomeLock

HOLDER = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from tierline.launch.lock import HomeLock
with HomeLock(Path(sys.argv[1]), since=datetime(2026, 11, 20, tzinfo=UTC), purpose="a test"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_learns_who_the_first_one_is(tmp_path: Path, at: datetime) -> None:
    lock = tmp_path / "home" / "lock"
    with HomeLock(lock, since=at, purpose="http://127.0.0.1:8080"):
        second = HomeLock(lock, since=at, purpose="another")
        with pytest.raises(HomeInUse) as refused, second:
            pass
    sentence = str(refused.value)
    assert f"{lock.parent} is in use by process {os.getpid()}" in sentence
    assert "http://127.0.0.1:8080" in sentence
    assert "2026-11-20T17:00:00+00:00" in sentence


def test_a_killed_holder_holds_nothing(tmp_path: Path, at: datetime) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(HomeInUse), HomeLock(lock, since=at, purpose="a test"):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    with HomeLock(lock, since=at, purpose="a test"):
        pass


def test_a_lock_can_be_taken_again_after_it_was_given_back(tmp_path: Path, at: datetime) -> None:
    for _ in range(2):
        with HomeLock(tmp_path / "lock", since=at, purpose="a test"):
            pass
