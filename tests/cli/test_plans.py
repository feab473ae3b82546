"""``tierline plans`` keeps the contract: what is found, what differs, and the exit status for it."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.commands import tierline
from tests.plans.books import WATER, gap, plan, texts

from tierline.plans.loading import SHIPPED

FACTS = (
    b'{"id": "a", "service": "rides", "holder": "front", "fault_in": "unknown", "needs_tier": 2}\n'
    b'{"id": "b", "service": "rides", "holder": "front", "fault_in": "unknown", "needs_tier": 1}\n'
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return _written(tmp_path / "small", plan(gaps=[gap("open")]))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    one = plan(gaps=[gap("open")])
    one["clauses"][0]["then"]["tier"] = 2
    one["clauses"][0]["when"]["needs_tier"] = "3+"
    one["clauses"][1]["when"]["needs_tier"] = "1-2"
    return _written(tmp_path / "changed", one)


def _written(folder: Path, one: dict[str, object]) -> Path:
    folder.mkdir()
    for name, text in texts(one).items():
        (folder / name).write_bytes(text)
    return folder


def test_the_shipped_plans_are_checked_clean_with_their_gaps_listed() -> None:
    ran = tierline("plans", "check", "--json")
    told = json.loads(ran.out)
    assert (ran.status, ran.err) == (0, "")
    assert {finding["severity"] for finding in told["findings"]} == {"gap"}
    assert len(told["findings"]) >= 30
    assert told["covered"]["combinations"] == told["covered"]["routed"] + told["covered"]["no_route"] > 0
    assert list(told["findings"][0]) == ["severity", "code", "plan", "file", "line", "message", "remedy"]


def test_gaps_are_no_reason_to_fail_and_people_can_read_them(small: Path) -> None:
    ran = tierline("plans", "check", str(small))
    assert ran.status == 0
    assert ran.out.startswith("gap: ")
    assert ran.out.count("Ask who owns the document") == 1
    assert "0 errors, 0 notes, 1 gaps." in ran.out


def test_an_error_is_told_with_its_place_and_the_status_is_one(tmp_path: Path) -> None:
    folder = _written(tmp_path / "bad", plan(duties=[{"id": "chief", "label": "Chief"}]))
    ran = tierline("plans", "check", str(folder), "--json")
    (finding,) = json.loads(ran.out)["findings"]
    assert ran.status == 1
    assert finding["code"] == "duty-without-holder"
    assert finding["file"] == str(folder / "small.yaml")
    assert "chief" in (folder / "small.yaml").read_text().splitlines()[finding["line"] - 1]


def test_a_file_that_cannot_be_read_is_status_two_with_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("kind: plan\nkind: plan\n")
    ran = tierline("plans", "check", str(bad), "--json")
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert f"{bad}, line 2" in ran.err
    assert json.loads(ran.out)["findings"][0]["code"] == "unreadable"


@pytest.mark.parametrize("command", [("check", "nowhere"), ("render", "nowhere"), ("render", "--plan", "nothing")])
def test_what_is_not_there_is_said_in_one_line(command: tuple[str, ...]) -> None:
    ran = tierline("plans", *command)
    assert ran.status == 2
    assert ran.err.count("\n") == 1


def test_plans_are_rendered_as_text_as_json_and_as_files(tmp_path: Path) -> None:
    text = tierline("plans", "render", str(WATER), "--plan", "metering")
    assert (text.status, "## Crew and contractor" in text.out) == (0, True)
    (told,) = (
        json.loads(line) for line in tierline("plans", "render", "--plan", "es-1010ez", "--json").out.splitlines()
    )
    assert (told["plan"], told["format"]) == ("es-1010ez", "markdown")
    assert tierline("plans", "render", "--format", "html", "--out", str(tmp_path / "pages")).status == 0
    assert {file.stem for file in (tmp_path / "pages").glob("*.html")} == {file.stem for file in SHIPPED.glob("*.yaml")}


def test_plans_that_are_the_same_differ_in_nothing(small: Path, tmp_path: Path) -> None:
    shutil.copytree(small, tmp_path / "copy")
    ran = tierline("plans", "diff", "--from", str(small), "--to", str(tmp_path / "copy"), "--json")
    assert (ran.status, json.loads(ran.out)["changes"]) == (0, [])


def test_a_difference_is_told_with_the_combinations_it_changes(small: Path, changed: Path) -> None:
    ran = tierline("plans", "diff", "--from", str(small), "--to", str(changed), "--json")
    told = json.loads(ran.out)
    assert ran.status == 1
    assert [change["id"] for change in told["changes"]] == ["front-keeps", "up"]
    assert told["combinations"]["changed"] == 6
    assert "decided otherwise" in tierline("plans", "diff", "--from", str(small), "--to", str(changed)).out


def test_a_replay_tells_what_would_have_been_decided_otherwise(small: Path, changed: Path) -> None:
    ran = tierline("plans", "replay", "--from", str(small), "--to", str(changed), "-", "--json", given=FACTS)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["id"] for line in lines[:-1]] == ["a"]
    assert (lines[0]["before"]["to"], lines[0]["after"]["to"]) == ("back", "front")
    assert lines[-1] == {"summary": {"decided": 2, "changed": 1}}
    same = tierline("plans", "replay", "--from", str(small), "--to", str(small), "-", "--json", given=FACTS)
    assert (same.status, json.loads(same.out)) == (0, {"summary": {"decided": 2, "changed": 0}})


def test_a_replay_refuses_a_bad_line_by_its_number(small: Path) -> None:
    ran = tierline("plans", "replay", "--from", str(small), "--to", str(small), "-", "--json", given=FACTS + b"{}\n")
    assert ran.status == 2
    assert ran.err.startswith("tierline: standard input, line 3, needs_tier")


def test_a_guide_is_written_from_the_plans_alone() -> None:
    written = tierline("plans", "guide", "--service", "secure-messaging")
    assert written.status == 0
    assert written.out.startswith("# Guide to Secure Messaging")
    page = tierline("plans", "guide", "--service", "secure-messaging", "--format", "html")
    assert page.out.startswith("<!doctype html>")
    unknown = tierline("plans", "guide", "--service", "tea")
    assert (unknown.status, unknown.out) == (2, "")
    assert "secure-messaging" in unknown.err
