"""What holds for every planbook and all facts: an answer, the same answer, and nowhere the plans do not know."""

import json
import random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plans.books import AT, plan, route, shipped, shipped_texts, team, texts, water, water_texts

from tierline.plans.coverage import circles, combinations_of
from tierline.plans.decision import BUILT_IN, CHANNELS, Decision, Outcome
from tierline.plans.facts import AUDIENCES, FLAGS, Facts
from tierline.plans.loading import planbook_from_texts
from tierline.plans.planbook import Planbook

SHIPPED, WATER = shipped(), water()
BOOKS = {"shipped": SHIPPED, "water": WATER}


def facts_for(book: Planbook) -> st.SearchStrategy[Facts]:
    """Any facts in the words of a planbook, and some in words it does not know."""
    return st.builds(
        Facts,
        service=st.sampled_from([*sorted(book.services), "no-such-service"]),
        holder=st.sampled_from([*sorted(book.teams), "no-such-team"]),
        fault_in=st.sampled_from([*sorted(book.systems), "unknown", "user", "no-such-system"]),
        needs_tier=st.integers(1, 4),
        audience=st.sampled_from(AUDIENCES),
        asks=st.sampled_from([None, None, "veteran", "reporter"]),
        flags=st.frozensets(st.sampled_from(FLAGS)),
        supplied=st.none() | st.frozensets(st.sampled_from([*sorted(book.intake), "something-else"])),
    )


ASKED = st.sampled_from(sorted(BOOKS)).flatmap(lambda name: st.tuples(st.just(name), facts_for(BOOKS[name])))
INSTANTS = st.datetimes(min_value=AT.replace(year=2014, tzinfo=None), max_value=AT.replace(year=2035, tzinfo=None)).map(
    lambda moment: moment.replace(tzinfo=AT.tzinfo)
)


@given(ASKED, INSTANTS)
@settings(max_examples=400)
def test_every_question_has_one_whole_answer(asked: tuple[str, Facts], at: Any) -> None:
    book, facts = BOOKS[asked[0]], asked[1]
    decision = book.decide(facts, at)
    assert decision == planbook_of(asked[0]).decide(facts, at)
    assert decision.because
    assert all(reason.text and reason.source for reason in decision.because)
    _goes_nowhere_unknown(book, decision)
    _is_whole(book, facts, decision)


def planbook_of(name: str) -> Planbook:
    """The same plans, which have answered nothing yet."""
    return Planbook(BOOKS[name].files)


def _goes_nowhere_unknown(book: Planbook, decision: Decision) -> None:
    assert decision.to is None or decision.to in book.teams
    assert decision.by is None or decision.by in CHANNELS
    assert set(decision.tell) <= book.duties.keys() | book.teams.keys()
    assert set(decision.missing) <= book.intake.keys()
    assert {reason.plan for reason in decision.because} <= book.plans.keys() | {BUILT_IN}


def _is_whole(book: Planbook, facts: Facts, decision: Decision) -> None:
    assert (decision.system is not None) == (decision.by == "ticket")
    assert bool(decision.missing) == (decision.outcome is Outcome.NEEDS_INFORMATION)
    if decision.outcome in (Outcome.KEEP, Outcome.ASK_DIRECTLY):
        assert decision.to == facts.holder
    if decision.outcome in (Outcome.HAND_OFF, Outcome.NEEDS_INFORMATION, Outcome.ASK_THROUGH):
        assert decision.to != facts.holder
        assert decision.tier in book.teams[str(decision.to)].tiers
        assert book.address(str(decision.to), decision.by or "ticket")
    if decision.outcome in (Outcome.RESTRICTED, Outcome.NO_ROUTE):
        assert (decision.to, decision.by, decision.tier) == (None, None, None)
    if "security-privacy" in facts.flags:
        assert decision.outcome is Outcome.RESTRICTED


def _permuted(text: bytes, chance: random.Random) -> bytes:
    values = yaml.safe_load(text)
    for section in ("clauses", "gaps", "teams", "services", "systems", "ticketing", "duties"):
        if section in values:
            chance.shuffle(values[section])
    return yaml.safe_dump(json.loads(json.dumps(values, default=str)), sort_keys=False).encode()


@pytest.mark.parametrize("files", [shipped_texts(), water_texts()], ids=["shipped", "water"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_clauses_and_files_changes_nothing(files: dict[str, bytes], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a shuffle, no secret
    names = list(files)
    chance.shuffle(names)
    before = planbook_from_texts(files)
    after = planbook_from_texts({f"{place}.yaml": _permuted(files[name], chance) for place, name in enumerate(names)})
    for words in combinations_of(before):
        facts = Facts(*words)
        assert before.decide(facts, AT) == after.decide(facts, AT)


def test_adding_an_unrelated_plan_changes_nothing() -> None:
    both = planbook_from_texts({**shipped_texts(), **water_texts()})
    for name, book in BOOKS.items():
        for words in combinations_of(book):
            facts = Facts(*words)
            assert both.decide(facts, AT) == book.decide(facts, AT), name


@pytest.mark.parametrize("name", sorted(BOOKS))
def test_every_chain_of_hand_offs_comes_to_an_end(name: str) -> None:
    book = BOOKS[name]
    for words in combinations_of(book):
        facts, trail = Facts(*words), [words[1]]
        while (decision := book.decide(facts, AT)).outcome is Outcome.HAND_OFF:
            assert decision.to not in trail
            trail.append(str(decision.to))
            facts = Facts(words[0], trail[-1], *words[2:])
        assert len(trail) <= len(book.teams)


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefgh"), max_size=6))
def test_circles_are_found_where_following_comes_back_and_nowhere_else(steps: dict[str, str]) -> None:
    found = circles(dict(steps))
    members = {member for circle in found for member in circle}
    for start in steps:
        here: str | None = start
        for _ in steps:
            here = steps.get(here or "")
        # After as many steps as there are one stands in a circle, or has fallen off the map.
        assert (here in members) == (here is not None and here in steps)


CONDITION = st.fixed_dictionaries(
    {"holder": st.sampled_from(["front", "back"])},
    optional={
        "needs_tier": st.sampled_from(["2+", 1, [1, 3]]),
        "audience": st.sampled_from(["staff", "veteran"]),
        "fault_in": st.sampled_from(["engine", "unknown", {"except": ["engine"]}]),
    },
)
DEED = st.sampled_from([{"keep": True}, {"to": "back", "by": "email"}, {"to": "front", "by": "email"}])


@given(st.lists(st.tuples(CONDITION, DEED), min_size=1, max_size=5), facts_for(planbook_from_texts(texts(plan()))))
@settings(max_examples=150, deadline=None)
def test_no_set_of_clauses_makes_it_guess(clauses: list[tuple[Any, Any]], facts: Facts) -> None:
    written = [route(f"c{place}", when, then) for place, (when, then) in enumerate(clauses)]
    small = plan(clauses=written, teams=[team("front", 1), team("back", 2)])
    decision = planbook_from_texts(texts(small)).decide(facts, AT)
    assert decision.because
    assert decision.to in {None, "front", "back"}
    deeds = {json.dumps(then) for when, then in clauses if f"{when}" and decision.outcome is Outcome.HAND_OFF}
    assert decision.outcome is not Outcome.HAND_OFF or deeds
