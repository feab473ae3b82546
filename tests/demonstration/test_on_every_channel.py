"""The demonstration's planned work, told in the rehearsed Slack, its windows set in the rehearsed PagerDuty."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from tests.standing import StoppedClock

from tierline.cli.rehearse import SCRIPT, accounts_address, filled_in, furnish
from tierline.demonstration.loading import load
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Window
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import board, downtime, who_was_told
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.plans.queries import forget
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_one_downtime_goes_the_whole_way_in_slack_and_in_pagerduty(settings: Any, stopped_clock: StoppedClock) -> None:
    stopped_clock.set(DAY)
    script = yaml.safe_load(SCRIPT.read_text())
    with Slack() as slack, PagerDuty() as paging:
        furnish(script, slack, paging)
        for desk in (slack, paging):
            desk.clock.stand_at(DAY + timedelta(milliseconds=250))  # between two seconds, as clocks are
        accounts = filled_in(script["channels"], {desk.name: accounts_address(desk) for desk in (slack, paging)})
        accounts["slack"]["seconds_between_posts"] = 0
        settings.CHANNELS = accounts
        forget()
        assert load(at=DAY)
        lines = [*board(TIERLINE), *board(TIERLINE, past=True)]
        for line in lines:
            for effect in effects_of(TIERLINE, "downtime", line.number):
                if effect.state == "pending" and effect.channel != "email":
                    assert carry_out(effect.id, at=DAY) == "done", effect.key
        read_windows_back(at=DAY + timedelta(minutes=1))
        whole = next(line for line in lines if line.title == "Message store gets a new certificate")
        told = [one for one in who_was_told(TIERLINE, whole.number) if one.channel == "slack"]
        assert {one.moment for one in told} == {
            "planning-started", "changed", "day-before", "extended", "rolling-back", "concluded",
        }  # fmt: skip
        assert all(one.went for one in told)
        keys = [str(post.metadata["event_payload"]["key"]) for post in slack.messages]
        posts = [p for p, key in zip(slack.messages, keys, strict=True) if key.startswith(f"downtime-{whole.number}:")]
        assert len(posts) == 6
        assert {post.thread_ts for post in posts[1:]} == {posts[0].ts}
        [window] = [one for one in paging.windows.values() if whole.reference in one.description]
        assert window.end == paging.clock.now()  # ended with the work, not left to lapse
        coming = [line.number for line in lines if line.state is DowntimeState.SCHEDULED]
        assert [downtime(TIERLINE, number, at=DAY).gates.window for number in coming] == [Window.SET]
        assert len(paging.windows) == 3  # nothing for what was called off
