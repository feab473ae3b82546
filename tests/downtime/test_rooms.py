"""A room that tags nobody counts for those alone of whom the plan says that they sit in it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.people import Cast
from tests.web.desk import text
from tests.web.test_downtime_pages import client_of

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import planning
from tierline.downtime.actions.telling import Answer, Told, answer_for
from tierline.downtime.queries import downtime, preview, who_was_told
from tierline.notices.moments import Moment
from tierline.notices.queries import extra_posts
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.plans.loading import SHIPPED, load_planbook
from tierline.plans.queries import PlanbookInForce
from tierline.rehearsal.teams import Teams

pytestmark = pytest.mark.django_db
ROOM = "#mhv-health-portal-coordination"
HELD = "[mhv-octo-po, mhv-octo-engineers, mhv-programme-leads, horizon-team]"


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


@pytest.fixture
def flow(settings: Settings) -> Iterator[Teams]:
    with Teams() as desk:
        settings.CHANNELS = {"teams": {"webhooks": {ROOM: desk.webhook}}}
        yield desk


def by_the_plan(
    monkeypatch: pytest.MonkeyPatch, folder: Path, line: str, before: str = "channels: [slack, email]"
) -> None:
    """The shipped plans, with other channels, or another line, in the procedures of downtime."""
    for file in SHIPPED.glob("*.yaml"):
        said = file.read_text().replace(before, line)
        (folder / file.name).write_text(said)
    book = PlanbookInForce(1, load_planbook(folder))
    for place in ("hands", "queries", "surroundings"):
        monkeypatch.setattr(f"tierline.downtime.{place}.planbook_in_force", lambda: book)


def posted(number: int, at: datetime) -> list[Any]:
    for effect in effects_of(TIERLINE, "downtime", number):
        if effect.channel == "teams":
            carry_out(effect.id, at=at)
    return [e for e in effects_of(TIERLINE, "downtime", number) if e.channel == "teams"]


def test_where_the_plan_does_not_say_who_sits_there_it_is_posted_beside_and_blocks_nobody(
    crew: Crew, at: datetime, flow: Teams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_the_plan(monkeypatch, tmp_path, "channels: [email, teams]")
    number = drafted(crew, at)
    seen = preview(crew.communicator, number, Moment.PLANNING_STARTED, at=at)
    assert (seen.coverage.channels, seen.extras, seen.coverage.blocks) == (("email",), ("teams",), ())
    assert planning.plan(crew.communicator, number, at=at).told is Told.TOLD
    [post] = posted(number, at)
    assert post.state == "done"
    assert len(flow.cards) == 1
    assert {one.channel for one in who_was_told(crew.communicator, number)} == {"email"}
    [told] = downtime(crew.communicator, number, at=at).announcements
    assert extra_posts(told) == (("teams", "accepted"),)
    page = text(client_of("communicator").get(reverse("downtime-told", args=[number])))
    assert "Teams: posted in the room beside (accepted). It tags nobody and counts for nobody." in page
    assert "The same people on every channel" in page


def test_where_the_plan_says_who_sits_there_the_post_reaches_them(
    crew: Crew, at: datetime, flow: Teams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_the_plan(monkeypatch, tmp_path, f"channels: [email, teams]\n      room_holds: {HELD}")
    number = drafted(crew, at)
    by_hand = Answer("named-horizon-team@tools.example", "other-address", "Invited today.", "teams", address=ROOM)
    answer_for(crew.communicator, number, by_hand, at=at)
    assert planning.plan(crew.communicator, number, at=at).told is Told.TOLD
    posted(number, at)
    told = who_was_told(crew.communicator, number)
    assert {one.person for one in told if one.channel == "email"} == {
        one.person for one in told if one.channel == "teams" and one.went and one.address == ROOM
    }


def test_whoever_of_the_audience_does_not_sit_there_has_to_be_answered_for(
    crew: Crew, at: datetime, flow: Teams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_the_plan(monkeypatch, tmp_path, "channels: [email, teams]\n      room_holds: [mhv-octo-po]")
    number = drafted(crew, at)
    outcome = planning.plan(crew.communicator, number, at=at)
    assert outcome.told is Told.BLOCKED
    assert "has no address on Teams" in outcome.because


def test_a_room_alone_of_which_nobody_knows_who_sits_in_it_tells_nobody(
    crew: Crew, at: datetime, flow: Teams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_the_plan(monkeypatch, tmp_path, "channels: [teams]")
    number = drafted(crew, at)
    outcome = planning.plan(crew.communicator, number, at=at)
    assert outcome.told is Told.BLOCKED
    assert "say who sits in its room" in outcome.because
