"""One channel down delays no other: whom none has reached is reached another way, and hears one current word after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings
from tests.downtime.crew import Crew, enter_crew
from tests.downtime.test_rooms import by_the_plan
from tests.downtime.works import ENDS, content, frame
from tests.mail_server import MailServer, mail_server
from tests.people import Cast
from tests.plans.books import shipped
from tests.standing import StoppedClock
from tests.web.desk import streamed, text
from tests.web.test_downtime_pages import client_of

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import planning
from tierline.downtime.actions.reaching import call_sheet, called, reach_another_way, steps_of
from tierline.downtime.actions.telling import Answer, answer_for
from tierline.downtime.queries import downtime, who_was_told
from tierline.foundation.trouble import Conflict, NotAllowed, Unusable
from tierline.notices.auditing import audit
from tierline.notices.queries import DeliveryView
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.plans.procedures import procedure_named
from tierline.rehearsal.faults import Unavailable
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ODILE, OSKAR = "Odile Ferrant", "Oskar Lindahl"
DOWN = "smtp://127.0.0.1:9"  # nobody listens there
ROUTING = "R" * 32


@dataclass
class House:
    """The partners of a downtime, each with switches for what goes wrong."""

    slack: Slack
    paging: PagerDuty
    mail: MailServer
    settings: Any
    crew: Crew

    def slack_is_down(self) -> None:
        self.slack.faults.next(Unavailable(), times=10_000)

    def paging_is_down(self) -> None:
        self.paging.faults.next(Unavailable(), times=10_000)

    def mail_is_down(self) -> None:
        self.settings.SMTP_URL = DOWN

    def everything_is_well(self) -> None:
        for desk in (self.slack, self.paging):
            desk.faults.clear()
        self.settings.SMTP_URL = self.mail.url

    def pass_to(self, number: int, at: datetime) -> None:
        """What the jobs of the minute do: try what is due, then look who is still missing, and try that."""
        for _ in range(2):
            for effect in effects_of(TIERLINE, "downtime", number):
                if effect.state == "pending" and (effect.next_try_at is None or effect.next_try_at <= at):
                    carry_out(effect.id, at=at)
            reach_another_way(at=at)

    def told(self, number: int, name: str) -> dict[str, DeliveryView]:
        return {one.step or one.channel: one for one in who_was_told(TIERLINE, number) if one.name == name}


@pytest.fixture
def house(cast: Cast, settings: Settings, at: datetime) -> Iterator[House]:
    crew = enter_crew()
    with Slack() as slack, PagerDuty() as paging, mail_server() as mail:
        for desk in (slack, paging):
            desk.clock.stand_at(at)
        slack.has_channel("C01COORD", "mhv-health-portal-coordination")
        settings.SMTP_URL = mail.url
        settings.CHANNELS = {
            "slack": {
                "token": "xoxb-rehearsal",
                "address": slack.address,
                "seconds_between_posts": 0,
                "channels": {"mhv-health-portal-coordination": "C01COORD"},
            },
            "pagerduty": {
                "token": "rehearsal-token",
                "sender": "tierline@desk.example",
                "address": paging.url,
                "events_address": paging.events_address,
                "routing_keys": {"communication-owner": ROUTING},
            },
            "sms": {"gateway": "{number}@text.example", "drop_prefix": "1"},
        }
        yield House(slack, paging, mail, settings, crew)


def planned(house: House, at: datetime) -> int:
    """A downtime that everybody is told of as planning starts, on both channels."""
    crew = house.crew
    number = planning.draft(crew.communicator, "user-facing", content(), at=at, user_message="Messages are down.")
    for word in ("horizon-team",):
        named = Answer(
            word, "named", "Nobody is named yet.", "slack", f"Someone of {word}", f"{word}@tools.example", "U01HORIZON"
        )
        answer_for(crew.communicator, number, named, at=at)
    for person in ("person-1", "tobias-wren", "niko-estrada"):
        on_slack = Answer(person, "other-address", "By hand.", "slack", address="U01OTHER")
        answer_for(crew.communicator, number, on_slack, at=at)
    outcome = planning.plan(crew.communicator, number, at=at)
    assert outcome.told == "told", outcome
    return number


def test_while_one_channel_is_down_the_other_reaches_everybody_and_nothing_else_is_done(
    house: House, at: datetime
) -> None:
    house.slack_is_down()
    number = planned(house, at)
    for minute in (0, 1, 5, 10, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    assert all(one.went for one in who_was_told(TIERLINE, number) if one.channel == "email")
    assert not any(one.step for one in who_was_told(TIERLINE, number))
    assert house.paging.alerts == {}


def test_whom_neither_reaches_gets_a_text_message_before_word_is_due_and_is_at_risk_no_more(
    house: House, at: datetime
) -> None:
    house.slack_is_down()
    house.mail.refuse["odile.ferrant@octo.example"] = "550 5.1.1 No such user"
    number = planned(house, at)
    house.pass_to(number, at)
    house.pass_to(number, at + 9 * MINUTE)
    assert set(house.told(number, ODILE)) == {"slack", "email"}
    house.pass_to(number, at + 10 * MINUTE)
    text = house.told(number, ODILE)["text-message"]
    assert (text.channel, text.went) == ("sms", True)
    assert text.answer.startswith("reached another way: E-mail did not take the message, Slack was not available. ")
    assert [mail["To"] for mail in house.mail.received][-1] == "5550100121@text.example"
    house.pass_to(number, at + 30 * MINUTE)
    assert set(house.told(number, ODILE)) == {"slack", "email", "text-message"}
    assert house.paging.alerts == {}
    assert audit(at=at + 30 * MINUTE).to_call == 0


def test_when_both_are_down_the_owner_is_paged_once_and_the_call_sheet_says_whom_to_call(
    house: House, at: datetime
) -> None:
    house.slack_is_down()
    house.mail_is_down()
    number = planned(house, at)
    for minute in (0, 10, 15, 16, 20, 21, 25):
        house.pass_to(number, at + minute * MINUTE)
    [alert] = house.paging.alerts.values()
    assert alert.summary.startswith(f"[DT-{number}] ")
    assert alert.summary.endswith("people were not reached by any channel: Planned downtime")
    assert alert.events == ["trigger"]
    assert ODILE not in repr(house.paging.exchanges)
    sheet = call_sheet(house.crew.communicator, number, at=at + 20 * MINUTE)
    numbers = {one.name: contacts for one, contacts in sheet}
    assert numbers[ODILE]["sms"] == "+1 555 010 0121"
    assert numbers["Ines Corbeau"]["telephone"] == "+1 555 010 0123"
    assert len(numbers) == len(sheet) == audit(at=at + 20 * MINUTE).to_call
    assert not audit(at=at + 20 * MINUTE).clean
    with pytest.raises(NotAllowed, match="Communication Owner"):
        call_sheet(house.crew.engineer, number, at=at)


def test_when_nobody_can_be_paged_either_the_sheet_stands_and_the_auditor_is_silent(house: House, at: datetime) -> None:
    house.slack_is_down()
    house.mail_is_down()
    house.paging_is_down()
    number = planned(house, at)
    for minute in (0, 10, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    assert house.paging.alerts == {}
    assert call_sheet(house.crew.communicator, number, at=at + 20 * MINUTE)
    assert not audit(at=at + 20 * MINUTE).clean


def test_whoever_is_called_is_reached_and_whoever_is_not_stays_on_the_sheet(house: House, at: datetime) -> None:
    house.slack_is_down()
    house.mail_is_down()
    number, carla = planned(house, at), house.crew.communicator
    for minute in (0, 10, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    now = at + 21 * MINUTE
    ids = {one.name: one.id for one, _ in call_sheet(carla, number, at=now)}
    with pytest.raises(Unusable, match="why they were not reached"):
        called(carla, number, ids[OSKAR], reached=False, words="", at=now)
    called(carla, number, ids[OSKAR], reached=False, words="No answer; tried twice.", at=now)
    called(carla, number, ids[ODILE], reached=True, words="", at=now)
    with pytest.raises(Conflict, match="is not waited for any more"):
        called(carla, number, ids[ODILE], reached=True, words="", at=now)
    with pytest.raises(NotAllowed):
        called(house.crew.engineer, number, ids[OSKAR], reached=True, words="", at=now)
    left = {one.name: one.words for one, _ in call_sheet(carla, number, at=now)}
    assert ODILE not in left
    assert left[OSKAR] == "No answer; tried twice."
    row = house.told(number, ODILE)["call-sheet"]
    assert (row.went, row.state, row.at) == (True, "called by Carla Commons", now)


def test_after_the_outage_there_is_one_current_word_marked_late_and_the_rest_is_taken_back(
    house: House, at: datetime
) -> None:
    house.slack_is_down()
    house.mail_is_down()
    number = planned(house, at)
    for minute in (0, 10, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    later = content(frame=frame(ends=ENDS + timedelta(hours=1)))
    planning.change_content(house.crew.communicator, number, later, at=at + 22 * MINUTE)
    for minute in range(23, 28):
        house.pass_to(number, at + minute * MINUTE)
    house.everything_is_well()
    for minute in (60, 61, 62, 120):
        house.pass_to(number, at + minute * MINUTE)
    [post] = house.slack.messages
    assert "Planned downtime has changed" in post.text
    assert "Sent late, at " in post.text
    mails = [mail for mail in house.mail.received if mail["To"] == "odile.ferrant@octo.example"]
    told = [mail for mail in mails if "Please pass on" not in mail["Subject"]]
    assert [mail["Subject"] for mail in told] == [f"[DT-{number}] Planned downtime has changed: Database upgrade"]
    plain = next(part for part in told[0].walk() if part.get_content_type() == "text/plain")
    assert str(plain).partition("\n\n")[2].startswith("Sent late, at ")
    assert not any("text.example" in mail["To"] for mail in house.mail.received)
    assert call_sheet(house.crew.communicator, number, at=at) == ()
    [alert] = house.paging.alerts.values()
    assert alert.events == ["trigger", "resolve"]
    assert audit(at=at + 130 * MINUTE).clean


def test_the_next_word_says_which_channel_was_down_and_what_went_meanwhile(house: House, at: datetime) -> None:
    house.slack_is_down()
    number = planned(house, at)
    house.pass_to(number, at)
    house.everything_is_well()
    house.pass_to(number, at + 38 * MINUTE)
    later = content(frame=frame(ends=ENDS + timedelta(hours=1)))
    planning.change_content(house.crew.communicator, number, later, at=at + 60 * MINUTE)
    newest = downtime(TIERLINE, number, at=at).announcements[-1]
    down = f"Slack was not available from {at:%Y-%m-%d %H:%M} to {at + 38 * MINUTE:%H:%M} UTC"
    assert newest.document["asides"] == [f"{down}; e-mail went at {at:%Y-%m-%d %H:%M}."]


def test_the_day_before_and_the_end_are_shown_in_the_channel_and_not_only_in_the_thread(
    house: House, at: datetime
) -> None:
    number = planned(house, at)
    carla = house.crew.communicator
    later = content(frame=frame(ends=ENDS + timedelta(hours=1)))
    planning.change_content(carla, number, later, at=at + 60 * MINUTE)
    planning.cancel(carla, number, "It is not needed any more.", at=at + 90 * MINUTE)
    house.pass_to(number, at + 91 * MINUTE)
    house.pass_to(number, at + 92 * MINUTE)
    shown = [(post.text.partition(":")[0], bool(post.thread_ts), post.broadcast) for post in house.slack.messages]
    assert shown == [
        ("Planned downtime", False, False),
        ("Planned downtime has changed", True, False),
        ("Planned downtime is cancelled", True, True),
    ]


def test_whom_a_post_in_the_room_did_not_reach_gets_a_message_of_their_own_in_slack(
    house: House, at: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    by_the_plan(monkeypatch, tmp_path, "by: slack, before_due: 5m", before="by: sms, before_due: 5m")
    house.slack.joins("U01ODILE", "Odile Ferrant", "odile.ferrant@octo.example")
    house.slack.says_no("restricted_action", path="postMessage")
    house.mail.refuse["odile.ferrant@octo.example"] = "550 5.1.1 No such user"
    number = planned(house, at)
    for minute in (0, 10, 30):
        house.pass_to(number, at + minute * MINUTE)
    step = house.told(number, ODILE)["text-message"]
    assert (step.channel, step.went) == ("slack", True)
    [own] = house.slack.messages
    assert own.channel.startswith("D")
    assert "<@" not in repr(own.blocks)
    assert house.paging.alerts == {}


def test_without_a_policy_the_sender_is_paged_and_the_call_sheet_stands() -> None:
    procedural = procedure_named(shipped(), "user-facing", datetime(2026, 11, 20, tzinfo=UTC))
    assert procedural is not None
    bare = procedural.procedure.model_copy(update={"another_way": None, "window_system": None})
    assert [(step.by, step.whom, step.through) for step in steps_of(bare)] == [
        ("page", "communication-owner", "pagerduty"),
        ("call-sheet", "", ""),
    ]


def test_the_pages_say_who_was_reached_how_and_whom_to_call(
    house: House, at: datetime, stopped_clock: StoppedClock
) -> None:
    house.slack_is_down()
    house.mail_is_down()
    number = planned(house, at)
    for minute in (0, 10, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    stopped_clock.set(at + 21 * MINUTE)
    told, sheet = (reverse(name, args=[number]) for name in ("downtime-told", "downtime-call-sheet"))
    carla, emil = client_of("communicator"), client_of("engineer")
    assert "Open the call sheet" in text(carla.get(told))
    assert "Open the call sheet" not in text(emil.get(told))
    assert emil.get(sheet).status_code == 403
    assert "+1 555 010" not in text(emil.get(told))
    page = text(carla.get(sheet))
    assert "+1 555 010 0121" in page
    assert ODILE in page
    ids = {one.name: one.id for one, _ in call_sheet(house.crew.communicator, number, at=at)}
    assert carla.post(sheet, {"sheet": "none", "reached": "yes"}).status_code == 422
    assert "why they were not reached" in text(carla.post(sheet, {"sheet": ids[OSKAR], "reached": "no"}))
    assert emil.post(sheet, {"sheet": ids[ODILE], "reached": "yes"}).status_code == 403
    assert carla.post(sheet, {"sheet": ids[ODILE], "reached": "yes", "text": "She knows."}).status_code == 302
    assert ODILE not in text(carla.get(sheet))
    shown = text(carla.get(told))
    assert "Reached another way, call sheet: 1." in shown
    assert "called by Carla Commons" in shown
    lines = streamed(carla.get(reverse("downtime-told-csv", args=[number]))).decode().splitlines()
    assert lines[0].endswith("Answer,Step")
    [called_her] = [line for line in lines if line.endswith(",call-sheet") and ODILE in line]
    assert "called by Carla Commons" in called_her


def test_two_workers_take_a_step_once(house: House, at: datetime) -> None:
    house.slack_is_down()
    house.mail_is_down()
    number = planned(house, at)
    for minute in (0, 15, 20):
        house.pass_to(number, at + minute * MINUTE)
    before = len(who_was_told(TIERLINE, number))
    assert reach_another_way(at=at + 20 * MINUTE) == 0
    assert len(who_was_told(TIERLINE, number)) == before
