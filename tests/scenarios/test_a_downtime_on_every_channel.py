"""A downtime told in a rehearsed Slack and by e-mail to the same people, its window set in a rehearsed PagerDuty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, enter_crew
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.mail_server import MailServer, mail_server
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, planning, telling, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.telling import Answer, Told
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Window
from tierline.downtime.queries import downtime, preview, who_was_told
from tierline.notices.moments import Moment
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.rehearsal.faults import Unavailable
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ROOM = "mhv-health-portal-coordination"


@dataclass
class World:
    slack: Slack
    paging: PagerDuty
    mail: MailServer
    crew: Crew


@pytest.fixture
def world(cast: Cast, at: datetime, settings: Any) -> Iterator[World]:
    with Slack(token="xoxb-hush") as slack, PagerDuty(token="hush") as paging, mail_server() as mail:
        for desk in (slack, paging):
            desk.clock.stand_at(at)
        people = ("U01ODILE", "U01OSKAR", "U01INES", "U01TOBIAS", "U01NIKO", "U01HANNE", "U01MALIA")
        for one in people:
            slack.joins(one, one.title(), f"{one.lower()}@desk.example")
        slack.has_channel("C01COORD", ROOM, *people)
        paging.has_service("PSECMSG", "External: Secure Messaging")
        settings.SMTP_URL = mail.url
        settings.CHANNELS = {
            "slack": {"kind": "slack", "token": "xoxb-hush", "address": slack.address, "channels": {ROOM: "C01COORD"}},
            "pagerduty": {
                "kind": "pagerduty",
                "token": "hush",
                "sender": "tierline@desk.example",
                "address": paging.url,
                "events_address": paging.events_address,
            },
        }
        yield World(slack, paging, mail, enter_crew())


def everything_leaves(number: int, at: datetime) -> None:
    for effect in effects_of(TIERLINE, "downtime", number):
        if effect.state == "pending":
            carry_out(effect.id, at=at)
    read_windows_back(at=at)


def planned(world: World, at: datetime) -> int:
    number = planning.draft(world.crew.communicator, "user-facing", content(), at=at, user_message="Messages are down.")
    horizon = Answer(
        "horizon-team", "named", "They sit next door.", channel="slack", name="Hanne Ruud",
        email="hanne.ruud@tools.example", address="U01HANNE",
    )  # fmt: skip
    telling.answer_for(world.crew.communicator, number, horizon, at=at)
    assert planning.plan(world.crew.communicator, number, at=at).told is Told.TOLD
    everything_leaves(number, at)
    return number


def test_the_same_people_are_tagged_and_written_to_and_the_window_stands(world: World, at: datetime) -> None:
    number = planned(world, at)
    [post] = world.slack.in_channel("C01COORD")
    told = who_was_told(world.crew.engineer, number)
    on = {
        channel: {one.person for one in told if one.channel == channel and one.went} for channel in ("slack", "email")
    }
    assert on["slack"] == on["email"]
    assert len(on["slack"]) == 6
    shown = str(post.blocks)
    assert all(f"<@{one.address}>" in shown for one in told if one.channel == "slack")
    assert {str(mail["To"]) for mail in world.mail.received} >= {one.address for one in told if one.channel == "email"}
    view = downtime(world.crew.engineer, number, at=at)
    assert view.gates.window is Window.SET
    assert view.window["services"] == ["secure-messaging"]
    [report] = [one.parity for one in view.announcements]
    assert (report["reached"], report["missing_channels"]) == ({"slack": 6, "email": 6}, [])


def test_what_follows_stands_in_the_thread_and_the_window_moves_and_ends(world: World, at: datetime) -> None:
    number = planned(world, at)
    crew = world.crew
    later = content(frame=frame(starts=STARTS + HOUR, ends=ENDS + HOUR))
    planning.change_content(crew.communicator, number, later, at=at + HOUR)
    everything_leaves(number, at + HOUR)
    approving.submit(crew.communicator, number, at=at + HOUR)
    mind(at=STARTS - 24 * HOUR)
    everything_leaves(number, STARTS - 24 * HOUR)
    working.start(crew.communicator, number, at=STARTS + HOUR)
    working.finish(crew.communicator, number, at=ENDS)
    working.conclude(crew.communicator, number, "success", "All well.", at=ENDS)
    everything_leaves(number, ENDS)
    first, *others = sorted(world.slack.messages, key=lambda one: one.ts)
    assert len(others) == 3
    assert {one.thread_ts for one in others} == {first.ts}
    told = who_was_told(crew.engineer, number)
    assert {one.state for one in told} == {"accepted"}
    assert {one.moment for one in told} == {"planning-started", "changed", "day-before", "concluded"}


def test_a_chat_that_is_down_delays_no_mail_and_is_told_once_when_it_is_back(world: World, at: datetime) -> None:
    world.slack.faults.next(Unavailable(), method="POST", path="chat.postMessage")
    number = planned(world, at)
    states = {one.channel: one.state for one in who_was_told(world.crew.engineer, number)}
    assert states == {"slack": "on its way", "email": "accepted"}
    everything_leaves(number, at + HOUR)
    assert len(world.slack.messages) == 1
    assert {one.state for one in who_was_told(world.crew.engineer, number)} == {"accepted"}


def test_a_chat_that_comes_back_hears_the_current_word_once_marked_late(world: World, at: datetime) -> None:
    minute = timedelta(minutes=1)
    world.slack.faults.next(Unavailable(), times=30, method="POST", path="chat.postMessage")
    number = planned(world, at)
    later = content(frame=frame(starts=STARTS + HOUR, ends=ENDS + HOUR))
    planning.change_content(world.crew.communicator, number, later, at=at + 5 * minute)
    for waited in (5, 10, 20, 30, 40, 50):
        everything_leaves(number, at + waited * minute)
    assert world.slack.messages == []
    world.slack.faults.clear()
    everything_leaves(number, at + 3 * HOUR)
    [post] = world.slack.messages
    assert post.text.startswith("Sent late, at ")
    assert "; e-mail went " in post.text
    told = {(one.moment, one.channel): one.state for one in who_was_told(world.crew.engineer, number)}
    assert told == {
        ("planning-started", "slack"): "withdrawn",
        ("planning-started", "email"): "accepted",
        ("changed", "slack"): "accepted",
        ("changed", "email"): "accepted",
    }


def test_somebody_without_a_chat_account_stops_the_word_until_somebody_answers_for_it(
    world: World, at: datetime
) -> None:
    number = planning.draft(world.crew.communicator, "user-facing", content(), at=at)
    named = Answer("horizon-team", "named", "Next door.", name="Hanne Ruud", email="hanne.ruud@tools.example")
    telling.answer_for(world.crew.communicator, number, named, at=at)
    outcome = planning.plan(world.crew.communicator, number, at=at)
    assert (outcome.told, outcome.because) == (
        Told.BLOCKED,
        "Hanne Ruud has no address on Slack. Give one, name a substitute, or say why not.",
    )
    why = Answer("named-hanne.ruud@tools.example", "waived", "She reads mail only.", channel="slack")
    telling.answer_for(world.crew.communicator, number, why, at=at)
    seen = preview(world.crew.communicator, number, Moment.PLANNING_STARTED, at=at)
    assert seen.parity.explained == ("Hanne Ruud, Slack: waived (Carla Commons: She reads mail only.)",)
    assert telling.announce(world.crew.communicator, number, "planning-started", at=at).told is Told.TOLD
