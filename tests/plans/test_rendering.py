"""A plan reads like the document it came from: its headings in order, every sentence, every gap in its place."""

import re
from html.parser import HTMLParser

import pytest
from tests.plans.books import WATER, book, gap, plan, route, shipped, water

from tierline.plans.loading import SHIPPED
from tierline.plans.planbook import Planbook
from tierline.plans.rendering import sections_of, span_in_words, to_html, to_markdown

BOOKS = [shipped(), water()]
PLANS = [(planbook, name) for planbook in BOOKS for name in planbook.plans]


@pytest.mark.parametrize(("planbook", "name"), PLANS, ids=[name for _, name in PLANS])
def test_the_headings_of_the_document_stand_in_its_order(planbook: Planbook, name: str) -> None:
    plan_ = planbook.plans[name]
    sections = sections_of(planbook, plan_)
    assert [section.title for section in sections[: len(plan_.headings)]] == [h.title for h in plan_.headings]


@pytest.mark.parametrize(("planbook", "name"), PLANS, ids=[name for _, name in PLANS])
def test_every_clause_and_every_gap_is_there_once(planbook: Planbook, name: str) -> None:
    plan_ = planbook.plans[name]
    items = [item for section in sections_of(planbook, plan_) for item in section.items]
    for kind, entries in (("clause", plan_.clauses), ("gap", plan_.gaps)):
        for entry in entries:
            same = [item for item in items if item.id == entry.id and entry.text in item.text]
            assert len(same) == 1, (kind, entry.id)


class _Shape(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "style")
        self.ids += [str(value) for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("planbook", "name"), PLANS, ids=[name for _, name in PLANS])
def test_the_page_is_whole_and_its_marks_are_unique(planbook: Planbook, name: str) -> None:
    shape = _Shape()
    shape.feed(to_html(planbook, planbook.plans[name]))
    assert shape.open == []
    assert len(set(shape.ids)) == len(shape.ids)
    assert shape.headings[0] == 1


def test_what_looks_like_markup_is_shown_as_it_stands() -> None:
    odd = route("odd", {"holder": "back"}, {"keep": True}) | {"text": "<b>*bold*</b> & [x](y)"}
    small = book(plan(clauses=[odd]))
    assert "&lt;b&gt;*bold*&lt;/b&gt; &amp; [x](y)" in to_html(small, small.plans["small"])
    assert r"\<b\>\*bold\*\</b\> & \[x\](y)" in to_markdown(small, small.plans["small"])


def test_conditions_and_days_are_told_in_words() -> None:
    clause = route("odd", {"holder": "back", "fault_in": {"except": ["engine"]}}, {"to": "front", "by": "email"})
    small = book(plan(clauses=[clause | {"from": "2026-01-01"}], gaps=[gap("open", when={"needs_tier": "3+"})]))
    text = to_markdown(small, small.plans["small"])
    assert "when held by back, the fault is in any but engine" in text
    assert "then hand it to front by email" in text
    assert "from 2026-01-01" in text
    assert "Gap: It is left open." in text
    assert "when tier 3 or 4" in text


def test_a_span_of_time_is_told_in_its_largest_whole_unit() -> None:
    clocks = water().clocks
    spans = {name: clock.acknowledge_within for name, clock in clocks.items()}
    assert {name: span_in_words(span) for name, span in spans.items() if span} == {
        "contractor-answers": "4 hours",
        "anybody-answers": "1 day",
    }


def test_no_shipped_text_could_reach_a_real_mailbox() -> None:
    for folder in (SHIPPED, WATER):
        for file in folder.glob("*.yaml"):
            for address in re.findall(r"[\w.+-]+@[\w.-]+\w", file.read_text()):
                assert address.endswith(".example"), address


def test_a_partner_that_works_in_a_system_of_its_own_says_so() -> None:
    book = water()
    assert "works its cases in a system of its own, MeterWorks" in to_markdown(book, book.plans["metering"])
