"""ServiceNow's own traps: what it ignores, cuts, closes by itself, and who approves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.trackers.partners import FRIDAY, ServiceNowPartner, servicenow_partner
from tests.trackers.test_contract import all_changes
from tests.trackers.validation import violations

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.rehearsal.faults import Answering, ExpiredToken
from tierline.trackers.servicenow import ServiceNow
from tierline.trackers.servicenow_reading import Approvals
from tierline.trackers.tracker import Record, Stage, TellsWrongKinds

KEY = "case-17:ticket-1:open"


@pytest.fixture
def partner() -> Iterator[ServiceNowPartner]:
    with servicenow_partner() as one:
        yield one
        assert violations(one.desk) == []


def tracker(partner: ServiceNowPartner) -> ServiceNow:
    assert isinstance(partner.tracker, ServiceNow)
    return partner.tracker


def opened(partner: ServiceNowPartner, key: str = KEY, **more: Any) -> dict[str, Any]:
    answer = partner.tracker.deliver(key, partner.message(**more))
    assert isinstance(answer, Delivered), answer
    return dict(answer.evidence)


def moved(partner: ServiceNowPartner, record: str, **more: Any) -> dict[str, Any]:
    answer = partner.tracker.deliver("move", {"verb": "move", "record": record, **more})
    assert isinstance(answer, Delivered), answer
    return dict(answer.evidence)


def record_of(partner: ServiceNowPartner, record: str) -> Record:
    found = partner.tracker.read(record)
    assert isinstance(found, Record), found
    return found


def test_a_record_is_put_into_the_queue_with_its_fields(partner: ServiceNowPartner) -> None:
    evidence = opened(partner, fields={"area": "Medications", "unknown": "x"})
    found = record_of(partner, evidence["id"])
    assert (found.queue, found.status, found.particulars["area"]) == ("Product Support", "New", "Medications")
    assert (found.number, found.particulars["kind"]) == (evidence["number"], "Incident")
    assert found.number.startswith("INC")


def test_stamps_are_those_that_are_stored_not_those_displayed(partner: ServiceNowPartner) -> None:
    partner.desk.zone = timedelta(hours=9)
    assert record_of(partner, opened(partner)["id"]).changed_at == FRIDAY


def test_a_question_that_narrows_nothing_brings_no_stranger(partner: ServiceNowPartner) -> None:
    """An instance that does not know a column ignores the condition and answers with every row."""
    partner.person_opens("A stranger's")
    rows = [{"sys_id": {"value": "a" * 32}, "correlation_id": {"value": "other"}}]
    partner.desk.faults.next(Answering(200, {"result": rows}), path="/table/incident$")
    assert partner.tracker.find(KEY) is None


def test_a_key_the_column_would_cut_is_found_all_the_same(partner: ServiceNowPartner) -> None:
    for key in ("case-17:" + "x" * 150, "case^17 with blanks and ä"):
        record = opened(partner, key)["id"]
        assert opened(partner, key, attempt=2)["id"] == record
        found = partner.tracker.find(key)
        assert isinstance(found, Record)
        assert found.id == record


def test_a_title_is_cut_by_us_and_seen_to_be(partner: ServiceNowPartner) -> None:
    title = record_of(partner, opened(partner, title="x" * 200)["id"]).title
    assert (len(title), title[-1]) == (160, "…")


def test_an_empty_list_that_is_told_as_not_found_is_empty(partner: ServiceNowPartner) -> None:
    partner.desk.empty_is_404 = True
    assert opened(partner, attempt=2)["found"] is False
    assert partner.tracker.find("another") is None


def test_on_hold_has_a_reason_and_a_day_to_follow_up(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    moved(partner, record, stage="on-hold", follow_up_at="2026-11-24T09:00:00-05:00")
    found = record_of(partner, record)
    assert (found.stage, found.status) == (Stage.ON_HOLD, "On Hold")
    assert found.particulars["follow_up_at"] == "2026-11-24T14:00:00+00:00"
    assert found.particulars["hold_reason"] == "Awaiting Caller"
    answer = partner.tracker.deliver(
        "k", {"verb": "move", "record": record, "stage": "on-hold", "follow_up_at": "soon"}
    )
    assert isinstance(answer, Refused)
    assert "'soon' is no instant" in answer.because


def test_solving_without_notes_is_refused_in_its_own_words(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    answer = partner.tracker.deliver("k", {"verb": "move", "record": record, "stage": "solved"})
    assert isinstance(answer, Refused)
    assert "close_notes" in answer.because


def test_what_ended_by_itself_is_kept_apart_from_what_somebody_solved(partner: ServiceNowPartner) -> None:
    record, other = opened(partner)["id"], opened(partner, "other")["id"]
    for one in (record, other):
        moved(partner, one, stage="solved", close_notes="Repaired.")
    assert record_of(partner, record).stage is Stage.SOLVED
    partner.desk.changes(other, state="7")
    partner.desk.clock.forward(days=4)
    assert partner.desk.closes_old() == 1
    ended = record_of(partner, record)
    assert (ended.stage, ended.status, ended.particulars["ended_by"]) == (Stage.CLOSED, "Closed", "system")
    by_hand = record_of(partner, other)
    assert (by_hand.stage, by_hand.particulars["ended_by"]) == (Stage.SOLVED, "Ada Quill")


def test_comments_are_for_the_customer_or_for_the_staff(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    told = [
        partner.tracker.deliver(key, {"verb": "say", "record": record, "text": "Hm.", **more})
        for key, more in (("a", {}), ("b", {"internal": True}), ("c", {"internal": False}))
    ]
    assert [one.evidence["in"] for one in told if isinstance(one, Delivered)] == ["comments", "work_notes", "comments"]
    assert [note.key for note in record_of(partner, record).notes] == ["a", "b", "c"]


def test_an_owner_and_a_queue_are_named_as_people_name_them(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    moved(partner, record, owner="ada.quill@desk.example", status="In Progress")
    assert record_of(partner, record).owner == "Ada Quill"
    for wrong in ({"owner": "no.body"}, {"queue": "No Such Group"}, {"owner": "a^ORactive=true"}, {"status": "Odd"}):
        answer = partner.tracker.deliver("k", {"verb": "move", "record": record, **wrong})
        assert isinstance(answer, Refused), wrong


def test_a_record_we_made_is_followed_into_other_queues(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    _, cursor = all_changes(tracker(partner), "")
    partner.desk.clock.forward(minutes=1)
    partner.desk.changes(record, assignment_group="f" * 32)
    assert [one.id for one in all_changes(tracker(partner), cursor)[0]] == [record]


def test_tasks_in_the_queue_are_told_as_of_a_wrong_kind_and_can_be_answered(partner: ServiceNowPartner) -> None:
    task = partner.desk.opens("A task", table="sc_task")
    assert isinstance(partner.tracker, TellsWrongKinds)
    told = tracker(partner).wrong_kinds()
    assert isinstance(told, list)
    [found] = told
    assert (found.id, found.number[:6]) == (f"sc_task/{task}", "SCTASK")
    answer = partner.tracker.deliver(
        "kind-1", {"verb": "say", "record": found.id, "text": tracker(partner).wrong_kind_answer}
    )
    assert isinstance(answer, Delivered)
    assert "INC" in partner.desk.journal(task)[0]
    assert all_changes(tracker(partner), "")[0] == []


def test_an_expired_token_is_fetched_once_for_many(partner: ServiceNowPartner) -> None:
    record = opened(partner)["id"]
    partner.desk.faults.next(ExpiredToken())
    record_of(partner, record)
    tokens = [one for one in partner.desk.exchanges if one.path == "/oauth_token.do"]
    assert len(tokens) == 2


def test_a_client_that_is_not_known_is_a_sentence_for_later(partner: ServiceNowPartner) -> None:
    partner.desk.clients.clear()
    answer = partner.tracker.deliver(KEY, partner.message())
    assert isinstance(answer, TryAgain)
    assert "client" in answer.because


def test_user_and_password_do_as_well() -> None:
    with servicenow_partner(client_id="", client_secret="", user="tierline.bot", password="hush-now") as partner:
        assert opened(partner)["number"].startswith("INC")
        partner.desk.passwords.clear()
        answer = partner.tracker.deliver("k2", partner.message())
        assert isinstance(answer, TryAgain)
        assert "password" in answer.because


def test_a_change_request_is_opened_once_and_its_approvals_are_read() -> None:
    with servicenow_partner(
        table="change_request", fields={"from": "start_date", "until": "end_date"}, open_with={"type": "normal"}
    ) as partner:
        change = opened(
            partner, title="Replace a disk", fields={"from": "2026-11-27 03:00:00", "until": "2026-11-27 05:00:00"}
        )
        assert opened(partner, attempt=2)["id"] == change["id"]
        assert change["number"].startswith("CHG")
        approvals = tracker(partner).approvals(change["id"])
        assert isinstance(approvals, Approvals)
        assert (approvals.approval, approvals.approvers) == ("not requested", [])
        first, second = partner.desk.asks_for_approval(change["id"], "Owner One", "Owner Two")
        partner.desk.clock.forward(hours=2)
        partner.desk.decides(first, "approved", "Fine.")
        partner.desk.decides(second, "approved")
        approvals = tracker(partner).approvals(change["id"])
        assert isinstance(approvals, Approvals)
        assert approvals.approval == "approved"
        assert approvals.changed_at == datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
        assert [(one.name, one.state, one.comments) for one in approvals.approvers] == [
            ("Owner One", "approved", "Fine."),
            ("Owner Two", "approved", ""),
        ]
        assert approvals.approvers[0].stored["sysapproval"] == change["id"]
        assert approvals.approvers[0].stored["sys_updated_on"] == "2026-11-20 19:00:00"
        assert approvals.text.startswith("What is asked.")
        partner.desk.changes(change["id"], description="Other words than were approved.")
        changed = tracker(partner).approvals(change["id"])
        assert isinstance(changed, Approvals)
        assert changed.text == "Other words than were approved."
        partner.desk.decides(second, "rejected")
        approvals = tracker(partner).approvals(change["id"])
        assert isinstance(approvals, Approvals)
        assert approvals.approval == "rejected"
        assert tracker(partner).approvals("0" * 32) is None
