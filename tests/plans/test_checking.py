"""The check finds each kind of mistake, with its line and what would mend it; the shipped plans have none."""

from collections import Counter
from typing import Any

import pytest
from tests.plans.books import (
    AT,
    charter,
    check,
    clause,
    gap,
    plan,
    route,
    shipped_texts,
    team,
    texts,
    water_texts,
)

from tierline.plans.checking import check_planbook, check_texts
from tierline.plans.findings import Finding
from tierline.plans.loading import planbook_from_texts


def _with(*clauses: dict[str, Any], **sections: Any) -> dict[str, Any]:
    small = plan(**sections)
    return {**small, "clauses": [*small["clauses"], *clauses]}


def _only(code: str, *plans: dict[str, Any]) -> Finding:
    """The one error that the plans have, with a line that is inside its file and a remedy."""
    result = check(*plans)
    assert [finding.code for finding in result.errors] == [code], result.errors
    (finding,) = result.errors
    assert 1 <= finding.line <= texts(*plans)[finding.file].count(b"\n")
    assert finding.remedy
    return finding


def test_a_sound_plan_has_no_finding() -> None:
    assert check(plan()).findings == ()


def test_an_unreadable_file_is_told_beside_the_findings_of_the_others() -> None:
    result = check_texts({**texts(plan(gaps=[gap("open")])), "bad.yaml": b"a: 1\na: 2\n"}, AT)
    assert [(f.code, f.file) for f in result.findings] == [("unreadable", "bad.yaml"), ("gap", "small.yaml")]
    assert result.unreadable


@pytest.mark.parametrize(
    ("sections", "word"),
    [
        ({"clauses": [route("x", {"holder": "nobody"}, {"keep": True})]}, "nobody"),
        ({"clauses": [route("x", {"service": "nothing"}, {"keep": True})]}, "nothing"),
        ({"clauses": [route("x", {"fault_in": "ether"}, {"keep": True})]}, "ether"),
        ({"clauses": [route("x", {}, {"to": "nowhere", "by": "email"})]}, "nowhere"),
        ({"clauses": [clause("intake", "x", {"to": "back"}, {"requires": ["colour"]})]}, "colour"),
        ({"clauses": [clause("tell", "x", {}, {"tell": ["chief"]})]}, "chief"),
        ({"clauses": [clause("duty", "x", {}, {}, binds=["them"])]}, "them"),
        ({"clauses": [route("x", {}, {"keep": True}, overrides=["y"])]}, "small/y"),
        ({"clauses": [route("x", {}, {"keep": True}, source={"heading": "Elsewhere"})]}, "Elsewhere"),
        ({"gaps": [gap("x", about=["thing"])]}, "thing"),
        ({"gaps": [gap("x", when={"holder": "ghost"})]}, "ghost"),
        ({"under": "law"}, "law"),
        ({"people": []}, "ida"),
        ({"services": [{"id": "rides", "label": "Rides", "behind": ["wheel"]}]}, "wheel"),
    ],
)
def test_a_word_that_nothing_declares_is_found(sections: dict[str, Any], word: str) -> None:
    findings = check(plan(**sections)).errors
    assert {finding.code for finding in findings} == {"unknown-reference"}
    assert any(word in finding.message for finding in findings)


def test_a_word_may_be_declared_in_another_file() -> None:
    far = {**plan(id="far", services=[], systems=[], people=[], teams=[team("depot", 3)], clauses=[]), "title": "Far"}
    far["headings"] = [{"title": "All", "level": 1, "says": "The depot."}]
    sends = route("to-depot", {"holder": "back"}, {"to": "depot", "by": "email"}, overrides=["back-keeps"])
    keeps = route("depot-keeps", {"holder": "depot"}, {"keep": True})
    assert [f.code for f in check(_with(sends, keeps), far).errors] == ["never-applies"]  # back-keeps is overridden


@pytest.mark.parametrize("section", ["teams", "clauses", "services", "people"])
def test_an_id_that_stands_twice_is_found(section: str) -> None:
    small = plan()
    small[section] = [*small[section], small[section][0]]
    assert "declared already" in _only("duplicate-id", small).message


