"""A downtime's way: planned, told, approved, told again, started, extended, rolled back, concluded; who heard of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.downtime.crew import Crew, drafted, enter_crew, name_everybody, scheduled, set_window
from tests.downtime.works import ENDS, STARTS, content, frame
from tests.people import Cast

from tierline.channels.channel import Delivered
from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, guarding, planning, telling, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.telling import Told
from tierline.downtime.gates import Approval, Gate, Verification, Window
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import board, downtime, preview, who_was_told
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Unusable
from tierline.notices.actions import answer_relay
from tierline.notices.moments import Moment, Standing
from tierline.notices.queries import relays
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def mails(number: int, moment: str = "") -> list[Any]:
    """The messages under way about a downtime."""
    wanted = f":{moment}:email:" if moment else ":"
    return [effect for effect in effects_of(TIERLINE, "downtime", number) if wanted in effect.key]


def stands(crew: Crew, number: int, at: datetime) -> dict[str, Standing]:
    return {one.moment: one.standing for one in downtime(crew.platform, number, at=at).obligations}


def test_word_goes_out_as_soon_as_planning_starts_to_everybody_once(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    outcome = planning.plan(crew.communicator, number, at=at)
    assert outcome.told is Told.TOLD
    told = mails(number, "planning-started")
    assert len(told) == outcome.people == len({effect.message["to"] for effect in told})
    first = told[0].message
    assert first["subject"] == f"[DT-{number}] Planned downtime: Database upgrade"
    assert "Friday 4 December 2026, 22:00 EST (America/New_York)" in first["text"]
    assert "2026-12-05 03:00 UTC" in first["text"]
    assert "<html" in first["html"]
    assert stands(crew, number, at) == {"planning-started": Standing.ON_TIME, "day-before": Standing.COMING}


def test_a_group_nobody_stands_behind_stops_the_word_until_somebody_names_people(crew: Crew, at: datetime) -> None:
    number = planning.draft(crew.communicator, "user-facing", content(), at=at)
    outcome = planning.plan(crew.communicator, number, at=at)
    assert outcome.told is Told.BLOCKED
    assert "Horizon team: nobody is named" in outcome.because
    assert mails(number, "planning-started") == []
    with pytest.raises(Conflict, match="Horizon team"):
        approving.submit(crew.communicator, number, at=at)
    name_everybody(crew.communicator, number, at=at)
    assert telling.announce(crew.communicator, number, "planning-started", at=at).told is Told.TOLD
    approving.submit(crew.communicator, number, at=at)
    assert downtime(crew.communicator, number, at=at).line.state is DowntimeState.SCHEDULED


def test_whoever_may_not_tell_asks_the_communication_owner(crew: Crew, at: datetime) -> None:
    number = planning.draft(crew.engineer, "user-facing", content(), at=at)
    name_everybody(crew.communicator, number, at=at)
    assert planning.plan(crew.engineer, number, at=at).told is Told.ASKED
    [asked] = mails(number, "planning-started:ask")
    assert asked.message["to"] == "carla.commons@tools.example"
    with pytest.raises(NotAllowed, match="Communication Owner"):
        telling.announce(crew.engineer, number, "planning-started", at=at)
    assert telling.announce(crew.communicator, number, "planning-started", at=at).told is Told.TOLD
    with pytest.raises(Conflict, match="No word of this is owed"):
        telling.announce(crew.communicator, number, "planning-started", at=at)


def test_less_than_a_day_ahead_one_message_serves_both_moments(crew: Crew) -> None:
    late = STARTS - 20 * HOUR
    number = drafted(crew, late)
    planning.plan(crew.communicator, number, at=late)
    assert stands(crew, number, late) == {"planning-started": Standing.ON_TIME, "day-before": Standing.MERGED}
    assert "This message also stands for: The day before." in mails(number, "planning-started")[0].message["text"]
    mind(at=late + HOUR)
    assert mails(number, "day-before") == []


def test_approval_is_bound_to_the_words_approved(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at, procedure="api-platform")
    planning.plan(crew.platform, number, at=at)
    approving.submit(crew.platform, number, at=at)
    read = downtime(crew.owner, number, at=at).content_hash
    with pytest.raises(NotAllowed, match="MHV System Owner"):
        approving.approve(crew.platform, number, read, at=at)
    with pytest.raises(Unusable, match="number of the change"):
        approving.approve(crew.owner, number, read, at=at)
    planning.change_content(crew.platform, number, content(users=9000), at=at)
    with pytest.raises(Conflict, match="says something else by now"):
        approving.approve(crew.owner, number, read, at=at, record="CHG1")
    approving.submit(crew.platform, number, at=at, record="CHG1")
    approving.approve(crew.owner, number, downtime(crew.owner, number, at=at).content_hash, at=at)
    assert downtime(crew.owner, number, at=at).line.state is DowntimeState.SCHEDULED


def test_a_material_change_voids_approval_and_verification_and_is_told_with_what_changed(
    crew: Crew, at: datetime
) -> None:
    number = scheduled(crew, at, procedure="api-platform")
    later = content(frame=frame(starts=STARTS + HOUR, ends=ENDS + HOUR))
    found, outcome = planning.change_content(crew.platform, number, later, at=at + HOUR)
    assert [change.what for change in found] == ["Time frame"]
    assert outcome is not None
    assert outcome.told is Told.TOLD
    view = downtime(crew.platform, number, at=at + HOUR)
    assert (view.line.state, view.gates.approval, view.gates.window, view.gates.verification) == (
        DowntimeState.PLANNING,
        Approval.VOID,
        Window.PENDING,
        Verification.STALE,
    )
    text = mails(number, "changed")[0].message["text"]
    assert "What has changed" in text
    assert "before: 2026-12-05 03:00 UTC to 2026-12-05 07:00 UTC" in text


def test_a_typing_error_keeps_the_approval_and_is_told_to_nobody(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at, procedure="api-platform")
    found, outcome = planning.change_content(
        crew.platform, number, content(reason="The databases gets its yearly upgrade."), at=at
    )
    assert [change.material for change in found] == [False]
    assert outcome is None
    view = downtime(crew.platform, number, at=at)
    assert view.line.state is DowntimeState.SCHEDULED
    assert "approval-carried" in [fact.kind for fact in view.story]
    assert view.gates.approved_hash == view.content_hash


def test_the_day_before_is_told_on_time_by_itself(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    due = next(o.due_at for o in downtime(crew.engineer, number, at=at).obligations if o.moment is Moment.DAY_BEFORE)
    mind(at=due - HOUR)
    assert mails(number, "day-before") == []
    mind(at=due - timedelta(minutes=9))
    mind(at=due)
    sent = mails(number, "day-before")
    assert len(sent) == len(mails(number, "planning-started"))
    assert stands(crew, number, due)["day-before"] is Standing.ON_TIME
    assert sent[0].message["in_reply_to"].startswith("<")


def test_what_is_not_scheduled_by_the_day_before_is_asked_about_and_shown_as_late(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    planning.plan(crew.communicator, number, at=at)
    due = next(o.due_at for o in downtime(crew.engineer, number, at=at).obligations if o.moment is Moment.DAY_BEFORE)
    mind(at=due)
    mind(at=due + HOUR)
    assert mails(number, "day-before") == []
    assert stands(crew, number, due + HOUR)["day-before"] is Standing.LATE
    assert len(mails(number, "day-before:ask")) == 1
    assert len(mails(number, "day-before:late")) == 1
    owed = next(o for o in downtime(crew.engineer, number, at=due).obligations if o.moment is Moment.DAY_BEFORE)
    with pytest.raises(Unusable, match="Say why"):
        telling.waive(crew.communicator, number, owed.id, " ", at=due + HOUR)
    telling.waive(crew.communicator, number, owed.id, "Told by telephone.", at=due + HOUR)
    assert stands(crew, number, due + HOUR)["day-before"] is Standing.WAIVED


def test_work_starts_only_through_open_gates_or_by_a_reason_everybody_hears(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    planning.plan(crew.communicator, number, at=at)
    approving.submit(crew.communicator, number, at=at)
    with pytest.raises(Conflict, match="The window that keeps alarms quiet is not set"):
        working.start(crew.engineer, number, at=STARTS)
    outcome = working.start(crew.communicator, number, at=STARTS, override="The disk is failing now.")
    assert outcome is not None
    assert outcome.told is Told.TOLD
    assert "The disk is failing now." in mails(number, "started")[0].message["text"]


def test_work_does_not_start_before_its_time(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    mind(at=STARTS - 24 * HOUR)
    with pytest.raises(Conflict, match="that is not yet"):
        working.start(crew.engineer, number, at=STARTS - HOUR)
    assert working.start(crew.engineer, number, at=STARTS) is None


def test_nothing_concludes_by_itself_and_an_open_end_is_asked_about(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    mind(at=STARTS - 24 * HOUR)
    working.start(crew.engineer, number, at=STARTS)
    mind(at=ENDS)
    mind(at=ENDS + timedelta(minutes=1))
    assert [e.message["to"] for e in mails(number) if ":owner:" in e.key] == ["carla.commons@tools.example"]
    assert [e for e in mails(number) if ":deputy:" in e.key] == []
    mind(at=ENDS + timedelta(minutes=15))
    asked = {e.message["to"] for e in mails(number) if ":deputy:" in e.key}
    assert "carla.commons@tools.example" in asked
    for hours in range(1, 72):
        mind(at=ENDS + hours * HOUR)
    assert downtime(crew.engineer, number, at=ENDS + HOUR).line.state is DowntimeState.IN_PROGRESS


def test_it_is_extended_rolled_back_and_concluded_before_everyone_ever_told(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    mind(at=STARTS - 24 * HOUR)
    working.start(crew.communicator, number, at=STARTS)
    extended = working.extend(crew.communicator, number, ENDS + HOUR, "The copy is slow.", at=ENDS - HOUR)
    assert extended.told is Told.TOLD
    assert downtime(crew.engineer, number, at=ENDS).gates.window is Window.PENDING
    assert "The copy is slow." in mails(number, "extended")[0].message["text"]
    assert working.roll_back(crew.communicator, number, "The copy failed.", at=ENDS).told is Told.TOLD
    working.finish(crew.engineer, number, at=ENDS + HOUR)
    with pytest.raises(Unusable, match="cannot have ended as done"):
        working.conclude(crew.communicator, number, "success", "", at=ENDS + HOUR)
    working.conclude(crew.communicator, number, "rolled-back", "All is as before.", at=ENDS + HOUR)
    view = downtime(crew.engineer, number, at=ENDS + HOUR)
    assert (view.line.state, view.line.result, view.gates.window) == (
        DowntimeState.CONCLUDED,
        "rolled-back",
        Window.ENDED,
    )
    everybody = {told.person for told in who_was_told(crew.engineer, number)}
    at_the_end = {told.person for told in who_was_told(crew.engineer, number) if told.moment == "concluded"}
    assert everybody == at_the_end
    assert not [one for one in view.obligations if one.is_owed]
    with pytest.raises(MoveNotAllowed):
        working.start(crew.engineer, number, at=ENDS + HOUR)


def test_whoever_left_the_audience_still_hears_of_the_end(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at, answers=("mobile",))
    assert "malia-quist" in {told.person for told in who_was_told(crew.engineer, number)}
    planning.change_content(crew.communicator, number, content(), at=at + HOUR)
    planning.cancel(crew.communicator, number, "The vendor is ill.", at=at + 2 * HOUR)
    told = {told.person: told.words for told in who_was_told(crew.engineer, number) if told.moment == "cancelled"}
    assert told["malia-quist"] == ("told-before",)


def test_of_a_cancelled_draft_nobody_hears(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at)
    planning.cancel(crew.communicator, number, "Not needed.", at=at)
    assert mails(number) == []


def test_what_is_put_off_gets_a_new_time_and_begins_anew(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at, procedure="api-platform")
    assert planning.postpone(crew.platform, number, "A part is missing.", at=at).told is Told.TOLD
    view = downtime(crew.platform, number, at=at)
    assert (view.line.state, view.line.starts_at, view.gates.approval) == (
        DowntimeState.POSTPONED,
        None,
        Approval.VOID,
    )
    later = content(frame=frame(starts=STARTS + 100 * HOUR, ends=ENDS + 100 * HOUR))
    assert planning.replan(crew.platform, number, later, at=at + HOUR).told is Told.TOLD
    approving.submit(crew.platform, number, at=at + HOUR)
    approving.approve(crew.owner, number, downtime(crew.owner, number, at=at).content_hash, at=at + HOUR)
    set_window(crew, number, at=at + HOUR)
    view = downtime(crew.platform, number, at=STARTS + 100 * HOUR)
    assert view.line.state is DowntimeState.SCHEDULED
    assert [h.gate for h in view.closed] == [Gate.COMMUNICATION]  # the day before is owed by then


def test_a_window_that_differs_from_the_plan_has_drifted_and_cannot_be_verified(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at, procedure="api-platform")
    planning.plan(crew.platform, number, at=at)
    wrong = guarding.SetWindow("PW1", STARTS, ENDS + HOUR, ("secure-messaging",))
    [differs] = guarding.window_read(crew.platform, number, wrong, at=at)
    assert differs.startswith("It ends")
    with pytest.raises(Conflict, match="not the window that is set"):
        guarding.verify(crew.on_call, number, "PW1", right=True, at=at)
    right = guarding.SetWindow("PW1", STARTS, ENDS, ("secure-messaging",))
    assert guarding.window_read(crew.platform, number, right, at=at) == ()
    with pytest.raises(NotAllowed, match="On-call"):
        guarding.verify(crew.platform, number, "PW1", right=True, at=at)
    guarding.verify(crew.on_call, number, "PW1", right=True, at=at)
    assert downtime(crew.platform, number, at=at).gates.window is Window.VERIFIED
    assert guarding.window_read(crew.platform, number, right, at=at + HOUR) == ()
    assert downtime(crew.platform, number, at=at).gates.window is Window.VERIFIED
    assert guarding.window_read(crew.platform, number, wrong, at=at + HOUR) != ()
    view = downtime(crew.platform, number, at=at)
    assert (view.gates.window, view.gates.verification) == (Window.DRIFTED, Verification.STALE)


def test_a_conflict_that_blocks_needs_a_reason(crew: Crew, at: datetime) -> None:
    first = scheduled(crew, at)
    number = drafted(crew, at)
    with pytest.raises(Conflict, match=f"DT-{first} .* takes down Secure Messaging at the same time"):
        planning.plan(crew.communicator, number, at=at)
    planning.answer_conflict(crew.communicator, number, f"work:DT-{first}", "Both need the same stop.", at=at)
    assert planning.plan(crew.communicator, number, at=at).told is Told.TOLD


def test_the_freeze_of_the_plan_blocks(crew: Crew, at: datetime) -> None:
    number = drafted(crew, at, frame=frame(starts=STARTS + 24 * 20 * HOUR, ends=ENDS + 24 * 20 * HOUR))
    with pytest.raises(Conflict, match="Holidays at the end of 2026"):
        planning.plan(crew.communicator, number, at=at)


def test_passing_on_is_somebodys_obligation_and_known_only_when_they_say_so(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    [relay] = relays(("downtime", number), at=at)
    assert relay.known == "not known yet whether they were told"
    asked = [effect for effect in mails(number) if ":relay:" in effect.key]
    assert "/relay/" in asked[0].message["text"]
    mind(at=at + 5 * HOUR)
    mind(at=at + 6 * HOUR)
    assert len([effect for effect in mails(number) if ":reminder:" in effect.key]) == len(asked)
    [relay] = relays(("downtime", number), at=at + 6 * HOUR)
    assert relay.known == "not known whether they were told; overdue"
    answer_relay(relay.id, name="Odile Ferrant", done=True, words="", at=at + 6 * HOUR)
    with pytest.raises(MoveNotAllowed):
        answer_relay(relay.id, name="Odile Ferrant", done=True, words="", at=at + 6 * HOUR)
    [relay] = relays(("downtime", number), at=at + 6 * HOUR)
    assert (relay.known, relay.answered_by) == ("confirmed as passed on", "Odile Ferrant")


def test_who_was_told_holds_every_person_on_every_channel_with_the_answer(
    crew: Crew, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = drafted(crew, at)
    planning.plan(crew.communicator, number, at=at)
    assert {told.state for told in who_was_told(crew.engineer, number) if told.channel == "email"} == {"on its way"}
    monkeypatch.setattr("tierline.outbox.carrying.channel", lambda _: TakesEverything())
    from tierline.outbox.actions import carry_out  # noqa: PLC0415 - beside its use

    for effect in mails(number, "planning-started"):
        carry_out(effect.id, at=at)
    told = [one for one in who_was_told(crew.engineer, number) if one.channel == "email"]
    assert {one.state for one in told} == {"accepted"}
    assert all("Message-ID" in one.answer for one in told)
    absent = [one for one in who_was_told(crew.engineer, number) if one.channel == "slack"]
    assert {one.person for one in absent} == {one.person for one in told}


class TakesEverything:
    """A channel that takes whatever it is given."""

    def deliver(self, key: str, message: dict[str, Any]) -> Delivered:
        return Delivered({"message_id": key})


def test_an_outsider_sees_nothing_of_it(crew: Crew, cast: Cast, at: datetime) -> None:
    number = scheduled(crew, at)
    assert board(cast.outsider) == []
    for ask in (
        lambda: downtime(cast.outsider, number, at=at),
        lambda: who_was_told(cast.outsider, number),
        lambda: preview(cast.outsider, number, Moment.DAY_BEFORE, at=at),
        lambda: planning.cancel(cast.outsider, number, "no", at=at),
        lambda: working.start(cast.outsider, number, at=at),
        lambda: approving.approve(cast.outsider, number, "x", at=at),
        lambda: telling.announce(cast.outsider, number, "day-before", at=at),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(NotAllowed):
        planning.draft(cast.outsider, "user-facing", content(), at=at)


def test_a_colleague_who_does_not_work_by_the_procedure_may_look_and_not_touch(
    crew: Crew, cast: Cast, at: datetime
) -> None:
    number = scheduled(crew, at)
    assert downtime(cast.lead, number, at=at).moves == ()
    for change in (
        lambda: planning.cancel(cast.lead, number, "no", at=at),
        lambda: working.start(cast.lead, number, at=at),
        lambda: planning.change_content(cast.lead, number, content(), at=at),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_a_draft_is_read_by_those_who_plan_and_by_nobody_else_until_it_is_planned(
    crew: Crew, cast: Cast, at: datetime
) -> None:
    number = drafted(crew, at)
    for actor in (crew.communicator, crew.engineer):
        assert [line.number for line in board(actor)] == [number]
        assert downtime(actor, number, at=at).line.state is DowntimeState.DRAFT
    for actor in (cast.agent, crew.platform):
        assert board(actor) == []
        with pytest.raises(NotFound):
            downtime(actor, number, at=at)
    planning.plan(crew.communicator, number, at=at)
    assert [line.number for line in board(cast.agent)] == [number]
