"""The first line of every message: what, when, whom it hits, in a sentence that can be read aloud."""

from datetime import datetime

import pytest
from tests.downtime.works import content

from tierline.downtime.content import Level
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.wording import Telling, document_of
from tierline.notices.moments import Moment

LABELS = {"secure-messaging": "Secure Messaging", "medical-records": "Medical records", "sign-in": "Sign-in"}


def lead(at: datetime, level: Level | None, *services: str) -> str:
    telling = Telling(
        reference="DT-7",
        uid="dt-7@tierline.example",
        sequence=1,
        moment=Moment.PLANNING_STARTED,
        state=DowntimeState.PLANNING,
        sender="Communication Owner",
        link="https://tierline.example/downtimes/7/",
        at=at,
        label=LABELS.__getitem__,
    )
    return document_of(content(services=services, level=level), telling).lead


@pytest.mark.parametrize(
    ("level", "one", "several"),
    [
        (Level.OUTAGE, "does not work from", "do not work from"),
        (Level.DEGRADED, "works in part or slowly from", "work in part or slowly from"),
        (Level.REDUCED_REDUNDANCY, "works with less in reserve from", "work with less in reserve from"),
        (Level.NO_IMPACT, "is worked on; nobody should notice", "are worked on; nobody should notice"),
        (None, "is worked on from", "are worked on from"),
    ],
)
def test_several_services_are_spoken_of_as_several(at: datetime, level: Level | None, one: str, several: str) -> None:
    assert lead(at, level, "sign-in").startswith(f"Sign-in {one}")
    assert lead(at, level, "sign-in", "medical-records", "secure-messaging").startswith(
        f"Sign-in, Medical records and Secure Messaging {several}"
    )
