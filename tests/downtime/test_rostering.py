"""Who is on call to look at a window is found where the plan says, for the window's time and for now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew, set_window
from tests.downtime.works import STARTS
from tests.people import PASSWORD, Cast

from tierline.directory.actions import enter_person
from tierline.directory.actor import TIERLINE, Actor
from tierline.directory.queries import actor_of_person
from tierline.downtime.actions import guarding, planning
from tierline.downtime.actions.rostering import look_up_on_call
from tierline.downtime.gates import Verification, Window
from tierline.downtime.queries import DowntimeView, downtime
from tierline.foundation.trouble import NotAllowed
from tierline.outbox.queries import effects_of
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.rehearsal.faults import Unavailable
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DUTY = b"{id: user-facing-on-call, label: On-call of the MHV user-facing team,"


@dataclass
class World:
    paging: PagerDuty
    slack: Slack
    crew: Crew

    def view(self, number: int, at: datetime) -> DowntimeView:
        return downtime(self.crew.platform, number, at=at)


@pytest.fixture
def world(cast: Cast, at: datetime, settings: Any) -> Iterator[World]:
    with PagerDuty(token="hush") as paging, Slack(token="xoxb-hush") as slack:
        for desk in (paging, slack):
            desk.clock.stand_at(at)
        settings.CHANNELS = {
            "pagerduty": {
                "kind": "pagerduty", "token": "hush", "sender": "tierline@desk.example", "address": paging.url,
                "events_address": paging.events_address,
            },
            "slack": {"kind": "slack", "token": "xoxb-hush", "address": slack.address},
        }  # fmt: skip
        yield World(paging, slack, enter_crew())


def looked_up_by(by: str, of: str, at: datetime) -> None:
    """The plans say where the duty is looked up."""
    said = DUTY + f' on_call: {{by: {by}, of: "{of}"}},'.encode()
    texts = {name: text.replace(DUTY, said) for name, text in texts_of([SHIPPED]).items()}
    publish_planbook(TIERLINE, texts, at=at, remark="with a schedule")


def planned(world: World, at: datetime) -> int:
    """Planned by those whose window somebody on call looks at."""
    number = drafted(world.crew, at, procedure="api-platform")
    planning.plan(world.crew.platform, number, at=at)
    return number


def names(people: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in people]


def asked(number: int) -> set[str]:
    return {one.message["to"] for one in effects_of(TIERLINE, "downtime", number) if ":verify:" in one.key}


def somebody(name: str, email: str) -> Actor:
    person = enter_person(email=email, name=name, password=PASSWORD, teams=("secure-messaging-team",), duties={})
    actor = actor_of_person(person)
    assert actor is not None
    return actor


def test_it_is_found_in_a_schedule_for_the_windows_time_and_for_now(world: World, at: datetime) -> None:
    looked_up_by("pagerduty", "schedule:PROTA", at)
    world.paging.takes_turn("PNOW", "Nora Now", "PROTA", end=STARTS - 24 * HOUR)
    world.paging.takes_turn("PTHEN", "Theo Then", "PROTA", start=STARTS - 24 * HOUR)
    number = planned(world, at)
    look_up_on_call(at=at)
    roster = world.view(number, at).verification["on_call"]
    assert (names(roster["window"]), names(roster["now"])) == (["Theo Then"], ["Nora Now"])
    assert roster["source"] == "pagerduty schedule:PROTA"


def test_whoever_was_found_is_asked_and_may_say_that_it_is_right(world: World, at: datetime) -> None:
    looked_up_by("pagerduty", "policy:PPOLICY", at)
    world.paging.takes_turn("PTHEN", "Theo Then", "PROTA")
    world.paging.takes_turn("PSECOND", "Sina Second", "PROTA", level=2)
    theo = somebody("Theo Then", "pthen@desk.example")
    number = planned(world, at)
    look_up_on_call(at=at)
    frame = world.view(number, at).content.frame
    assert frame is not None
    assert frame.ends is not None
    read = guarding.SetWindow("PW1", frame.starts, frame.ends, ("secure-messaging",))
    guarding.window_read(world.crew.platform, number, read, at=at)
    assert asked(number) == {"ola.kern@tools.example", "pthen@desk.example"}
    stranger = somebody("Sina Second", "psecond@desk.example")
    with pytest.raises(NotAllowed, match="On-call"):
        guarding.verify(stranger, number, "PW1", right=True, at=at)
    assert downtime(theo, number, at=at).verifies
    guarding.verify(theo, number, "PW1", right=True, at=at)
    assert world.view(number, at).gates.verification is Verification.CONFIRMED


def test_when_the_turn_changes_hands_the_window_is_looked_at_again(world: World, at: datetime) -> None:
    looked_up_by("pagerduty", "schedule:PROTA", at)
    world.paging.takes_turn("PTHEN", "Theo Then", "PROTA")
    number = planned(world, at)
    look_up_on_call(at=at)
    set_window(world.crew, number, at=at)
    assert look_up_on_call(at=at + HOUR) == 0
    assert world.view(number, at).gates.window is Window.VERIFIED
    world.paging.turns.clear()
    world.paging.takes_turn("PELSE", "Else Other", "PROTA")
    assert look_up_on_call(at=at + 2 * HOUR) == 1
    view = world.view(number, at)
    assert (view.gates.window, view.gates.verification) == (Window.SET, Verification.ASKED)
    assert "pelse@desk.example" in asked(number)
    assert "on-call-changed" in [fact.kind for fact in view.story]
    assert look_up_on_call(at=at + 3 * HOUR) == 0


def test_what_cannot_be_asked_changes_nobody_and_is_said(world: World, at: datetime) -> None:
    looked_up_by("pagerduty", "schedule:PROTA", at)
    world.paging.takes_turn("PTHEN", "Theo Then", "PROTA")
    number = planned(world, at)
    look_up_on_call(at=at)
    world.paging.faults.next(Unavailable(), times=9)
    assert look_up_on_call(at=at + HOUR) == 0
    roster = world.view(number, at).verification["on_call"]
    assert names(roster["window"]) == ["Theo Then"]
    assert roster["trouble"]
    world.paging.faults.clear()
    look_up_on_call(at=at + 2 * HOUR)
    assert "trouble" not in world.view(number, at).verification["on_call"]


def test_a_chat_group_says_who_by_the_plans_names(world: World, at: datetime) -> None:
    looked_up_by("slack", "S01ONCALL", at)
    world.slack.puts_in_group("S01ONCALL", "U01OSKAR")
    number = planned(world, at)
    look_up_on_call(at=at)
    [found] = world.view(number, at).verification["on_call"]["window"]
    assert found["name"].startswith("Oskar")
    assert "@" in found["email"]


def test_without_a_source_it_is_whoever_stands_behind_the_duty(world: World, at: datetime) -> None:
    number = planned(world, at)
    set_window(world.crew, number, at=at)
    assert look_up_on_call(at=at + HOUR) == 0
    view = world.view(number, at)
    assert names(view.verification["on_call"]["window"]) == ["Ola Kern (on call)"]
    assert view.verification["on_call"]["source"] == "the plan's list"
    assert view.gates.window is Window.VERIFIED
