"""A year replayed, both changes of the clocks in it: every downtime told the day before at nine, on time, in words that
name the right hour."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.downtime.crew import drafted, enter_crew, set_window
from tests.people import Cast

from tierline.downtime.actions import approving, planning, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import Frame
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import board, downtime, who_was_told
from tierline.notices.auditing import audit
from tierline.notices.moments import Moment, Standing

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EAST = "America/New_York"
FORTNIGHTS = [date(2026, 11, 29) + timedelta(days=14 * number) for number in range(26)]
CHANGES = [date(2027, 3, 14), date(2027, 11, 7)]
HOUR = timedelta(hours=1)


def test_a_year_of_work_around_midnight_is_told_on_time(cast: Cast) -> None:
    crew = enter_crew()
    days = sorted({*FORTNIGHTS, *CHANGES})
    for day in days:
        starts = datetime.combine(day, time(0, 30), ZoneInfo(EAST))
        ends = (starts.astimezone(ZoneInfo("UTC")) + 4 * HOUR).astimezone(ZoneInfo(EAST))
        planned = starts - timedelta(days=4)
        number = drafted(crew, planned, frame=Frame(starts, ends, EAST), title=f"Work of {day}")
        for conflict in unanswered(downtime(crew.communicator, number, at=planned).conflicts, ()):
            planning.answer_conflict(crew.communicator, number, conflict.key, "Agreed.", at=planned)
        planning.plan(crew.communicator, number, at=planned)
        approving.submit(crew.communicator, number, at=planned + HOUR)
        set_window(crew, number, at=planned + HOUR)
        nine = datetime.combine(day - timedelta(days=1), time(9), ZoneInfo(EAST))
        mind(at=nine - timedelta(minutes=30))
        owed = {one.moment: one for one in downtime(crew.engineer, number, at=nine).obligations}
        assert owed[Moment.DAY_BEFORE].due_at == nine
        assert owed[Moment.DAY_BEFORE].standing is Standing.COMING
        mind(at=nine - timedelta(minutes=5))
        assert audit(at=nine).late == 0
        working.start(crew.communicator, number, at=starts)
        working.finish(crew.communicator, number, at=ends)
        working.conclude(crew.communicator, number, "success", "", at=ends)
        told = {one.moment for one in who_was_told(crew.engineer, number)}
        assert told == {"planning-started", "day-before", "concluded"}
        view = downtime(crew.engineer, number, at=ends)
        assert {one.standing for one in view.obligations} == {Standing.ON_TIME}
        frame = next(fact["text"] for fact in view.announcements[0].document["facts"] if fact["label"] == "Time frame")
        assert f"00:30 {starts.tzname()} ({EAST})" in frame
        assert f"{ends:%H:%M} {ends.tzname()} ({EAST})" in frame
        assert ("The clocks change" in frame) == (day in CHANGES)
    ended = board(crew.engineer, past=True)
    assert {line.state for line in ended} == {DowntimeState.CONCLUDED}
    assert len(ended) == len(days)
