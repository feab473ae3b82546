"""One document in every form: golden files, limits, and what no text can smuggle in."""

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notices.documents import document

from tierline.downtime.upstream import proposals
from tierline.notices.document import Fact, Status
from tierline.notices.rendering import atom, calendar, json_feed, machine, mail, pager_duty, service_now, slack

GOLDEN = Path(__file__).parent / "golden"
KEY = "downtime-12:3:planning-started:slack:C1"


def renderings() -> dict[str, str]:
    one = document()
    written = mail.mail(one, why="MHV OCTO product owners", relay=Fact("Please pass this on", "To partners: LINK"))
    return {
        "mail.txt": f"{written.subject}\n\n{written.text}",
        "mail.html": written.html,
        "slack.json": json.dumps(slack.message(one, members=["U01A", "U01B"], key=KEY), indent=2, ensure_ascii=False),
        "calendar.ics": calendar.calendar([one], name="Downtime", provider="tierline.example", account="all"),
        "feed.atom": atom.feed(
            [one],
            title="Downtime",
            feed_id="urn:f",
            feed_url="https://t.example/status/downtimes.atom",
            link="https://t.example/status/",
            updated=one.issued_at,
        ),
        "feed.json": json.dumps(
            json_feed.feed(
                [one],
                title="Downtime",
                feed_url="https://t.example/status/downtimes.json",
                link="https://t.example/status/",
            ),
            indent=1,
        ),
        "notice.json": json.dumps(machine.as_json(one), indent=2),
        "change.json": json.dumps(
            service_now.change_fields(one, content_hash="abc", rollback="Restore.", reason="Upgrade.", impact="Down."),
            indent=2,
        ),
    }


@pytest.mark.parametrize("name", sorted(renderings()))
def test_every_form_is_as_it_was_agreed(name: str) -> None:
    """Write them anew with ``TIERLINE_GOLDEN=write`` and look at the difference."""
    told = renderings()[name]
    file = GOLDEN / name
    if os.environ.get("TIERLINE_GOLDEN") == "write":
        file.write_text(told, newline="")
    assert told == file.read_bytes().decode()


def test_all_forms_say_the_same_four_facts() -> None:
    for name, told in renderings().items():
        if name != "calendar.ics":
            assert "yearly upgrade" in told, name
    unfolded = renderings()["calendar.ics"].replace("\r\n ", "")
    assert "yearly upgrade" in unfolded


@given(st.text(max_size=9000), st.lists(st.sampled_from(["U0AAAAAAAA1", "W0BBBBBBBB2"]), max_size=900))
def test_slack_limits_hold_for_any_text_and_any_number_of_people(text: str, members: list[str]) -> None:
    text = "".join(sign for sign in text if sign.isprintable())
    post = slack.message(document(facts=(Fact("Reason", text or "none"),)), members=members, key=KEY)
    assert len(post["blocks"]) <= slack.BLOCKS
    assert len(post["text"]) <= slack.FALLBACK
    sections = [block["text"]["text"] for block in post["blocks"] if block["type"] == "section"]
    assert all(0 < len(section) <= slack.SECTION for section in sections)
    assert sum(section.count("<@") for section in sections) == len(members)
    assert len(post["blocks"][0]["text"]["text"]) <= slack.HEADER


def test_no_text_can_tag_a_channel() -> None:
    post = slack.message(document(facts=(Fact("Reason", "hello <!channel> & <@U1>"),)), members=[], key=KEY)
    told = json.dumps(post["blocks"][1:])
    assert "<!channel>" not in told
    assert "<@U1>" not in told


def test_more_sections_than_slack_takes_are_refused_not_cut() -> None:
    facts = tuple(Fact(str(number), "text") for number in range(60))
    with pytest.raises(ValueError, match="Slack takes 48"):
        slack.message(document(facts=facts), members=[], key=KEY)


