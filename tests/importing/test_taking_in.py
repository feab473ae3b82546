"""An import in the database: the cases that entering would make, each number once, all or nothing where wanted."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError
from tests.importing.exports import THOROUGH, a_row, as_csv, dynamics, judged
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import NewCase, enter
from tierline.cases.actions.importing import BATCH, Importing, TakenIn, new_case, take_in
from tierline.cases.importing.judging import Judged
from tierline.cases.lifecycle import CaseState
from tierline.cases.models import CaseRow, OutsideNumber
from tierline.cases.searching import search
from tierline.cli.database import DatabaseAway, lost_database
from tierline.cli.main import main
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import NotAllowed
from tierline.outbox.queries import effects
from tierline.plans.decision import Outcome
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db


def imported(
    content: bytes, *, at: datetime, actor: Actor = TIERLINE, stop_on_refusal: bool = False
) -> tuple[TakenIn, list[Judged]]:
    told: list[Judged] = []
    importing = Importing(actor, "dynamics", planbook_in_force(), at)
    return take_in(importing, judged(content), told=told.append, stop_on_refusal=stop_on_refusal), told


def number_of(record: str) -> int:
    return OutsideNumber.objects.get(system="dynamics", number=record).case_id


def test_an_imported_row_is_the_case_that_entering_would_have_made(cast: Cast, at: datetime) -> None:
    row = a_row(description=THOROUGH, owner="R. Sorensen", status="On Hold", notes="HD: restarted the phone.")
    _, told = imported(as_csv(row), at=at)
    incoming = told[0].incoming
    assert incoming is not None
    by_hand = new_case(incoming, "elsewhere")
    entered = enter(TIERLINE, by_hand, at=at).number
    mine = queries.case(cast.lead, number_of(incoming.record), at=at)
    theirs = queries.case(cast.lead, entered, at=at)
    for alike in ("summary", "service", "holder", "state", "assignee", "theirs", "missing", "flags", "trail", "due_at"):
        assert getattr(mine.line, alike) == getattr(theirs.line, alike), alike
    assert mine.answers == theirs.answers
    assert mine.decision == theirs.decision
    assert mine.moves == theirs.moves
    assert mine.line.state is CaseState.NEW
    assert (mine.line.theirs, mine.line.assignee) == ("On Hold", "R. Sorensen")
    assert mine.line.opened_at == incoming.opened_at
    assert [fact.kind for fact in mine.story] == ["entered", "note"]
    assert mine.story[1].said["text"] == "HD: restarted the phone."


def test_it_stands_in_the_queue_is_found_and_goes_on_its_way(cast: Cast, at: datetime) -> None:
    imported(as_csv(a_row(description=THOROUGH, notes="HD: kaleidoscope mode.")), at=at)
    number = number_of("25-HRC-HD-11-10000001")
    assert [line.number for line in queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines] == [number]
    for word in ("kaleidoscope", "25-HRC-HD-11-10000001", "Harrow"):
        assert [line.number for line in search(cast.lead, word).lines] == [number], word
    working.begin(cast.lead, number, at=at)
    handing_off.offer(cast.lead, number, ask="Find the cause, please.", at=at)
    assert queries.case(cast.lead, number, at=at).line.offered_to == "medications-team"
    stood = queries.case_as_it_stood(cast.lead, number, at)
    assert stood.fields["holder"] == "mhv-tier-3"


def test_a_second_import_finds_every_number_taken_in(cast: Cast, at: datetime) -> None:
    content = as_csv(*(a_row(record=f"25-HRC-HD-11-{n:08d}") for n in range(20)))
    assert imported(content, at=at)[0].imported == 20
    again, told = imported(content, at=at + timedelta(hours=1))
    assert again.imported == 0
    assert {row.status for row in told} == {"duplicate"}
    assert f"TL-{number_of('25-HRC-HD-11-00000000')}" in str(told[0].reason)
    assert CaseRow.objects.count() == 20


def test_an_import_that_was_broken_off_goes_on_where_it_stopped(cast: Cast, at: datetime) -> None:
    content = as_csv(*(a_row(record=f"25-HRC-HD-11-{n:08d}") for n in range(BATCH + 10)))
    told: list[Judged] = []

    def killed_in_the_second_batch(row: Judged) -> None:
        told.append(row)
        if len(told) == BATCH:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(
            Importing(TIERLINE, "dynamics", planbook_in_force(), at), judged(content), told=killed_in_the_second_batch
        )
    assert CaseRow.objects.count() == BATCH
    assert imported(content, at=at)[0].imported == 10


def test_a_refused_row_is_skipped_or_stops_everything(cast: Cast, at: datetime) -> None:
    content = as_csv(a_row(), a_row(record="nonsense"), a_row(record="HRC-HD-W1-0000000001"))
    stopped, told = imported(content, at=at, stop_on_refusal=True)
    assert stopped == TakenIn(0, stopped=True)
    assert [row.status for row in told] == ["accepted", "refused", "accepted"]
    assert not CaseRow.objects.exists()
    assert imported(content, at=at)[0] == TakenIn(2, stopped=False)


def test_a_number_entered_by_hand_is_a_duplicate(cast: Cast, at: datetime) -> None:
    new = NewCase(
        holder="mhv-tier-3",
        service="prescription-refill",
        summary="Told on the telephone first",
        reported_by="telephone",
        numbers=(("dynamics", "25-HRC-HD-11-10000001"),),
    )
    enter(cast.lead, new, at=at)
    assert imported(as_csv(a_row()), at=at)[0].imported == 0


def test_restricted_rows_are_seen_by_the_duties_that_are_told_only(cast: Cast, at: datetime) -> None:
    imported(as_csv(a_row(sub_area="Security/Privacy", description="Saw a zeppelin. Name is Wren Holloway.")), at=at)
    assert search(cast.lead, "zeppelin").lines == ()
    assert queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines == ()
    found = search(cast.privacy, "zeppelin").lines
    assert [line.restricted for line in found] == [True]


def test_the_duties_of_restricted_rows_are_told_once_as_when_entering(cast: Cast, at: datetime) -> None:
    content = as_csv(a_row(sub_area="Security/Privacy", description="Saw a zeppelin."))
    imported(content, at=at)
    imported(content, at=at)
    mails = [mail.message for mail in effects(TIERLINE)]
    planbook = planbook_in_force().planbook
    told = {box.email for duty in planbook.restricted_duties() for box in planbook.holders_of(duty)}
    assert sorted(mail["to"] for mail in mails) == sorted(told)
    assert not any("zeppelin" in mail["text"] for mail in mails)


def test_out_of_scope_rows_are_taken_in_and_their_decision_says_so(cast: Cast, at: datetime) -> None:
    imported(as_csv(a_row(area="Appointments")), at=at)
    shown = queries.case(cast.lead, number_of("25-HRC-HD-11-10000001"), at=at)
    assert shown.decision.outcome is Outcome.OUT_OF_SCOPE


def test_only_the_team_whose_queue_it_is_may_import(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        imported(as_csv(a_row()), at=at, actor=cast.agent)
    assert imported(as_csv(a_row()), at=at, actor=cast.analyst)[0].imported == 1


def test_the_command_writes_the_same_lines_and_says_how_many_it_took_in(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "queue.csv"
    file.write_bytes(as_csv(a_row(), a_row(), a_row(record="nonsense")))
    words = ["cases", "import", str(file), "--source", "dynamics", "--json"]
    assert main([*words, "--dry-run"]) == 1
    dry = capsys.readouterr().out.splitlines()
    assert main([*words, "--on-refusal", "stop"]) == 2
    stopped = capsys.readouterr()
    assert json.loads(stopped.out.splitlines()[-1])["summary"]["imported"] == 0
    assert "nothing was imported" in stopped.err
    assert main(words) == 1
    wet = capsys.readouterr().out.splitlines()
    assert wet[:-1] == dry[:-1]
    assert json.loads(wet[-1])["summary"] == json.loads(dry[-1])["summary"] | {"imported": 1}
    assert main([*words, "--plans", str(tmp_path)]) == 2
    assert dynamics().system == "dynamics"


def test_a_database_that_goes_away_is_told_in_a_sentence() -> None:
    with pytest.raises(DatabaseAway, match=r"stopped answering: gone\. Import again\."), lost_database("Import again."):
        raise OperationalError("gone\nand more")
