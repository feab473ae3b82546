"""What strangers can read, as files for the day when this house is down."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from tests.downtime.crew import enter_crew, scheduled
from tests.people import Cast

from tierline.downtime.publishing import write_files
from tierline.downtime.upstream import proposals

pytestmark = pytest.mark.django_db


def test_every_file_is_written_whole_and_none_is_left_half(cast: Cast, at: datetime, tmp_path: Path) -> None:
    number = scheduled(enter_crew(), at)
    folder = tmp_path / "status"
    written = write_files(folder, at=at)
    assert sorted(folder.iterdir()) == sorted(written)
    page = (folder / "index.html").read_text()
    assert "Database upgrade (scheduled)" in page
    assert "<script" not in page
    assert "Carla" not in page
    [read] = proposals((folder / "downtimes.ics").read_text())
    assert read.uid is not None
    assert read.uid.value == f"dt-{number}@tierline.example"
    [window] = json.loads((folder / "maintenance_windows.json").read_text())["data"]
    assert window["attributes"]["externalService"] == "mhv_sm"


def test_an_empty_house_says_so(db: None, at: datetime, tmp_path: Path) -> None:
    write_files(tmp_path, at=at)
    assert "No downtime is planned" in (tmp_path / "index.html").read_text()
    assert json.loads((tmp_path / "maintenance_windows.json").read_text()) == {"data": []}
