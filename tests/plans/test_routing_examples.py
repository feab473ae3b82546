"""Every worked example of the shipped plans holds, and is explained by sentences that stand in them."""

import json
from typing import Any

import pytest
from tests.plans.books import AT, EXAMPLES, shipped, water

from tierline.plans.decision import BUILT_IN
from tierline.plans.facts import facts_from_json, instant_from_json
from tierline.plans.planbook import Planbook

CASES = [json.loads(line) for line in EXAMPLES.read_text().splitlines()]


@pytest.fixture(scope="module")
def planbook() -> Planbook:
    return shipped()


@pytest.mark.parametrize("example", CASES, ids=[f"{case['id']}: {case['why']}" for case in CASES])
def test_the_example_holds(planbook: Planbook, example: dict[str, Any]) -> None:
    facts = example["facts"]
    at = instant_from_json(facts["at"]) if "at" in facts else AT
    decided = planbook.decide(facts_from_json(facts), at).as_json()
    missing = set(example["expect"].pop("missing", ()))
    assert missing <= set(decided["missing"])
    assert {key: decided[key] for key in example["expect"]} == example["expect"]
    known = {(file.plan.id, entry.id) for file in planbook.files for entry in _sentences(file.plan)}
    assert decided["because"]
    for reason in decided["because"]:
        assert reason["text"]
        assert reason["plan"] == BUILT_IN or (reason["plan"], reason["clause"]) in known


def _sentences(plan: Any) -> list[Any]:
    return [*plan.clauses, *plan.gaps, *plan.ticketing]


def test_the_decision_cites_the_sentence_of_the_plan_it_rests_on(planbook: Planbook) -> None:
    facts = {"service": "health-care-application", "holder": "hrc", "fault_in": "unknown", "needs_tier": 2}
    reason = planbook.decide(facts_from_json(facts), AT).because[0]
    assert (reason.plan, reason.clause) == ("es-1010ez", "triage-first")
    assert reason.source == "Vets.gov O&M plan for ES and 10-10EZ, Customer Support"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"holder": "somebody"}, "unknown-team"),
        ({"service": "parking"}, "unknown-service"),
        ({"fault_in": "toaster"}, "unknown-system"),
        ({"service": "claim-status"}, "no-plan-answers"),
    ],
)
def test_a_no_route_says_what_is_unknown(planbook: Planbook, change: dict[str, str], says: str) -> None:
    facts = {"service": "secure-messaging", "holder": "hrc", "fault_in": "unknown", "needs_tier": 2, **change}
    decision = planbook.decide(facts_from_json(facts), AT)
    assert [reason.clause for reason in decision.because] == [says]
    word = next(iter(change.values()))
    assert word in decision.because[0].text


def test_a_gap_the_plans_name_is_what_a_no_route_cites(planbook: Planbook) -> None:
    facts = {"service": "medical-records", "holder": "mhv-tier-3", "fault_in": "vista", "needs_tier": 3}
    decision = planbook.decide(facts_from_json(facts), AT)
    assert [(reason.plan, reason.clause) for reason in decision.because] == [("mhv-tier-3", "record-systems")]


def test_security_is_restricted_even_where_no_plan_says_so() -> None:
    facts = {"service": "tap-water", "holder": "counter", "fault_in": "unknown", "needs_tier": 1}
    decision = water().decide(facts_from_json({**facts, "flags": ["security-privacy"]}), AT)
    assert decision.outcome.value == "restricted"
    assert decision.because[0].clause == "restricted-by-default"
    assert decision.to is decision.by is None
