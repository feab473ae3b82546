"""Children end with their parent, and the dead are known from the living."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tierline.launch.processes import command_of, is_alive, start_child, stop_child, working_in

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = """
import sys, time
from pathlib import Path
from tierline.launch.processes import start_child
child = start_child([sys.executable, "-c", "import time; time.sleep(60)"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""


def eventually(holds: Callable[[], bool], within: float = 10) -> bool:
    """Whether ``holds`` comes true before the time is up."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert eventually(lambda: not is_alive(child))


def test_a_zombie_is_not_alive(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    assert eventually(lambda: not is_alive(child.pid))
    os.kill(child.pid, 0)  # the kernel still answers for it
    child.wait()
    assert not is_alive(child.pid)


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    child = start_child([sys.executable, "-c", deaf], log=tmp_path / "log")
    assert eventually(lambda: (tmp_path / "log").read_text() == "deaf\n")
    assert not stop_child(child, by=signal.SIGTERM, within=0.1)
    assert child.returncode == -signal.SIGKILL


def test_processes_are_found_by_the_folder_they_work_in(tmp_path: Path) -> None:
    child = start_child(SLEEPER, log=tmp_path / "log", cwd=tmp_path)
    assert eventually(lambda: working_in(tmp_path) == [child.pid])
    assert "time.sleep(60)" in command_of(child.pid)
    assert stop_child(child, by=signal.SIGTERM, within=5)
    assert working_in(tmp_path) == []
