"""Any downtime, by the real actions on the real database, beside a model of its main line and its four gates.

Hypothesis makes people do things in any order at any time: what the model allows has to happen, what it does not allow
has to be refused with a sentence and change nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.people import Cast

from tierline.downtime.actions import approving, guarding, planning, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.content import Content
from tierline.downtime.gates import Approval, Verification, Window
from tierline.downtime.lifecycle import DowntimeState as S
from tierline.downtime.queries import DowntimeView, downtime, who_was_told
from tierline.foundation.trouble import Refusal
from tierline.notices.moments import Standing

HOUR = timedelta(hours=1)
STILL_PLANNED = (S.PLANNING, S.AWAITING_APPROVAL, S.SCHEDULED)


class AnyDowntime(RuleBasedStateMachine):
    """Work of the API/Platform team, which needs all four gates."""

    def __init__(self, crew: Crew, at: datetime) -> None:
        super().__init__()
        self.place = transaction.savepoint()
        self.crew, self.at = crew, at
        self.starts, self.ends, self.title = STARTS, ENDS, "Database upgrade"
        self.number = drafted(crew, at, procedure="api-platform")
        self.state = S.DRAFT
        self.approval = Approval.OPEN
        self.window: tuple[str, datetime, datetime] | None = None
        self.looked_at = False
        self.rolled_back = False

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.place)

    # What the model knows

    @property
    def window_is_right(self) -> bool:
        return self.window is not None and self.window[1:] == (self.starts, self.ends)

    @property
    def is_late(self) -> bool:
        return any(one.standing is Standing.LATE for one in self.view().obligations)

    def view(self) -> DowntimeView:
        return downtime(self.crew.platform, self.number, at=self.at)

    def content(self, **other: Any) -> Content:
        return content(title=self.title, frame=frame(starts=self.starts, ends=self.ends), **other)

    def tried(self, allowed: bool, action: Callable[[], object]) -> bool:
        """Do it: done when the model allows it, else refused. Returns whether it was done."""
        if allowed:
            action()
            return True
        with pytest.raises(Refusal) as refused:
            action()
        assert str(refused.value).rstrip().endswith((".", "?"))
        return False

    # What people do

    @rule(hours=st.sampled_from([1, 6, 12]))
    def time_passes(self, hours: int) -> None:
        self.at += hours * HOUR

    @rule()
    def the_minute_comes(self) -> None:
        mind(at=self.at)

    @rule()
    def plan(self) -> None:
        if self.tried(self.state is S.DRAFT, lambda: planning.plan(self.crew.platform, self.number, at=self.at)):
            self.state = S.PLANNING

    @rule()
    def correct_a_typing_error(self) -> None:
        before, self.title = self.title, self.title + "s"
        allowed = self.state in (S.DRAFT, *STILL_PLANNED)
        action = lambda: planning.change_content(self.crew.platform, self.number, self.content(), at=self.at)  # noqa: E731 - one of many
        if not self.tried(allowed, action):
            self.title = before

    @rule()
    def move_the_work(self) -> None:
        before = (self.starts, self.ends)
        self.starts = max(self.starts, self.at + 48 * HOUR) + HOUR
        self.ends = self.starts + 4 * HOUR
        allowed = self.state in (S.DRAFT, *STILL_PLANNED)
        action = lambda: planning.change_content(self.crew.platform, self.number, self.content(), at=self.at)  # noqa: E731 - one of many
        if not self.tried(allowed, action):
            self.starts, self.ends = before
        elif self.state is not S.DRAFT:
            self._gates_close()
            self.state = S.PLANNING

    def _gates_close(self) -> None:
        if self.approval in (Approval.REQUESTED, Approval.APPROVED):
            self.approval = Approval.VOID
        self.looked_at = False
        self.window = None

    @rule()
    def submit(self) -> None:
        action = lambda: approving.submit(self.crew.platform, self.number, at=self.at, record="CHG1")  # noqa: E731 - one of many
        if self.tried(self.state is S.PLANNING, action):
            self.state, self.approval = S.AWAITING_APPROVAL, Approval.REQUESTED

    @rule(who=st.sampled_from(["owner", "platform", "engineer"]), read=st.booleans())
    def approve(self, who: str, read: bool) -> None:
        """Only whoever owns the system, and only the words as they stand."""
        words = self.view().content_hash if read else "0" * 64
        action = lambda: approving.approve(getattr(self.crew, who), self.number, words, at=self.at)  # noqa: E731 - one of many
        if self.tried(self.state is S.AWAITING_APPROVAL and who == "owner" and read, action):
            self.state, self.approval = S.SCHEDULED, Approval.APPROVED

    @rule()
    def reject(self) -> None:
        action = lambda: approving.reject(self.crew.owner, self.number, "Not that night.", at=self.at)  # noqa: E731 - one of many
        if self.tried(self.state is S.AWAITING_APPROVAL, action):
            self.state, self.approval = S.PLANNING, Approval.REJECTED

    @rule(known=st.sampled_from(["PW1", "PW2"]), right=st.booleans())
    def somebody_writes_the_window_down(self, known: str, right: bool) -> None:
        if self.state not in (*STILL_PLANNED, S.IN_PROGRESS):
            return
        ends = self.ends if right else self.ends + HOUR
        read = guarding.SetWindow(known, self.starts, ends, ("secure-messaging",))
        guarding.window_read(self.crew.platform, self.number, read, at=self.at)
        if self.window != (known, self.starts, ends):
            self.looked_at = False
        self.window = (known, self.starts, ends)

    @rule(known=st.sampled_from(["PW1", "PW2"]))
    def on_call_looks_at_it(self, known: str) -> None:
        """Only at the window that is set, only when it is as planned, and once."""
        waiting = self.window_is_right and self.window is not None and self.window[0] == known and not self.looked_at
        action = lambda: guarding.verify(self.crew.on_call, self.number, known, right=True, at=self.at)  # noqa: E731 - one of many
        if self.state in (*STILL_PLANNED, S.IN_PROGRESS) and self.tried(waiting, action):
            self.looked_at = True

    @rule()
    def start(self) -> None:
        open_ = self.approval is Approval.APPROVED and self.window_is_right and self.looked_at
        allowed = self.state is S.SCHEDULED and open_ and not self.is_late and self.at >= self.starts
        if self.tried(allowed, lambda: working.start(self.crew.platform, self.number, at=self.at)):
            self.state = S.IN_PROGRESS

    @rule()
    def start_all_the_same(self) -> None:
        action = lambda: working.start(self.crew.platform, self.number, at=self.at, override="It burns.")  # noqa: E731 - one of many
        if self.tried(self.state is S.SCHEDULED, action):
            self.state = S.IN_PROGRESS

    @rule()
    def extend(self) -> None:
        later = max(self.ends, self.at) + HOUR
        action = lambda: working.extend(self.crew.platform, self.number, later, "Slow.", at=self.at)  # noqa: E731 - one of many
        if self.tried(self.state is S.IN_PROGRESS, action):
            self.ends, self.window, self.looked_at, self.approval = later, None, False, Approval.VOID

    @rule()
    def roll_back(self) -> None:
        action = lambda: working.roll_back(self.crew.platform, self.number, "It fails.", at=self.at)  # noqa: E731 - one of many
        if self.tried(self.state is S.IN_PROGRESS and not self.rolled_back, action):
            self.rolled_back = True

    @rule()
    def finish(self) -> None:
        if self.tried(self.state is S.IN_PROGRESS, lambda: working.finish(self.crew.platform, self.number, at=self.at)):
            self.state = S.VERIFYING

    @rule()
    def resume(self) -> None:
        action = lambda: working.resume(self.crew.platform, self.number, "Not yet.", at=self.at)  # noqa: E731 - one of many
        if self.tried(self.state is S.VERIFYING, action):
            self.state = S.IN_PROGRESS

    @rule(result=st.sampled_from(["success", "rolled-back", "partial"]))
    def conclude(self, result: str) -> None:
        allowed = self.state is S.VERIFYING and not (result == "success" and self.rolled_back)
        action = lambda: working.conclude(self.crew.platform, self.number, result, "", at=self.at)  # noqa: E731 - one of many
        if self.tried(allowed, action):
            self.state = S.CONCLUDED

    @rule()
    def call_off(self) -> None:
        allowed = self.state in (S.DRAFT, *STILL_PLANNED, S.POSTPONED)
        action = lambda: planning.cancel(self.crew.platform, self.number, "Not needed.", at=self.at)  # noqa: E731 - one of many
        if self.tried(allowed, action):
            self.state = S.CANCELLED

    @rule()
    def put_off_and_plan_again(self) -> None:
        allowed = self.state in (*STILL_PLANNED, S.IN_PROGRESS)
        action = lambda: planning.postpone(self.crew.platform, self.number, "Not now.", at=self.at)  # noqa: E731 - one of many
        if not self.tried(allowed, action):
            return
        self._gates_close()
        self.starts = max(self.starts, self.at + 48 * HOUR) + HOUR
        self.ends = self.starts + 4 * HOUR
        planning.replan(self.crew.platform, self.number, self.content(), at=self.at)
        self.state, self.rolled_back = S.PLANNING, False

    @rule()
    def the_next_thing_is_done(self) -> None:
        """What comes next where all goes well, so that the far end of the line is reached often."""
        match self.state:
            case S.DRAFT:
                self.plan()
            case S.PLANNING:
                self.submit()
            case S.AWAITING_APPROVAL:
                self.approve("owner", True)
            case S.SCHEDULED if not self.window_is_right:
                self.somebody_writes_the_window_down("PW1", True)
            case S.SCHEDULED if not self.looked_at and self.window is not None:
                self.on_call_looks_at_it(self.window[0])
            case S.SCHEDULED:
                self.at = max(self.at, self.starts - 24 * HOUR)
                self.the_minute_comes()
                self.at = max(self.at, self.starts)
                self.start()
            case S.IN_PROGRESS:
                self.finish()
            case S.VERIFYING:
                self.conclude("partial")

    @rule()
    def and_the_next(self) -> None:
        self.the_next_thing_is_done()
        self.the_next_thing_is_done()

    # What always holds

    @invariant()
    def it_stands_where_the_model_stands(self) -> None:
        view = self.view()
        assert view.line.state is self.state
        assert view.gates.approval is self.approval

    @invariant()
    def an_approval_is_of_these_very_words(self) -> None:
        view = self.view()
        approved = view.gates.approval is Approval.APPROVED
        assert approved == (bool(view.gates.approved_hash) and view.gates.approved_hash == view.content_hash)
        if self.state is S.SCHEDULED:
            assert approved

    @invariant()
    def a_verified_window_is_the_one_that_was_planned(self) -> None:
        view = self.view()
        if self.state in (*STILL_PLANNED, S.IN_PROGRESS):
            assert (view.gates.window is Window.VERIFIED) == (self.window_is_right and self.looked_at)
            drifted = self.window is not None and not self.window_is_right
            assert (view.gates.window is Window.DRIFTED) == drifted
        if view.gates.window is Window.VERIFIED:
            assert view.gates.verification is Verification.CONFIRMED

    @invariant()
    def what_ended_owes_nobody_word_and_everyone_who_heard_of_it_heard_the_end(self) -> None:
        if self.state not in (S.CONCLUDED, S.CANCELLED):
            return
        assert not any(one.is_owed for one in self.view().obligations)
        told: dict[str, set[str]] = {}
        for one in who_was_told(self.crew.platform, self.number):
            if one.address:
                told.setdefault(one.person, set()).add(one.moment)
        assert all(moments & {"concluded", "cancelled"} for moments in told.values())


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_people_do_the_house_agrees_with_the_model(cast: Cast, at: datetime) -> None:
    crew = enter_crew()
    run_state_machine_as_test(
        lambda: AnyDowntime(crew, at),  # type: ignore[arg-type]  # whatever makes one
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
