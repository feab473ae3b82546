"""Planned work in the demonstration: a downtime of each kind of team, at every stage, where there are no partners to
rehearse with: what is set and decided elsewhere is written down by hand."""

from datetime import UTC, datetime

import pytest

from tierline.demonstration.loading import load
from tierline.directory.actor import TIERLINE
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import board, downtime, who_was_told
from tierline.plans.queries import forget

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 12, 18, 17, tzinfo=UTC),
        datetime(2027, 3, 10, 17, tzinfo=UTC),
        datetime(2027, 11, 5, 3, tzinfo=UTC),
    ],
)
def test_every_stage_is_there_whatever_the_day(day: datetime) -> None:
    forget()
    assert load(at=day)
    lines = [*board(TIERLINE), *board(TIERLINE, past=True)]
    assert {line.state for line in lines} == {
        DowntimeState.SCHEDULED,
        DowntimeState.AWAITING_APPROVAL,
        DowntimeState.IN_PROGRESS,
        DowntimeState.CONCLUDED,
        DowntimeState.CANCELLED,
    }
    assert {line.procedure for line in lines} == {"user-facing", "api-platform"}
    for line in lines:
        if line.state is DowntimeState.CONCLUDED and line.result != "success":
            moments = {told.moment for told in who_was_told(TIERLINE, line.number)}
            assert moments == {"planning-started", "changed", "day-before", "extended", "rolling-back", "concluded"}
            assert not [owed for owed in downtime(TIERLINE, line.number, at=day).obligations if owed.is_owed]
