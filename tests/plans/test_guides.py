"""The guide to a service says what the planbook decides, no more and no less, and cites it."""

from itertools import product

import pytest
from tests.plans.books import AT, book, clause, gap, plan, route, shipped, team, water

from tierline.foundation.trouble import NotFound
from tierline.plans.decision import Outcome
from tierline.plans.facts import AUDIENCES, TIERS, UNKNOWN, USER, Facts
from tierline.plans.guide_rendering import guide_to_html, guide_to_markdown
from tierline.plans.guides import Guide, first_sources, guide_to, teams_on
from tierline.plans.planbook import Planbook

BOOKS = [shipped(), water()]
SERVICES = [(planbook, service) for planbook in BOOKS for service in planbook.services]
each_service = pytest.mark.parametrize(("planbook", "service"), SERVICES, ids=[name for _, name in SERVICES])


def takes(guide: Guide, team_id: str) -> list[str]:
    [step] = [step for step in guide.steps if step.team == team_id]
    return [sentence.text for sentence in step.takes]


@each_service
def test_every_clause_that_decides_at_a_team_of_the_ladder_is_cited(planbook: Planbook, service: str) -> None:
    guide = guide_to(planbook, service, AT)
    cited = {(reason.plan, reason.clause) for reason in first_sources(guide)}
    for team_id, fault, tier, audience in product(guide.teams, (UNKNOWN, USER, *planbook.systems), TIERS, AUDIENCES):
        decision = planbook.decide(Facts(service, team_id, fault, tier, audience), AT)
        first = decision.because[0]
        assert first.plan == "tierline" or (first.plan, first.clause) in cited


@each_service
def test_nobody_a_case_can_come_to_is_left_out(planbook: Planbook, service: str) -> None:
    ladder = teams_on(planbook, service, AT)
    assert ladder
    for team_id, fault, tier, audience in product(ladder, (UNKNOWN, USER, *planbook.systems), TIERS, AUDIENCES):
        decision = planbook.decide(Facts(service, team_id, fault, tier, audience), AT)
        assert decision.outcome is not Outcome.HAND_OFF or decision.to in ladder


@each_service
def test_what_no_plan_answers_is_marked_in_its_place(planbook: Planbook, service: str) -> None:
    for step in guide_to(planbook, service, AT).steps:
        for sentence in step.takes:
            assert sentence.open == ("no plan says where it goes" in sentence.text)


def test_tiers_and_faults_that_are_alike_are_told_in_one_sentence() -> None:
    small = book(plan())
    guide = guide_to(small, "rides", AT)
    assert takes(guide, "front") == [
        "Tier 1: keeps it; it is theirs to solve.",
        "Tier 2 to 4: hands it to back (Tier 2) by e-mail.",
    ]
    assert takes(guide, "back") == ["Every tier: keeps it; it is theirs to solve."]


def test_a_fault_that_makes_the_difference_is_named_and_the_shorter_side_of_it() -> None:
    clauses = [
        route("elsewhere", {"holder": "front", "fault_in": "engine"}, {"to": "back", "by": "email"}),
        route("here", {"holder": "front", "fault_in": {"except": ["engine"]}}, {"keep": True}),
        route("back-keeps", {"holder": "back"}, {"keep": True}),
    ]
    services = [{"id": "rides", "label": "Rides", "behind": ["engine"]}]
    told = takes(guide_to(book(plan(clauses=clauses, services=services)), "rides", AT), "front")
    assert "Every tier, unless the fault is in Engine: keeps it; it is theirs to solve." in told
    assert any(text.startswith("Every tier, if the fault is in Engine: hands it to back") for text in told)


def test_what_staff_report_is_told_apart_where_it_goes_another_way() -> None:
    clauses = [
        route("veterans", {"holder": "front", "audience": "veteran"}, {"keep": True}),
        route("staff", {"holder": "front", "audience": "staff"}, {"to": "back", "by": "email"}),
        route("back-keeps", {"holder": "back"}, {"keep": True}),
    ]
    told = takes(guide_to(book(plan(clauses=clauses)), "rides", AT), "front")
    assert told[0] == "Every tier, reported by a Veteran: keeps it; it is theirs to solve."
    assert told[1].startswith("Every tier, reported by staff: hands it to back")


def test_a_gap_about_a_clause_stands_beside_the_sentence_that_rests_on_it() -> None:
    small = book(plan(gaps=[gap("how-soon", about=["up"]), gap("of-the-service", about=["rides"])]))
    guide = guide_to(small, "rides", AT)
    [up] = [s for step in guide.steps for s in step.takes if "hands it" in s.text]
    assert [one.clause for one in up.gaps] == ["how-soon"]
    assert [one.clause for one in guide.gaps] == ["of-the-service"]


def test_whom_one_may_ask_is_told_for_every_team_of_the_ladder() -> None:
    asks = {step.team: [s.text for s in step.asks] for step in guide_to(shipped(), "secure-messaging", AT).steps}
    assert asks["mhv-tier-3"] == [
        "Asks the Veteran through MHV support (Tier 2), by ticket.",
        "May ask a reporter on staff directly.",
    ]
    assert asks["hrc"] == ["May ask the Veteran and a reporter on staff directly."]


def test_what_to_supply_is_told_once_for_all_who_ask_the_same() -> None:
    wanted = clause("intake", "asks", {"to": "back"}, {"requires": ["when"]})
    field = {"id": "when", "label": "When", "why": "To find it in the logs."}
    small = book(plan(intake=[field], clauses=[*plan()["clauses"], wanted]))
    [supplied] = guide_to(small, "rides", AT).supplied
    assert (supplied.label, [one.why for one in supplied.fields]) == ("back", ["To find it in the logs."])


def test_a_planbook_without_reasons_for_a_return_has_the_one_that_needs_words() -> None:
    small = book(plan(teams=[team("front", 1), team("back", 2)]))
    [reason] = small.return_reasons.values()
    assert reason.words_required
    assert small.unlisted_reason == reason


def test_there_is_no_guide_to_what_no_plan_names() -> None:
    with pytest.raises(NotFound, match="Use one of rides"):
        guide_to(book(plan()), "tea", AT)


@each_service
def test_both_forms_tell_every_sentence_and_show_markup_as_it_stands(planbook: Planbook, service: str) -> None:
    guide = guide_to(planbook, service, AT)
    html, markdown = guide_to_html(guide), guide_to_markdown(guide)
    assert html.count("<li>") >= sum(len(step.takes) + len(step.asks) for step in guide.steps)
    assert html.count("<ul>") == html.count("</ul>")
    for number in first_sources(guide).values():
        assert f"[{number}]" in html
        assert f"\\[{number}\\]" in markdown
