"""Whose word counts: the charter's before the plan's, the overriding clause's before the other, else both agree."""

from datetime import UTC, datetime
from typing import Any

from tests.plans.books import AT, book, charter, clause, gap, plan, route, team, water

from tierline.plans.decision import Decision, Outcome
from tierline.plans.facts import Facts
from tierline.plans.planbook import Planbook

FACTS = Facts(service="rides", holder="front", needs_tier=2)


def _cited(decision: Decision) -> list[str]:
    return [f"{reason.plan}/{reason.clause}" for reason in decision.because]


def _with(*clauses: dict[str, Any], **sections: Any) -> dict[str, Any]:
    small = plan(**sections)
    return {**small, "clauses": [*small["clauses"], *clauses]}


def test_the_charter_stands_above_the_plan_under_it() -> None:
    law = charter(route("front-does-it", {"holder": "front"}, {"keep": True}))
    decision = book(plan(under="law"), law).decide(FACTS, AT)
    assert decision.outcome is Outcome.KEEP
    assert _cited(decision) == ["law/front-does-it"]


def test_a_charter_a_plan_does_not_stand_under_does_not_rule_it() -> None:
    law = charter(route("front-does-it", {"holder": "front"}, {"keep": True}))
    decision = book(plan(), law).decide(FACTS, AT)
    assert decision.outcome is Outcome.NO_ROUTE
    assert _cited(decision) == ["tierline/plans-disagree", "law/front-does-it", "small/up"]


def test_a_clause_stands_above_the_one_it_overrides() -> None:
    over = route("but-now", {"holder": "front", "needs_tier": 2}, {"keep": True}, overrides=["up"])
    assert _cited(book(_with(over)).decide(FACTS, AT)) == ["small/but-now"]


def test_clauses_that_agree_are_all_cited_in_order() -> None:
    same = route("also", {"holder": "front", "needs_tier": 2}, {"to": "back", "by": "email"})
    assert _cited(book(_with(same)).decide(FACTS, AT)) == ["small/also", "small/up"]


def test_clauses_that_disagree_lead_to_no_guess() -> None:
    other = route("also", {"holder": "front", "needs_tier": 2}, {"keep": True})
    decision = book(_with(other)).decide(FACTS, AT)
    assert decision.outcome is Outcome.NO_ROUTE
    assert _cited(decision) == ["tierline/plans-disagree", "small/also", "small/up"]


def test_what_a_charter_takes_in_a_plan_cannot_keep_out_and_both_reasons_are_told() -> None:
    out = clause("scope", "not-here", {"holder": "front"}, {"out": True})
    law = charter(clause("scope", "all-welcome", {"service": "rides"}, {"out": False}))
    decision = book(_with(out, under="law"), law).decide(FACTS, AT)
    assert decision.outcome is Outcome.HAND_OFF
    assert _cited(decision) == ["law/all-welcome", "small/up"]


def test_a_clause_applies_from_its_first_day_until_the_day_named() -> None:
    spring = route("spring", {"holder": "front"}, {"keep": True}, overrides=["up"])
    spring |= {"from": "2026-03-01", "until": "2026-06-01"}
    planbook = book(_with(spring, effective={"from": "2020-01-01", "zone": "America/New_York"}))
    new_york_midnight = datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert planbook.decide(FACTS, new_york_midnight).outcome is Outcome.KEEP
    assert planbook.decide(FACTS, new_york_midnight.replace(hour=4, minute=59)).outcome is Outcome.HAND_OFF
    assert planbook.decide(FACTS, datetime(2026, 6, 1, 4, tzinfo=UTC)).outcome is Outcome.HAND_OFF


def test_the_tier_of_a_hand_off_is_the_nearest_the_receiver_works() -> None:
    small = plan(teams=[team("front", 1), team("back", 2, 4)])
    tiers = {needs: book(small).decide(Facts("rides", "front", needs_tier=needs), AT).tier for needs in (2, 3, 4)}
    assert tiers == {2: 2, 3: 4, 4: 4}


def test_an_exception_means_every_other_word_the_plans_know() -> None:
    small = _with(
        route("odd", {"holder": "front", "fault_in": {"except": ["engine"]}}, {"keep": True}, overrides=["up"])
    )
    planbook = book(small)
    assert planbook.decide(Facts("rides", "front", "unknown", 2), AT).outcome is Outcome.KEEP
    assert planbook.decide(Facts("rides", "front", "engine", 2), AT).outcome is Outcome.HAND_OFF


def test_a_question_with_no_rule_is_no_route_and_only_gaps_about_questions_are_cited() -> None:
    gaps = [gap("asking", when={"holder": "front", "asks": "veteran"}), gap("other", when={"holder": "front"})]
    decision = book(plan(gaps=gaps)).decide(Facts("rides", "front", asks="veteran"), AT)
    assert _cited(decision) == ["small/asking"]
    without = book(plan()).decide(Facts("rides", "front", asks="veteran"), AT)
    assert _cited(without) == ["tierline/no-contact-rule"]


def test_a_ticket_with_no_ticketing_system_in_force_goes_nowhere() -> None:
    ticket = route("up", {"holder": "front", "needs_tier": 2}, {"to": "back", "by": "ticket"})
    decision = book(plan(clauses=[ticket])).decide(FACTS, AT)
    assert _cited(decision) == ["small/up", "tierline/no-ticketing-system"]


class TestAnotherCity:
    """Nothing is shaped after the plans that are shipped."""

    def _decide(self, planbook: Planbook, *words: Any, **more: Any) -> Decision:
        return planbook.decide(Facts(*words, **more), AT)

    def test_the_crew_gets_pipes_by_ticket_at_the_tier_it_works(self) -> None:
        decision = self._decide(water(), "tap-water", "counter", "pipes", 3)
        assert (decision.to, decision.tier, decision.by, decision.system) == ("field-crew", 4, "ticket", "workboard")

    def test_the_charter_sends_doubtful_water_to_the_laboratory(self) -> None:
        decision = self._decide(water(), "tap-water", "counter", "reservoir", 2)
        assert (decision.to, decision.by) == ("laboratory", "call")
        assert _cited(decision) == ["city-charter/doubtful-water-to-the-laboratory"]

    def test_the_contractor_needs_street_and_number_in_the_order_of_the_form(self) -> None:
        decision = self._decide(water(), "meter-reading", "counter", "meter", 2, supplied=frozenset())
        assert decision.outcome is Outcome.NEEDS_INFORMATION
        assert decision.missing == ("street", "meter-number")

    def test_the_contractor_asks_through_the_counter_and_the_chemist_hears(self) -> None:
        decision = self._decide(
            water(), "meter-reading", "meter-company", asks="veteran", flags=frozenset({"patient-safety"})
        )
        assert (decision.to, decision.by, decision.tier) == ("counter", "ticket", 1)
        assert decision.tell == ("duty-chemist",)

    def test_after_the_agreement_has_ended_only_the_charter_speaks(self) -> None:
        late = AT.replace(year=2031)
        assert water().decide(Facts("tap-water", "counter", "pipes", 2), late).outcome is Outcome.NO_ROUTE
        assert water().decide(Facts("tap-water", "counter", "reservoir", 2), late).to == "laboratory"
