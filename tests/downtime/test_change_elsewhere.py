"""A change in a rehearsed ServiceNow: opened with the words, read back, bound to their hash, void after a change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.downtime.works import ENDS, STARTS, content
from tests.people import Cast

from tierline.crossing.reading import read_system
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, planning, working
from tierline.downtime.actions.changing import account_for, read_changes_back, read_hindrances
from tierline.downtime.gates import Approval
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import DowntimeView, downtime
from tierline.foundation.trouble import Conflict
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.rehearsal.faults import Garbage, Unavailable
from tierline.rehearsal.service_now import ServiceNow

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@dataclass
class World:
    desk: ServiceNow
    crew: Crew

    def view(self, number: int, at: datetime) -> DowntimeView:
        return downtime(self.crew.platform, number, at=at)

    def carried_out(self, number: int, at: datetime) -> None:
        for effect in effects_of(TIERLINE, "downtime", number):
            if effect.channel == "changes" and effect.state == "pending":
                carry_out(effect.id, at=at)
        read_changes_back(at=at)

    def the_change(self) -> dict[str, str]:
        return list(self.desk.tables["change_request"].values())[-1]


def account(desk: ServiceNow, **more: Any) -> dict[str, Any]:
    return {
        "kind": "servicenow", "table": "change_request", "address": desk.url, "user": "tierline.bot",
        "password": "hush-now", "fields": {"start": "start_date", "end": "end_date", "rollback": "backout_plan"},
        **more,
    }  # fmt: skip


@pytest.fixture
def world(cast: Cast, at: datetime, settings: Any) -> Iterator[World]:
    with ServiceNow(secret="hush-now") as desk:
        desk.clock.stand_at(at)
        settings.TRACKERS = {"changes": account(desk)}
        yield World(desk, enter_crew())


def submitted(world: World, at: datetime) -> int:
    number = drafted(world.crew, at, procedure="api-platform")
    planning.plan(world.crew.platform, number, at=at)
    approving.submit(world.crew.platform, number, at=at)
    world.carried_out(number, at)
    return number


def test_a_change_is_opened_with_the_words_and_its_number_stands_on_the_page(world: World, at: datetime) -> None:
    number = submitted(world, at)
    view, row = world.view(number, at), world.the_change()
    assert view.approval["record"] == view.approval["change"]["number"] == row["number"]
    assert row["sys_id"] in view.approval["change"]["url"]
    assert view.content_hash in row["description"]
    assert (row["start_date"], row["backout_plan"]) == ("2026-12-05 03:00:00", view.content.rollback)
    with pytest.raises(Conflict, match=row["number"]):
        approving.approve(world.crew.owner, number, view.content_hash, at=at)
    read_changes_back(at=at)
    assert world.view(number, at).gates.approval is Approval.REQUESTED


def test_what_is_in_the_way_there_is_said_here_and_the_owner_hears_of_it(world: World, at: datetime) -> None:
    number = submitted(world, at)
    assert read_hindrances(at=at) == 0
    world.desk.finds_in_the_way(world.the_change()["sys_id"], "Blackout", schedule="Year-end freeze")
    assert read_hindrances(at=at + timedelta(minutes=5)) == 0
    assert read_hindrances(at=at + HOUR) == 1
    [found] = [c for c in world.view(number, at).conflicts if c.key.startswith("change:")]
    assert found.sentence == "ServiceNow finds in its way: Blackout: Year-end freeze."
    [mail] = [one for one in effects_of(TIERLINE, "downtime", number) if ":conflict:" in one.key]
    assert "Year-end freeze" in mail.message["text"]
    assert read_hindrances(at=at + 2 * HOUR) == 0


@pytest.mark.parametrize("fault", [Unavailable(), Garbage()])
def test_where_it_cannot_be_asked_what_was_read_stays(world: World, at: datetime, fault: Any) -> None:
    number = submitted(world, at)
    world.desk.finds_in_the_way(world.the_change()["sys_id"], "Blackout")
    read_hindrances(at=at)
    world.desk.faults.next(fault, times=9)
    read_hindrances(at=at + HOUR)
    assert any(c.key.startswith("change:") for c in world.view(number, at).conflicts)


def test_it_is_granted_when_somebody_approves_it_there_and_their_rows_are_kept(world: World, at: datetime) -> None:
    number = submitted(world, at)
    [asked] = world.desk.asks_for_approval(world.the_change()["sys_id"], "Sybil Overton")
    read_changes_back(at=at)
    assert world.view(number, at).gates.approval is Approval.REQUESTED
    world.desk.decides(asked, "approved", "Go on.")
    read_changes_back(at=at + HOUR)
    view = world.view(number, at)
    assert (view.line.state, view.gates.approval) == (DowntimeState.SCHEDULED, Approval.APPROVED)
    assert (view.gates.approved_hash, view.approval["by"]) == (view.content_hash, "Sybil Overton")
    [fact] = [one for one in view.story if one.kind == "downtime-approved"]
    assert [(one["sys_id"], one["state"]) for one in fact.said["approvers"]] == [(asked, "approved")]
    assert read_changes_back(at=at + 2 * HOUR) == 0


def test_a_rejection_there_is_one_here_and_the_next_request_is_another_change(world: World, at: datetime) -> None:
    number = submitted(world, at)
    first = world.the_change()
    [asked] = world.desk.asks_for_approval(first["sys_id"], "Sybil Overton")
    world.desk.decides(asked, "rejected", "Not that week.")
    read_changes_back(at=at)
    view = world.view(number, at)
    assert (view.line.state, view.gates.approval) == (DowntimeState.PLANNING, Approval.REJECTED)
    assert view.approval["words"] == f"{first['number']}. Sybil Overton: Not that week."
    approving.submit(world.crew.platform, number, at=at + HOUR, record=first["number"])
    world.carried_out(number, at + HOUR)
    assert len(world.desk.tables["change_request"]) == 2
    assert world.view(number, at).approval["record"] == world.the_change()["number"] != first["number"]


def test_other_words_there_grant_nothing(world: World, at: datetime) -> None:
    number = submitted(world, at)
    sys_id = world.the_change()["sys_id"]
    [asked] = world.desk.asks_for_approval(sys_id, "Sybil Overton")
    world.desk.changes(sys_id, description="Something else altogether.")
    world.desk.decides(asked, "approved")
    read_changes_back(at=at)
    view = world.view(number, at)
    assert view.gates.approval is Approval.REQUESTED
    assert "no longer what was put before" in view.approval["change"]["trouble"]
    assert read_changes_back(at=at) == 0


def test_an_approval_that_names_nobody_grants_nothing(world: World, at: datetime) -> None:
    number = submitted(world, at)
    world.desk.changes(world.the_change()["sys_id"], approval="approved")
    read_changes_back(at=at)
    view = world.view(number, at)
    assert view.gates.approval is Approval.REQUESTED
    assert "nobody is named" in view.approval["change"]["trouble"]


def test_a_material_change_voids_it_and_says_so_there(world: World, at: datetime) -> None:
    number = submitted(world, at)
    first = world.the_change()
    [asked] = world.desk.asks_for_approval(first["sys_id"], "Sybil Overton")
    planning.change_content(world.crew.platform, number, content(users=9000), at=at + HOUR)
    world.desk.decides(asked, "approved")
    world.carried_out(number, at + HOUR)
    assert world.view(number, at).gates.approval is Approval.VOID
    [said] = world.desk.journal(first["sys_id"])
    assert "Users affected" in said
    assert "void" in said
    approving.submit(world.crew.platform, number, at=at + HOUR)
    world.carried_out(number, at + HOUR)
    [again] = world.desk.asks_for_approval(world.the_change()["sys_id"], "Sybil Overton")
    world.desk.decides(again, "approved")
    read_changes_back(at=at + HOUR)
    assert world.view(number, at).line.state is DowntimeState.SCHEDULED


def test_work_that_takes_longer_than_was_approved_goes_on_without_an_approval(world: World, at: datetime) -> None:
    number = submitted(world, at)
    [asked] = world.desk.asks_for_approval(world.the_change()["sys_id"], "Sybil Overton")
    world.desk.decides(asked, "approved")
    read_changes_back(at=at)
    working.start(world.crew.platform, number, at=STARTS, override="Nobody set the window; alarms are watched.")
    working.extend(world.crew.platform, number, ENDS + HOUR, "The copy is slow.", at=STARTS + HOUR)
    world.carried_out(number, STARTS + HOUR)
    view = world.view(number, STARTS + HOUR)
    assert view.gates.approval is Approval.VOID
    assert view.line.state is DowntimeState.IN_PROGRESS
    assert view.approval["by"] == "Sybil Overton"
    assert "longer than was approved" in world.desk.journal(world.the_change()["sys_id"])[-1]


def test_a_change_void_before_it_is_there_says_so_once_it_is(world: World, at: datetime) -> None:
    number = drafted(world.crew, at, procedure="api-platform")
    planning.plan(world.crew.platform, number, at=at)
    approving.submit(world.crew.platform, number, at=at)
    planning.cancel(world.crew.platform, number, "Not needed.", at=at)
    world.carried_out(number, at)
    world.carried_out(number, at)
    [said] = world.desk.journal(world.the_change()["sys_id"])
    assert "cancelled" in said


def test_a_correction_is_approved_with_the_words_it_corrects(world: World, at: datetime) -> None:
    number = submitted(world, at)
    reason = "The databases gets its yearly upgrade."
    planning.change_content(world.crew.platform, number, content(reason=reason), at=at)
    [asked] = world.desk.asks_for_approval(world.the_change()["sys_id"], "Sybil Overton")
    world.desk.decides(asked, "approved")
    read_changes_back(at=at)
    view = world.view(number, at)
    assert view.line.state is DowntimeState.SCHEDULED
    assert "approval-carried" in [fact.kind for fact in view.story]


def test_a_number_written_by_hand_opens_nothing(world: World, at: datetime) -> None:
    number = drafted(world.crew, at, procedure="api-platform")
    planning.plan(world.crew.platform, number, at=at)
    approving.submit(world.crew.platform, number, at=at, record="CHG0031234")
    world.carried_out(number, at)
    assert world.desk.tables["change_request"] == {}
    approving.approve(world.crew.owner, number, world.view(number, at).content_hash, at=at)
    assert world.view(number, at).line.state is DowntimeState.SCHEDULED


def test_when_the_account_is_gone_it_is_approved_by_hand_again(world: World, at: datetime, settings: Any) -> None:
    number = submitted(world, at)
    settings.TRACKERS = {}
    assert read_changes_back(at=at) == 0
    approving.approve(world.crew.owner, number, world.view(number, at).content_hash, at=at)
    assert world.view(number, at).line.state is DowntimeState.SCHEDULED


def test_reading_what_is_new_there_makes_no_case_of_a_change(world: World, at: datetime) -> None:
    number = submitted(world, at)
    world.desk.comments(world.the_change()["sys_id"], "Looks good.")
    assert read_system("changes", at=at + HOUR) == 1
    assert read_system("changes", at=at + HOUR) == 0
    assert world.view(number, at).gates.approval is Approval.REQUESTED


def test_the_account_is_the_one_the_plan_names_or_the_only_one(world: World, settings: Any) -> None:
    one = settings.TRACKERS["changes"]
    assert account_for("servicenow") == "changes"
    settings.TRACKERS = {"changes": one, "servicenow": {**one, "table": "incident"}}
    assert account_for("servicenow") == "changes"
    settings.TRACKERS = {"changes": one, "servicenow": one}
    assert account_for("servicenow") == "servicenow"
    settings.TRACKERS = {"changes": one, "others": one}
    assert account_for("servicenow") is None
    assert account_for(None) is None
