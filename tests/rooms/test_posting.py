"""What a sweep does when things go wrong or come together: two workers, a chat that is not there, Teams, imports."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.cases.reports import a_report
from tests.people import Cast
from tests.rooms.channel import MINUTE, TierThree, at_tier_three, tier_three

from tierline.cases.actions import handing_off
from tierline.cases.actions.entering import enter
from tierline.directory.actor import TIERLINE
from tierline.outbox.actions import release
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effects
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.queries import forget
from tierline.rehearsal.faults import Answering, LostAnswer
from tierline.rehearsal.teams import Teams
from tierline.rooms.posting import post_what_is_due
from tierline.rooms.queries import told_in

pytestmark = pytest.mark.django_db
ASK = "Please find out why the recipients are out of order."


@pytest.fixture
def room(cast: Cast, at: datetime, settings: Any) -> Iterator[TierThree]:
    with tier_three(settings, at) as running:
        yield running


def test_a_sweep_done_twice_posts_once(cast: Cast, at: datetime) -> None:
    at_tier_three(cast.lead, at)
    assert post_what_is_due(at=at + 6 * MINUTE) == 1
    assert post_what_is_due(at=at + 6 * MINUTE) == 0
    assert EffectRow.objects.filter(channel="slack").count() == 1


def test_a_lost_answer_doubles_nothing(room: TierThree, cast: Cast, at: datetime) -> None:
    room.slack.faults.next(LostAnswer(), path="chat.postMessage")
    at_tier_three(cast.lead, at)
    room.minutes(at, 20)
    assert len(room.slack.messages) == 1


def test_without_an_account_the_post_is_held_and_says_why_and_leaves_as_it_then_is(
    room: TierThree, cast: Cast, at: datetime, settings: Any
) -> None:
    accounts, settings.CHANNELS = settings.CHANNELS, {}
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 8)
    [held] = [one for one in effects(cast.lead) if one.channel == "slack"]
    assert held.state == "held"
    assert "TIERLINE_CHANNELS" in held.trouble
    handing_off.offer(cast.lead, number, ask=ASK, at=now)
    now = room.minutes(now)
    settings.CHANNELS = accounts
    release(cast.lead, held.id, at=now)
    room.minutes(now)
    [post] = room.slack.messages
    assert "Handed to a tool team" in post.text


def test_a_room_slack_does_not_know_fails_with_a_sentence_and_the_next_word_is_tried_anew(
    room: TierThree, cast: Cast, at: datetime
) -> None:
    room.slack.faults.next(Answering(200, {"ok": False, "error": "channel_not_found"}), path="chat.postMessage")
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 8)
    [told] = told_in(number)
    assert told.way is not None
    assert told.way.state == "failed"
    assert "does not know this channel" in told.way.trouble
    handing_off.offer(cast.lead, number, ask=ASK, at=now)
    room.minutes(now)
    [post] = room.slack.messages
    assert "Handed to a tool team" in post.text


def test_on_teams_each_word_is_a_post_of_its_own(cast: Cast, at: datetime, settings: Any) -> None:
    texts = texts_of([SHIPPED])
    plan = next(name for name in texts if name.endswith("mhv-tier-3.yaml"))
    texts[plan] = texts[plan].replace(b"    by: slack\n    room: mhv", b"    by: teams\n    room: mhv")
    publish_planbook(TIERLINE, texts, at=at, remark="By Teams")
    forget()
    with Teams() as teams:
        settings.CHANNELS = {"teams": {"kind": "teams", "webhooks": {"mhv-tier-3-support": teams.webhook}}}
        clock = TierThree(teams)  # type: ignore[arg-type]  # only its minutes are used
        number = at_tier_three(cast.lead, at)
        now = clock.minutes(at, 8)
        handing_off.offer(cast.lead, number, ask=ASK, at=now)
        now = clock.minutes(now)
        handing_off.acknowledge(cast.lead, number, at=now)
        clock.minutes(now)
        said = [str(card) for card in teams.cards]
    assert len(said) == 3
    assert "Waits in triage" in said[0]
    assert "Ravi Sorensen" in said[0]
    assert ASK in said[1]
    assert "Taken over by Secure Messaging team" in said[2]


def test_a_case_nobody_s_room_hears_of_costs_no_statement_more(
    cast: Cast, at: datetime, django_assert_num_queries: Any
) -> None:
    enter(cast.agent, a_report(), at=at)
    with django_assert_num_queries(4) as without:
        enter(cast.agent, a_report(), at=at)
    with django_assert_num_queries(len(without)):
        at_tier_three(cast.lead, at)


def test_what_is_handed_on_again_and_again_is_not_told_more_than_the_plan_allows(
    room: TierThree, cast: Cast, at: datetime
) -> None:
    numbers = [at_tier_three(cast.lead, at + n * timedelta(minutes=12)) for n in range(5)]
    now = room.minutes(at, 60)
    assert len(room.posts()) >= 5
    before = len(room.slack.messages)
    for number in numbers:
        handing_off.offer(cast.lead, number, ask=ASK, at=now)
    room.minutes(now)
    loud = [one for one in room.slack.messages[before:] if not one.thread_ts or one.broadcast]
    assert len(loud) == 1
    assert loud[0].text.startswith("*5 cases of MHV Tier 3 support at once*")
