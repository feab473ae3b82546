"""The life of a case: what the table allows happens, everything else is refused with what is possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.cases.lifecycle import (
    HAND_OFF_TRANSITIONS,
    OPEN_STATES,
    TRANSITIONS,
    CaseMove,
    CaseState,
    HandOffState,
    after,
    moves_from,
)
from tierline.cases.places import Standing, Tab, places
from tierline.foundation.trouble import MoveNotAllowed

STATES = st.sampled_from(CaseState)
TEAMS = st.sampled_from(["front", "back", "far", "tools"])


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("move", CaseMove)
def test_a_move_the_table_does_not_name_is_refused_and_says_what_is_possible(state: CaseState, move: CaseMove) -> None:
    if (state, move) in TRANSITIONS:
        assert after(TRANSITIONS, state, move) is TRANSITIONS[state, move]
        return
    with pytest.raises(MoveNotAllowed) as refused:
        after(TRANSITIONS, state, move)
    assert all(possible in str(refused.value) for possible in moves_from(state))


def test_every_state_can_be_reached_and_left() -> None:
    reached = {CaseState.NEW} | set(TRANSITIONS.values())
    left = {state for state, _ in TRANSITIONS}
    assert reached == left == set(CaseState)


def test_an_answered_hand_off_stays_answered_but_that_what_was_taken_can_be_handed_back() -> None:
    for state in set(HandOffState) - {HandOffState.OFFERED}:
        for move in set(CaseMove) - ({CaseMove.HAND_BACK} if state is HandOffState.ACKNOWLEDGED else set()):
            with pytest.raises(MoveNotAllowed):
                after(HAND_OFF_TRANSITIONS, state, move)


standings = st.builds(
    Standing,
    state=STATES,
    holder=TEAMS,
    offered_to=TEAMS | st.none(),
    recorded_by=TEAMS | st.none(),
    restricted=st.booleans(),
)


@given(standings)
def test_an_open_case_is_always_in_its_holders_queue_unless_it_is_restricted(standing: Standing) -> None:
    teams = {team for team, _ in places(standing)}
    if standing.state in OPEN_STATES and not standing.restricted:
        assert standing.holder in teams
    else:
        assert teams == set()


@given(standings)
def test_a_case_stands_at_most_once_in_a_queue(standing: Standing) -> None:
    teams = [team for team, _ in places(standing)]
    assert len(teams) == len(set(teams))


def test_an_offered_case_is_new_to_its_receiver_and_waits_at_its_sender() -> None:
    standing = Standing(CaseState.OFFERED, holder="front", offered_to="back", recorded_by=None)
    assert places(standing) == {("front", Tab.WAITING), ("back", Tab.NEW)}


def test_a_case_at_a_desk_without_access_waits_in_the_queue_of_whoever_writes_down_for_it() -> None:
    standing = Standing(CaseState.NEW, holder="far", offered_to=None, recorded_by="front")
    assert ("front", Tab.WAITING) in places(standing)