def test_the_same_id_in_two_files_is_found() -> None:
    other = plan(id="other", teams=[], systems=[], people=[], clauses=[])
    finding = check(plan(), other).errors[0]
    assert (finding.code, finding.file) == ("duplicate-id", "other.yaml") or finding.file == "small.yaml"


def test_two_clauses_that_decide_the_same_facts_differently_are_found() -> None:
    other = route("sometimes", {"holder": "front", "needs_tier": "2-3", "audience": "staff"}, {"keep": True})
    finding = _only("contradiction", _with(other))
    assert "small/sometimes and small/up" in finding.message
    assert "staff" in finding.message


def test_clauses_that_meet_only_where_a_third_stands_above_both_do_not_contradict() -> None:
    staff = {"holder": "front", "needs_tier": 2, "audience": "staff"}
    other = route("sometimes", staff, {"to": "back", "by": "email", "tier": 2})
    above = route("above", staff, {"keep": True}, overrides=["up", "sometimes"])
    assert "contradiction" not in {finding.code for finding in check(_with(other, above)).findings}


def test_clauses_that_override_each_other_are_found() -> None:
    one = route("one", {"holder": "front", "needs_tier": 2}, {"keep": True}, overrides=["two", "up"])
    two = route("two", {"holder": "front", "needs_tier": 2}, {"to": "back", "by": "email"}, overrides=["one", "up"])
    assert "contradiction" in {finding.code for finding in check(_with(one, two)).errors}


def test_two_ticketing_systems_in_force_at_once_are_found() -> None:
    used = [{"receivers": ["back"], "audience": ["staff"]}]
    systems = [
        {"id": name, "label": name, "used": used, "source": {"heading": "All"}, "text": "So it is."}
        for name in ("old", "new")
    ]
    assert "new and old" in _only("contradiction", plan(ticketing=systems)).message


def test_a_case_that_would_go_round_is_found_with_its_way() -> None:
    small = plan()
    small["clauses"][2] = route("back-returns", {"holder": "back"}, {"to": "front", "by": "email"})
    finding = check(small).errors[0]
    assert finding.code == "circle"
    assert "back → front → back" in finding.message


def test_a_team_that_hands_to_itself_is_found() -> None:
    small = plan()
    small["clauses"][2] = route("back-again", {"holder": "back"}, {"to": "back", "by": "email"})
    assert "back → back" in _only("circle", small).message


def test_a_question_that_would_go_round_is_found() -> None:
    ask = clause("contact", "ask-back", {"holder": "front"}, {"through": "back", "by": "email"})
    answer = clause("contact", "ask-front", {"holder": "back"}, {"through": "front", "by": "email"})
    result = check(_with(ask, answer))
    assert {finding.code for finding in result.errors} == {"circle"}
    assert "The question" in result.errors[0].message


@pytest.mark.parametrize(
    "idle",
    [
        route("idle", {"holder": "front", "needs_tier": {"except": [1, 2, 3, 4]}}, {"keep": True}),
        route("idle", {"service": {"except": ["rides"]}}, {"keep": True}),
        clause("tell", "idle", {"flags": "security-privacy"}, {"tell": ["back"]}),
        clause("intake", "idle", {"to": "front"}, {"requires": ["colour"]}),
    ],
)
def test_a_clause_that_can_never_apply_is_found(idle: dict[str, Any]) -> None:
    field = {"id": "colour", "label": "Colour", "why": "It tells cars apart."}
    assert "small" in _only("never-applies", _with(idle, intake=[field])).plan


def test_a_gap_that_can_never_be_cited_is_found() -> None:
    assert "gap can never be cited" in _only("never-applies", plan(gaps=[gap("idle", when={"holder": "back"})])).message


def test_a_clause_that_ended_before_its_plan_began_is_found() -> None:
    old = route("old", {"holder": "front"}, {"keep": True}, overrides=["up"], until="2019-01-01")
    assert _only("never-applies", _with(old)).plan == "small"


def test_a_duty_without_a_holder_is_found_unless_a_gap_says_so() -> None:
    duties = [{"id": "chief", "label": "Chief"}]
    assert "chief" in _only("duty-without-holder", plan(duties=duties)).message
    assert check(plan(duties=duties, gaps=[gap("who", about=["chief"])])).errors == ()


