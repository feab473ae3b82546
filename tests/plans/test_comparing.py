"""A changed plan is compared entry by entry, and by what it would have decided otherwise."""

import io
import json
from typing import Any

import pytest
from tests.plans.books import AT, book, gap, plan, route, shipped, shipped_texts

from tierline.plans.answering import LineRefused
from tierline.plans.comparing import Tally, changes, otherwise, replay
from tierline.plans.loading import planbook_from_texts
from tierline.plans.planbook import Planbook

LINE = {"service": "rides", "holder": "front", "fault_in": "unknown", "needs_tier": 2}


def _changed() -> Planbook:
    small = plan(version=2, gaps=[gap("open", about=["up"])])
    small["clauses"][0] = route("up", {"holder": "front", "needs_tier": "3+"}, {"to": "back", "by": "email"})
    small["clauses"][1] = route("front-keeps", {"holder": "front", "needs_tier": "1-2"}, {"keep": True})
    return book(small)


def test_the_same_plans_differ_in_nothing() -> None:
    assert changes(shipped(), shipped()) == ()
    assert list(otherwise(shipped(), shipped(), AT)) == []


def test_what_was_added_removed_and_changed_is_told() -> None:
    told = {(c.section, c.entry): (c.change, c.fields) for c in changes(book(plan()), _changed())}
    assert told == {
        ("plans", "small"): ("changed", ("version",)),
        ("clauses", "up"): ("changed", ("when",)),
        ("clauses", "front-keeps"): ("changed", ("when",)),
        ("gaps", "open"): ("added", ()),
    }
    back = {(c.section, c.entry): c.change for c in changes(_changed(), book(plan()))}
    assert back["gaps", "open"] == "removed"


def test_a_whole_plan_can_be_added() -> None:
    files = shipped_texts()
    fewer = planbook_from_texts({name: text for name, text in files.items() if name == "vets-gov-product-charter.yaml"})
    assert ("plans", "es-1010ez", "added") in {(c.section, c.entry, c.change) for c in changes(fewer, shipped())}


def test_the_combinations_decided_otherwise_are_those_of_the_change() -> None:
    differing = list(otherwise(book(plan()), _changed(), AT))
    assert {(one.facts.holder, one.facts.needs_tier) for one in differing} == {("front", 2)}
    assert {(one.before.to, one.after.to) for one in differing} == {("back", "front")}


def test_other_words_for_the_same_deed_are_no_difference() -> None:
    small = plan()
    small["clauses"][0]["text"] = "Said otherwise."
    assert list(otherwise(book(plan()), book(small), AT)) == []


def _replayed(*values: dict[str, Any]) -> tuple[list[dict[str, Any]], Tally]:
    tally = Tally()
    source = io.BytesIO(b"".join(json.dumps(value).encode() + b"\n" for value in values))
    return [one.as_json() for one in replay(book(plan()), _changed(), source, AT, tally)], tally


def test_a_replay_tells_the_lines_that_differ_and_counts_all() -> None:
    told, tally = _replayed({**LINE, "id": "a"}, {**LINE, "id": "b", "needs_tier": 3}, {**LINE, "id": "c"})
    assert [one["id"] for one in told] == ["a", "c"]
    assert told[0]["before"]["outcome"] == "hand-off"
    assert told[0]["after"]["outcome"] == "keep"
    assert next(iter(told[0]["after"])) == "id"
    assert (tally.decided, tally.changed) == (3, 2)


def test_a_replay_refuses_a_line_that_is_no_facts() -> None:
    with pytest.raises(LineRefused, match="line 2, needs_tier"):
        _replayed(LINE, {**LINE, "needs_tier": 0})
