"""Tickets go across once, whatever happens on the way; both sides are held together; and there is a way back."""

import csv
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import yaml
from django.db import connection
from tests.cases.reports import a_report
from tests.migration.scene import Scene
from tests.people import publish_shipped_plans
from tests.trackers.validation import violations

from tierline.cases.actions.entering import enter
from tierline.cases.models import OutsideNumber
from tierline.directory.actor import TIERLINE
from tierline.foundation import clock
from tierline.foundation.clock import now
from tierline.migration.models import TicketRow
from tierline.plans.queries import forget
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.faults import ExpiredToken, Garbage, LostAnswer, Reset, Slow, Throttled, Unavailable


@pytest.fixture
def scene(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Scene]:
    with Dynamics365() as desk:
        forget()
        publish_shipped_plans()
        yield Scene(tmp_path, desk, capsys)
        forget()
        assert desk.faults.armed == 0
        assert violations(desk) == []


def test_everything_goes_across_and_both_sides_say_the_same(scene: Scene) -> None:
    made = scene.tickets(700)
    assert scene.migrate("run") == 0
    assert scene.summary["created"] == 700
    assert set(scene.held()) == {row["Ref Num"] for row in made}
    assert scene.migrate("report") == 0
    assert scene.summary == {
        "here": 700, "there": 700, "missing": 0, "doubled": 0, "differing": 0, "worked-on": 0, "only-there": 0,
        "refused": 0,
    }  # fmt: skip


def test_the_second_run_changes_nothing(scene: Scene) -> None:
    scene.tickets(350)
    scene.migrate("run")
    before = dict(scene.desk.incidents.versions)
    assert scene.migrate("run") == 0
    assert scene.summary["unchanged"] == 350
    assert scene.desk.incidents.versions == before


def test_lost_answers_throttling_and_broken_lines_lose_and_double_nothing(scene: Scene) -> None:
    scene.tickets(2000)
    for fault in (
        LostAnswer(),
        Throttled(0.2),
        Throttled(0.1),
        Reset(),
        Unavailable(0.1),
        ExpiredToken(),
        LostAnswer(),
    ):
        scene.desk.faults.next(fault, path=r"\$batch$")
    assert scene.migrate("run") == 0
    assert scene.summary["created"] + scene.summary["found"] == 2000
    assert scene.summary["found"] >= 300
    assert all(len(idents) == 1 for idents in scene.held().values())
    assert scene.migrate("report") == 0


def test_missing_doubled_and_differing_are_found(scene: Scene) -> None:
    made = scene.tickets(400)
    scene.migrate("run")
    numbers = [row["Ref Num"] for row in made]
    scene.desk.delete(scene.desk.incidents, scene.ident(numbers[10]))
    twin = {name: value for name, value in scene.case(numbers[20]).items() if name.startswith("new_")}
    scene.desk.enter(title="A twin", **twin)
    # Somebody wrote into a row behind the service's back: its revision did not move on.
    scene.case(numbers[30])["title"] = "Quite another title"
    assert scene.migrate("report") == 1
    assert (scene.summary["missing"], scene.summary["doubled"], scene.summary["differing"]) == (1, 1, 1)
    assert scene.told("missing") == [numbers[10]]
    assert scene.told("doubled") == [numbers[20]]
    assert scene.told("differing") == [numbers[30]]
    assert next(line for line in scene.lines if line.get("status") == "differing")["columns"] == ["title"]


def test_what_somebody_worked_on_there_is_no_mismatch(scene: Scene) -> None:
    made = scene.tickets(100, lambda rows: rows[5].update(Status="Open"))
    scene.migrate("run")
    scene.desk.edit(scene.ident(made[5]["Ref Num"]), statuscode=1)
    assert scene.migrate("report") == 0
    assert scene.summary["worked-on"] == 1


def test_a_ticket_that_changed_here_is_brought_up_to_date_unless_it_was_worked_on_there(scene: Scene) -> None:
    def opened(rows: list[dict[str, str]]) -> None:
        for place in (3, 4, 5):
            rows[place]["Status"] = "Open"

    made = scene.tickets(100, opened)
    scene.migrate("run")
    closed = next(row for row in made[6:] if row["Status"] == "Closed")
    scene.desk.edit(scene.ident(made[4]["Ref Num"]), statuscode=1)
    for row in (made[3], made[4], closed):
        row["Summary"] = "Said anew"
    made[5]["Status"] = "Closed"
    scene.write(made)
    assert scene.migrate("report") == 1
    assert scene.summary["differing"] == 4
    assert scene.migrate("run") == 1
    assert (scene.summary["updated"], scene.summary["conflict"]) == (3, 1)
    assert scene.told("conflict") == [made[4]["Ref Num"]]
    assert scene.case(made[3]["Ref Num"])["title"] == "Said anew"
    assert scene.case(closed["Ref Num"])["title"] == "Said anew"
    assert scene.case(closed["Ref Num"])["statecode"] == 1
    assert scene.case(made[5]["Ref Num"])["statecode"] == 1
    assert scene.case(made[4]["Ref Num"])["title"] != "Said anew"


