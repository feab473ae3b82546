"""The window in the system that keeps windows: asked for, read back, held against the plan, ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.people import Cast

from tierline.channels.channel import Answer, Delivered, Refused
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, guarding, planning, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.windowing import read_windows_back
from tierline.downtime.gates import Verification, Window
from tierline.downtime.queries import downtime
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects_of
from tierline.outbox.registry import channel as channel_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


class KeepsWindows:
    """A paging service that keeps the windows it is asked for; ``late`` moves every end, as nobody asked it to."""

    def __init__(self) -> None:
        self.windows: dict[str, dict[str, Any]] = {}
        self.late = timedelta()

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        if message["verb"] == "end-window":
            self.windows.pop(message["window"], None)
            return Delivered({"id": message["window"], "state": "ended"})
        if not message["description"].startswith("[DT-"):
            return Refused("No marker.")
        kept = message.get("window", "PW1")
        end = datetime.fromisoformat(message["end"]) + self.late
        self.windows[kept] = {**message, "end": end.isoformat()}
        return Delivered(
            {"id": kept, "start": message["start"], "end": end.isoformat(), "services": message["services"]}
        )


@pytest.fixture
def paging(monkeypatch: pytest.MonkeyPatch) -> KeepsWindows:
    keeps = KeepsWindows()

    def channel(name: str) -> object:
        if name == "pagerduty":
            return keeps
        return channel_of(name)

    for place in ("tierline.outbox.carrying.channel", "tierline.outbox.registry.channel"):
        monkeypatch.setattr(place, channel)
    return keeps


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def carried_out(number: int, at: datetime) -> None:
    for effect in effects_of(TIERLINE, "downtime", number):
        if effect.channel == "pagerduty" and effect.state == "pending":
            carry_out(effect.id, at=at)
    read_windows_back(at=at)


def planned(crew: Crew, at: datetime) -> int:
    number = drafted(crew, at, procedure="api-platform")
    planning.plan(crew.platform, number, at=at)
    carried_out(number, at)
    return number


def test_it_is_set_as_planned_and_read_back_and_whoever_is_on_call_is_asked(
    crew: Crew, paging: KeepsWindows, at: datetime
) -> None:
    number = planned(crew, at)
    told = paging.windows["PW1"]
    assert told["description"] == f"[DT-{number}#r1] USER_MESSAGE: Messages are down."
    assert told["services"] == ["PSECMSG"]
    view = downtime(crew.platform, number, at=at)
    assert (view.gates.window, view.gates.verification) == (Window.SET, Verification.ASKED)
    assert view.window["services"] == ["secure-messaging"]
    guarding.verify(crew.on_call, number, "PW1", right=True, at=at)
    assert downtime(crew.platform, number, at=at).gates.window is Window.VERIFIED


def test_what_the_system_made_of_it_has_drifted(crew: Crew, paging: KeepsWindows, at: datetime) -> None:
    paging.late = HOUR
    number = planned(crew, at)
    assert downtime(crew.platform, number, at=at).gates.window is Window.DRIFTED


def test_it_follows_a_change_and_ends_with_a_cancellation(crew: Crew, paging: KeepsWindows, at: datetime) -> None:
    number = planned(crew, at)
    later = content(frame=frame(starts=STARTS + HOUR, ends=ENDS + HOUR))
    planning.change_content(crew.platform, number, later, at=at + HOUR)
    carried_out(number, at + HOUR)
    assert list(paging.windows) == ["PW1"]
    assert paging.windows["PW1"]["end"] == (ENDS + HOUR).isoformat()
    planning.cancel(crew.platform, number, "Not needed.", at=at + 2 * HOUR)
    carried_out(number, at + 2 * HOUR)
    assert paging.windows == {}
    assert downtime(crew.platform, number, at=at + 2 * HOUR).gates.window is Window.ENDED


def test_it_is_extended_and_ended_with_the_work(crew: Crew, paging: KeepsWindows, at: datetime) -> None:
    number = planned(crew, at)
    guarding.verify(crew.on_call, number, "PW1", right=True, at=at)
    approving.submit(crew.platform, number, at=at, record="CHG1")
    approving.approve(crew.owner, number, downtime(crew.owner, number, at=at).content_hash, at=at)
    mind(at=STARTS - 24 * HOUR)
    working.start(crew.platform, number, at=STARTS)
    working.extend(crew.platform, number, ENDS + HOUR, "Slow.", at=ENDS - HOUR)
    carried_out(number, ENDS - HOUR)
    assert paging.windows["PW1"]["end"] == (ENDS + HOUR).isoformat()
    working.finish(crew.platform, number, at=ENDS)
    working.conclude(crew.platform, number, "success", "", at=ENDS)
    carried_out(number, ENDS)
    assert paging.windows == {}


def test_without_such_a_system_somebody_writes_it_down(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    planning.plan(crew.communicator, number, at=at)
    assert [e for e in effects_of(TIERLINE, "downtime", number) if e.channel == "pagerduty"] == []
    assert downtime(crew.engineer, number, at=at).gates.window is Window.PENDING
