"""A year replayed, every change of the clocks of several zones in it: each downtime is told the day before at the
policy's hour, on time, in words that name the right hour."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew, set_window
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
EAST = "America/New_York"  # the policy's own zone
FORTNIGHTS = [date(2026, 11, 29) + timedelta(days=14 * number) for number in range(26)]
CHANGES = [date(2027, 3, 14), date(2027, 11, 7)]
ZONES = (EAST, "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Pacific/Chatham", "America/Havana")
YEAR = (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))
HOUR = timedelta(hours=1)


def carried_through(crew: Crew, starts: datetime, ends: datetime, zone: str, title: str) -> str:
    """From the plan to its end, everything on time; what the first word says of the time frame."""
    planned = starts - timedelta(days=4)
    number = drafted(crew, planned, frame=Frame(starts, ends, zone), title=title)
    for conflict in unanswered(downtime(crew.communicator, number, at=planned).conflicts, ()):
        planning.answer_conflict(crew.communicator, number, conflict.key, "Agreed.", at=planned)
    planning.plan(crew.communicator, number, at=planned)
    approving.submit(crew.communicator, number, at=planned + HOUR)
    set_window(crew, number, at=planned + HOUR)
    day = starts.astimezone(ZoneInfo(EAST)).date()
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
    facts = view.announcements[0].document["facts"]
    return str(next(fact["text"] for fact in facts if fact["label"] == "Time frame"))


def clock_changes_of(zone: str) -> Iterator[datetime]:
    """Every instant of the year at which the clocks of a zone are put forward or back."""
    at, ends = YEAR
    while at < ends:
        later = at + HOUR / 2
        if at.astimezone(ZoneInfo(zone)).utcoffset() != later.astimezone(ZoneInfo(zone)).utcoffset():
            yield later
        at = later


def test_a_year_of_work_around_midnight_is_told_on_time(cast: Cast) -> None:
    crew = enter_crew()
    days = sorted({*FORTNIGHTS, *CHANGES})
    for day in days:
        starts = datetime.combine(day, time(0, 30), ZoneInfo(EAST))
        ends = (starts.astimezone(UTC) + 4 * HOUR).astimezone(ZoneInfo(EAST))
        frame = carried_through(crew, starts, ends, EAST, f"Work of {day}")
        assert f"00:30 {starts.tzname()} ({EAST})" in frame
        assert f"{ends:%H:%M} {ends.tzname()} ({EAST})" in frame
        assert ("The clocks change" in frame) == (day in CHANGES)
    ended = board(crew.engineer, past=True)
    assert {line.state for line in ended} == {DowntimeState.CONCLUDED}
    assert len(ended) == len(days)


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_the_clocks_of_a_zone_is_told_with_the_hour_before_and_after(cast: Cast, zone: str) -> None:
    crew = enter_crew()
    changes = list(clock_changes_of(zone))
    assert len(changes) == 2
    for change in changes:
        starts, ends = ((change + apart).astimezone(ZoneInfo(zone)) for apart in (-2 * HOUR, 3 * HOUR))
        assert starts.utcoffset() != ends.utcoffset()
        frame = carried_through(crew, starts, ends, zone, f"Work over {change:%d %B}")
        assert f"{starts:%H:%M} {starts.tzname()} ({zone})" in frame
        assert f"{ends:%H:%M} {ends.tzname()} ({zone})" in frame
        assert f"{starts.astimezone(UTC):%H:%M} UTC" in frame
        assert f"{ends.astimezone(UTC):%H:%M} UTC" in frame
        assert "The clocks change" in frame
