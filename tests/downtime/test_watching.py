"""Windows in a rehearsed PagerDuty are watched: ours that drift or go, and others' that stand in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.downtime.works import ENDS, STARTS
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import guarding, planning
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.watching import watch_windows
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Verification, Window
from tierline.downtime.queries import DowntimeView, downtime
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.rehearsal.faults import Unavailable
from tierline.rehearsal.pager_duty import PagerDuty

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@dataclass
class World:
    paging: PagerDuty
    crew: Crew

    def view(self, number: int, at: datetime) -> DowntimeView:
        return downtime(self.crew.platform, number, at=at)

    def ours(self, number: int, at: datetime) -> str:
        return str(self.view(number, at).window["id"])


@pytest.fixture
def world(cast: Cast, at: datetime, settings: Any) -> Iterator[World]:
    with PagerDuty(token="hush") as paging:
        paging.clock.stand_at(at)
        paging.has_service("PSECMSG", "External: Secure Messaging")
        paging.has_service("POTHER", "Something else")
        settings.CHANNELS = {
            "pagerduty": {
                "kind": "pagerduty", "token": "hush", "sender": "tierline@desk.example", "address": paging.url,
                "events_address": paging.events_address,
            }
        }  # fmt: skip
        yield World(paging, enter_crew())


def verified(world: World, at: datetime) -> int:
    number = drafted(world.crew, at, procedure="api-platform")
    planning.plan(world.crew.platform, number, at=at)
    for effect in effects_of(TIERLINE, "downtime", number):
        if effect.channel == "pagerduty" and effect.state == "pending":
            carry_out(effect.id, at=at)
    read_windows_back(at=at)
    guarding.verify(world.crew.on_call, number, world.ours(number, at), right=True, at=at)
    return number


def mails_of_drift(number: int) -> list[str]:
    mails = [one for one in effects_of(TIERLINE, "downtime", number) if ":drifted:" in one.key]
    return [str(one.message["text"]) for one in mails]


def test_a_window_that_stands_as_it_was_set_stays_verified(world: World, at: datetime) -> None:
    number = verified(world, at)
    assert watch_windows(at=at + HOUR) == 0
    view = world.view(number, at)
    assert (view.gates.window, view.window["read_at"]) == (Window.VERIFIED, at + HOUR)


def test_what_is_broken_there_now_stands_in_the_way_of_what_begins_soon(world: World, at: datetime) -> None:
    number = verified(world, at)
    broken = world.paging.breaks("Messages are not delivered", "PSECMSG")
    world.paging.breaks("A slow report", "PSECMSG", urgency="low")
    world.paging.breaks("Something else", "POTHER")
    soon = STARTS - 20 * HOUR
    watch_windows(at=soon)
    [found] = [c for c in world.view(number, soon).conflicts if c.key.startswith("incident:")]
    assert "pagerduty #1 (Messages are not delivered) is open on Secure Messaging" in found.sentence
    assert not [c for c in world.view(number, STARTS - 400 * HOUR).conflicts if c.key.startswith("incident:")]
    broken.status = "resolved"
    watch_windows(at=soon + HOUR)
    assert not [c for c in world.view(number, soon).conflicts if c.key.startswith("incident:")]


def test_what_cannot_be_asked_now_leaves_what_was_read(world: World, at: datetime) -> None:
    number = verified(world, at)
    world.paging.breaks("Messages are not delivered", "PSECMSG", status="acknowledged")
    soon = STARTS - 20 * HOUR
    watch_windows(at=soon)
    world.paging.faults.next(Unavailable(), times=9)
    watch_windows(at=soon + HOUR)
    assert [c for c in world.view(number, soon).conflicts if c.key.startswith("incident:")]


def test_a_window_that_somebody_moved_has_drifted_and_its_owner_hears_of_it_once(world: World, at: datetime) -> None:
    number = verified(world, at)
    world.paging.changes_window(world.ours(number, at), end=ENDS - HOUR)
    assert watch_windows(at=at + HOUR) == 1
    assert watch_windows(at=at + 2 * HOUR) == 0
    view = world.view(number, at)
    assert (view.gates.window, view.gates.verification) == (Window.DRIFTED, Verification.STALE)
    [mail] = mails_of_drift(number)
    assert "quiet during Database upgrade was changed where it is set" in mail
    assert "It ends" in mail
    world.paging.changes_window(world.ours(number, at), end=ENDS)
    watch_windows(at=at + 3 * HOUR)
    view = world.view(number, at)
    assert (view.gates.window, view.gates.verification) == (Window.SET, Verification.ASKED)


def test_a_window_that_somebody_removed_has_drifted_and_one_that_is_back_is_looked_at_again(
    world: World, at: datetime
) -> None:
    number = verified(world, at)
    kept = world.paging.windows.pop(world.ours(number, at))
    assert watch_windows(at=at + HOUR) == 1
    assert watch_windows(at=at + 2 * HOUR) == 0
    assert world.view(number, at).gates.window is Window.DRIFTED
    [mail] = mails_of_drift(number)
    assert "somebody removed it" in mail
    world.paging.windows[kept.id] = kept
    watch_windows(at=at + 3 * HOUR)
    view = world.view(number, at)
    assert (view.gates.window, view.gates.verification) == (Window.SET, Verification.ASKED)


def test_what_cannot_be_asked_changes_nothing(world: World, at: datetime) -> None:
    number = verified(world, at)
    world.paging.windows.clear()
    world.paging.faults.next(Unavailable(), times=9)
    assert watch_windows(at=at + HOUR) == 0
    assert world.view(number, at).gates.window is Window.VERIFIED


def test_anothers_window_on_the_service_at_that_time_stands_in_the_way(world: World, at: datetime) -> None:
    number = verified(world, at)
    assert [one.key for one in world.view(number, at).conflicts if one.key.startswith("window:")] == []
    theirs = world.paging.sets_window("Patching", STARTS - HOUR, STARTS + HOUR, "PSECMSG")
    world.paging.sets_window("Elsewhere", STARTS, ENDS, "POTHER")
    world.paging.sets_window("Before", STARTS - 3 * HOUR, STARTS, "PSECMSG")
    watch_windows(at=at)
    [found] = [one for one in world.view(number, at).conflicts if one.key.startswith("window:")]
    assert (found.key, "Patching" in found.sentence) == (f"window:{theirs}", True)
    del world.paging.windows[theirs]
    watch_windows(at=at)
    assert [one.key for one in world.view(number, at).conflicts if one.key.startswith("window:")] == []


def test_the_morning_before_whoever_leads_hears_of_anothers_window(world: World, at: datetime) -> None:
    number = verified(world, at)
    world.paging.sets_window("Patching", STARTS, ENDS, "PSECMSG")
    watch_windows(at=at)
    mind(at=STARTS - 24 * HOUR)
    [mail] = [one for one in effects_of(TIERLINE, "downtime", number) if ":conflict:window:" in one.key]
    assert "Patching" in mail.message["text"]


def test_a_window_written_down_by_hand_is_no_strangers(world: World, at: datetime) -> None:
    number = drafted(world.crew, at)
    by_hand = world.paging.sets_window("Ours, by hand", STARTS, ENDS, "PSECMSG")
    planning.plan(world.crew.communicator, number, at=at)
    read = guarding.SetWindow(by_hand, STARTS, ENDS, ("secure-messaging",))
    guarding.window_read(world.crew.engineer, number, read, at=at)
    watch_windows(at=at)
    assert [one.key for one in world.view(number, at).conflicts if one.key.startswith("window:")] == []
