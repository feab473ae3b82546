"""What is in the way is told to the owners: at planning, on change, and the morning before."""

from datetime import datetime, timedelta

import pytest
from tests.downtime.crew import ADDRESSES, Crew, drafted, enter_crew, scheduled
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import planning
from tierline.downtime.actions.minding import mind
from tierline.downtime.models import DowntimeRow, ForeignIncidentRow
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def mails(number: int, wanted: str) -> list[tuple[str, str]]:
    found = [one for one in effects_of(TIERLINE, "downtime", number) if wanted in one.key]
    return [(str(one.message["to"]), str(one.message["text"])) for one in found]


def test_the_owner_of_the_other_work_hears_when_something_comes_near_it(crew: Crew, at: datetime) -> None:
    theirs = scheduled(crew, at)
    ours = drafted(crew, at, procedure="api-platform", services=("mhv-api",))
    planning.plan(crew.platform, ours, at=at + HOUR)
    [(to, text)] = mails(ours, f":conflict-with:work:DT-{theirs}")
    assert to == ADDRESSES["communicator"]
    assert f"DT-{ours} (Database upgrade)" in text
    assert "what stands on this" in text
    assert mails(ours, ":conflict:") == []  # whoever planned it saw it on the page


def test_the_owner_hears_again_when_a_change_brings_it_near(crew: Crew, at: datetime) -> None:
    theirs = scheduled(crew, at)
    later = frame(starts=ENDS + 100 * HOUR, ends=ENDS + 101 * HOUR)
    ours = drafted(crew, at, procedure="api-platform", services=("mhv-api",), frame=later)
    planning.plan(crew.platform, ours, at=at + 9 * HOUR)
    assert mails(ours, ":conflict-with:work:") == []
    planning.change_content(crew.platform, ours, content(services=("mhv-api",)), at=at + 10 * HOUR)
    assert [to for to, _ in mails(ours, f":conflict-with:work:DT-{theirs}")] == [ADDRESSES["communicator"]]


def test_one_who_owns_both_works_is_written_no_mail_by_themselves(crew: Crew, at: datetime) -> None:
    scheduled(crew, at)
    ours = drafted(crew, at, services=("prescription-refill",))
    planning.plan(crew.communicator, ours, at=at + HOUR)
    assert mails(ours, ":conflict") == []


def test_the_morning_before_the_owner_hears_of_what_came_up_since(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    ForeignIncidentRow.objects.create(
        system="pagerduty", incident="Q1", label="#7", title="Messages are slow", services=["PSECMSG"]
    )
    morning = STARTS - timedelta(hours=13)
    mind(at=morning)
    [(to, text)] = mails(number, ":conflict:incident:")
    assert to == ADDRESSES["communicator"]
    assert "pagerduty #7 (Messages are slow) is open" in text


def test_what_was_answered_with_a_reason_is_not_told_again(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    ForeignIncidentRow.objects.create(system="pagerduty", incident="Q1", label="#7", title="Slow", services=["PSECMSG"])
    planning.answer_conflict(crew.communicator, number, "incident:pagerduty #7", "It is what we repair.", at=at)
    mind(at=STARTS - timedelta(hours=13))
    assert mails(number, ":conflict:") == []


def test_a_hand_over_of_on_call_inside_the_window_is_said(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at, procedure="api-platform")
    until = (STARTS + HOUR).isoformat()
    DowntimeRow.objects.filter(pk=number).update(
        on_call={"window": [{"name": "Ola Kern", "email": ADDRESSES["on_call"], "until": until}]}
    )
    mind(at=STARTS - timedelta(hours=13))
    [(_, text)] = mails(number, ":conflict:hand-over:")
    assert "Ola Kern is on call until 2026-12-05 04:00 UTC" in text
