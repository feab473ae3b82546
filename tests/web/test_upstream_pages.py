"""The pages of other teams' notices and of what is in the way of work, as a browser without JavaScript sees them."""

import re
from typing import Any

import pytest
from django.urls import reverse
from tests.api.callers import caller
from tests.downtime.crew import Crew, drafted, enter_crew, scheduled
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import sign_in, text
from tests.web.test_downtime_pages import client_of, typed

from tierline.downtime.actions import taking_in
from tierline.downtime.actions.hearing import Arrival, hear
from tierline.downtime.queries import board
from tierline.mail.actions import take_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def test_a_notice_that_changes_is_shown_with_its_downtime_until_somebody_says_what_follows(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    client = client_of("communicator")
    hear(Arrival(maintnote(1, "20261205T030000Z"), "noc@far.example", sender="noc@far.example", mail=1), at=at)
    [notice] = taking_in.waiting(crew.communicator, at=at)
    page = text(client.get(reverse("upstream-one", args=[notice.id])))
    assert "Sender not known" in page
    assert "sender not known" in text(client.get(reverse("upstream")))
    form = text(client.get(reverse("downtime-new"), {"notice": notice.id}))
    [carried] = re.findall(r'name="notice" value="([^"]+)"', form)
    hear(Arrival(maintnote(2, "20261205T043000Z"), "noc@far.example", sender="noc@far.example", mail=2), at=at)
    told = client.post(reverse("downtime-new"), typed(step="draft", notice=carried), follow=True)
    assert "The upstream notice changed" in text(told)
    assert "Starts: 2026-12-05 04:30 UTC" in text(told)
    number = board(crew.communicator)[0].number
    [said] = caller(crew.communicator).get(f"/downtimes/DT-{number}").json()["notices_changed"]
    assert [(one["what"], one["after"]) for one in said["changes"]] == [("Starts", "2026-12-05 04:30 UTC")]
    done = client.post(reverse("downtime-upstream", args=[number, notice.id]), {"text": "We follow."}, follow=True)
    assert "The upstream notice changed" not in text(done)
    assert "looked at what changed" in text(done)
    assert "made <a" in text(client.get(reverse("upstream-one", args=[notice.id])))


def maintnote(sequence: int, starts: str) -> str:
    return (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u@far.example\r\nSEQUENCE:{sequence}\r\nSUMMARY:Storage\r\n"
        f"DTSTART:{starts}\r\nDTEND:20261205T070000Z\r\nX-MAINTNOTE-IMPACT:OUTAGE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def test_words_of_a_line_on_the_board_do_not_run_together(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    scheduled(crew, at)
    read = re.sub(r"<[^>]*>", "", text(client_of("communicator").get(reverse("downtimes"))))
    assert "Database upgrade Secure Messaging" in " ".join(read.split())
    assert not re.search(r"Messaging\S", read)


def test_what_is_in_the_way_leads_to_the_other_work_and_a_warning_can_be_answered(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    theirs = scheduled(crew, at)
    ours = drafted(crew, at, procedure="api-platform", services=("mhv-api",))
    client = client_of("platform")
    page = text(client.get(reverse("downtime", args=[ours])))
    assert f'<a href="/downtimes/{theirs}/">Look at DT-{theirs}</a>' in page
    said = {"key": f"work:DT-{theirs}", "text": "We agreed on it with them."}
    page = text(client.post(reverse("downtime-conflict", args=[ours]), said, follow=True))
    assert "All the same: We agreed on it with them." in page


def test_a_notice_by_mail_leads_from_the_mail_to_what_was_read(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    raw = (
        "From: noc@datacenter.example\r\nTo: tierline+notices@tierline.example\r\nSubject: Power\r\n\r\n"
        "Start: 2026-12-05 03:00 UTC\r\n"
    )
    taken = take_mail(raw.encode(), came_by="pipe", at=at)
    client = sign_in("lead")
    page = text(client.get(reverse("mail-one", args=[taken.id])))
    assert "A notice of another team" in page
    assert "Notice" in text(client.get(reverse("mail"), {"all": "1"}))


def test_what_a_calendar_says_in_utc_is_shown_and_planned_by_the_clock_here(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    client = client_of("communicator")
    hear(Arrival(maintnote(1, "20261205T030000Z"), "noc@far.example", sender="noc@far.example", mail=1), at=at)
    [notice] = taking_in.waiting(crew.communicator, at=at)

    page = text(client.get(reverse("upstream-one", args=[notice.id])))
    assert "Friday 4 December 2026, 22:00 EST (America/New_York), which is 2026-12-05 03:00 UTC" in page
    form = text(client.get(reverse("downtime-new"), {"notice": notice.id}))
    assert 'value="2026-12-04"' in form
    assert 'value="22:00"' in form


def test_the_list_says_who_sent_a_notice_and_when(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    hear(Arrival(maintnote(1, "20261205T030000Z"), "noc@far.example", sender="noc@far.example", mail=1), at=at)

    page = text(client_of("communicator").get(reverse("upstream")))
    assert re.search(r"noc@far\.example, <time", page)
