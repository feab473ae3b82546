"""The demonstration's planned work goes the whole way for each kind of team: at the page, and in the logs of those whom
it reaches."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings
from tests.demonstration.stage import Rehearsed, rehearsed

from tierline.cases.models import CaseRow
from tierline.demonstration.cast import PASSWORD
from tierline.demonstration.loading import load, looking_up
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.changing import read_changes_back
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.watching import watch_windows
from tierline.downtime.gates import Approval, Verification, Window
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import DowntimeView, board, downtime, who_was_told
from tierline.foundation import clock
from tierline.notices.auditing import audit
from tierline.notices.moments import Standing
from tierline.outbox.queries import effects_of
from tierline.plans.queries import forget
from tierline.rehearsal.directing import Director, NotDirected

DAY = datetime(2026, 11, 20, 17, 3, 20, tzinfo=UTC)
WHOLE = {
    "user-facing team": "Attachment store moves",
    "VA.gov platform": "VA.gov platform moves its gateway",
    "API/Platform team": "Message store gets a new certificate",
}
EVERY_MOMENT = {"planning-started", "changed", "day-before", "extended", "rolling-back", "concluded"}
EVERY_VERB = {
    "downtime-planned", "downtime-changed", "window-set", "work-started", "work-extended", "work-rolling-back",
    "work-finished", "downtime-concluded",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Played:
    """The demonstration after it was played, with those beside it."""

    there: Rehearsed
    numbers: dict[str, int] = field(default_factory=dict)

    def view(self, title: str, at: datetime = DAY) -> DowntimeView:
        return downtime(TIERLINE, self.numbers[title], at=at)

    def reference(self, title: str) -> str:
        return self.view(title).line.reference

    def posts(self, title: str) -> list[Any]:
        about = f"downtime-{self.numbers[title]}:"
        return [
            post for post in self.there.slack.messages if str(post.metadata["event_payload"]["key"]).startswith(about)
        ]


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any) -> Iterator[Played]:
    """Loaded once for all of these tests, and taken back."""

    class Set:
        """Settings for a module."""

    given: Any = Set()
    with django_db_blocker.unblock(), transaction.atomic(), rehearsed(given) as there:
        with override_settings(**vars(given)), clock.stopped(DAY):
            forget()
            assert load(at=DAY, rehearsal=there.page.url)
            lines = [*board(TIERLINE), *board(TIERLINE, past=True)]
            yield Played(there, {line.title: line.number for line in lines})
        transaction.set_rollback(True)
    forget()


@pytest.fixture
def page(played: Played) -> Client:
    """A browser in which the Communication Owner is signed in."""
    browser = Client()
    assert browser.login(username="carla.commons@tools.example", password=PASSWORD)
    return browser


@pytest.mark.parametrize("title", WHOLE.values(), ids=WHOLE)
def test_each_kind_of_team_goes_the_whole_way_at_the_page(played: Played, page: Client, title: str) -> None:
    view = played.view(title)
    assert view.line.state is DowntimeState.CONCLUDED
    assert {fact.kind for fact in view.story} >= EVERY_VERB
    shown = page.get(f"/downtimes/{view.line.number}/").content.decode()
    for words in ("began planning", "changed it", "started", "Concluded", "PWIN"):
        assert words in shown, words
    told = page.get(f"/downtimes/{view.line.number}/told/").content.decode()
    assert told.count("The same people on every channel") == len(view.announcements)
    assert "accepted" in told
    assert "not left yet" not in told


@pytest.mark.parametrize("title", WHOLE.values(), ids=WHOLE)
def test_each_moment_was_posted_in_one_thread_and_mailed_to_the_same_people(played: Played, title: str) -> None:
    told = who_was_told(TIERLINE, played.numbers[title])
    assert {one.moment for one in told} == EVERY_MOMENT
    assert all(one.went for one in told)
    posts = played.posts(title)
    assert len(posts) == len(played.view(title).announcements) == len(EVERY_MOMENT)
    assert {post.thread_ts for post in posts[1:]} == {posts[0].ts}
    mailed = {one.address for one in told if one.channel == "email"}
    assert all(address.endswith(".example") for address in mailed)
    for address in mailed:
        mails = [m for m in played.there.mail.mails_to(address) if played.reference(title) in m.read["Subject"]]
        ids = {str(mail.read["Message-ID"]) for mail in mails}
        answers = [one.answer for one in told if one.channel == "email" and one.address == address]
        assert all(any(known in answer for known in ids) for answer in answers)
    assert {one.person for one in told if one.channel == "email"} == {
        one.person for one in told if one.channel == "slack"
    }


@pytest.mark.parametrize("title", WHOLE.values(), ids=WHOLE)
def test_its_window_was_set_moved_and_ended_with_it_and_read_back_each_time(played: Played, title: str) -> None:
    paging, view = played.there.paging, played.view(title)
    [window] = [one for one in paging.windows.values() if f"[{view.line.reference}#" in one.description]
    assert view.window["id"] == window.id
    ended = next(fact.at for fact in view.story if fact.kind == "downtime-concluded")
    assert window.end == ended  # with the work, not left to lapse
    asked = [one for one in paging.exchanges if one.path.endswith(window.id)]
    assert {one.method for one in asked} >= {"GET", "PUT", "DELETE"}
    sent = [e for e in effects_of(TIERLINE, "downtime", view.line.number) if e.channel == "pagerduty"]
    assert len(sent) >= 3
    assert {effect.state for effect in sent} == {"done"}


def test_nothing_stays_of_the_window_of_what_was_called_off(played: Played) -> None:
    reference = played.reference("Certificates are exchanged")
    assert not [one for one in played.there.paging.windows.values() if reference in one.description]
    assert played.view("Certificates are exchanged").gates.window is Window.ENDED


def test_the_system_owner_approved_in_a_change_twice_since_the_first_was_of_other_words(played: Played) -> None:
    view, desk = played.view(WHOLE["API/Platform team"]), played.there.servicenow
    rows = [r for r in desk.tables["change_request"].values() if view.line.reference in r["short_description"]]
    assert [row["approval"] for row in rows] == ["approved", "approved"]
    assert "void" in "".join(desk.journal(rows[0]["sys_id"]))
    assert view.approval["record"] == rows[1]["number"]
    assert view.approval["by"] == "Sybil Overton"
    assert view.gates.approval is Approval.VOID  # it was extended: nobody approved the end it had then
    assert "longer than was approved" in "".join(desk.journal(rows[1]["sys_id"]))
    read = [one for one in desk.exchanges if one.method == "GET" and one.path.endswith(rows[1]["sys_id"])]
    assert read
    kinds = [fact.kind for fact in view.story]
    assert kinds.count("change-opened") == kinds.count("downtime-approved") == 2


def test_whoever_is_on_call_in_pagerduty_looked_at_every_window_of_the_api_team(played: Played) -> None:
    view = played.view(WHOLE["API/Platform team"])
    kinds = [fact.kind for fact in view.story]
    assert kinds.count("window-verified") == kinds.count("window-set") == 3
    assert view.verification["by"] == "Ola Kern"
    assert view.verification["on_call"]["source"] == "pagerduty schedule:PONCALL"
    assert [one["name"] for one in view.verification["on_call"]["window"]] == ["Ola Kern"]
    assert any(one.path == "/oncalls" and one.status == 200 for one in played.there.paging.exchanges)
    asked = [mail for mail in played.there.mail.mails_to("ola.kern@tools.example") if "look at" in mail.read["Subject"]]
    assert len(asked) >= 3


def test_work_ended_well_in_part_and_taken_back(played: Played) -> None:
    ended = {line.result for line in board(TIERLINE, past=True) if line.state is DowntimeState.CONCLUDED}
    assert ended == {"success", "partial", "rolled-back"}


def test_messages_bear_the_time_at_which_they_left(played: Played) -> None:
    posts = played.posts(WHOLE["user-facing team"])
    first = datetime.fromtimestamp(float(posts[0].ts), UTC)
    assert timedelta(days=8) < DAY - first < timedelta(days=10)
    mail = played.there.mail.mails[0]
    assert mail.read["Date"].datetime == mail.at.replace(microsecond=0)
    assert not [one for one in played.there.mail.mails if one.at > DAY]


def test_nothing_is_adrift_or_waits_and_what_was_late_or_waived_is_meant_to(played: Played) -> None:
    there, lines = played.there, [*board(TIERLINE), *board(TIERLINE, past=True)]
    views = [downtime(TIERLINE, line.number, at=DAY) for line in lines]
    standings = [owed.standing for view in views for owed in view.obligations]
    assert standings.count(Standing.TOLD_LATE) == standings.count(Standing.WAIVED) == 1
    assert Standing.LATE not in standings
    states = {effect.state for line in lines for effect in effects_of(TIERLINE, "downtime", line.number)}
    assert states == {"done"}
    assert watch_windows(at=DAY + timedelta(minutes=5)) == 0
    assert not [view for view in views if view.gates.window in (Window.DRIFTED, Window.PENDING)]
    assert audit(at=DAY).clean
    assert not there.paging.clock.standing  # their clocks run on


def test_something_goes_on_and_something_is_about_to_start(played: Played) -> None:
    running = next(line for line in board(TIERLINE) if line.state is DowntimeState.IN_PROGRESS)
    assert running.ends_at is not None
    assert timedelta(0) < running.ends_at - DAY <= timedelta(minutes=15)
    soon = next(line for line in board(TIERLINE) if line.state is DowntimeState.SCHEDULED)
    assert soon.starts_at is not None
    assert timedelta(0) < soon.starts_at - DAY <= timedelta(minutes=15)
    point = transaction.savepoint()
    mind(at=running.ends_at)
    asked = [e.message["subject"] for e in effects_of(TIERLINE, "downtime", running.number) if e.state == "pending"]
    transaction.savepoint_rollback(point)
    assert f"[{running.reference}] The time is over: is the work done?" in asked
    assert f"[{running.reference}] Alarms ring again, and the work goes on" in asked


def test_the_change_that_waits_is_approved_by_whoever_plays_the_system_owner(played: Played) -> None:
    title = "MHV API gets its yearly database upgrade"
    view = played.view(title)
    assert view.gates.approval is Approval.REQUESTED
    assert view.gates.verification is Verification.CONFIRMED
    assert "Who decides on going back" in view.approval["words"]  # said no to once
    point = transaction.savepoint()
    played.there.servicenow.clock.stand_at(DAY)
    Director(played.there.page.url).decide(view.approval["record"], "Sybil Overton", approve=True, words="Fine.")
    assert read_changes_back(at=DAY) == 1
    assert played.view(title).gates.approval is Approval.APPROVED
    transaction.savepoint_rollback(point)
    played.there.servicenow.clock.standing = None


def test_loading_again_with_partners_changes_nothing_there(played: Played) -> None:
    before = len(played.there.mail.mails), len(played.there.slack.messages)
    assert not load(at=DAY, rehearsal=played.there.page.url)
    assert (len(played.there.mail.mails), len(played.there.slack.messages)) == before


@pytest.mark.django_db
def test_partners_who_do_not_answer_leave_no_half_of_a_demonstration(settings: Any) -> None:
    forget()
    with pytest.raises(NotDirected, match="did not answer"):
        load(at=DAY, rehearsal="http://127.0.0.1:9")
    assert not CaseRow.objects.exists()


@pytest.mark.django_db
def test_no_word_of_it_goes_to_systems_that_are_no_partners_to_rehearse_with(settings: Any) -> None:
    with rehearsed(settings) as there:
        forget()
        assert load(at=DAY)  # accounts there are, but nobody says that they are rehearsed
        lines = [*board(TIERLINE), *board(TIERLINE, past=True)]
        left = [e for line in lines for e in effects_of(TIERLINE, "downtime", line.number) if e.channel != "email"]
        assert left
        assert {effect.state for effect in left} == {"withdrawn"}
        assert not there.slack.messages
        assert not there.paging.windows


def test_nobody_is_looked_up_for_a_duty_that_no_plan_has() -> None:
    with pytest.raises(ValueError, match="No plan has a duty nobody"):
        looking_up({"a.yaml": b"duties: []"}, {"nobody": "{}"})
