"""What a case is to a room, and what of that is told when; every service and team in words the guard lets pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.foundation.calendars import around_the_clock
from tierline.outbox.guard import findings
from tierline.plans.loading import load_planbook
from tierline.plans.planbook import Planbook
from tierline.plans.room_asking import calendar_of_room, digest_before, is_open, last_open, rooms_in_force
from tierline.plans.rooms import HearingRoom, Room
from tierline.rooms.standing import WAITING, CaseNow, Known, Standing, asks, standing_for, word_of
from tierline.rooms.wording import Teller, gathered_title, message, several, single

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOOK: Planbook = load_planbook()
HEARING: HearingRoom = rooms_in_force(BOOK, AT)[0]
ROOM: Room = HEARING.room
ANY_TIME = around_the_clock("America/New_York")
NOW = CaseNow(12, "new", "mhv-tier-3", "secure-messaging", trail=("mhv-tier-3",))
KNOWN = Known(12, Standing.WAITS, "", "secure-messaging", "High", AT, AT + HOUR, None, "")


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (NOW, Standing.WAITS),
        (replace(NOW, state="offered", holder="mhv-support", offered_to="mhv-tier-3"), Standing.WAITS),
        (replace(NOW, state="in-progress"), Standing.BEGUN),
        (replace(NOW, state="in-progress", came_back=True), Standing.CAME_BACK),
        (replace(NOW, state="waiting"), Standing.LAID_DOWN),
        (replace(NOW, state="offered", offered_to="portal-team"), Standing.HANDED_OFF),
        (replace(NOW, state="in-progress", holder="portal-team"), Standing.ELSEWHERE),
        (replace(NOW, state="waiting", question_to="mhv-tier-3"), Standing.QUESTION),
        (replace(NOW, state="waiting", question_to="mhv-tier-3", question_taken=True), Standing.LAID_DOWN),
        (replace(NOW, state="closed", answered_for="mhv-tier-3"), Standing.QUESTION),
        (replace(NOW, state="solved"), Standing.SOLVED),
        (replace(NOW, state="closed"), Standing.CLOSED),
    ],
)
def test_what_a_case_is_to_the_room(now: CaseNow, standing: Standing) -> None:
    assert standing_for(now, "mhv-tier-3")[0] is standing
    assert standing_for(replace(now, restricted_to=("isso",)), "mhv-tier-3") == (Standing.RESTRICTED, "")


def test_a_moment_is_told_when_its_time_has_come_and_not_before() -> None:
    assert word_of(ROOM, KNOWN, ANY_TIME, AT).told == ""
    assert word_of(ROOM, KNOWN, ANY_TIME, AT + timedelta(minutes=5)).told == "waits"
    assert word_of(ROOM, KNOWN, ANY_TIME, AT).again == AT + timedelta(minutes=5)
    assert word_of(ROOM, KNOWN, ANY_TIME, AT + 5 * HOUR).told == "still-waits"
    handed = replace(KNOWN, standing=Standing.HANDED_OFF, other="portal-team", answer_by=AT + HOUR)
    assert word_of(ROOM, handed, ANY_TIME, AT + HOUR).told == "handed-off:portal-team"
    assert word_of(ROOM, handed, ANY_TIME, AT + HOUR + timedelta(seconds=1)).told == "not-acknowledged:portal-team"


def test_a_room_that_does_not_hear_of_a_moment_is_told_nothing_of_it() -> None:
    deaf = ROOM.model_copy(update={"hears": tuple(one for one in ROOM.hears if one.moment == "question")})
    assert word_of(deaf, KNOWN, ANY_TIME, AT + 10 * HOUR).told == ""


@given(st.sampled_from(list(Standing)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_whatever_waits_is_looked_at_again_until_nothing_more_can_become_of_it(
    standing: Standing, later: timedelta
) -> None:
    known = replace(KNOWN, standing=standing, other="portal-team", answer_by=AT + HOUR)
    word = word_of(ROOM, known, ANY_TIME, AT + later)
    assert word.again is None or word.again > AT + later
    assert asks(word.told) <= (standing in WAITING)
    assert word.again is not None or standing not in WAITING or word.told


@pytest.mark.parametrize("by", ["slack", "teams"])
def test_the_privacy_guard_finds_nothing_in_what_the_plans_alone_make_us_say(by: str) -> None:
    room = ROOM.model_copy(update={"by": by})
    teller = Teller(BOOK, room, "America/New_York", "http://127.0.0.1:8080")
    for service in BOOK.services:
        for team in BOOK.teams:
            known = replace(KNOWN, standing=Standing.HANDED_OFF, other=team, service=service, number=1042991)
            for told in (f"handed-off:{team}", f"not-acknowledged:{team}", f"elsewhere:{team}"):
                said = message(teller, single(teller, known, told), "key")
                assert findings(said, ()) == (), said
    many = [(replace(KNOWN, number=number), "waits") for number in range(1000, 1200)]
    said = message(teller, several(teller, many, gathered_title(teller, 200), frozenset()), "key")
    assert findings(said, ()) == ()
    assert len(said["text"]) < 20_000


def test_on_teams_nothing_is_tagged_by_a_sign_and_links_are_written_out() -> None:
    teller = Teller(BOOK, ROOM.model_copy(update={"by": "teams"}), "America/New_York", "http://127.0.0.1:8080")
    text = single(teller, KNOWN, "waits").text
    assert "<" not in text
    assert "TL-12 (http://127.0.0.1:8080/cases/12/)" in text
    assert "(Ravi Sorensen)" in text


def test_what_somebody_wrote_tags_nobody() -> None:
    teller = Teller(BOOK, ROOM, "America/New_York", "http://127.0.0.1:8080")
    known = replace(KNOWN, standing=Standing.HANDED_OFF, other="portal-team", ask="<!channel> look, <@U01RAVI> & all")
    assert "&lt;!channel&gt; look, &lt;@U01RAVI&gt; &amp; all" in single(teller, known, "handed-off:portal-team").text


def test_the_room_is_open_in_its_hours_and_its_digest_is_of_its_days() -> None:
    calendar = calendar_of_room(BOOK, HEARING)
    assert is_open(calendar, AT)
    saturday = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    assert not is_open(calendar, saturday)
    assert digest_before(calendar, ROOM, saturday) == datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
    assert last_open(calendar, saturday) == datetime(2026, 11, 20, 21, 59, tzinfo=UTC)
    thanksgiving = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
    assert not is_open(calendar, thanksgiving)
