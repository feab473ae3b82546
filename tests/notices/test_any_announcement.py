"""For any policy and directory: what is written down as told agrees on both channels but for what somebody answered
for, or nothing at all leaves. By the real action on the real database."""

from collections import defaultdict
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.notices.documents import document
from tests.notices.test_audience import BOTH, answers, groups, people

from tierline.directory.actor import TIERLINE
from tierline.foundation.trouble import Conflict
from tierline.notices.actions import Announcing, announce
from tierline.notices.audience import Disposition, Group, Reachable, cover
from tierline.notices.queries import announcements, deliveries
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db
_numbers = iter(range(1, 10_000))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups, answers, st.lists(people, max_size=2))
def test_what_leaves_is_in_parity_or_nothing_leaves(
    at: datetime, policy: list[Group], dispositions: list[Disposition], before: list[Reachable]
) -> None:
    subject = ("downtime", next(_numbers))
    coverage = cover(policy, BOTH, dispositions, before)
    what = Announcing(
        subject=subject,
        document=document(),
        coverage=coverage,
        team="portal-team",
        organisations=["my-healthevet"],
        not_after=at + timedelta(days=1),
        planbook=1,
        room="CDOWN",
    )
    if not coverage.may_be_sent:
        with pytest.raises(Conflict, match="Nothing was sent"):
            announce(TIERLINE, what, at=at)
        assert (announcements(subject), deliveries(subject), effects_of(TIERLINE, *subject)) == ((), (), [])
        return
    announce(TIERLINE, what, at=at)
    told = deliveries(subject)
    by_channel: dict[str, set[str]] = defaultdict(set)
    for one in told:
        if one.address:
            by_channel[one.channel].add(one.person)
        else:
            assert one.answer, "somebody is left out on a channel and nobody says why"
    assert {one.person for one in told} == {member.person.id for member in coverage.members}
    # Whom no channel reaches somebody answered for: relayed by another, or waived.
    unreached = {member.person.id for member in coverage.members} - by_channel["slack"] - by_channel["email"]
    assert unreached <= {answer.about for answer in dispositions}
    for person in unreached | by_channel["slack"] ^ by_channel["email"]:
        left_out = [one for one in told if one.person == person and not one.address]
        assert left_out
        assert all(" (" in one.answer for one in left_out)  # by whom
    mailed = [effect for effect in effects_of(TIERLINE, *subject) if effect.channel == "email"]
    assert {str(effect.message["to"]) for effect in mailed} == {o.address for o in told if o.channel == "email"} - {""}
    posts = [effect for effect in effects_of(TIERLINE, *subject) if effect.channel == "slack"]
    assert len(posts) == 1
    tagged = {one.address for one in told if one.channel == "slack" and one.address}
    assert all(f"<@{address}>" in str(posts[0].message["post"]) for address in tagged)
