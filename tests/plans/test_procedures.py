"""Planned work as the plans say it: who is told by which procedure, on what a service stands, what is left open."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.plans.books import book, check, plan, shipped

from tierline.plans.findings import PlanUnreadable
from tierline.plans.procedures import (
    hit_by,
    keys_of,
    notice_sender,
    people_of,
    procedure_named,
    redundant_pairs,
    stands_on,
    told_by,
)
from tierline.plans.rendering import to_html

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL = {"heading": "All"}


def procedure(**more: object) -> dict[str, object]:
    return {"id": "works", "label": "Works", "origin": "us", "audience": ["front"], "source": ALL, **more}


def test_a_group_nobody_stands_behind_is_a_gap_that_stops_announcements() -> None:
    found = check(
        plan(
            duties=[{"id": "boss", "label": "Boss"}],
            gaps=[{"id": "no-boss", "source": ALL, "text": "Nobody yet.", "about": ["boss"]}],
            downtime={"procedures": [procedure(audience=["boss"])]},
        )
    )
    [unresolved] = [finding for finding in found.findings if finding.code == "audience-unresolved"]
    assert unresolved.severity == "gap"
    assert "its announcements will stop" in unresolved.message


def test_a_team_without_mail_in_an_audience_is_an_error() -> None:
    found = check(
        plan(
            teams=[
                {"id": "front", "label": "front", "tiers": [1]},
                {"id": "back", "label": "back", "tiers": [2], "receives": {"email": {"people": ["ida"]}}},
            ],
            downtime={"procedures": [procedure()]},
        )
    )
    assert any(finding.code == "audience-unresolved" and finding.severity == "error" for finding in found.findings)


def test_a_condition_on_a_question_nobody_asks_is_refused() -> None:
    with pytest.raises(PlanUnreadable, match="moon is named here"):
        book(plan(downtime={"procedures": [procedure(also=[{"who": "back", "when": "moon"}])]}))


def test_a_conditional_audience_is_told_only_when_the_answer_was_yes() -> None:
    planbook = shipped()
    user_facing = procedure_named(planbook, "user-facing", AT)
    assert user_facing is not None
    without = {told.word for told in told_by(planbook, user_facing, [])}
    with_mobile = {told.word for told in told_by(planbook, user_facing, ["mobile"])}
    assert with_mobile - without == {"mobile-product-owner"}


def test_what_the_plan_leaves_open_comes_back_without_people() -> None:
    assert people_of(shipped(), "horizon-team") == ()
    assert [person.id for person in people_of(shipped(), "mhv-octo-engineers")] == ["oskar-lindahl", "ines-corbeau"]


def test_a_service_goes_down_with_what_it_stands_on() -> None:
    planbook = shipped()
    assert "mhv-api" in stands_on(planbook, "secure-messaging")
    assert "secure-messaging" in hit_by(planbook, ["mhv-api"])
    assert "appointments" not in hit_by(planbook, ["mhv-api"])
    assert keys_of(planbook, "secure-messaging") == ("mhv_sm",)


def test_systems_that_stand_on_each_other_are_followed_once() -> None:
    ring = [{"id": "a", "label": "A", "behind": ["b"]}, {"id": "b", "label": "B", "behind": ["a"]}]
    planbook = book(plan(systems=[{"id": "engine", "label": "Engine"}, *ring]))
    assert stands_on(planbook, "a") == {"a", "b"}


def way(*steps: dict[str, object]) -> dict[str, object]:
    return {"steps": list(steps), "source": ALL, "text": "Whom nobody has reached is reached another way."}


def test_a_plan_says_how_somebody_is_reached_whom_no_channel_has_reached() -> None:
    for procedural in (procedure_named(shipped(), word, AT) for word in ("api-platform", "user-facing")):
        assert procedural is not None
        written = procedural.procedure.another_way
        assert written is not None
        assert "our assumption" in written.text
        assert [(step.by, step.offset / MINUTE) for step in written.steps] == [
            ("sms", -5), ("page", 0), ("call-sheet", 5),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([{"id": "page", "by": "page"}], "whom it is to"),
        ([{"id": "page", "by": "page", "whom": "boss"}], "through which account"),
        ([{"id": "text", "by": "sms", "whom": "boss"}], "only a page does"),
        ([{"id": "text", "by": "sms", "before_due": "5m", "after_due": "5m"}], "before or after"),
        ([{"id": "text", "by": "sms", "after_due": "13h"}], "within 12 hours"),
        ([{"id": "late", "by": "sms", "after_due": "5m"}, {"id": "soon", "by": "email"}], "the order"),
        ([{"id": "same", "by": "sms"}, {"id": "same", "by": "email"}], "an id of its own"),
        ([{"id": "call", "by": "telephone"}], "call-sheet"),
    ],
)
def test_steps_that_do_not_fit_are_refused_with_a_sentence(steps: list[dict[str, object]], words: str) -> None:
    with pytest.raises(PlanUnreadable, match=words):
        book(plan(downtime={"procedures": [procedure(another_way=way(*steps))]}))


def test_a_page_is_to_a_duty_that_is_declared() -> None:
    page: dict[str, object] = {"id": "page", "by": "page", "whom": "nobody-knows", "through": "pagerduty"}
    with pytest.raises(PlanUnreadable, match="nobody-knows is named here"):
        book(plan(downtime={"procedures": [procedure(another_way=way(page))]}))


def test_a_room_that_tags_nobody_counts_only_for_those_who_are_said_to_sit_in_it() -> None:
    silent = check(plan(downtime={"procedures": [procedure(channels=["email", "teams"])]}))
    assert [f.severity for f in silent.findings if f.code == "counts-for-nobody"] == ["note"]
    untold = check(plan(downtime={"procedures": [procedure(channels=["teams"], room_holds=["back"])]}))
    assert any("does not tell back at all" in f.message for f in untold.findings)


CARRIER = {
    "id": "carrier",
    "label": "Carrier",
    "addresses": ["NOC@carrier.example", "@works.carrier.example"],
    "source": ALL,
}


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("noc@carrier.example", True),
        ("Noc@Carrier.example", True),
        ("anybody@works.carrier.example", True),
        ("noc@carrier.example.evil.example", False),
        ("x@evilworks.carrier.example", False),
        ("anybody@carrier.example", False),
    ],
)
def test_whose_notices_come_from_an_address_is_said_by_the_plan(address: str, known: bool) -> None:
    planbook = book(plan(downtime={"notices_from": [CARRIER]}))
    found = notice_sender(planbook, address, AT)
    assert (found is not None) is known


def test_an_address_written_out_is_found_before_everybody_at_its_domain() -> None:
    all_of_them = {**CARRIER, "id": "all", "addresses": ["@carrier.example"]}
    planbook = book(plan(downtime={"notices_from": [all_of_them, CARRIER]}))
    found = notice_sender(planbook, "noc@carrier.example", AT)
    assert found is not None
    assert found.id == "carrier"


@pytest.mark.parametrize(
    "wrong",
    [
        {"notices_from": [{**CARRIER, "addresses": []}]},
        {"notices_from": [{**CARRIER, "addresses": ["not an address"]}]},
        {"notices_from": [{**CARRIER, "speaks_for": ["moon"]}]},
        {"redundant": [{"id": "p", "label": "P", "one": ["rides"], "other": ["rides"], "source": ALL}]},
        {"redundant": [{"id": "p", "label": "P", "one": ["rides"], "other": ["moon"], "source": ALL}]},
        {"weights": [{"kind": "rain", "weight": "block", "source": ALL}]},
        {"weights": [{"kind": "holiday", "weight": "heavy", "source": ALL}]},
    ],
)
def test_what_makes_no_sense_about_what_is_in_the_way_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PlanUnreadable):
        book(plan(downtime=wrong))


def test_what_is_in_the_way_can_be_read_as_a_document() -> None:
    pair = {"id": "p", "label": "The pair", "one": ["rides"], "other": ["engine"], "source": ALL}
    weight = {"kind": "foreign-window", "weight": "block", "source": ALL}
    said = {"redundant": [pair], "weights": [weight], "notices_from": [{**CARRIER, "speaks_for": ["engine"]}]}
    planbook = book(plan(downtime=said))
    page = to_html(planbook, planbook.plans["small"])
    assert "The pair: rides and engine stand in for one another" in page
    assert "foreign-window: stops work without a reason" in page
    assert "Notices of Carrier come from noc@carrier.example" in page
    [found] = redundant_pairs(planbook, AT)
    assert found.one == ("rides",)
