"""The life of a downtime and of its gates: every move the tables name, and no other."""

import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tierline.downtime.gates import (
    APPROVAL_TRANSITIONS,
    VERIFICATION_TRANSITIONS,
    WINDOW_TRANSITIONS,
    Approval,
    ApprovalMove,
    Gate,
    Gates,
    Verification,
    VerificationMove,
    Window,
    WindowMove,
    hindrances,
)
from tierline.downtime.gates import after as gate_after
from tierline.downtime.lifecycle import ENDED, TRANSITIONS, DowntimeMove, DowntimeState, after, moves_from
from tierline.foundation.trouble import MoveNotAllowed

PAIRS = list(itertools.product(DowntimeState, DowntimeMove))


@pytest.mark.parametrize(("state", "move"), [pair for pair in PAIRS if pair not in TRANSITIONS])
def test_every_move_the_table_does_not_name_is_refused_with_what_is_possible(
    state: DowntimeState, move: DowntimeMove
) -> None:
    with pytest.raises(MoveNotAllowed, match="Possible now"):
        after(state, move)


def test_nothing_leads_out_of_what_has_ended() -> None:
    assert all(moves_from(state) == () for state in ENDED)


def test_every_state_can_be_reached_and_left_towards_an_end() -> None:
    reached = {DowntimeState.DRAFT}
    while more := {end for (start, _), end in TRANSITIONS.items() if start in reached} - reached:
        reached |= more
    assert reached == set(DowntimeState)
    ending = set(ENDED)
    while more := {start for (start, _), end in TRANSITIONS.items() if end in ending} - ending:
        ending |= more
    assert ending == set(DowntimeState)


def test_work_concludes_only_out_of_verifying_by_a_word() -> None:
    assert {start for (start, _), end in TRANSITIONS.items() if end is DowntimeState.CONCLUDED} == {
        DowntimeState.VERIFYING
    }


def test_gates_refuse_what_their_tables_do_not_name() -> None:
    with pytest.raises(MoveNotAllowed, match="The approval is void; it cannot approve"):
        gate_after(APPROVAL_TRANSITIONS, Approval.VOID, ApprovalMove.APPROVE)
    with pytest.raises(MoveNotAllowed, match="The window is pending; it cannot verify"):
        gate_after(WINDOW_TRANSITIONS, Window.PENDING, WindowMove.VERIFY)
    with pytest.raises(MoveNotAllowed, match="The verification is stale; it cannot confirm"):
        gate_after(VERIFICATION_TRANSITIONS, Verification.STALE, VerificationMove.CONFIRM)


def test_all_gates_open_let_work_start() -> None:
    open_gates = Gates(Approval.APPROVED, Window.VERIFIED, Verification.CONFIRMED, approved_hash="h")
    assert hindrances(open_gates, "h") == ()
    assert hindrances(Gates(Approval.NOT_REQUIRED, Window.SET, Verification.NOT_REQUIRED), "h") == ()


def test_an_approval_of_other_words_is_none() -> None:
    gates = Gates(Approval.APPROVED, Window.VERIFIED, Verification.CONFIRMED, approved_hash="old")
    assert [hindrance.gate for hindrance in hindrances(gates, "new")] == [Gate.APPROVAL]


def test_word_that_is_behind_keeps_work_from_starting() -> None:
    gates = Gates(Approval.NOT_REQUIRED, Window.SET, Verification.NOT_REQUIRED, behind=("The day before",))
    [hindrance] = hindrances(gates, "h")
    assert hindrance.gate is Gate.COMMUNICATION
    assert "The day before" in hindrance.sentence


