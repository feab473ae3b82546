"""Answers come in the order of the questions, as they come, in memory that stays flat."""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from tests.plans.books import AT, shipped
from tests.plans.test_routing_properties import SHIPPED, facts_for

from tierline.plans.answering import Answers, LineRefused, answer_all
from tierline.plans.facts import Facts

GOOD = {"service": "secure-messaging", "holder": "hrc", "fault_in": "unknown", "needs_tier": 2}


def _lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def _answered(content: bytes) -> tuple[list[dict[str, Any]], LineRefused | None]:
    written: list[str] = []
    refused = None
    try:
        answer_all(Answers(SHIPPED, AT), io.BytesIO(content), written.append)
    except LineRefused as refusal:
        refused = refusal
    return [json.loads(line) for line in "".join(written).splitlines()], refused


def test_answers_stand_in_the_order_of_the_questions_with_the_callers_ids() -> None:
    ids = ["b", 7, None, "ä\u2028\ud800"]
    answers, refused = _answered(_lines(*({**GOOD, "id": own} for own in ids)))
    assert refused is None
    assert [answer["id"] for answer in answers] == ids


def test_an_answer_has_every_key_of_the_contract() -> None:
    ((answer,), _) = _answered(_lines(GOOD))
    assert list(answer) == ["id", "outcome", "to", "tier", "by", "system", "tell", "missing", "because"]
    assert list(answer["because"][0]) == ["plan", "clause", "source", "text"]


@given(facts_for(SHIPPED))
@settings(max_examples=300)
def test_the_encoded_answer_is_the_decision(facts: Facts) -> None:
    ((answer,), _) = _answered(_lines(facts.as_json()))
    assert answer == {"id": None, **SHIPPED.decide(facts, AT).as_json()}


def test_one_book_of_answers_does_not_mix_up_questions_that_are_alike() -> None:
    answers = Answers(shipped(), AT)
    all_ten = sorted(SHIPPED.intake)
    thin = {**GOOD, "holder": "mhv-support", "needs_tier": 3, "supplied": ["summary"]}
    full = {**thin, "supplied": all_ten}
    outcomes = [json.loads(answers.line(value))["outcome"] for value in (thin, full, thin, GOOD)]
    assert outcomes == ["needs-information", "hand-off", "needs-information", "hand-off"]
    old = {**GOOD, "at": "2016-11-20T12:00:00-05:00"}
    assert [json.loads(answers.line(value))["system"] for value in (GOOD, old, GOOD)] == ["dynamics", "nsd", "dynamics"]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (b'{"id": "x"', "line"),
        (b"\xff\xfe", "line"),
        (b"[1]", "line"),
        (b"[" * 100_000, "line"),
        (b'{"id": ' + b"9" * 5000 + b"}", "line"),
        (_lines({**GOOD, "needs_tier": 9}).strip(), "needs_tier"),
        (_lines({**GOOD, "id": ["x"]}).strip(), "id"),
        (_lines({**GOOD, "at": "yesterday"}).strip(), "at"),
        (_lines({**GOOD, "colour": 1}).strip(), "'colour'"),
        (b" " * 1_000_001 + b"{", "line"),
    ],
)
def test_what_stands_before_a_bad_line_is_answered_and_the_line_is_named(bad: bytes, field: str) -> None:
    answers, refused = _answered(_lines(GOOD) + b"\n  \n" + _lines(GOOD) + bad + b"\n" + _lines(GOOD))
    assert len(answers) == 2
    assert refused is not None
    assert (refused.line, refused.refusal.field) == (5, field)
    assert "\n" not in str(refused)


def test_a_last_line_without_an_end_is_answered() -> None:
    answers, _ = _answered(_lines(GOOD, GOOD).rstrip())
    assert len(answers) == 2


def test_a_mark_of_byte_order_before_the_first_line_is_no_matter() -> None:
    answers, refused = _answered(b"\xef\xbb\xbf" + _lines(GOOD))
    assert (len(answers), refused) == (1, None)


def test_windows_line_ends_are_no_matter() -> None:
    answers, _ = _answered(_lines(GOOD, GOOD).replace(b"\n", b"\r\n"))
    assert len(answers) == 2


class Trickle:
    """A pipe that gives what it has; says when it is asked for more."""

    def __init__(self, pieces: Iterator[bytes], asked: Callable[[], object]) -> None:
        self._pieces, self._asked = pieces, asked

    def read1(self, size: int, /) -> bytes:
        self._asked()
        return next(self._pieces, b"")


def test_what_can_be_answered_is_written_before_more_is_waited_for() -> None:
    written: list[str] = []
    seen: list[int] = []
    line = _lines(GOOD)
    pieces = iter([line + line[:9], line[9:], line])
    answer_all(Answers(SHIPPED, AT), Trickle(pieces, lambda: seen.append("".join(written).count("\n"))), written.append)
    assert seen == [0, 1, 2, 3]


def _many(count: int) -> Iterator[bytes]:
    services = sorted(SHIPPED.services)
    for number in range(count):
        facts = {**GOOD, "id": f"case-{number}", "service": services[number % 11], "needs_tier": number % 4 + 1}
        yield _lines({**facts, "supplied": [f"field-{number}"], "holder": f"team-{number % 5_000}"})


def test_memory_does_not_grow_with_the_lines() -> None:
    answers = Answers(shipped(), AT, most=200)

    def peak(count: int) -> int:
        tracemalloc.reset_peak()
        answer_all(answers, Trickle(_many(count), lambda: None), lambda _: None)
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        peak(2_000)  # fills what is remembered
        few, many = peak(1_000), peak(10_000)
    finally:
        tracemalloc.stop()
    assert many < few * 1.1
