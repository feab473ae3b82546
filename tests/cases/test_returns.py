"""A case goes back to its sender with a reason of the plans' list: refused, or taken and handed back."""

from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter
from tierline.cases.lifecycle import CaseMove, CaseState, HandOffState
from tierline.foundation.trouble import MoveNotAllowed, NotAllowed, NotFound, Unusable
from tierline.timeline.queries import story

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def offered(cast: Cast, at: datetime) -> int:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    handing_off.offer(cast.agent, number, ask="Please look.", at=at)
    return number


@pytest.fixture
def taken(cast: Cast, at: datetime, offered: int) -> int:
    handing_off.acknowledge(cast.triager, offered, at=at + HOUR)
    working.begin(cast.triager, offered, at=at + HOUR)
    return offered


def test_a_refusal_keeps_reason_words_who_and_when(cast: Cast, at: datetime, offered: int) -> None:
    handing_off.refuse(cast.triager, offered, "missing-facts", words="Which day was it?", at=at + HOUR)
    back = queries.case(cast.agent, offered, at=at + HOUR).hand_offs[0]
    assert (back.state, back.return_reason, back.return_words) == ("refused", "missing-facts", "Which day was it?")
    assert (back.returned_by, back.returned_at) == (cast.triager.name, at + HOUR)
    assert story("case", offered)[-1].said["return_reason"] == "missing-facts"


def test_the_last_reason_says_nothing_without_a_sentence(cast: Cast, at: datetime, offered: int) -> None:
    with pytest.raises(Unusable, match="Say why in a sentence"):
        handing_off.refuse(cast.triager, offered, "other", words="  ", at=at)
    with pytest.raises(Unusable, match="could-be-solved-below, missing-facts"):
        handing_off.refuse(cast.triager, offered, "no-such-reason", words="x", at=at)
    handing_off.refuse(cast.triager, offered, "duplicate", at=at)


def test_what_was_taken_goes_back_as_new_work_of_its_sender(cast: Cast, at: datetime, taken: int) -> None:
    assert CaseMove.HAND_BACK in queries.case(cast.triager, taken, at=at).moves
    handing_off.hand_back(cast.triager, taken, "could-be-solved-below", words="Sign out and in.", at=at + 2 * HOUR)
    shown = queries.case(cast.agent, taken, at=at + 2 * HOUR)
    assert (shown.line.holder, shown.line.state, shown.line.assignee) == ("hrc", CaseState.NEW, "")
    assert shown.line.trail == ("hrc", "vets-gov", "hrc")
    assert shown.hand_offs[0].state is HandOffState.RETURNED
    assert CaseMove.HAND_BACK not in shown.moves
    new = queries.queue(cast.agent, "hrc", "new", at=at + 2 * HOUR)
    assert [line.number for line in new.lines] == [taken]


def test_who_took_it_in_themselves_has_nobody_to_hand_it_back_to(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(), at=at).number
    assert CaseMove.HAND_BACK not in queries.case(cast.agent, number, at=at).moves
    with pytest.raises(MoveNotAllowed, match="Nobody handed"):
        handing_off.hand_back(cast.agent, number, "duplicate", at=at)


def test_only_the_holder_hands_back_and_an_outsider_learns_nothing(cast: Cast, at: datetime, taken: int) -> None:
    with pytest.raises(NotAllowed):
        handing_off.hand_back(cast.agent, taken, "duplicate", at=at)
    with pytest.raises(NotFound):
        handing_off.hand_back(cast.outsider, taken, "duplicate", at=at)


def test_a_case_that_became_restricted_stays_with_those_who_handle_it(cast: Cast, at: datetime, taken: int) -> None:
    working.correct_facts(cast.triager, taken, flags=frozenset({"security-privacy"}), at=at + HOUR)
    assert CaseMove.HAND_BACK not in queries.case(cast.privacy, taken, at=at + HOUR).moves
    with pytest.raises(NotAllowed, match="restricted"):
        handing_off.hand_back(cast.privacy, taken, "duplicate", at=at + HOUR)


def test_a_desk_without_access_gives_it_back_through_whoever_writes_down_for_it(
    cast: Cast, at: datetime, taken: int
) -> None:
    working.correct_facts(cast.triager, taken, fault_in="mhv-api", needs_tier=3, at=at + HOUR)
    handing_off.offer(cast.triager, taken, ask="The API answers 502.", at=at + HOUR)
    handing_off.acknowledge(cast.triager, taken, said="Taken.", at=at + HOUR)
    handing_off.hand_back(cast.triager, taken, "wrong-desk", words="It is the gateway.", at=at + 2 * HOUR)
    line = queries.case(cast.triager, taken, at=at + 2 * HOUR).line
    assert (line.holder, line.recorded_by) == ("vets-gov", None)


def test_a_case_can_go_back_step_by_step_the_way_it_came(cast: Cast, at: datetime, taken: int) -> None:
    working.correct_facts(cast.triager, taken, fault_in="mhv-on-va-gov", at=at + HOUR)
    handing_off.offer(cast.triager, taken, ask="Please take it.", at=at + HOUR)
    handing_off.acknowledge(cast.supporter, taken, at=at + HOUR)
    handing_off.hand_back(cast.supporter, taken, "wrong-desk", at=at + 2 * HOUR)
    handing_off.hand_back(cast.triager, taken, "could-be-solved-below", at=at + 3 * HOUR)
    assert queries.case(cast.agent, taken, at=at + 3 * HOUR).line.trail == (
        "hrc",
        "vets-gov",
        "mhv-support",
        "vets-gov",
        "hrc",
    )
    assert [h.state for h in queries.case(cast.agent, taken, at=at).hand_offs] == ["returned", "returned"]
