"""Trouble is told once, and so is its end."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.launch.ports_for_tests import free_port

from tierline.launch.watch import Watch, external_database, room_on_disk


class Usage(NamedTuple):
    """What ``shutil.disk_usage`` answers."""

    total: int
    used: int
    free: int


def test_trouble_is_told_when_it_comes_and_when_it_is_over() -> None:
    told: list[str] = []
    looks = iter([None, "It fails", "It fails", None, None, "It fails"])
    watch = Watch(lambda: next(looks), "It works again")
    for _ in range(6):
        watch.look(told.append)
    assert told == ["It fails", "It works again", "It fails"]


def test_a_disk_with_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    watch = room_on_disk(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 50_000_000))
    watch.look(told.append)
    monkeypatch.undo()
    watch.look(told.append)
    assert told[0].startswith(f"The disk that holds {tmp_path} has only 50 MB left. Make room")
    assert told[1] == "The disk has room again"


def test_a_home_that_went_away_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    room_on_disk(tmp_path / "gone").look(told.append)
    assert "cannot be looked at" in told[0]


def test_an_external_database_that_does_not_answer_is_told() -> None:
    told: list[str] = []
    external_database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing").look(told.append)
    assert told[0].startswith("The database does not answer")