def test_a_queue_goes_on_its_day_and_one_at_a_time(scene: Scene) -> None:
    scene.tickets(40)
    assert scene.migrate("run", "--queue", "HRC") == 0
    assert (scene.summary["created"], scene.summary["waiting"]) == (10, 30)
    assert {row["new_queue"] for row in scene.desk.incidents.rows.values()} == {"HRC"}
    assert scene.migrate("run", "--queue", "Payroll") == 2
    assert "no queue of this move" in scene.said


def test_a_row_dynamics_refuses_is_told_and_the_others_go_across(scene: Scene) -> None:
    scene.change_account(fields={**_fields(scene), "area": {"attribute": "new_area", "length": 500}})
    made = scene.tickets(20, lambda rows: rows[2].update(Category="x" * 300))
    assert scene.migrate("run") == 1
    assert scene.told("refused") == [made[2]["Ref Num"]]
    assert "exceeded the maximum" in next(line["reason"] for line in scene.lines if line.get("status") == "refused")
    assert scene.summary["created"] == 19
    assert scene.migrate("report") == 1
    assert scene.told("missing") == [made[2]["Ref Num"]]
    assert len(violations(scene.desk)) == 1  # a text too long for its column is what is tried here
    scene.desk.exchanges.clear()


def test_a_sign_in_that_is_refused_stops_with_a_sentence(scene: Scene) -> None:
    scene.tickets(10)
    scene.change_account(client_secret="wrong")
    assert scene.migrate("run") == 2
    assert "sign-in for Dynamics was refused" in scene.said


def test_cases_are_found_by_the_new_number_and_tickets_by_either(scene: Scene) -> None:
    made = scene.tickets(20)
    number = made[7]["Ref Num"]
    case = enter(TIERLINE, a_report(numbers=(("nsd", number),)), at=now()).number
    scene.migrate("run")
    assert scene.summary["cases"] == 1
    new = scene.case(number)["ticketnumber"]
    assert OutsideNumber.objects.get(system="dynamics", number=new).case_id == case
    for asked in (number, new):
        assert scene.migrate("find", asked) == 0
        assert (scene.lines[0]["record"], scene.lines[0]["new"]) == (number, new)
    assert scene.migrate("find", "0000000") == 1


def test_what_changed_there_is_written_for_the_old_system(scene: Scene) -> None:
    made = scene.tickets(60, lambda rows: rows[5].update(Status="Open"))
    scene.migrate("run")
    scene.desk.edit(scene.ident(made[5]["Ref Num"]), statuscode=2)
    new = scene.desk.enter(title="New there", new_queue="MHV Tier 3")
    file = scene.folder / "back.csv"
    assert scene.migrate("back", "--changes", str(file)) == 0
    assert scene.lines[-1]["summary"] == {"changed": 1, "new": 1}
    with file.open(newline="") as stream:
        changed, created = list(csv.DictReader(stream))
    assert (changed["Action"], changed["Ref Num"], changed["Status"]) == ("UPDATE", made[5]["Ref Num"], "Hold")
    assert (created["Action"], created["Summary"], created["Group"]) == ("CREATE", "New there", "MHV Tier 3")
    assert scene.desk.incidents.rows[new]["ticketnumber"] in created["Description"]
    assert scene.migrate("back", "--changes", str(file)) == 2
    assert "is there already" in scene.said


def test_what_the_move_made_is_taken_back_and_what_was_worked_on_stays(scene: Scene) -> None:
    made = scene.tickets(620, lambda rows: rows[5].update(Status="Open"))
    scene.migrate("run")
    scene.desk.edit(scene.ident(made[5]["Ref Num"]), statuscode=2)
    assert scene.migrate("back", "--withdraw", "--dry-run") == 1
    assert scene.lines[-1]["summary"] == {"removed": 619, "gone": 0, "stays": 1}
    assert len(scene.desk.incidents.rows) == 620
    assert scene.migrate("back", "--withdraw") == 1
    assert list(scene.held()) == [made[5]["Ref Num"]]
    assert scene.told("stays") == [made[5]["Ref Num"]]
    assert scene.migrate("run") == 0
    assert (scene.summary["created"], scene.summary["unchanged"]) == (619, 1)


def test_what_the_restricted_path_covers_is_left_to_people_and_told(scene: Scene) -> None:
    made = scene.tickets(30, lambda rows: rows[4].update(Category="Security or Privacy"))
    assert scene.migrate("run") == 0
    assert scene.told("stays") == [made[4]["Ref Num"]]
    assert (scene.summary["created"], scene.summary["stays"]) == (29, 1)
    assert scene.migrate("report") == 0
    assert scene.summary["here"] == 29


