"""``tierline redact`` keeps the contract: texts on standard output, what was found beside them, refusals in a line."""

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.commands import tierline


def test_json_lines_come_back_redacted_with_the_places_of_the_text_as_given() -> None:
    lines = [{"id": "a", "text": "SSN 321-54-9876 é"}, {"id": 7, "text": "nothing here"}, {"text": ""}]
    ran = tierline("redact", "--json", given="".join(json.dumps(line) + "\n" for line in lines).encode())
    assert (ran.status, ran.err) == (0, "")
    assert [json.loads(line) for line in ran.out.splitlines()] == [
        {"id": "a", "redacted": "SSN [SSN] é", "spans": [{"start": 4, "end": 15, "kind": "ssn"}]},
        {"id": 7, "redacted": "nothing here", "spans": []},
        {"id": None, "redacted": "", "spans": []},
    ]


def test_half_characters_and_other_keys_do_no_harm() -> None:
    ran = tierline("redact", "-", "--json", given=b'{"id": 1, "text": "\\ud800 321-54-9876", "more": [1]}\n\n')
    [answer] = [json.loads(line) for line in ran.out.splitlines()]
    assert answer["redacted"] == "\ud800 [SSN]"
    assert answer["spans"] == [{"start": 2, "end": 13, "kind": "ssn"}]


def test_a_plain_text_comes_back_redacted_and_what_was_found_is_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("Call 202-555-0143 about TL-12.\n")
    ran = tierline("redact", str(file), "--known", "TL")
    assert ran.status == 0
    assert ran.err == "tierline: taken out 1 time: a telephone number\n"
    assert ran.out == "Call [phone number] about TL-12.\n"


def test_bytes_that_are_no_text_come_out_as_they_went_in() -> None:
    command = [sys.executable, "-m", "tierline.cli.main", "redact"]
    ended = subprocess.run(command, input=b"\xff 202-555-0143", capture_output=True, check=False, timeout=60)
    assert ended.stdout == b"\xff [phone number]"


def test_the_name_of_the_person_concerned_can_be_given() -> None:
    ran = tierline("redact", "--name", "Will Rose", given=b"Rose says no")
    assert ran.out == "[name] says no"


def test_a_line_that_cannot_be_used_is_named_and_what_stood_before_it_is_answered() -> None:
    ran = tierline("redact", "--json", given=b'{"id": 1, "text": "x"}\n{"id": 2}\n')
    assert ran.status == 2
    assert json.loads(ran.out) == {"id": 1, "redacted": "x", "spans": []}
    assert ran.err == (
        'tierline: standard input, line 2, text: it is missing or no string; write {"id": ..., "text": "..."}.\n'
    )
    for line in (
        b"[1]\n",
        b"{\n",
        b"\xff\n",
        b"[" * 100_000 + b"\n",
        b'{"id": [], "text": ""}\n',
        b'{"id": NaN, "text": ""}\n',
    ):
        ran = tierline("redact", "--json", given=line)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_file_that_is_not_there_is_a_sentence() -> None:
    ran = tierline("redact", "/nowhere/at/all.txt")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("tierline: /nowhere/at/all.txt: the file cannot be read")
