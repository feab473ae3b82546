"""The room of Tier 3 in a rehearsed Slack: what waits, what was handed on, what became of it, and nothing private."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.people import Cast
from tests.rooms.channel import HOUR, MINUTE, TierThree, at_tier_three, tier_three

from tierline.cases.actions import handing_off, working
from tierline.outbox.queries import effects
from tierline.rehearsal.faults import Unavailable
from tierline.rooms.queries import told_in

pytestmark = pytest.mark.django_db
ASK = "Please find out why the recipients are out of order."


@pytest.fixture
def room(cast: Cast, at: datetime, settings: Any) -> Iterator[TierThree]:
    with tier_three(settings, at) as running:
        yield running


def test_what_waits_in_triage_is_told_by_number_service_and_ask(room: TierThree, cast: Cast, at: datetime) -> None:
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 3)
    assert room.posts() == []  # begun within five minutes it is nobody's business
    room.minutes(now, 3)
    [post] = room.posts()
    assert f"/cases/{number}/|TL-{number}>" in post.text
    assert post.text.startswith("*Waits in triage* · ")
    assert "Secure Messaging" in post.text
    assert "since Fri 20 Nov, 12:00 EST" in post.text
    assert "Please look at it and say whose it is. <@U01RAVI>" in post.text
    assert "red banner" not in room.everything()
    assert "Stillwater" not in room.everything()


def test_what_is_begun_at_once_is_never_told(room: TierThree, cast: Cast, at: datetime) -> None:
    working.begin(cast.lead, at_tier_three(cast.lead, at), at=at + MINUTE)
    room.minutes(at, 10)
    assert room.posts() == []


def test_a_hand_off_stands_in_the_case_s_thread_and_what_became_of_it_too(
    room: TierThree, cast: Cast, at: datetime
) -> None:
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 7)
    handing_off.offer(cast.lead, number, ask=ASK, at=now)
    now = room.minutes(now)
    [post] = room.posts()
    [handed] = room.thread(post)
    assert handed.broadcast
    assert "Handed to a tool team, Secure Messaging team" in handed.text
    assert ASK in handed.text
    assert "<!subteam^S01SECMSG>" in handed.text
    assert "Handed to a tool team" in post.text  # the first message says how it stands now
    handing_off.acknowledge(cast.lead, number, at=now)
    room.minutes(now)
    [_, taken] = room.thread(post)
    assert "Taken over by Secure Messaging team" in taken.text
    assert not taken.broadcast
    assert post.text.startswith("✅ *Taken over by Secure Messaging team*")
    assert "Nothing is asked here any more." in post.text


def test_a_hand_off_nobody_answers_is_told_again_when_its_time_has_passed(
    room: TierThree, cast: Cast, at: datetime
) -> None:
    monday = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    number = at_tier_three(cast.lead, monday)
    handing_off.offer(cast.lead, number, ask=ASK, at=monday + MINUTE)
    room.minutes(monday + MINUTE)
    [post] = room.posts()
    assert "Handed to a tool team" in post.text
    room.minutes(monday + timedelta(days=2, minutes=5))
    assert "Not taken over in time" in room.thread(post)[-1].text
    assert "<@U01RAVI>" in room.thread(post)[-1].text


def test_what_comes_back_is_told_with_what_to_do(room: TierThree, cast: Cast, at: datetime) -> None:
    number = at_tier_three(cast.lead, at)
    handing_off.offer(cast.lead, number, ask=ASK, at=at + MINUTE)
    now = room.minutes(at + MINUTE)
    handing_off.refuse(cast.lead, number, "wrong-desk", words="It is the portal's.", at=now)
    room.minutes(now)
    [post] = room.posts()
    assert "Came back to Tier 3" in room.thread(post)[-1].text
    assert "portal's" not in room.everything()


def test_it_still_waits_after_four_business_hours(room: TierThree, cast: Cast) -> None:
    monday = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    at_tier_three(cast.lead, monday)
    room.minutes(monday + 5 * MINUTE)
    room.minutes(monday + 4 * HOUR - 5 * MINUTE)
    post = room.posts()[0]
    assert room.thread(post) == []
    room.minutes(monday + 4 * HOUR)
    assert "Still waits in triage" in room.thread(post)[-1].text


def test_a_restricted_case_is_never_spoken_of(room: TierThree, cast: Cast, at: datetime) -> None:
    number = at_tier_three(cast.lead, at, flags=frozenset({"security-privacy"}))
    room.minutes(at, 8)
    assert room.posts() == []
    assert f"TL-{number}" not in room.everything()


def test_one_that_becomes_restricted_is_wiped_from_the_room_and_its_thread(
    room: TierThree, cast: Cast, at: datetime
) -> None:
    number = at_tier_three(cast.lead, at)
    handing_off.offer(cast.lead, number, ask=ASK, at=at + MINUTE)
    now = room.minutes(at + MINUTE)
    handing_off.refuse(cast.lead, number, "wrong-desk", words="It is the portal's.", at=now)
    now = room.minutes(now)
    working.correct_facts(cast.lead, number, flags=frozenset({"security-privacy"}), at=now)
    room.minutes(now)
    standing = [one.text for one in room.slack.in_channel("C01TIER3")]
    assert len(standing) == 2
    assert all(
        text == "Nothing more is told of this here. Whoever deals with it sees it in Tierline." for text in standing
    )
    shown = [one for one in effects(cast.analyst) if one.channel == "slack"]
    assert not any(f"TL-{number}" in str(one.message) for one in shown)


def test_one_that_becomes_restricted_before_its_post_left_leaves_nothing(
    room: TierThree, cast: Cast, at: datetime, settings: Any
) -> None:
    room.slack.faults.next(Unavailable(), times=200)
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 7)
    working.correct_facts(cast.lead, number, flags=frozenset({"security-privacy"}), at=now)
    room.slack.faults.clear()
    room.minutes(now, 30)
    assert not any(f"TL-{number}" in one.text for one in room.slack.messages)


def test_two_hundred_cases_are_one_post(room: TierThree, cast: Cast, at: datetime) -> None:
    numbers = [at_tier_three(cast.lead, at) for _ in range(200)]
    now = room.minutes(at + 4 * MINUTE, 6)
    [post] = room.posts()
    assert post.text.startswith("*200 cases of MHV Tier 3 support at once*")
    assert "Waits in triage (200)" in post.text
    assert "and 180 more: http" in post.text
    assert len(post.text) <= 4000
    working.begin(cast.lead, numbers[0], at=now)
    room.minutes(now)
    assert "Waits in triage (199)" in room.posts()[0].text
    assert len(room.slack.messages) == 1


def test_a_line_of_a_gathered_post_says_when_its_case_is_dealt_with(room: TierThree, cast: Cast, at: datetime) -> None:
    numbers = [at_tier_three(cast.lead, at) for _ in range(6)]
    now = room.minutes(at, 8)
    working.begin(cast.lead, numbers[0], at=now)
    handing_off.offer(cast.lead, numbers[1], ask=ASK, at=now)
    room.minutes(now + 10 * MINUTE)
    gathered, handed = room.posts()
    assert f"~TL-{numbers[0]}~ ✅ Begun by MHV Tier 3 support" in gathered.text
    assert f"~TL-{numbers[1]}~ told again below" in gathered.text
    assert f"TL-{numbers[1]}>" in handed.text


def test_a_burst_that_goes_on_is_a_post_every_ten_minutes(room: TierThree, cast: Cast, at: datetime) -> None:
    for second in range(0, 600, 6):
        at_tier_three(cast.lead, at + timedelta(seconds=second))
    room.minutes(at + 4 * MINUTE, 24)
    assert len(room.posts()) <= 4
    told = "\n".join(one.text for one in room.posts())
    listed = [int(found) for found in re.findall(r"Waits in triage \((\d+)\)", told)]
    assert sum(listed) + told.count("*Waits in triage* ·") == 100


def test_after_an_outage_one_current_message_arrives(room: TierThree, cast: Cast, at: datetime) -> None:
    room.slack.faults.next(Unavailable(), times=500)
    number = at_tier_three(cast.lead, at)
    now = room.minutes(at, 8)
    [waiting] = [one for one in effects(cast.lead) if one.channel == "slack"]
    assert waiting.state == "pending"  # a row that can be looked at
    handing_off.offer(cast.lead, number, ask=ASK, at=now)
    now = room.minutes(now)
    handing_off.acknowledge(cast.lead, number, at=now)
    now = room.minutes(now)
    room.slack.faults.clear()
    room.minutes(now, 45)
    [post] = room.slack.messages
    assert "Taken over by Secure Messaging team" in post.text
    assert "Waits in triage" not in post.text


def test_at_night_nothing_is_posted_and_at_the_opening_what_still_waits(room: TierThree, cast: Cast) -> None:
    night = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Monday, nine in the evening
    begun, waits = at_tier_three(cast.lead, night), at_tier_three(cast.lead, night)
    now = room.minutes(night, 10)
    working.begin(cast.lead, begun, at=now)
    assert room.slack.messages == []
    room.minutes(datetime(2026, 11, 24, 14, 0, tzinfo=UTC), 2)
    texts = "\n".join(one.text for one in room.slack.messages)
    assert f"TL-{waits}" in texts
    assert f"TL-{begun}" not in texts


def test_a_digest_tells_what_waits_at_its_hour_and_is_no_post_when_nothing_does(room: TierThree, cast: Cast) -> None:
    nine = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    room.minutes(nine - MINUTE, 3)
    assert room.posts() == []
    at_tier_three(cast.lead, nine + HOUR)
    room.minutes(nine + HOUR + 5 * MINUTE)
    room.minutes(nine + 4 * HOUR - MINUTE, 3)
    digest = room.posts()[-1]
    assert digest.text.startswith("*1 case of MHV Tier 3 support waits, Tue 24 Nov, 13:00 EST*")


@pytest.mark.parametrize(
    "private",
    [
        "Please call her back, SSN 219-09-9999.",
        "Please write to tamsin.stillwater@mail.example about it.",
        "Tell Tamsin Stillwater that it works again.",
        "Caller presses Request refill, sees a red banner",
    ],
)
def test_an_ask_with_something_private_in_it_is_replaced_by_the_plan_s(
    room: TierThree, cast: Cast, at: datetime, private: str
) -> None:
    number = at_tier_three(cast.lead, at)
    handing_off.offer(cast.lead, number, ask=private, at=at + MINUTE)
    room.minutes(at + MINUTE)
    [post] = room.posts()
    assert private not in room.everything()
    assert "Please take it over, or say why not." in post.text


def test_the_case_says_where_it_was_told(room: TierThree, cast: Cast, at: datetime) -> None:
    number = at_tier_three(cast.lead, at)
    assert told_in(number) == ()
    room.minutes(at, 8)
    [told] = told_in(number)
    assert (told.room, told.told) == ("tier-3-room", "waits")
    assert told.way is not None
    assert told.way.state == "done"
