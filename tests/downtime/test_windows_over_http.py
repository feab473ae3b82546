"""The window of planned work in a rehearsed PagerDuty, over HTTP: as planned, longer, ended early, with its traps.

There, a window that runs can only be ended; a start in the past is moved to now without a word; what is over is
answered with 400 or 405. Every window that crossed is valid by the vendor's published description of its interface.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.people import Cast
from tests.trackers.validation import violations

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, guarding, planning, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.watching import watch_windows
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Verification, Window
from tierline.downtime.queries import DowntimeView, downtime
from tierline.foundation.trouble import Unusable
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.rehearsal.faults import LostAnswer, Unavailable
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.pager_duty import Window as Kept

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BOTH = ("secure-messaging", "prescription-refill")


@dataclass
class World:
    paging: PagerDuty
    crew: Crew

    def view(self, number: int, at: datetime) -> DowntimeView:
        return downtime(self.crew.platform, number, at=at)

    def window(self) -> Kept:
        [kept] = [one for one in self.paging.windows.values() if "[DT-" in one.description]
        return kept

    def carried_out(self, number: int, at: datetime) -> list[str]:
        """Everything that waits for PagerDuty is tried at an instant, there and here; the states afterwards."""
        self.paging.clock.stand_at(at)
        waiting = [one for one in effects_of(TIERLINE, "downtime", number) if one.channel == "pagerduty"]
        states = [carry_out(one.id, at=at) for one in waiting if one.state == "pending"]
        read_windows_back(at=at)
        return [str(state) for state in states]

    def calls(self, method: str) -> int:
        return sum(one.method == method for one in self.paging.exchanges)


@pytest.fixture
def world(cast: Cast, at: datetime, settings: Any) -> Iterator[World]:
    with PagerDuty(token="hush") as paging:
        paging.clock.stand_at(at)
        paging.has_service("PSECMSG", "External: Secure Messaging")
        paging.has_service("PMEDS01", "External: Medications")
        settings.CHANNELS = {
            "pagerduty": {
                "kind": "pagerduty", "token": "hush", "sender": "tierline@desk.example", "address": paging.url,
                "events_address": paging.events_address,
            }
        }  # fmt: skip
        yield World(paging, enter_crew())
        assert [one for one in violations(paging) if "maintenance_windows" in one] == []


def planned(world: World, at: datetime, **other: Any) -> int:
    number = drafted(world.crew, at, procedure="api-platform", **other)
    for conflict in world.view(number, at).conflicts:
        planning.answer_conflict(world.crew.platform, number, conflict.key, "Agreed.", at=at)
    planning.plan(world.crew.platform, number, at=at)
    world.carried_out(number, at)
    return number


def running(world: World, at: datetime, **other: Any) -> int:
    """Approved, looked at, told and begun."""
    number = planned(world, at, **other)
    crew = world.crew
    guarding.verify(crew.on_call, number, world.window().id, right=True, at=at)
    approving.submit(crew.platform, number, at=at, record="CHG1")
    approving.approve(crew.owner, number, downtime(crew.owner, number, at=at).content_hash, at=at)
    mind(at=STARTS - 24 * HOUR)
    world.paging.clock.stand_at(STARTS)
    working.start(crew.platform, number, at=STARTS)
    return number


def concluded(world: World, number: int, at: datetime) -> None:
    working.finish(world.crew.platform, number, at=at)
    working.conclude(world.crew.platform, number, "success", "", at=at)


def test_work_that_is_done_early_ends_its_window_early_and_leaves_its_start(world: World, at: datetime) -> None:
    number = running(world, at)
    early = STARTS + HOUR
    concluded(world, number, early)
    assert world.carried_out(number, early) == ["done"]
    kept = world.window()
    assert (kept.start, kept.end) == (STARTS, early)
    assert world.view(number, early).gates.window is Window.ENDED


def test_an_early_end_whose_answer_is_lost_is_asked_about_and_not_repeated(world: World, at: datetime) -> None:
    number = running(world, at)
    early = STARTS + HOUR
    concluded(world, number, early)
    world.paging.faults.next(LostAnswer(), method="DELETE")
    assert world.carried_out(number, early) == ["pending"]
    assert world.carried_out(number, early + HOUR / 30) == ["done"]
    assert (world.window().end, world.calls("DELETE")) == (early, 1)


def test_a_window_that_is_over_by_itself_is_left_alone(world: World, at: datetime) -> None:
    number = running(world, at)
    concluded(world, number, ENDS + HOUR)
    assert world.carried_out(number, ENDS + HOUR) == ["done"]
    assert (world.window().end, world.calls("DELETE")) == (ENDS, 0)


def test_a_window_that_is_over_while_it_is_ended_is_no_trouble(world: World, at: datetime) -> None:
    number = running(world, at)
    concluded(world, number, ENDS - HOUR)
    world.paging.faults.next(Unavailable(), method="DELETE")
    assert world.carried_out(number, ENDS - HOUR) == ["pending"]
    assert world.carried_out(number, ENDS + HOUR) == ["done"]
    assert world.window().end == ENDS


def test_a_longer_window_changes_its_end_and_nothing_else_while_it_runs(world: World, at: datetime) -> None:
    number = running(world, at, services=BOTH)
    before = world.window()
    working.extend(world.crew.platform, number, ENDS + HOUR, "Slow.", at=ENDS - HOUR)
    assert world.carried_out(number, ENDS - HOUR) == ["done"]
    after = world.window()
    assert (after.id, after.start, after.end) == (before.id, STARTS, ENDS + HOUR)
    assert (after.services, after.description) == (before.services, before.description)
    view = world.view(number, ENDS - HOUR)
    assert (view.gates.window, view.gates.verification) == (Window.SET, Verification.ASKED)


def test_work_that_is_off_before_it_began_has_no_window_any_more(world: World, at: datetime) -> None:
    number = planned(world, at)
    theirs = world.paging.sets_window("Patching", STARTS, ENDS, "PSECMSG")
    planning.cancel(world.crew.platform, number, "Not needed.", at=at + HOUR)
    assert world.carried_out(number, at + HOUR) == ["done"]
    assert list(world.paging.windows) == [theirs]


def test_several_services_share_one_window_and_one_that_falls_out_is_drift(world: World, at: datetime) -> None:
    number = planned(world, at, services=BOTH)
    kept = world.window()
    assert set(kept.services) == {"PSECMSG", "PMEDS01"}
    assert world.view(number, at).gates.window is Window.SET
    world.paging.changes_window(kept.id, services=("PSECMSG",))
    assert watch_windows(at=at + HOUR) == 1
    assert world.view(number, at).gates.window is Window.DRIFTED


def test_a_start_that_passed_on_the_way_is_moved_there_and_closes_the_gate(world: World, at: datetime) -> None:
    number = drafted(world.crew, at, procedure="api-platform", frame=frame(starts=at + HOUR, ends=at + 3 * HOUR))
    for conflict in world.view(number, at).conflicts:
        planning.answer_conflict(world.crew.platform, number, conflict.key, "Agreed.", at=at)
    planning.plan(world.crew.platform, number, at=at)
    world.paging.faults.next(Unavailable())
    assert world.carried_out(number, at) == ["pending"]
    late = at + HOUR + HOUR / 2
    assert world.carried_out(number, late) == ["done"]
    assert world.window().start == late
    assert world.view(number, late).gates.window is Window.DRIFTED


def test_a_marker_that_is_not_ours_is_somebody_elses_window(world: World, at: datetime) -> None:
    theirs = world.paging.sets_window("[DT-9999#r1] USER_MESSAGE: Of another house.", STARTS, ENDS, "PSECMSG")
    number = planned(world, at)
    assert len(world.paging.windows) == 2
    watch_windows(at=at)
    [found] = [one for one in world.view(number, at).conflicts if one.key.startswith("window:")]
    assert (found.key, "another house" in found.sentence) == (f"window:{theirs}", True)
    planning.cancel(world.crew.platform, number, "Not needed.", at=at + HOUR)
    world.carried_out(number, at + HOUR)
    assert list(world.paging.windows) == [theirs]


def test_the_longest_text_for_users_fits_with_any_revision(world: World, at: datetime) -> None:
    number = planned(world, at)
    most = 255 - len(f"[DT-{number}#r9999] USER_MESSAGE: ")
    planning.change_content(world.crew.platform, number, content(), at=at + HOUR, user_message="x" * most)
    later = content(frame=frame(starts=STARTS + HOUR, ends=ENDS + HOUR))
    planning.change_content(world.crew.platform, number, later, at=at + 2 * HOUR)
    world.carried_out(number, at + 2 * HOUR)
    assert world.window().description.endswith(" " + "x" * most)
    with pytest.raises(Unusable, match=f"{most} fit"):
        planning.change_content(world.crew.platform, number, later, at=at + 3 * HOUR, user_message="x" * (most + 1))


def test_a_text_for_users_that_front_ends_would_cut_is_refused(world: World, at: datetime) -> None:
    number = planned(world, at)
    with pytest.raises(Unusable, match="USER_MESSAGE:"):
        planning.change_content(
            world.crew.platform, number, content(), at=at + HOUR, user_message="Down. USER_MESSAGE: Down."
        )
