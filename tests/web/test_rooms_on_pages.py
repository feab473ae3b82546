"""Where a case was told stands on its page; which rooms hear of a team, on its queue."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.people import Cast
from tests.rooms.channel import TierThree, at_tier_three, tier_three
from tests.web.desk import page, sign_in

from tierline.outbox.queries import effects
from tierline.plans.queries import planbook_in_force
from tierline.rehearsal.faults import Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(cast: Cast, at: datetime, settings: Any) -> Iterator[TierThree]:
    with tier_three(settings, at) as running:
        yield running


def test_the_case_says_where_and_when_it_was_told_and_that_it_left(
    room: TierThree, cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = at_tier_three(cast.lead, at)
    client = sign_in("lead")
    assert "Told in #mhv-tier-3-support" not in client.get(page("case", number)).content.decode()
    room.minutes(at, 8)
    planbook_in_force()
    with django_assert_max_num_queries(12):
        shown = client.get(page("case", number)).content.decode()
    assert "Told in #mhv-tier-3-support at" in shown
    assert "Waits in triage" in shown
    assert ">Left</a>" in shown


def test_a_post_that_waits_for_slack_says_why(room: TierThree, cast: Cast, at: datetime) -> None:
    room.slack.faults.next(Unavailable(), times=100)
    number = at_tier_three(cast.lead, at)
    room.minutes(at, 8)
    client = sign_in("lead")
    assert "On its way" in client.get(page("case", number)).content.decode()
    [message] = [one for one in effects(cast.lead) if one.channel == "slack"]
    shown = client.get(page("outbox-effect", message.id)).content.decode()
    assert "mhv-tier-3-support" in shown
    assert "Waits in triage" in shown
    assert sign_in("outsider").get(page("outbox-effect", message.id)).status_code == 404


def test_the_queue_of_a_team_says_which_rooms_hear_of_it(cast: Cast) -> None:
    assert "#mhv-tier-3-support (Slack" in sign_in("lead").get(page("queue", "mhv-tier-3")).content.decode()
    assert "also told in" not in sign_in("triager").get(page("queue", "vets-gov")).content.decode()
