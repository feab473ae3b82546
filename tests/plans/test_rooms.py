"""What the check of plans finds wrong with rooms, each with its line and what would mend it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import yaml
from tests.plans.books import AT, shipped, shipped_texts

from tierline.plans.checking import check_texts
from tierline.plans.rendering import to_markdown
from tierline.plans.room_asking import rooms_in_force, tags_of

FILE = "mhv-tier-3.yaml"


def found(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str]]:
    """The errors and notes after a change of the shipped plan of Tier 3."""
    texts = shipped_texts()
    plan = yaml.safe_load(texts[FILE])
    change(plan)
    texts[FILE] = yaml.safe_dump(plan, sort_keys=False, allow_unicode=True).encode()
    findings = check_texts(texts, AT).findings
    return [(one.code, one.message) for one in findings if one.severity != "gap" and one.file == FILE]


def in_room(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda plan: plan["rooms"][0].update(fields)


def hearing(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda plan: plan["rooms"][0]["hears"][0].update(fields)


def test_the_shipped_room_has_no_finding() -> None:
    assert found(lambda plan: plan) == []


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (in_room(of="nobody"), "unknown-reference", "nobody is named here"),
        (in_room(calendar="never"), "unknown-reference", "never is named here"),
        (hearing(tag=["chief"]), "unknown-reference", "chief is named here"),
        (lambda plan: plan["teams"][1].update(group="gone"), "unknown-reference", "gone is named here"),
        (in_room(digest=["09:00", "21:00"]), "never-applies", "at 21:00 is outside the hours"),
        (hearing(tag=["privacy-officer"]), "tags-nobody", "nobody of them is known in Slack"),
        (in_room(by="irc"), "unreadable", "rooms[0].by"),
        (hearing(after=None, moment="still-waits"), "unreadable", "still-waits says after how long"),
        (hearing(own_ask=True), "unreadable", "belong to hand-offs"),
        (hearing(moment="question", after=None), "unreadable", "one moment twice"),
        (in_room(calendar=None), "unreadable", "a digest needs a calendar"),
        (in_room(gather={"above": 0}), "unreadable", "above"),
    ],
)
def test_a_mistake_is_found_with_words(change: Callable[[dict[str, Any]], object], code: str, words: str) -> None:
    said = found(change)
    assert any(one == code and words in message for one, message in said), said


def test_two_rooms_for_the_same_are_one_too_many() -> None:
    def double(plan: dict[str, Any]) -> None:
        plan["rooms"].append(deepcopy(plan["rooms"][0]) | {"id": "again", "room": "#MHV-tier-3-support"})

    assert [code for code, _ in found(double)] == ["contradiction"]


def test_a_hand_off_heard_of_only_when_late_is_worth_a_note() -> None:
    def deaf(plan: dict[str, Any]) -> None:
        plan["rooms"][0]["hears"] = [one for one in plan["rooms"][0]["hears"] if one["moment"] != "handed-off"]

    assert [code for code, _ in found(deaf)] == ["room-hears-late"]


def test_a_duty_is_tagged_by_its_people_and_a_team_by_its_group() -> None:
    book = shipped()
    room = rooms_in_force(book, AT)[0].room
    assert tags_of(book, room, "mhv-tier-3-support-lead") == ("<@U01RAVI>",)
    assert tags_of(book, room, "secure-messaging-team") == ("<!subteam^S01SECMSG>",)
    assert tags_of(book, room, "portal-team") == ()


def test_the_plan_as_a_document_says_what_the_room_hears_of() -> None:
    book = shipped()
    written = to_markdown(book, book.plans["mhv-tier-3"])
    assert "slack room mhv-tier-3-support hears of the cases of MHV Tier 3 support" in written
    assert "Still waits in triage, after 4 business hours" in written
    assert "more than 4 within 10 minutes are told in one post" in written
    assert "everything that waits is listed at 09:00 and 13:00" in written
