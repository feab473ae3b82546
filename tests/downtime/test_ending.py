"""Nothing concludes by itself: ends are asked about, and no window that keeps alarms quiet ends without a word."""

from datetime import datetime, timedelta

import pytest
from tests.downtime.crew import Crew, enter_crew, scheduled
from tests.downtime.test_windowing import KeepsWindows
from tests.downtime.works import ENDS, STARTS
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Window
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.models import ForeignIncidentRow
from tierline.downtime.queries import downtime
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import EffectView, effects_of
from tierline.outbox.registry import channel as channel_of
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


@pytest.fixture
def paging(monkeypatch: pytest.MonkeyPatch) -> KeepsWindows:
    keeps = KeepsWindows()

    def channel(name: str) -> object:
        return keeps if name == "pagerduty" else channel_of(name)

    for place in ("tierline.outbox.carrying.channel", "tierline.outbox.registry.channel"):
        monkeypatch.setattr(place, channel)
    return keeps


def to(number: int, purpose: str) -> list[str]:
    """To whom the mails of a purpose went."""
    return sorted(e.message["to"] for e in effects_of(TIERLINE, "downtime", number) if purpose in e.key)


def asked(number: int) -> list[EffectView]:
    """What was asked of the system that keeps windows."""
    return [e for e in effects_of(TIERLINE, "downtime", number) if e.channel == "pagerduty"]


def answered(number: int, at: datetime) -> None:
    """It does what it was asked, and that is read back."""
    for effect in asked(number):
        if effect.state == "pending":
            carry_out(effect.id, at=at)
    read_windows_back(at=at)


def begun(crew: Crew, at: datetime, procedure: str = "user-facing") -> int:
    number = scheduled(crew, at, procedure=procedure)
    mind(at=STARTS - 24 * HOUR)
    working.start(crew.communicator if procedure == "user-facing" else crew.platform, number, at=STARTS)
    return number


def test_the_owner_is_asked_before_the_end_at_it_and_the_deputy_and_on_call_a_quarter_of_an_hour_later(
    crew: Crew, at: datetime
) -> None:
    number = begun(crew, at, "api-platform")
    mind(at=ENDS - 16 * MINUTE)
    assert to(number, ":end-nears:") == []
    mind(at=ENDS - 15 * MINUTE)
    mind(at=ENDS - 1 * MINUTE)
    assert to(number, ":end-nears:") == ["pia.holm@tools.example"]
    assert to(number, ":open-end:") == []
    mind(at=ENDS)
    assert to(number, ":owner:") == ["pia.holm@tools.example"]
    mind(at=ENDS + 14 * MINUTE)
    assert to(number, ":deputy:") == []
    mind(at=ENDS + 15 * MINUTE)
    mind(at=ENDS + 16 * MINUTE)
    assert to(number, ":deputy:") == ["ola.kern@tools.example", "pia.holm@tools.example"]
    assert downtime(crew.platform, number, at=ENDS + HOUR).line.state is DowntimeState.IN_PROGRESS


def test_a_window_that_ends_before_the_work_is_told_to_those_whom_alarms_wake_and_in_the_next_message(
    crew: Crew, at: datetime
) -> None:
    number = begun(crew, at, "api-platform")
    mind(at=ENDS - MINUTE)
    assert downtime(crew.platform, number, at=ENDS).gates.window is Window.VERIFIED
    mind(at=ENDS)
    mind(at=ENDS + MINUTE)
    view = downtime(crew.platform, number, at=ENDS + MINUTE)
    assert view.gates.window is Window.PENDING
    assert [fact.kind for fact in view.story].count("window-lapsed") == 1
    assert to(number, ":window-lapsed:") == ["ola.kern@tools.example", "pia.holm@tools.example"]
    working.extend(crew.platform, number, ENDS + 2 * HOUR, "The copy is slow.", at=ENDS + 5 * MINUTE)
    newest = downtime(crew.platform, number, at=ENDS + HOUR).announcements[-1]
    assert newest.document["asides"] == [
        (
            "The window that keeps alarms quiet ended Saturday 5 December 2026, 02:00 EST (America/New_York), which is "
            "2026-12-05 07:00 UTC, before the work was done."
        )
    ]


def test_work_that_ended_in_time_lets_no_window_lapse(crew: Crew, at: datetime) -> None:
    number = begun(crew, at)
    working.finish(crew.engineer, number, at=ENDS - HOUR)
    working.conclude(crew.communicator, number, "success", "", at=ENDS - HOUR)
    mind(at=ENDS + HOUR)
    assert to(number, ":end-nears:") == to(number, ":open-end:") == to(number, ":window-lapsed:") == []


def test_work_extended_after_its_window_has_ended_gets_another_that_begins_then(
    crew: Crew, at: datetime, paging: KeepsWindows
) -> None:
    number = begun(crew, at)
    answered(number, STARTS)
    mind(at=ENDS)
    working.extend(crew.communicator, number, ENDS + 2 * HOUR, "The copy is slow.", at=ENDS + 5 * MINUTE)
    newest = asked(number)[-1]
    assert "window" not in newest.message
    assert newest.message["start"] == (ENDS + 5 * MINUTE).isoformat()
    answered(number, ENDS + 7 * MINUTE)
    view = downtime(crew.platform, number, at=ENDS + 7 * MINUTE)
    assert view.gates.window is Window.SET
    assert "lapsed" not in view.window


def test_a_later_end_that_never_reached_the_window_is_found_when_the_old_one_passes(
    crew: Crew, at: datetime, paging: KeepsWindows
) -> None:
    number = begun(crew, at)
    answered(number, STARTS)
    working.extend(crew.communicator, number, ENDS + 2 * HOUR, "The copy is slow.", at=ENDS - HOUR)
    mind(at=ENDS + 4 * MINUTE)
    assert to(number, ":window-lapsed:") == []
    mind(at=ENDS + 5 * MINUTE)
    assert "emil.engstrom@tools.example" in to(number, ":window-lapsed:")
    answered(number, ENDS + 6 * MINUTE)
    assert downtime(crew.platform, number, at=ENDS + HOUR).gates.window is Window.SET


def test_what_is_still_broken_as_the_work_ends_is_told_inside_the_house_and_to_nobody_else(
    crew: Crew, at: datetime
) -> None:
    services = planbook_in_force().planbook.services
    watched = next(iter(services["secure-messaging"].window_ids))
    for label, ids in (("#41", [watched]), ("#42", ["PELSEWHERE"])):
        ForeignIncidentRow.objects.create(
            system="pagerduty", incident=label, label=label, title="Queue is full", services=ids
        )
    number = begun(crew, at)
    working.finish(crew.engineer, number, at=ENDS - HOUR)
    working.conclude(crew.communicator, number, "success", "", at=ENDS - HOUR)
    assert to(number, ":still-burning:") == ["carla.commons@tools.example", "emil.engstrom@tools.example"]
    view = downtime(crew.platform, number, at=ENDS)
    [fact] = [fact for fact in view.story if fact.kind == "still-burning"]
    assert "#41: Queue is full" in repr(fact)
    assert "#42" not in repr(fact)
    assert "Queue is full" not in repr(view.announcements[-1].document)