def test_a_channel_without_an_address_is_found_unless_a_gap_says_so() -> None:
    call = [
        route("ring", {"holder": "front", "needs_tier": "2+"}, {"to": "back", "by": "call"}),
        *plan()["clauses"][1:],
    ]
    assert "by call" in _only("channel-without-address", plan(clauses=call)).message
    assert check(plan(clauses=call, gaps=[gap("number", about=["back"])])).errors == ()


def test_a_ticket_where_no_ticketing_system_is_in_force_is_found() -> None:
    small = plan()
    small["teams"][1]["receives"] = {"ticket": {"queue": "Back"}}
    small["clauses"][0] = route("up", {"holder": "front", "needs_tier": "2+"}, {"to": "back", "by": "ticket"})
    board = {"id": "board", "label": "Board", "source": {"heading": "All"}, "text": "So."}
    ended = {**board, "used": [{"receivers": ["back"], "until": "2024-01-01"}]}
    finding = _only("channel-without-address", {**small, "ticketing": [ended]})
    assert "from 2024-01-01" in finding.message
    assert check({**small, "ticketing": [{**board, "used": [{"receivers": ["back"]}]}]}).errors == ()


def test_a_plan_that_overrides_its_charter_is_found() -> None:
    law = charter(route("stay", {"holder": "front"}, {"keep": True}))
    over = route("away", {"holder": "front"}, {"to": "back", "by": "email"}, overrides=["law/stay"])
    assert "no plan may override a charter" in _only("charter-overridden", _with(over, under="law"), law).message


@pytest.mark.parametrize(
    ("sections", "about"),
    [
        ({"groups": [{"id": "crew", "label": "Crew", "handle": "TBD"}]}, "crew"),
        ({"systems": [{"id": "engine", "label": "Engine (others?)"}]}, "engine"),
        ({"groups": [{"id": "crew", "label": "Crew", "members": []}]}, "crew"),
    ],
)
def test_what_is_left_open_has_to_be_named_as_a_gap(sections: dict[str, Any], about: str) -> None:
    assert about in _only("unsaid-gap", plan(**sections)).remedy
    assert check(plan(**sections, gaps=[gap("open", about=[about])])).errors == ()


def test_an_empty_heading_has_to_be_named_as_a_gap() -> None:
    headings = [{"title": "All", "level": 1}, {"title": "Figures", "level": 2}]
    assert "Figures" in _only("unsaid-gap", plan(headings=headings)).message
    assert check(plan(headings=headings, gaps=[gap("none", source={"heading": "Figures"})])).errors == ()


def test_a_hand_off_to_a_team_no_plan_tells_what_to_do_is_a_note() -> None:
    (note,) = check(plan(clauses=plan()["clauses"][:2])).findings
    assert (note.severity, note.code) == ("note", "dead-end")


def test_gaps_are_told_and_are_no_error() -> None:
    result = check(plan(gaps=[gap("one"), gap("two")]))
    assert Counter(finding.severity for finding in result.findings) == {"gap": 2}


def test_what_is_covered_adds_up_to_every_combination_the_plans_name() -> None:
    covered = check(plan()).covered
    assert covered.combinations == 2 * 1 * 3 * 4 * 2
    assert covered.routed == covered.combinations
    assert covered.no_route == 0


@pytest.mark.parametrize("files", [shipped_texts(), water_texts()], ids=["shipped", "water"])
def test_the_plans_here_have_no_error(files: dict[str, bytes]) -> None:
    result = check_texts(files, AT)
    assert result.errors == ()
    assert result.covered.routed + result.covered.no_route == result.covered.combinations
    assert check_planbook(planbook_from_texts(files), AT) == result


def test_the_gaps_of_the_seed_documents_are_listed() -> None:
    told = " ".join(f.message for f in check_texts(shipped_texts(), AT).findings if f.severity == "gap")
    for word in ("charter", "user group", "others are to be told", "incidents stands empty", "key figures", "expected"):
        assert word in told


def test_any_one_file_torn_out_of_a_planbook_is_found() -> None:
    for name in shipped_texts():
        rest = {other: text for other, text in shipped_texts().items() if other != name}
        codes = {finding.code for finding in check_texts(rest, AT).errors}
        assert codes <= {"unknown-reference"}
