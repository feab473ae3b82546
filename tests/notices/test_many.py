"""Five hundred people on a channel: few statements, and nobody twice."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from tests.notices.documents import document

from tierline.directory.actor import TIERLINE
from tierline.foundation.trouble import Conflict
from tierline.notices.actions import Announcing, announce
from tierline.notices.audience import Group, Reachable, cover
from tierline.notices.document import Fact
from tierline.notices.queries import deliveries
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db
PEOPLE = 500


def announcing(at: datetime, **other: Any) -> Announcing:
    people = tuple(
        Reachable(f"p-{number}", f"Person {number}", {"email": f"p{number}@many.example"}) for number in range(PEOPLE)
    )
    said: dict[str, Any] = {
        "subject": ("downtime", 12),
        "document": document(),
        "coverage": cover([Group("all", "Everybody", people)], ["email"]),
        "team": "portal-team",
        "organisations": ["my-healthevet"],
        "not_after": at + timedelta(days=1),
        "planbook": 1,
        "labels": {"all": "Everybody"},
        "missing": ("slack",),
    }
    return Announcing(**(said | other))


def test_five_hundred_people_are_told_in_a_handful_of_statements(
    at: datetime, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with CaptureQueriesContext(connection) as asked:
        announce(TIERLINE, announcing(at), at=at)
    assert len(asked) < 25
    told = deliveries(("downtime", 12))
    assert len([one for one in told if one.channel == "email"]) == PEOPLE
    assert len({effect.message["to"] for effect in effects_of(TIERLINE, "downtime", 12)}) == PEOPLE


def test_the_same_words_are_told_once(at: datetime) -> None:
    announce(TIERLINE, announcing(at), at=at)
    with pytest.raises(Conflict, match="told already"):
        announce(TIERLINE, announcing(at), at=at)


def test_what_comes_later_answers_to_the_first_word(at: datetime) -> None:
    announce(TIERLINE, announcing(at), at=at)
    announce(TIERLINE, announcing(at, document=document(sequence=4)), at=at)
    later = [effect for effect in effects_of(TIERLINE, "downtime", 12) if ":4:" in effect.key]
    assert len(later) == PEOPLE
    assert len({effect.message["in_reply_to"] for effect in later}) == PEOPLE


def test_what_is_private_in_an_announcement_leaves_for_nobody(at: datetime) -> None:
    told = document(facts=(Fact("Reason", "The record of the Veteran with SSN 536-22-8941 is repaired."),))
    announce(TIERLINE, announcing(at, document=told), at=at)
    effect = effects_of(TIERLINE, "downtime", 12)[0]
    assert carry_out(effect.id, at=at) == "held"
    assert "536-22-8941" not in deliveries(("downtime", 12))[0].answer
