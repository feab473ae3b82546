"""The life of an inquiry, by rule: never lost, never in two hands, never asked before it has arrived, never landed
without its answer having gone the whole way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tierline.cases.inquiry_life import (
    MADE_ALONG,
    OPEN_STATES,
    TRANSITIONS,
    InquiryKind,
    InquiryMove,
    InquiryState,
    Rung,
    Whereabouts,
    may_make,
    moved,
    open_moves,
    whose,
)
from tierline.cases.lifecycle import CaseState
from tierline.cases.places import Question, Standing, Tab, places
from tierline.directory.actor import Actor
from tierline.foundation.trouble import MoveNotAllowed

TEAMS = [f"team-{n}" for n in range(6)]
KINDS = st.sampled_from(InquiryKind)


@pytest.mark.parametrize("state", InquiryState)
@pytest.mark.parametrize("move", InquiryMove)
def test_a_move_the_table_does_not_name_is_refused(state: InquiryState, move: InquiryMove) -> None:
    if (state, move) not in TRANSITIONS:
        with pytest.raises(MoveNotAllowed):
            moved(Whereabouts(InquiryKind.ASK, (Rung("a"), Rung("b")), state, place=1), move)


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    assert {InquiryState.TRAVELLING} | set(TRANSITIONS.values()) == set(InquiryState)
    assert {state for state, _ in TRANSITIONS} == set(OPEN_STATES)


def somebody_in(team: str) -> Actor:
    return Actor(1, "Somebody", teams=frozenset({team}))


class Life(RuleBasedStateMachine):
    """Any way an inquiry can go, moves chosen at random, with a ladder of up to six teams."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Whereabouts(InquiryKind.ASK, (Rung(TEAMS[0]),))
        self.attempts = 0
        self.asked, self.landed = 1, 0

    @precondition(lambda self: self.now.open)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """One of the moves somebody can make; what Tierline makes along with it follows."""
        possible = open_moves(self.now, 3 - self.attempts)
        move = data.draw(st.sampled_from(possible))
        to = None
        if move is InquiryMove.PASS_ON:
            free = [team for team in TEAMS if team not in {rung.team for rung in self.now.ladder}]
            if not free:
                return
            to = Rung(free[0])
        self.now = moved(self.now, move, to=to)
        if move is InquiryMove.ACKNOWLEDGE and data.draw(st.booleans()):
            self.now = moved(self.now, InquiryMove.ARRIVE)
        self.attempts += move is InquiryMove.ATTEMPT
        if self.now.state is InquiryState.ANSWERED and self.now.place == 0:
            self.now = moved(self.now, InquiryMove.LAND)
            self.landed += 1

    @precondition(lambda self: not self.now.open)
    @rule()
    def ask_again(self) -> None:
        """When one is over, the next may be asked."""
        self.now, self.attempts = Whereabouts(InquiryKind.ASK, (Rung(TEAMS[0]),)), 0
        self.asked += 1

    @invariant()
    def it_is_in_one_teams_hands(self) -> None:
        """Exactly one team's, on the ladder, once; and exactly one team's turn, which always has a move."""
        names = [rung.team for rung in self.now.ladder]
        assert len(names) == len(set(names))
        assert 0 <= self.now.place < len(names)
        assert self.now.ladder[0].team == TEAMS[0]
        if self.now.open:
            moves = open_moves(self.now, 3 - self.attempts)
            at_work = {whose(self.now, move).team for move in moves if move is not InquiryMove.WITHDRAW}
            assert at_work == {self.now.step.team}
            assert InquiryMove.WITHDRAW in moves

    @invariant()
    def nobody_else_can_move_it(self) -> None:
        """The moves of the table are those of whose turn it is, and of its asker to take it back."""
        for move in open_moves(self.now):
            able = {team for team in TEAMS if may_make(somebody_in(team), self.now, move, frozenset())}
            assert able == {whose(self.now, move).team}

    @invariant()
    def its_case_stands_in_every_queue_of_the_ladder(self) -> None:
        """New or to do where its turn is, waiting at everybody else on the ladder."""
        if not self.now.open:
            return
        now = self.now
        question = Question(now.step.team, now.taken, now.waiting)
        stands = dict(places(Standing(CaseState.WAITING, TEAMS[0], None, None, question=question)))
        assert stands.pop(now.step.team) is (Tab.TODO if now.taken else Tab.NEW)
        assert set(stands.values()) <= {Tab.WAITING}
        assert set(stands) | {now.step.team} >= {rung.team for rung in now.ladder}

    @invariant()
    def nobody_is_asked_before_it_has_arrived_and_no_more_often_than_the_rule_says(self) -> None:
        """Attempts only where it has arrived; no more round trips than questions."""
        if self.now.state is InquiryState.TRAVELLING:
            assert self.attempts == 0
        assert self.attempts <= 3
        assert self.landed <= self.asked


TestLife = Life.TestCase


@given(KINDS, st.lists(st.sampled_from(TEAMS), min_size=1, max_size=6, unique=True), st.data())
def test_of_a_restricted_case_only_the_duties_that_were_told_move_a_question(
    kind: InquiryKind, teams: list[str], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(teams) - 1))
    now = Whereabouts(kind, tuple(Rung(team) for team in teams), InquiryState.TO_BE_ASKED, place)
    holder = Actor(1, "Holder", teams=frozenset(TEAMS), duties=frozenset({"other"}))
    officer = Actor(2, "Officer", duties=frozenset({"privacy-officer"}))
    for move in open_moves(now):
        assert not may_make(holder, now, move, frozenset({"privacy-officer"}))
        assert may_make(officer, now, move, frozenset({"privacy-officer"}))


def test_what_tierline_makes_along_is_nobodys_button() -> None:
    for state in InquiryState:
        assert not MADE_ALONG & set(open_moves(Whereabouts(InquiryKind.ASK, (Rung("a"),), state)))


def test_a_question_is_not_passed_to_a_team_that_had_it_already() -> None:
    now = Whereabouts(InquiryKind.ASK, (Rung("a"), Rung("b")), place=1)
    with pytest.raises(MoveNotAllowed, match="a team that had it already"):
        moved(now, InquiryMove.PASS_ON, to=Rung("a"))
