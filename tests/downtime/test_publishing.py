"""What strangers can read, as files for the day when this house is down."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import atoma
import feedparser
import pytest
from django.conf import settings
from tests.downtime.crew import enter_crew, scheduled
from tests.notices.documents import document
from tests.people import Cast

from tierline.downtime.actions import planning
from tierline.downtime.publishing import write_files
from tierline.downtime.upstream import proposals
from tierline.notices.document import Document, Status
from tierline.notices.rendering.page import as_strangers_ask

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


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


def read_by_others(folder: Path) -> list[list[tuple[str, str, str]]]:
    """Title, link and words of each entry, as a reader of Atom and a reader of JSON feeds found them."""
    atom = feedparser.parse((folder / "downtimes.atom").read_text())
    assert not atom.bozo
    in_json = atoma.parse_json_feed_file(str(folder / "downtimes.json"))
    assert atom.feed.title == in_json.title == "Downtime"
    return [
        [(one.title, one.link, one.content[0].value) for one in atom.entries],
        [(one.title, one.url, one.content_text) for one in in_json.items],
    ]


def test_strangers_read_what_goes_on_first_then_what_comes_and_what_is_over_last() -> None:
    def one(title: str, status: Status, day: int, issued: int = 1) -> Document:
        return document(
            title=title,
            status=status,
            starts=datetime(2026, 12, day, tzinfo=UTC),
            issued_at=datetime(2026, 11, issued, tzinfo=UTC),
        )

    shown = [
        one("long over", Status.COMPLETED, 1, issued=1),
        one("over", Status.COMPLETED, 2, issued=2),
        one("now", Status.IN_PROCESS, 3),
        one("next", Status.CONFIRMED, 4),
        one("later", Status.TENTATIVE, 5),
        one("put off", Status.RE_SCHEDULED, 6),
    ]
    assert [read.title for read in as_strangers_ask(shown)] == ["now", "next", "later", "put off", "over", "long over"]


def test_readers_of_feeds_follow_what_was_planned(cast: Cast, at: datetime, tmp_path: Path) -> None:
    crew = enter_crew()
    number = scheduled(crew, at)
    write_files(tmp_path, at=at)
    for [(title, link, words)] in read_by_others(tmp_path):
        assert title == f"[DT-{number}] Planned downtime: Database upgrade"
        assert link == f"{settings.SITE_ADDRESS}/status/#DT-{number}"
        assert "Messages can be neither read nor sent." in words
    planning.cancel(crew.communicator, number, "Not needed.", at=at + HOUR)
    write_files(tmp_path, at=at + HOUR)
    for [(title, _, _)] in read_by_others(tmp_path):
        assert title == f"[DT-{number}] Planned downtime is cancelled: Database upgrade"


def test_an_empty_house_says_so(db: None, at: datetime, tmp_path: Path) -> None:
    write_files(tmp_path, at=at)
    assert "No downtime is planned" in (tmp_path / "index.html").read_text()
    assert json.loads((tmp_path / "maintenance_windows.json").read_text()) == {"data": []}