class AnyDowntime(RuleBasedStateMachine):
    """Random moves: the line and its gates never contradict one another."""

    def __init__(self) -> None:
        super().__init__()
        self.state = DowntimeState.DRAFT
        self.approval, self.window = Approval.OPEN, Window.NONE
        self.verification = Verification.NOT_ASKED
        self.hash, self.approved = 0, ""
        self.started = False

    def _gates(self) -> Gates:
        return Gates(self.approval, self.window, self.verification, self.approved)

    @rule(move=st.sampled_from([move for move in DowntimeMove if move not in (DowntimeMove.START,)]))
    def move(self, move: DowntimeMove) -> None:
        """Make a move of the main line as the actions do, or see it refused."""
        if (self.state, move) not in TRANSITIONS:
            with pytest.raises(MoveNotAllowed):
                after(self.state, move)
            return
        if move is DowntimeMove.APPROVE:
            self.approval = gate_after(APPROVAL_TRANSITIONS, self.approval, ApprovalMove.APPROVE)
            self.approved = str(self.hash)
        if move is DowntimeMove.REJECT:
            self.approval = gate_after(APPROVAL_TRANSITIONS, self.approval, ApprovalMove.REJECT)
        if move is DowntimeMove.SUBMIT:
            self.approval = gate_after(APPROVAL_TRANSITIONS, self.approval, ApprovalMove.REQUEST)
        if move is DowntimeMove.SCHEDULE:
            return  # only where no approval is required, which this work is not
        if move in (DowntimeMove.CHANGE, DowntimeMove.POSTPONE):
            self.hash += 1
            if (self.approval, ApprovalMove.VOID) in APPROVAL_TRANSITIONS:
                self.approval = gate_after(APPROVAL_TRANSITIONS, self.approval, ApprovalMove.VOID)
            if (self.window, WindowMove.PLAN) in WINDOW_TRANSITIONS:
                self.window = gate_after(WINDOW_TRANSITIONS, self.window, WindowMove.PLAN)
            if (self.verification, VerificationMove.LAPSE) in VERIFICATION_TRANSITIONS:
                self.verification = gate_after(VERIFICATION_TRANSITIONS, self.verification, VerificationMove.LAPSE)
        self.state = after(self.state, move)

    @rule(move=st.sampled_from(list(WindowMove)))
    def window_moves(self, move: WindowMove) -> None:
        """The window is set, verified, found other."""
        if move is not WindowMove.VERIFY and (self.window, move) in WINDOW_TRANSITIONS:
            self.window = gate_after(WINDOW_TRANSITIONS, self.window, move)
            if (self.verification, VerificationMove.LAPSE) in VERIFICATION_TRANSITIONS:
                self.verification = gate_after(VERIFICATION_TRANSITIONS, self.verification, VerificationMove.LAPSE)

    @rule()
    def on_call_looks(self) -> None:
        """Whoever is on call is asked and says yes."""
        if self.window is Window.SET:
            for move in (VerificationMove.ASK, VerificationMove.CONFIRM):
                if (self.verification, move) in VERIFICATION_TRANSITIONS:
                    self.verification = gate_after(VERIFICATION_TRANSITIONS, self.verification, move)
            if self.verification is Verification.CONFIRMED:
                self.window = gate_after(WINDOW_TRANSITIONS, self.window, WindowMove.VERIFY)

    @precondition(lambda self: self.state is DowntimeState.SCHEDULED)
    @rule()
    def start(self) -> None:
        """Work starts only through open gates."""
        if not hindrances(self._gates(), str(self.hash)):
            self.state = after(self.state, DowntimeMove.START)
            self.started = True

    @invariant()
    def approved_means_these_words(self) -> None:
        """Scheduled work was approved in exactly these words."""
        if self.state is DowntimeState.SCHEDULED:
            assert self.approval is Approval.APPROVED
            assert self.approved == str(self.hash)

    @invariant()
    def verified_means_confirmed(self) -> None:
        """A verified window was confirmed by somebody, as it is set now."""
        if self.window is Window.VERIFIED:
            assert self.verification is Verification.CONFIRMED


TestAnyDowntime = AnyDowntime.TestCase
