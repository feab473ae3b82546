"""``tierline route`` keeps the contract: answers on standard output, one line about what cannot be used."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import tierline
from tests.plans.books import EXAMPLES, WATER

GOOD = {"service": "secure-messaging", "holder": "hrc", "fault_in": "unknown", "needs_tier": 2}
LINE = json.dumps({**GOOD, "id": "a"}).encode() + b"\n"


def test_every_worked_example_holds_through_the_command() -> None:
    examples = [json.loads(line) for line in EXAMPLES.read_text().splitlines()]
    given = "".join(json.dumps({**example["facts"], "id": example["id"]}) + "\n" for example in examples)
    ran = tierline("route", "-", "--json", given=given.encode())
    assert (ran.status, ran.err) == (0, "")
    decisions = [json.loads(line) for line in ran.out.splitlines()]
    assert [decision["id"] for decision in decisions] == [example["id"] for example in examples]
    for example, decision in zip(examples, decisions, strict=True):
        missing = set(example["expect"].pop("missing", ()))
        assert missing <= set(decision["missing"])
        assert {key: decision[key] for key in example["expect"]} == example["expect"], example["why"]


def test_a_file_is_read_and_other_plans_can_be_given(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text('{"service": "tap-water", "holder": "counter", "fault_in": "pipes", "needs_tier": 2}\n')
    ran = tierline("route", str(facts), "--plans", str(WATER), "--json")
    assert (ran.status, json.loads(ran.out)["to"]) == (0, "field-crew")


def test_without_json_people_can_read_it() -> None:
    ran = tierline("route", "-", given=LINE)
    assert ran.status == 0
    assert ran.out.startswith("a: hand-off to vets-gov at tier 2, by ticket in dynamics\n    mhv-rx-sm/triage-first (")


def test_a_bad_line_is_named_after_what_stood_before_it_was_answered(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(LINE + b'{"service": "x", "holder": "y", "fault_in": "z", "needs_tier": 7}\n' + LINE)
    ran = tierline("route", str(facts), "--json")
    assert ran.status == 2
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == ["a"]
    assert ran.err == f"tierline: {facts}, line 2, needs_tier: 7 is not usable; give a whole number from 1 to 4.\n"


@pytest.mark.parametrize("words", [("route", "nowhere.jsonl"), ("route", "."), ("route", "-", "--plans", "nowhere")])
def test_what_is_not_there_is_said_in_one_line(words: tuple[str, ...]) -> None:
    ran = tierline(*words, "--json")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(LINE * 20_000)
    command = [sys.executable, "-m", "tierline.cli.main", "route", str(facts), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 0


def test_an_answer_comes_while_the_input_is_still_open() -> None:
    command = [sys.executable, "-m", "tierline.cli.main", "route", "-", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(LINE)
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["to"] == "vets-gov"
        running.stdin.close()
        assert running.wait(30) == 0


def test_nothing_heavy_is_imported_on_the_way(tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_bytes(LINE)
    program = (
        "import sys; from tierline.cli.main import main; status = main(sys.argv[1:]); "
        "heavy = {'django', 'psycopg', 'httpx', 'procrastinate', 'ninja'} & set(sys.modules); "
        "print(heavy, file=sys.stderr); sys.exit(status)"
    )
    command = [sys.executable, "-c", program, "route", str(facts), "--json"]
    ended = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert ended.stderr.decode().strip() == "set()"


def test_an_unknown_command_names_the_known_ones_and_help_is_given() -> None:
    ran = tierline("fly")
    assert ran.status == 2
    assert "'fly' is no command" in ran.err
    assert "route" in ran.err
    assert "route" in tierline("--help").out
