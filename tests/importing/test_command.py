"""``tierline cases import --dry-run``: pure, line by line, with the contract's words and exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.importing.exports import a_row, as_csv

from tierline.cli.main import main

ROWS = (a_row(), a_row(), a_row(record="nonsense"), a_row(record="HRC-HD-W1-0000000001", area="Appointments"))


def run(file: Path, *words: str) -> int:
    return main(["cases", "import", str(file), "--source", "dynamics", "--dry-run", *words])


def test_every_row_is_one_line_and_then_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "queue.csv"
    file.write_bytes(as_csv(*ROWS))
    assert run(file, "--json") == 1
    *lines, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["line"], line["status"]) for line in lines] == [
        (2, "accepted"), (3, "duplicate"), (4, "refused"), (5, "accepted"),
    ]  # fmt: skip
    assert last == {"summary": {"rows": 4, "accepted": 2, "duplicate": 1, "refused": 1}}
    assert set(lines[0]) == {"line", "record", "status", "reason", "facts", "decision"}
    assert lines[0]["reason"] is None
    assert lines[0]["facts"]["holder"] == "mhv-tier-3"
    assert lines[2]["decision"] is None
    assert lines[3]["decision"]["outcome"] == "out-of-scope"


def test_the_facts_of_a_row_route_to_the_same_decision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, facts = tmp_path / "queue.csv", tmp_path / "facts.jsonl"
    file.write_bytes(as_csv(a_row()))
    assert run(file, "--json") == 0
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    facts.write_text(json.dumps(line["facts"]) + "\n")
    assert main(["route", str(facts), "--json"]) == 0
    routed = json.loads(capsys.readouterr().out)
    assert routed.pop("id") == line["record"]
    assert routed == line["decision"]


def test_people_are_told_what_needs_a_look_and_the_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "queue.csv"
    file.write_bytes(as_csv(*ROWS))
    run(file)
    told = capsys.readouterr().out
    assert "line 4: NONSENSE: refused." in told
    assert "4 rows: 2 accepted, 1 duplicate, 1 refused" in told
    assert "dry run" in told


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        (b"a,b\n1,2\n", (), "queue.csv: Line 1: the column 'Record #' is missing"),
        (b"", (), "the file is empty"),
        (as_csv(a_row()), ("--plans", "/nowhere"), "/nowhere"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "queue.csv"
    file.write_bytes(content)
    assert run(file, "--json", *words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1


def test_a_file_that_is_not_there_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "none.csv") == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_dry_run_imports_neither_django_nor_psycopg(tmp_path: Path) -> None:
    file = tmp_path / "queue.csv"
    file.write_bytes(as_csv(a_row()))
    program = (
        "import sys; from tierline.cli.main import main; "
        f"status = main(['cases', 'import', {str(file)!r}, '--source', 'dynamics', '--dry-run', '--json']); "
        "assert not {'django', 'psycopg'} & sys.modules.keys(); sys.exit(status)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, stdout=subprocess.DEVNULL).returncode == 0
