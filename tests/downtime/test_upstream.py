"""Other teams' notices, read into proposals: everything with its place in the text, nothing guessed."""

from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notices.documents import document
from tests.plans.books import shipped

from tierline.downtime.actions.taking_in import content_of_proposal
from tierline.downtime.content import Level
from tierline.downtime.upstream import LONGEST, NoticeRefused, Proposal, only_event, proposals
from tierline.downtime.upstream_versions import by_work, changes_between, one_text, read_as_far_as_it_goes
from tierline.notices.rendering import calendar

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:works-9@upstream.example\r\nSEQUENCE:2\r\n"
    "SUMMARY:Core database maintenance with a summary that is folded over tw\r\n o lines\r\n"
    "DTSTART;TZID=America/New_York:20261204T220000\r\nDTEND:20261205T070000Z\r\n"
    'X-MAINTNOTE-PROVIDER:upstream.example\r\nX-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT="OUTAGE":core-db\r\n'
    "X-MAINTNOTE-IMPACT:OUTAGE\r\nX-MAINTNOTE-STATUS:TENTATIVE\r\nDESCRIPTION:Yearly upgrade\\, as agreed.\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)

MAIL = """Subject: Planned maintenance of the message store
Applications: Message store, Search
Reason: Storage is replaced.
Start: December 4, 2026 10:00 PM ET
End: 12/05/2026 02:00 EST
Impact level: degraded

Please plan accordingly.
"""


def only(text: str) -> Proposal:
    [proposal] = proposals(text)
    return proposal


def test_a_calendar_is_read_with_the_characters_each_value_came_from() -> None:
    read = only(CALENDAR)
    assert read.starts is not None
    assert read.ends is not None
    assert (read.starts.at, read.starts.zone) == (datetime(2026, 12, 5, 3, tzinfo=UTC), "America/New_York")
    assert (read.ends.at, read.ends.zone) == (datetime(2026, 12, 5, 7, tzinfo=UTC), "UTC")
    assert read.uid is not None
    assert (read.uid.value, read.sequence, read.level) == ("works-9@upstream.example", 2, Level.OUTAGE)
    assert [service.value for service in read.services] == ["core-db"]
    assert read.title is not None
    assert read.title.value.endswith("folded over two lines")
    assert read.reason is not None
    assert read.reason.value == "Yearly upgrade, as agreed."
    assert read.open == ()
    assert CALENDAR[read.starts.begins : read.starts.ends].strip() == "20261204T220000"


def test_a_mail_is_read_line_by_line_and_what_is_ambiguous_stays_open() -> None:
    read = only(MAIL)
    assert read.starts is not None
    assert read.starts.at == datetime(2026, 12, 5, 3, tzinfo=UTC)
    assert MAIL[read.starts.begins : read.starts.ends] == "December 4, 2026 10:00 PM ET"
    assert [MAIL[s.begins : s.ends] for s in read.services] == ["Message store", "Search"]
    assert read.level is Level.DEGRADED
    assert read.ends is None
    assert read.open == ("The end 12/05/2026 could be two days. Write the month as a word.",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4 December 2026 22:00", "says no zone"),
        ("4 July 2026 22:00 EST", "the clocks there show another time on that day"),
        ("1 November 2026 1:30 AM ET", "comes twice"),
        ("8 March 2026 2:30 AM ET", "the clocks go forward then"),
        ("Friday night", "is not written as a day and a time"),
        ("31 February 2026 10:00 UTC", "is no day of the calendar"),
        ("4 December 2026 13:00 PM ET", "has no such hour"),
        ("4 December 2026 10:00 XYZ", "which nobody knows"),
        ("4 December 2026 10", "no time of day"),
    ],
)
def test_a_time_that_could_mean_more_than_one_instant_is_never_guessed(written: str, said: str) -> None:
    read = only(f"Start: {written}")
    assert read.starts is None
    assert any(said in sentence for sentence in read.open if sentence.startswith("The start"))


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("2026-12-05T03:00Z", 3),
        ("2026-12-05 03:00 UTC", 3),
        ("Dec. 5th 2026 at 3am GMT", 3),
        ("13/12/2026 03:00 UTC", 3),
        ("5 December 2026 0300 Europe/London", 3),
        ("December 5, 2026 12:00 AM Pacific", 8),
    ],
)
def test_times_are_read_in_the_forms_people_write(written: str, hour: int) -> None:
    read = only(f"Start: {written}")
    assert read.starts is not None
    assert read.starts.at.hour == hour


def test_an_end_before_the_start_stays_open() -> None:
    read = only("Start: 2026-12-05 07:00 UTC\nEnd: 2026-12-05 03:00 UTC")
    assert read.ends is None
    assert "The end that is given is not after the start." in read.open


