"""NSD by files and mails: laid down once, read whole, whatever the other program does meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.foundation import clock
from tierline.rehearsal.service_desk import SENDER, HalfWritten, ServiceDesk, Twice, WrongColumns
from tierline.trackers.nsd import Account, Nsd
from tierline.trackers.service_desk_files.account import COLUMNS
from tierline.trackers.tracker import Changes, Record, Stage

OPEN = {"verb": "open", "title": "Refills cannot be ordered", "text": "What is asked.", "fields": {"area": "Pharmacy"}}


class Scene:
    """A rehearsed desk and the tracker that speaks to it."""

    def __init__(self, folder: Path, **fields: Any) -> None:
        self.desk = ServiceDesk(folder)
        told = {
            "exports": folder / "exports",
            "imports": folder / "imports",
            "taken": folder / "taken",
            "columns": {**COLUMNS, "notes": "Log"},
            "quiet_seconds": 0,
            "queue": "MHV Tier 3",
            "mail": {"senders": [SENDER]},
            **fields,
        }
        self.tracker = Nsd(Account.model_validate(told))

    def deliver(self, key: str, message: dict[str, Any]) -> dict[str, Any]:
        answer = self.tracker.deliver(key, message)
        assert isinstance(answer, Delivered), answer
        return dict(answer.evidence)

    def changes(self, cursor: str = "") -> tuple[list[Record], str, str]:
        records: list[Record] = []
        while True:
            found = self.tracker.changes(cursor)
            assert isinstance(found, Changes), found
            records += found.records
            cursor = found.cursor
            if not found.more:
                return records, cursor, found.remark

    def lying(self) -> list[str]:
        return sorted(path.name for path in (self.desk.folder / "imports").iterdir())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with clock.stopped(datetime(2026, 11, 20, 17, 0, tzinfo=UTC) + timedelta(days=3650)):
        yield Scene(tmp_path)


@pytest.fixture
def now_scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_ticket_is_handed_over_once_and_found_by_its_key_when_an_export_comes(now_scene: Scene) -> None:
    scene = now_scene
    assert scene.deliver("case-1:open", OPEN)["found"] is False
    assert scene.deliver("case-1:open", {**OPEN, "attempt": 2})["found"] is True
    assert len(scene.lying()) == 1
    assert scene.tracker.find("case-1:open") is None
    scene.desk.work()
    scene.desk.export()
    found = scene.tracker.find("case-1:open")
    assert isinstance(found, Record)
    assert (found.title, found.stage, found.queue) == ("Refills cannot be ordered", Stage.NEW, "MHV Tier 3")
    again = scene.deliver("case-1:open", {**OPEN, "attempt": 3})
    assert (again["found"], again["number"]) == (True, found.number)
    assert len(scene.desk.tickets) == 1


def test_a_repeat_after_the_desk_took_the_file_away_is_known_by_its_reference(tmp_path: Path) -> None:
    scene = Scene(tmp_path, taken=None)
    scene.desk.keeps_files = False
    scene.deliver("k", OPEN)
    scene.desk.work()
    scene.deliver("k", {**OPEN, "attempt": 2})
    scene.desk.work()
    assert len(scene.desk.tickets) == 1
    assert scene.desk.work() == 0


def test_notes_and_changes_go_in_and_come_back(now_scene: Scene) -> None:
    scene = now_scene
    number = scene.desk.enter(summary="White page", group="MHV Tier 3")
    scene.desk.export()
    _, cursor, _ = scene.changes()
    scene.deliver("s", {"verb": "say", "record": number, "text": "Which browser?"})
    scene.deliver("m", {"verb": "move", "record": number, "stage": "on-hold", "owner": "Ottilie Farrow"})
    scene.desk.work()
    scene.desk.export()
    [record], _, _ = scene.changes(cursor)
    assert (record.stage, record.owner) == (Stage.ON_HOLD, "Ottilie Farrow")
    assert "Which browser?" in record.notes[0].text


def test_a_half_written_export_is_not_read_until_it_is_whole(now_scene: Scene) -> None:
    scene = now_scene
    scene.desk.enter(summary="White page")
    scene.desk.faults.append(HalfWritten())
    scene.desk.export()
    records, cursor, remark = scene.changes()
    assert (records, remark) == ([], "")
    records, cursor, remark = scene.changes(cursor)
    assert records == []
    assert "ends in the middle of a line" in remark
    scene.desk.finish()
    assert len(scene.changes(cursor)[0]) == 1


def test_an_export_written_twice_says_the_same_under_the_same_revision(now_scene: Scene) -> None:
    scene = now_scene
    scene.desk.enter(summary="White page")
    scene.desk.faults.append(Twice())
    scene.desk.export()
    first, second = scene.changes()[0]
    assert (first.number, first.revision) == (second.number, second.revision)


def test_other_columns_are_a_sentence_and_reading_goes_on_when_they_are_mended(now_scene: Scene) -> None:
    scene = now_scene
    scene.desk.enter(summary="White page")
    scene.desk.faults.append(WrongColumns())
    bad = scene.desk.export()
    answer = scene.tracker.changes("")
    assert isinstance(answer, TryAgain)
    assert "'Status' is missing" in answer.because
    assert bad.name in answer.because
    bad.unlink()
    scene.desk.export()
    assert len(scene.changes()[0]) == 1


def test_a_clock_that_is_wrong_there_loses_nothing(now_scene: Scene) -> None:
    scene = now_scene
    scene.desk.clock.skew = timedelta(days=2)
    scene.desk.enter(summary="From tomorrow")
    scene.desk.export()
    _, cursor, _ = scene.changes()
    scene.desk.clock.skew = timedelta(days=-2)
    scene.desk.enter(summary="From yesterday")
    scene.desk.export()
    assert {record.title for record in scene.changes(cursor)[0]} == {"From tomorrow", "From yesterday"}


def test_a_first_look_leaves_out_old_exports(scene: Scene) -> None:
    scene.desk.enter(summary="Long ago")
    scene.desk.export()
    assert scene.changes()[0] == []


def test_a_long_export_comes_in_pages(tmp_path: Path) -> None:
    scene = Scene(tmp_path, page_size=7)
    numbers = [scene.desk.enter(summary=f"Case {place}") for place in range(30)]
    scene.desk.export()
    assert [record.number for record in scene.changes()[0]] == numbers


def test_rows_that_cannot_be_meant_are_told_and_the_others_read(now_scene: Scene) -> None:
    scene = now_scene
    number = scene.desk.enter(summary="Good")
    scene.desk.tickets["x"] = {**scene.desk.tickets[number], "Ref Num": "2", "Status": "Pondering"}
    scene.desk.export()
    records, _, remark = scene.changes()
    assert [record.number for record in records] == [number]
    assert "line 3" in remark
    assert "Pondering" in remark


def test_a_word_the_account_does_not_name_is_refused(now_scene: Scene) -> None:
    answer = now_scene.tracker.deliver("m", {"verb": "move", "record": "1", "status": "Pondering"})
    assert isinstance(answer, Refused)
    assert now_scene.lying() == []


def test_a_folder_that_is_away_is_tried_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path, imports=tmp_path / "gone", exports=tmp_path / "gone")
    assert isinstance(scene.tracker.deliver("k", OPEN), TryAgain)
    assert isinstance(scene.tracker.changes(""), TryAgain)
    assert isinstance(scene.tracker.read("1"), TryAgain)


def test_what_does_not_fit_is_cut_and_said(tmp_path: Path) -> None:
    scene = Scene(tmp_path, lengths={"title": 40})
    assert scene.deliver("k", {**OPEN, "title": "x" * 90})["cut"] == ["title"]


def test_a_notification_tells_number_status_and_note_and_is_believed_from_its_sender_only(now_scene: Scene) -> None:
    scene = now_scene
    number = scene.desk.enter(summary="White page")
    scene.desk.edit(number, note="Please send\na picture.", status="Awaiting End User Response")
    mail = scene.desk.mails[-1]
    told = scene.tracker.notification(sender=mail.sender, subject=mail.subject, text=mail.text)
    assert told is not None
    assert (told.number, told.stage, told.note) == (number, Stage.ON_HOLD, "Please send\na picture.")
    assert scene.tracker.notification(sender="x@elsewhere.example", subject=mail.subject, text=mail.text) is None
    assert scene.tracker.notification(sender=mail.sender, subject="Out of office", text="") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("columns", {"number": "Ref Num"}),
        ("times", {"zone": "Mars/Olympus"}),
        ("mail", {"subject": "("}),
        ("colour", "blue"),
    ],
)
def test_an_account_that_cannot_be_meant_is_refused(field: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=field):
        Account.model_validate({"exports": tmp_path, "imports": tmp_path, field: value})
