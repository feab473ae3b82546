"""GitHub's own traps: what it drops, moves, deletes, limits and signs."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.trackers.partners import FRIDAY, GitHubPartner, github_partner
from tests.trackers.test_contract import all_changes
from tests.trackers.test_fuzz import ANYTHING

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.rehearsal.faults import Answering, LostAnswer, ToldTwice
from tierline.trackers.github import GitHub
from tierline.trackers.tracker import Changes, Record, Stage, Unsigned

KEY = "case-17:issue-1:open"


@pytest.fixture
def partner() -> Iterator[GitHubPartner]:
    with github_partner(project_labels={"Secure Messaging": "project-sm"}, stages={"label Waiting": "on-hold"}) as one:
        yield one


def tracker(partner: GitHubPartner) -> GitHub:
    assert isinstance(partner.tracker, GitHub)
    return partner.tracker


def opened(partner: GitHubPartner, **more: Any) -> dict[str, Any]:
    answer = partner.tracker.deliver(KEY, partner.message(**more))
    assert isinstance(answer, Delivered), answer
    return dict(answer.evidence)


def moved(partner: GitHubPartner, record: str, **more: Any) -> dict[str, Any]:
    answer = partner.tracker.deliver("move", {"verb": "move", "record": record, **more})
    assert isinstance(answer, Delivered), answer
    return dict(answer.evidence)


def record_of(partner: GitHubPartner, record: str) -> Record:
    found = partner.tracker.read(record)
    assert isinstance(found, Record), found
    return found


def test_labels_come_from_the_account_the_message_and_the_project(partner: GitHubPartner) -> None:
    number = opened(partner, labels=["mhv-tier-3", "Refills"], project="Secure Messaging")["number"]
    assert number == "#1"
    assert partner.desk.issue(1).labels == ["MHV-Tier-3", "Refills", "project-sm"]


def test_labels_that_github_drops_are_told(partner: GitHubPartner) -> None:
    partner.desk.push = False
    evidence = opened(partner, labels=["Refills"], project="Unknown")
    assert evidence["labels_dropped"] == ["MHV-Tier-3", "Refills"]
    assert "push rights" in evidence["but"]
    assert evidence["project_not_set"] == "Unknown"


def test_a_lost_answer_is_found_even_without_its_labels(partner: GitHubPartner) -> None:
    partner.desk.push = False
    partner.desk.faults.next(LostAnswer(), method="POST")
    assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
    assert opened(partner, attempt=2)["found"] is True
    assert len(partner.held()) == 1


def test_of_two_with_the_same_key_the_older_is_meant(partner: GitHubPartner) -> None:
    evidence = opened(partner)
    partner.desk.opens("A copy", partner.desk.issue(1).body, labels=["MHV-Tier-3"])
    found = partner.tracker.find(KEY)
    assert isinstance(found, Record)
    assert found.id == evidence["id"]


def test_the_search_index_is_never_asked(partner: GitHubPartner) -> None:
    opened(partner, attempt=2)
    assert not any("search" in exchange.path for exchange in partner.desk.exchanges)


def test_pull_requests_are_no_issues(partner: GitHubPartner) -> None:
    number = partner.desk.opens_pull_request("Repair refills")
    partner.desk.relabels(number, "MHV-Tier-3")
    assert partner.tracker.read(str(number)) is None
    assert all_changes(tracker(partner), "")[0] == []


def test_a_deleted_issue_is_gone(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    partner.desk.deletes(int(record))
    assert partner.tracker.read(record) is None
    answer = partner.tracker.deliver("k2", {"verb": "say", "record": record, "text": "Hello?"})
    assert isinstance(answer, Refused)
    assert "deleted" in answer.because


def test_a_moved_issue_is_read_where_it_went(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    number = partner.desk.moves(int(record), "other-team/backend")
    found = record_of(partner, record)
    assert (found.id, found.queue) == (f"other-team/backend#{number}", "other-team/backend")
    assert found.particulars["moved_to"] == "other-team/backend"
    answer = partner.tracker.deliver("k2", {"verb": "say", "record": record, "text": "Hello?"})
    assert isinstance(answer, Refused)
    assert "moved" in answer.because
    assert isinstance(partner.tracker.deliver("k2", {"verb": "say", "record": found.id, "text": "Hello?"}), Delivered)


def test_what_is_unfit_names_the_field(partner: GitHubPartner) -> None:
    answer = partner.tracker.deliver(KEY, partner.message(title=""))
    assert isinstance(answer, Refused)
    assert "title missing_field" in answer.because
    answer = partner.tracker.deliver(KEY, partner.message(text="x" * 70_000))
    assert isinstance(answer, Refused)
    assert "65,536" in answer.because
    assert opened(partner, title="x" * 300)
    assert len(partner.desk.issue(1).title) == 256


def test_issues_that_are_switched_off_are_a_sentence(partner: GitHubPartner) -> None:
    partner.desk.issues_on = False
    answer = partner.tracker.deliver(KEY, partner.message())
    assert isinstance(answer, Refused)
    assert "switched off" in answer.because


def test_the_primary_limit_waits_until_it_begins_anew_by_githubs_clock(partner: GitHubPartner) -> None:
    partner.desk.clock.skew = timedelta(hours=5)
    partner.desk.used_up(reset_in=1200)
    answer = partner.tracker.deliver(KEY, partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 1200


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_limit_waits_as_long_as_it_says(partner: GitHubPartner, status: int) -> None:
    partner.desk.too_quick(45, status=status)
    answer = partner.tracker.deliver(KEY, partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 45


def test_a_limit_without_a_time_waits_a_minute(partner: GitHubPartner) -> None:
    partner.desk.faults.next(Answering(403, {"message": "You have exceeded a secondary rate limit"}))
    answer = partner.tracker.deliver(KEY, partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 60


def test_reasons_and_labels_have_their_stages(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    number = int(record)
    partner.desk.assigns(number, "ada-q")
    assert (record_of(partner, record).stage, record_of(partner, record).owner) == (Stage.IN_PROGRESS, "ada-q")
    partner.desk.relabels(number, "MHV-Tier-3", "Waiting")
    assert record_of(partner, record).stage is Stage.ON_HOLD
    for reason, stage in (
        ("completed", Stage.SOLVED),
        ("not_planned", Stage.CANCELLED),
        ("duplicate", Stage.CLOSED),
        ("whatever", Stage.CLOSED),
    ):
        partner.desk.closes(number, reason)
        assert record_of(partner, record).stage is stage
        assert record_of(partner, record).status == f"closed as {reason}"


def test_what_is_closed_is_reopened(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    partner.desk.closes(int(record))
    assert moved(partner, record, stage="in-progress")["status"] == "open"
    assert partner.desk.issue(1).state_reason == "reopened"


def test_an_assignee_github_drops_is_told_and_a_label_is_added(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    evidence = moved(partner, record, owner="nobody-here", fields={"label": "Refills"})
    assert evidence["dropped"] == ["nobody-here"]
    assert partner.desk.issue(1).labels == ["MHV-Tier-3", "Refills"]
    assert moved(partner, record, owner="ada-q")["status"] == "open"
    assert partner.desk.issue(1).assignees == ["ada-q"]


def test_closing_says_why_in_a_comment_of_ours(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    moved(partner, record, stage="solved", close_notes="The reporter confirms it.")
    [note] = record_of(partner, record).notes
    assert (note.text, note.key) == ("The reporter confirms it.", "move")


def test_closing_with_words_survives_a_stop_after_every_step(partner: GitHubPartner) -> None:
    evidence = opened(partner)
    solve = {"verb": "move", "record": evidence["id"], "stage": "solved", "close_notes": "Repaired."}
    solve["if_revision"] = evidence["revision"]
    stops: list[Any] = [(LostAnswer(), "PATCH"), (LostAnswer(), "POST"), (LostAnswer(), "GET")]
    for attempt, (fault, method) in enumerate(stops, start=1):
        partner.desk.clock.forward(seconds=7)
        partner.desk.faults.next(fault, method=method)
        assert isinstance(partner.tracker.deliver("move", {**solve, "attempt": attempt}), TryAgain)
    assert isinstance(partner.tracker.deliver("move", {**solve, "attempt": 4}), Delivered)
    assert (partner.desk.issue(1).state, len(partner.desk.issue(1).comments)) == ("closed", 1)


def test_a_list_that_shifts_while_it_is_read_loses_nothing(partner: GitHubPartner) -> None:
    """250 issues; while they are read the first ones change and would push others over the edge of a page."""
    for number in range(250):
        partner.desk.clock.stand_at(FRIDAY + timedelta(seconds=number))
        partner.desk.opens(f"Issue {number}", labels=["MHV-Tier-3"])
    cursor, seen, more = "", set[str](), True
    while more:
        told = tracker(partner).changes(cursor)
        assert isinstance(told, Changes)
        seen |= {record.id for record in told.records}
        cursor, more = told.cursor, told.more
        partner.desk.clock.forward(seconds=1)
        partner.desk.comments(1 + len(seen) % 30, "And another thing.")
    assert seen == {str(number) for number in range(1, 251)}


def test_what_lies_behind_where_the_account_looks_is_not_read(partner: GitHubPartner) -> None:
    partner.desk.clock.stand_at(FRIDAY - timedelta(days=30))
    partner.desk.opens("Long ago", labels=["MHV-Tier-3"])
    partner.desk.clock.stand_at(FRIDAY)
    assert all_changes(tracker(partner), "")[0] == []


# Webhooks


def told_by(partner: GitHubPartner, which: int = -1) -> tuple[str, list[Record]]:
    webhook = partner.desk.webhooks.told[which]
    delivery, records = tracker(partner).read_webhook(webhook.headers, webhook.body)
    return delivery, list(records)


def test_a_signed_webhook_tells_what_a_person_did(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    partner.desk.comments(int(record), "Repaired.")
    _, [told] = told_by(partner)
    assert (told.id, [(note.text, note.author) for note in told.notes]) == (record, [("Repaired.", "ada-q")])
    partner.desk.closes(int(record))
    _, [told] = told_by(partner)
    assert (told.stage, told.revision) == (Stage.SOLVED, record_of(partner, record).revision)


def test_an_echo_by_webhook_carries_our_key(partner: GitHubPartner) -> None:
    record = opened(partner)["id"]
    partner.tracker.deliver("say-1", {"verb": "say", "record": record, "text": "Which browser?"})
    _, [told] = told_by(partner)
    assert (told.key, [note.key for note in told.notes]) == (KEY, ["say-1"])


def test_a_repeated_webhook_has_the_same_delivery(partner: GitHubPartner) -> None:
    partner.desk.faults.next(ToldTwice())
    partner.desk.opens("Once")
    partner.desk.webhooks.again(0)
    assert len({told_by(partner, which)[0] for which in range(3)}) == 1


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=00", "sha1=abc", "sha256=ä", "SHA256=" + "0" * 64, "sha256=" + "0" * 64]
)
def test_a_webhook_whose_signature_does_not_hold_is_never_read(partner: GitHubPartner, signature: str) -> None:
    with pytest.raises(Unsigned):
        tracker(partner).read_webhook({"X-Hub-Signature-256": signature}, b"{}")


def test_without_a_secret_no_webhook_is_believed() -> None:
    with github_partner(webhook_secret="") as partner:
        body = b"{}"
        signed = "sha256=" + hmac.new(b"", body, hashlib.sha256).hexdigest()
        with pytest.raises(Unsigned):
            tracker(partner).read_webhook({"x-hub-signature-256": signed}, body)


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("ping", {"zen": "Keep it simple."}),
        ("issues", {}),
        ("issues", []),
        ("issues", {"issue": {"number": "x"}, "repository": {"full_name": "team/product"}}),
        ("issues", {"issue": {"number": 7, "updated_at": "2026-11-20T17:00:00Z"}, "repository": {"full_name": "a/b"}}),
    ],
)
def test_a_signed_webhook_about_something_else_tells_nothing(partner: GitHubPartner, event: str, body: Any) -> None:
    written = json.dumps(body).encode()
    signed = "sha256=" + hmac.new(b"hush-hook", written, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signed, "X-GitHub-Event": event, "X-GitHub-Delivery": "d1"}
    assert tracker(partner).read_webhook(headers, written) == ("d1", ())


@given(told=ANYTHING, event=st.sampled_from(["issues", "issue_comment", "x"]), within=st.booleans())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_signed_webhook_is_read_without_a_stumble(
    partner: GitHubPartner, told: Any, event: str, within: bool
) -> None:
    body = {"issue": told, "comment": told, "repository": {"full_name": "team/product"}} if within else told
    written = json.dumps(body).encode()
    signed = "sha256=" + hmac.new(b"hush-hook", written, hashlib.sha256).hexdigest()
    _, records = tracker(partner).read_webhook({"X-Hub-Signature-256": signed, "X-GitHub-Event": event}, written)
    assert all(isinstance(record, Record) for record in records)