@given(st.text(max_size=300) | st.text(alphabet="BEGIN:VT\r\nSART=;0Z Start: 12/,amET", max_size=300))
def test_no_text_breaks_the_reader_and_every_place_lies_in_it(text: str) -> None:
    for proposal in proposals(text):
        assert all(0 <= begins <= ends <= len(text) for begins, ends, _ in proposal.spans)


def test_a_book_is_no_notice() -> None:
    with pytest.raises(NoticeRefused, match="at most 200,000 characters"):
        proposals("x" * (LONGEST + 1))


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT\n" * 15_000,
        "Start:" + "a  " * 60_000,
        "Start: 2026-12-05 " + " " * 190_000,
        "END:VEVENT\nBEGIN:VEVENT\n" * 7_000,
        'BEGIN:VEVENT\nDTSTART;"' * 8_000,
    ],
)
def test_hostile_text_is_read_in_time_with_its_length(text: str) -> None:
    begun = perf_counter()
    with suppress(NoticeRefused):
        proposals(text)
    assert perf_counter() - begun < 2


def test_our_own_calendar_reads_as_what_it_says() -> None:
    """Another house that runs Tierline sends what ours reads."""
    sent = document()
    read = only(calendar.calendar([sent], name="Downtime", provider="tierline.example", account="all"))
    assert read.starts is not None
    assert read.uid is not None
    assert (read.uid.value, read.sequence, read.starts.at) == (sent.uid, sent.sequence, sent.starts)
    assert read.level is not None
    assert read.calls_off is False


def test_a_notice_that_names_nothing_we_know_concerns_what_its_sender_speaks_for() -> None:
    planbook = shipped()
    named, unnamed = only("Service: Secure Messaging"), only("Service: The big machine")
    assert content_of_proposal(named, planbook, ["mhv-api"]).services == ("secure-messaging",)
    assert content_of_proposal(unnamed, planbook, ["mhv-api"]).services == ("mhv-api",)
    assert content_of_proposal(unnamed, planbook).services == ()


versions = st.builds(
    lambda sequence, hour, status: (sequence, CALENDAR.replace("SEQUENCE:2", f"SEQUENCE:{sequence}")
        .replace("20261204T220000", f"20261204T{hour:02}0000").replace("TENTATIVE", status)),
    st.integers(0, 9), st.integers(10, 22), st.sampled_from(["TENTATIVE", "CONFIRMED", "CANCELLED"]),
)  # fmt: skip


@given(versions, versions)
def test_changes_are_the_same_there_and_back(one: tuple[int, str], other: tuple[int, str]) -> None:
    then, now = only(one[1]), only(other[1])
    there, back = changes_between(then, now), changes_between(now, then)
    assert [(what, b, a) for what, a, b in back] == list(there)
    assert changes_between(then, then) == ()


@given(st.lists(versions, min_size=1, max_size=6))
def test_of_versions_of_one_work_the_highest_sequence_counts(several: list[tuple[int, str]]) -> None:
    works = by_work(one for _, text in several for one in proposals(text))
    [(found,)] = works.values()
    assert found.sequence == max(sequence for sequence, _ in several)


@given(st.text(max_size=50), st.text(max_size=400), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=90))))
def test_any_mail_is_one_text_that_can_be_read(subject: str, text: str, files: list[tuple[str, str]]) -> None:
    whole, _ = one_text(subject, text, files)
    found, troubles = read_as_far_as_it_goes(whole)
    assert found or troubles


def test_one_work_of_several_keeps_only_its_own_words() -> None:
    other = CALENDAR.replace("works-9", "works-8").replace("Yearly", "Monthly")
    kept = only_event(f"Two works.\n{CALENDAR}{other}", "works-8@upstream.example")
    assert "Two works." in kept
    assert only(kept).uid is not None
    assert "Monthly" in kept
    assert "Yearly" not in kept


def test_a_calendar_too_large_is_left_out_and_said() -> None:
    whole, troubles = one_text("Work", "See it.", [("big.ics", "x" * LONGEST), ("small.ics", CALENDAR)])
    assert troubles == ("The calendar big.ics is too large to be read; it is in the raw mail.",)
    assert only(whole).sequence == 2


def test_an_impact_in_other_words_is_quoted_and_stays_open() -> None:
    [found] = proposals("Start: 2026-12-05 03:00 UTC\nImpact: Messaging will be unavailable.\n")

    assert found.level is None
    assert any("Messaging will be unavailable." in sentence for sentence in found.open)
    assert "Which services it concerns is not said." in found.open
