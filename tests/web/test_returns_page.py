"""What came back, over weeks: the numbers, the hand-offs behind each, and what they tell whoever hands on next."""

import csv
import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cases.reports import a_report
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import page, sign_in, streamed, text

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter
from tierline.cases.returns import Side, Sought, counted, figure_of, hand_offs_behind, often_returned
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
EASTERN = ZoneInfo("America/New_York")
DAY = timedelta(days=1)


def returned(cast: Cast, at: datetime, reason: str = "missing-facts", words: str = "", *, taken: bool = False) -> int:
    number = handed_off(cast, at)
    if taken:
        handing_off.acknowledge(cast.triager, number, at=at)
        handing_off.hand_back(cast.triager, number, reason, words=words, at=at)
    else:
        handing_off.refuse(cast.triager, number, reason, words=words, at=at)
    return number


def handed_off(cast: Cast, at: datetime, **other: object) -> int:
    number = enter(cast.agent, a_report(service="secure-messaging", needs_tier=2, **other), at=at).number
    handing_off.offer(cast.agent, number, ask="Please look.", at=at)
    return number


@pytest.fixture
def weeks(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> list[int]:
    """Three that came back this week and one two weeks ago; one taken, one nobody answered, one long ago."""
    back = [
        returned(cast, at - 3 * DAY),
        returned(cast, at - 2 * DAY, taken=True),
        returned(cast, at - DAY, "wrong-desk", "This is the pharmacy's."),
        returned(cast, at - 14 * DAY, "duplicate"),
    ]
    handing_off.acknowledge(cast.triager, handed_off(cast, at - DAY), at=at - DAY)
    handed_off(cast, at - DAY)
    returned(cast, at - 400 * DAY)
    return back


def sought(at: datetime) -> Sought:
    return Sought("sent", at - 56 * DAY, at)


def test_what_came_back_is_a_part_of_what_was_answered(cast: Cast, at: datetime, weeks: list[int]) -> None:
    figure = figure_of(counted(cast.agent, sought(at), EASTERN))
    assert (figure.hand_offs, figure.came_back) == (5, 4)
    assert dict(figure.reasons) == {"missing-facts": 2, "duplicate": 1, "wrong-desk": 1}


def test_the_hand_offs_behind_a_number_are_as_many_as_it_says(cast: Cast, at: datetime, weeks: list[int]) -> None:
    client = sign_in("agent")
    shown = text(client.get(page("returns")))
    numbers = re.findall(r'<a href="([^"]*/returns/hand-offs/[^"]*)">(\d+)</a>', shown)
    assert len(numbers) > 15
    for link, number in numbers:
        behind = text(client.get(unescape(link)))
        assert behind.count('class="hand-offs__one"') == int(number), link


def test_a_refused_and_a_handed_back_one_are_told_with_reason_and_words(cast: Cast, weeks: list[int]) -> None:
    behind = text(sign_in("agent").get(page("returns-rows", came_back="yes")))
    assert "Wrong desk." in behind
    assert "This is the pharmacy" in behind
    assert all(f'href="{page("case", number)}"' in behind for number in weeks)


def test_the_receiver_sees_the_same_numbers_from_its_side(cast: Cast, at: datetime, weeks: list[int]) -> None:
    theirs = Sought("received", at - 56 * DAY, at)
    assert figure_of(counted(cast.triager, theirs, EASTERN)).came_back == 4
    assert figure_of(counted(cast.triager, sought(at), EASTERN)).hand_offs == 0


def test_an_outsider_counts_nothing_and_another_organisation_only_its_own(
    cast: Cast, at: datetime, weeks: list[int]
) -> None:
    for stranger in (cast.outsider, cast.supporter):
        sides: tuple[Side, ...] = ("sent", "received", "either")
        for side in sides:
            wanted = Sought(side, at - 56 * DAY, at)
            assert counted(stranger, wanted, EASTERN) == ()
            assert hand_offs_behind(stranger, wanted).lines == ()
        assert often_returned(stranger, at=at, sender="hrc", service="secure-messaging").hand_offs == 0
    client = sign_in("outsider")
    for name in ("returns", "returns-rows"):
        assert "Refill fails" not in text(client.get(page(name, side="either")))
    assert streamed(client.get(page("returns-export"))).decode().count("\n") == 1


def test_a_case_that_became_restricted_is_counted_for_those_who_may_see_it_alone(
    cast: Cast, at: datetime, weeks: list[int]
) -> None:
    working.correct_facts(cast.agent, weeks[0], flags=frozenset({"security-privacy"}), at=at)
    assert figure_of(counted(cast.agent, sought(at), EASTERN)).came_back == 3
    assert weeks[0] not in {line.number for line in hand_offs_behind(cast.agent, sought(at)).lines}


def test_a_week_is_counted_by_the_day_it_was_offered_on_in_our_zone(
    cast: Cast, at: datetime, stopped_clock: StoppedClock
) -> None:
    sunday_night = datetime(2026, 11, 15, 23, 30, tzinfo=EASTERN)
    returned(cast, sunday_night)
    returned(cast, sunday_night + timedelta(hours=1))
    found = counted(cast.agent, sought(at), EASTERN)
    assert [count.week.isoformat() for count in found] == ["2026-11-09", "2026-11-16"]


def test_the_export_counts_the_same(cast: Cast, weeks: list[int]) -> None:
    answer = sign_in("agent").get(page("returns-export"))
    head, *lines = list(csv.reader(StringIO(streamed(answer).decode())))
    assert head[:6] == ["Week of", "Sender", "Receiver", "Service", "Handed off and answered", "Came back"]
    assert sum(int(line[4]) for line in lines) == 5
    assert sum(int(line[5]) for line in lines) == 4
    assert sum(int(line[head.index("Missing facts")]) for line in lines) == 2


def test_a_reason_that_came_up_twice_is_told_on_intake_and_hand_off_with_its_guidance(
    cast: Cast, at: datetime, weeks: list[int]
) -> None:
    client = sign_in("agent")
    number = enter(cast.agent, a_report(service="secure-messaging", needs_tier=2), at=at).number
    intake = {"step": "ask", "service": "secure-messaging", "needs_tier": "2", "holder": "hrc"}
    for shown in (text(client.post(page("intake"), intake)), text(client.get(page("case-hand-off", number)))):
        assert "Often returned from here by Vets.gov support because" in shown
        assert "<strong>Missing facts</strong>" in shown
        assert "the exact words on the screen most of all" in shown
        assert "<strong>Wrong desk</strong>" not in shown
    elsewhere = text(client.post(page("intake"), intake | {"service": "prescription-refill"}))
    assert "Often returned" not in elsewhere


def test_after_thirty_days_it_is_forgotten(cast: Cast, at: datetime, weeks: list[int]) -> None:
    told = often_returned(cast.agent, at=at, sender="hrc", service="secure-messaging", receiver="vets-gov")
    assert (told.hand_offs, told.came_back, dict(told.reasons)) == (5, 4, {"missing-facts": 2})
    later = often_returned(cast.agent, at=at + 31 * DAY, sender="hrc", service="secure-messaging")
    assert later.hand_offs == 0


def test_the_sender_reads_on_the_case_why_it_came_back_and_what_to_do_next_time(cast: Cast, at: datetime) -> None:
    number = returned(cast, at, words="Which day was it?")
    shown = text(sign_in("agent").get(page("case", number)))
    assert "Came back from Vets.gov support: Missing facts." in shown
    assert "Which day was it?" in shown
    assert "Next time: Fill in what the form marks as missing" in shown
    assert "Refused; back to its sender: Missing facts" in shown
    assert "Came back from" not in text(sign_in("triager").get(page("case", handed_off(cast, at))))


def test_a_case_is_handed_back_on_its_page_and_what_was_typed_stays(cast: Cast, at: datetime) -> None:
    number = handed_off(cast, at)
    handing_off.acknowledge(cast.triager, number, at=at)
    client = sign_in("triager")
    assert "Hand it back to Health Resource Center (HRC)" in text(client.get(page("case", number)))
    sent = {"move": "hand-back", "reason": "other", "text": ""}
    answer = client.post(page("case-move", number), sent)
    assert answer.status_code == 422
    assert 'value="other" required checked' in text(answer)
    sent["text"] = "Please ask which clinic."
    assert client.post(page("case-move", number), sent).status_code == 302
    assert "Handed back to Health Resource Center (HRC): Other" in text(client.get(page("case", number)))


@pytest.mark.parametrize("wrong", ["week=yesterday", "week=1900-01-01", "week=2999-01-01"])
def test_a_week_that_is_none_is_refused(cast: Cast, wrong: str) -> None:
    assert sign_in("agent").get(f"{page('returns-rows')}?{wrong}").status_code == 422


def test_the_report_takes_few_statements_however_much_came_back(
    cast: Cast, weeks: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("agent")
    monkeypatch.setattr("tierline.plans.queries.LOOK_AGAIN_AFTER", 3600.0)  # its look-up is not this page's cost
    planbook_in_force()
    for name in ("returns", "returns-rows"):
        assert statements(client, page(name)) <= 6


def test_the_hint_costs_intake_and_hand_off_three_statements(cast: Cast, at: datetime, weeks: list[int]) -> None:
    client = sign_in("agent")
    assert statements(client, page("intake", service="secure-messaging", needs_tier="2", holder="hrc")) <= 7


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)