def test_a_refused_row_keeps_the_report_from_being_clean(scene: Scene) -> None:
    scene.tickets(30, lambda rows: rows[4].update(Status="Pondering"))
    assert scene.migrate("run") == 1
    assert scene.migrate("report") == 1
    assert (scene.summary["missing"], scene.summary["refused"]) == (0, 1)


def test_what_the_organisation_wants_with_every_change_goes_with_it(scene: Scene) -> None:
    scene.change_account(bulk_headers={"MSCRM.SuppressCallbackRegistrationExpanderJob": "true"})
    scene.tickets(40)
    scene.migrate("run")
    written = [one for one in scene.desk.exchanges if one.method == "PATCH"]
    assert len(written) >= 40
    assert all(one.headers["mscrm.suppresscallbackregistrationexpanderjob"] == "true" for one in written)


def test_before_its_day_a_queue_waits_unless_it_is_asked_for_early(scene: Scene) -> None:
    scene.tickets(40)
    with clock.stopped(datetime(2025, 9, 15, 12, 0, tzinfo=UTC)):
        assert scene.migrate("run") == 0
        assert (scene.summary["created"], scene.summary["waiting"]) == (0, 40)
        assert {queue["standing"] for queue in scene.lines[0]["queues"]} == {"before"}
        assert scene.migrate("run", "--early") == 0
        assert scene.summary["created"] == 40
    with clock.stopped(datetime(2025, 10, 2, 12, 0, tzinfo=UTC)):
        assert scene.migrate("run") == 0
        assert scene.summary["unchanged"] == 40


def test_two_runs_at_once_are_refused(scene: Scene) -> None:
    scene.tickets(10)
    told = connection.settings_dict
    with psycopg.connect(host=told["HOST"], user=told["USER"], dbname=told["NAME"], autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(7461003)")
        assert scene.migrate("run") == 2
    assert "running already" in scene.said


def test_an_answer_that_is_none_is_asked_for_again(scene: Scene) -> None:
    scene.tickets(40)
    scene.desk.faults.next(Garbage(), path=r"\$batch$")
    assert scene.migrate("run") == 0
    scene.desk.faults.next(Garbage(), path="incidents$")
    assert scene.migrate("report") == 0


def test_a_report_on_one_queue_says_nothing_of_the_others(scene: Scene) -> None:
    scene.tickets(80)
    scene.migrate("run")
    assert scene.migrate("report", "--queue", "HRC") == 0
    assert (scene.summary["here"], scene.summary["there"], scene.summary["only-there"]) == (20, 80, 0)


def test_what_is_in_conflict_is_never_taken_back_and_is_written_for_the_old_system(scene: Scene) -> None:
    made = scene.tickets(30, lambda rows: rows[5].update(Status="Open"))
    scene.migrate("run")
    number = made[5]["Ref Num"]
    TicketRow.objects.filter(number=number).delete()  # as if it had gone across without being written down
    scene.desk.edit(scene.ident(number), title="Said better there")
    assert scene.migrate("run") == 1
    assert scene.told("conflict") == [number]
    assert scene.migrate("back", "--changes", str(scene.folder / "back.csv")) == 0
    assert scene.lines[-1]["summary"]["changed"] == 1
    assert scene.migrate("back", "--withdraw") == 1
    assert list(scene.held()) == [number]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_killed_is_gone_on_with_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    forget()
    publish_shipped_plans()
    with Dynamics365(remembers=False) as desk:
        scene = Scene(tmp_path, desk, None)
        made = scene.tickets(2000)
        desk.faults.next(Slow(0.1), times=10_000, path=r"\$batch$")
        held, written = lambda: len(desk.incidents.rows), TicketRow.objects.count
        for count, least in ((held, 300), (held, 900), (written, 300)):
            child = scene.started("run", str(scene.export))
            _wait_until(count, least, child)
            child.kill()
            child.communicate()
        desk.faults.clear()
        assert 300 <= len(desk.incidents.rows) < 2000
        desk.faults.next(LostAnswer(), path=r"\$batch$")
        last = scene.started("run", str(scene.export))
        output, _ = last.communicate(timeout=120)
        assert last.returncode == 0, output
        summary = json.loads(output.splitlines()[-1])["summary"]
        assert summary["created"] + summary["found"] + summary["unchanged"] == 2000
        assert summary["unchanged"] > 0
        assert {number: len(idents) for number, idents in scene.held().items()} == {row["Ref Num"]: 1 for row in made}
        report = scene.started("report", str(scene.export))
        output, _ = report.communicate(timeout=120)
        assert (report.returncode, json.loads(output.splitlines()[-1])["summary"]["there"]) == (0, 2000)
    forget()


def _wait_until(count: Callable[[], int], least: int, child: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + 60
    while count() < least and child.poll() is None:
        assert time.monotonic() < until
        threading.Event().wait(0.002)


def _fields(scene: Scene) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(scene.accounts.read_text())["dynamics"]["fields"]
    return found