@pytest.mark.parametrize("status", list(Status))
def test_the_calendar_reads_back_with_every_status(status: Status) -> None:
    told = calendar.calendar([document(status=status)], name="D", provider="p", account="a")
    [read] = proposals(told)
    assert read.status is not None
    assert read.status.value == status
    assert read.starts is not None
    assert read.starts.at == document().starts
    assert read.uid is not None
    assert (read.uid.value, read.sequence) == ("dt-12@tierline.example", 3)
    assert [service.value for service in read.services] == ["mhv_sm"]


@given(st.text(max_size=400))
def test_calendar_lines_fold_within_75_octets_and_unfold_to_the_same(text: str) -> None:
    text = "".join(sign for sign in text if sign.isprintable())
    told = calendar.calendar([document(title=f"T{text}")], name="D", provider="p", account="a")
    assert all(len(line.encode()) <= 75 for line in told.split("\r\n"))
    [read] = proposals(told)
    assert read.title is not None
    assert read.title.value == document(title=f"T{text}").subject


def test_a_notice_without_a_time_is_no_event() -> None:
    assert "VEVENT" not in calendar.calendar([document(starts=None)], name="D", provider="p", account="a")


def test_an_open_end_is_told_in_words_and_ends_a_day_on_in_calendars() -> None:
    told = calendar.calendar([document(ends=None)], name="D", provider="p", account="a")
    assert "DTEND:20261206T030000Z" in told
    assert machine.as_json(document(ends=None))["ends_at"] is None
    assert document(ends=None).frame_in_utc.endswith("open end")


def test_the_feed_is_wellformed_whatever_the_title_holds() -> None:
    told = atom.feed(
        [document(title="<&\"'>")],
        title="D",
        feed_id="urn:f",
        feed_url="x.atom",
        link="x",
        updated=document().issued_at,
    )
    assert ET.fromstring(told.partition("\n")[2]).tag.endswith("feed")  # noqa: S314 - our own text


def test_a_windows_description_begins_with_our_marker_and_fits() -> None:
    words = "Messages are down for maintenance."
    told = pager_duty.description("DT-12", 3, words)
    assert told == "[DT-12#r3] USER_MESSAGE: Messages are down for maintenance."
    assert pager_duty.whose(told) == ("DT-12", 3)
    assert pager_duty.published(told) == words
    assert pager_duty.whose("Somebody else's") is None
    assert pager_duty.published("Somebody else's") == ""


def test_a_text_for_users_that_does_not_fit_is_refused_with_by_how_much() -> None:
    room = pager_duty.room_for("DT-12", 3)
    assert len(pager_duty.description("DT-12", 3, "x" * room)) == pager_duty.MOST
    with pytest.raises(ValueError, match="2 characters too long"):
        pager_duty.description("DT-12", 3, "x" * (room + 2))
    with pytest.raises(ValueError, match="may not hold"):
        pager_duty.description("DT-12", 3, "USER_MESSAGE: twice")


def test_an_announcement_without_a_first_line_or_with_control_characters_is_none() -> None:
    with pytest.raises(ValueError, match="begins with a line"):
        document(lead=" ")
    with pytest.raises(ValueError, match="control characters"):
        document(title="a\x00b")


def test_mail_fetches_nothing_and_acts_on_nothing() -> None:
    written = mail.mail(document())
    assert "<img" not in written.html
    assert "http" not in written.html.replace("https://tierline.example/downtimes/DT-12/", "")


def test_what_is_kept_of_an_announcement_can_be_rendered_once_more() -> None:
    told = document(
        late="Sent late: it was due.", asides=("Slack was not available.",), changes=(Fact("Time", "later"),)
    )
    assert machine.from_json(json.loads(json.dumps(machine.as_json(told)))) == told
    open_end = document(starts=None, ends=None)
    assert machine.from_json(machine.as_json(open_end)) == open_end
    for rendered in (mail.mail(told).text, mail.mail(told).html, repr(slack.message(told, members=[], key="k"))):
        assert "Slack was not available." in rendered
