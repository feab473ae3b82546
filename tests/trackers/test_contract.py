"""What holds for every tracker there is, against its rehearsal partner. The trackers are found from the folder."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.trackers.partners import FRIDAY, PARTNERS, WITHOUT_HTTP, Partner
from tests.trackers.validation import violations

from tierline.channels import line
from tierline.channels.channel import Delivered, NotConnected, Refused, TryAgain
from tierline.rehearsal.faults import Answering, ExpiredToken, Garbage, LostAnswer, Reset, Slow, Throttled, Unavailable
from tierline.trackers.accounts import kinds
from tierline.trackers.tracker import Changes, Conflicting, ReadsChanges, Record, Stage, Tracker

KEY = "case-17:issue-1:open"


@pytest.fixture(params=sorted(PARTNERS))
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    """Each in turn. What crossed is valid, and no fault is left over."""
    with PARTNERS[request.param]() as running:
        yield running
        assert running.desk.faults.armed == 0
        assert violations(running.desk) == []


def opened(partner: Partner, key: str = KEY, **more: Any) -> Delivered:
    answer = partner.tracker.deliver(key, partner.message(**more))
    assert isinstance(answer, Delivered), answer
    return answer


def say(partner: Partner, key: str, record: str, text: str, **more: Any) -> Delivered:
    answer = partner.tracker.deliver(key, {"verb": "say", "record": record, "text": text, **more})
    assert isinstance(answer, Delivered), answer
    return answer


def reading(partner: Partner) -> ReadsChanges:
    assert isinstance(partner.tracker, ReadsChanges)
    return partner.tracker


def all_changes(tracker: ReadsChanges, cursor: str) -> tuple[list[Record], str]:
    """Everything new behind the cursor, asked for as often as there is more."""
    records: list[Record] = []
    for _ in range(200):
        told = tracker.changes(cursor)
        assert isinstance(told, Changes), told
        records += told.records
        cursor = told.cursor
        if not told.more:
            return records, cursor
    raise AssertionError("It never ends.")


def record_of(partner: Partner, record: str) -> Record:
    found = partner.tracker.read(record)
    assert isinstance(found, Record), found
    return found


def test_every_tracker_of_the_folder_is_here() -> None:
    assert set(kinds()) == set(PARTNERS) | set(WITHOUT_HTTP)


def test_a_record_is_opened_and_read_back(partner: Partner) -> None:
    evidence = opened(partner).evidence
    assert {"id", "number", "url", "revision", "status", "found"} <= set(evidence)
    found = record_of(partner, evidence["id"])
    assert (found.title, found.stage, found.key) == ("Refills cannot be ordered", Stage.NEW, KEY)
    assert found.text.startswith("What is asked.")
    assert (found.revision, found.number, found.url) == (evidence["revision"], evidence["number"], evidence["url"])
    assert found.changed_at == FRIDAY
    assert partner.held() == [evidence["id"]]


def test_the_same_key_twice_is_one(partner: Partner) -> None:
    first, second = opened(partner), opened(partner, attempt=2)
    assert (first.evidence["found"], second.evidence["found"]) == (False, True)
    assert first.evidence["id"] == second.evidence["id"]
    assert len(partner.held()) == 1


def test_two_keys_are_two(partner: Partner) -> None:
    assert opened(partner, attempt=2).evidence["id"] != opened(partner, "case-18:open", attempt=2).evidence["id"]


def test_a_lost_answer_and_a_retry_are_one(partner: Partner) -> None:
    partner.lose_the_answer()
    assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
    assert len(partner.held()) == 1
    assert opened(partner, attempt=2).evidence["found"] is True
    assert len(partner.held()) == 1


def test_a_broken_line_did_nothing_and_the_retry_does_it(partner: Partner) -> None:
    partner.desk.faults.next(Reset())
    assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
    assert opened(partner, attempt=2).evidence["found"] is False
    assert len(partner.held()) == 1


def test_a_pause_asked_for_is_kept_in_seconds_and_as_a_date(partner: Partner) -> None:
    opened(partner)
    partner.throttle(7)
    answer = partner.tracker.deliver("k2", partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 7
    partner.throttle(FRIDAY + timedelta(seconds=90))
    answer = partner.tracker.deliver("k2", partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 90


def test_a_pause_is_counted_by_the_partners_clock(partner: Partner) -> None:
    opened(partner)
    partner.desk.clock.skew = timedelta(days=-3)
    partner.throttle(FRIDAY + timedelta(days=-3, seconds=45))
    answer = partner.tracker.deliver("k2", partner.message())
    assert isinstance(answer, TryAgain)
    assert answer.after == 45


def test_a_partner_that_is_down_is_tried_again(partner: Partner) -> None:
    partner.desk.faults.next(Unavailable())
    assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
    with partner.desk.unreachable():
        assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
        assert isinstance(partner.tracker.find(KEY), TryAgain)
        assert isinstance(partner.tracker.read("1"), TryAgain)
        assert isinstance(reading(partner).changes(""), TryAgain)
    assert opened(partner, attempt=3).evidence["found"] is False


def test_an_expired_token_is_got_over(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    partner.desk.faults.next(ExpiredToken())
    if not partner.renews:
        answer = partner.tracker.deliver("k2", partner.message())
        assert isinstance(answer, TryAgain)
        assert "token" in answer.because
        partner.restore_token()
    say(partner, "k3", record, "After the token was renewed.")


def test_what_the_partner_will_never_take_is_a_sentence(partner: Partner) -> None:
    opened(partner, "another")
    partner.desk.faults.next(Answering(403, {"message": "no", "error": {"message": "no"}}), times=2)
    answer = partner.tracker.deliver(KEY, partner.message())
    partner.desk.faults.clear()
    assert isinstance(answer, Refused)
    assert answer.because.endswith((".", "no"))
    assert "Traceback" not in answer.because
    assert isinstance(partner.tracker.deliver(KEY, {"verb": "dance"}), Refused)


def test_something_is_said_once(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    first = say(partner, "say-1", record, "We need the browser.")
    partner.desk.faults.next(LostAnswer(), path=partner.saying)
    assert isinstance(
        partner.tracker.deliver("say-2", {"verb": "say", "record": record, "text": "Which one?"}), TryAgain
    )
    again = say(partner, "say-2", record, "Which one?", attempt=2)
    assert (first.evidence["found"], again.evidence["found"]) == (False, True)
    assert again.evidence["id"]
    assert len(partner.said(record)) == 2


def test_what_we_said_is_known_as_ours_and_what_others_say_is_not(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    say(partner, "case-17:say-1", record, "We need the browser.")
    partner.person_says(record, "It is Firefox.")
    ours, theirs = record_of(partner, record).notes
    assert (ours.key, ours.text) == ("case-17:say-1", "We need the browser.")
    assert (theirs.key, theirs.text) == (None, "It is Firefox.")
    assert theirs.author
    assert theirs.at == FRIDAY


def test_a_record_is_moved_and_a_repeat_finds_it_moved(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    solve = {"verb": "move", "record": record, "stage": "solved", "close_notes": "Repaired."}
    moved = partner.tracker.deliver("move-1", solve)
    assert isinstance(moved, Delivered), moved
    found = record_of(partner, record)
    assert found.stage is Stage.SOLVED
    assert (found.revision, found.status) == (moved.evidence["revision"], moved.evidence["status"])
    again = partner.tracker.deliver("move-1", {**solve, "attempt": 2})
    assert isinstance(again, Delivered), again
    assert record_of(partner, record).revision == found.revision
    back = partner.tracker.deliver("move-2", {"verb": "move", "record": record, "stage": "in-progress"})
    assert isinstance(back, Delivered), back
    assert record_of(partner, record).stage not in (Stage.SOLVED, Stage.CLOSED)


def test_a_lost_answer_to_a_move_is_no_conflict_with_ourselves(partner: Partner) -> None:
    evidence = opened(partner).evidence
    solve = {
        "verb": "move",
        "record": evidence["id"],
        "stage": "solved",
        "close_notes": "Repaired.",
        "if_revision": evidence["revision"],
    }
    partner.lose_the_answer_to_a_move()
    assert isinstance(partner.tracker.deliver("move-1", solve), TryAgain)
    again = partner.tracker.deliver("move-1", {**solve, "attempt": 2})
    assert isinstance(again, Delivered), again


def test_a_move_that_was_stopped_on_the_way_is_no_conflict_with_ourselves(partner: Partner) -> None:
    evidence = opened(partner).evidence
    solve = {"verb": "move", "record": evidence["id"], "stage": "solved", "close_notes": "Repaired."}
    solve["if_revision"] = evidence["revision"]
    partner.desk.clock.forward(seconds=5)
    for attempt, method in ((1, partner.moving), (2, "GET")):
        partner.desk.faults.next(Unavailable(), method=method)
        assert isinstance(partner.tracker.deliver("move-1", {**solve, "attempt": attempt}), TryAgain)
    again = partner.tracker.deliver("move-1", {**solve, "attempt": 3})
    assert isinstance(again, Delivered), again
    assert record_of(partner, evidence["id"]).stage is Stage.SOLVED


def test_a_slow_page_ends_the_wait_and_the_retry_is_one(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(partner, "warm")
    with monkeypatch.context() as short:
        short.setattr(line, "VISIT_SECONDS", 0.3)
        partner.desk.faults.next(Slow(0.8))
        assert isinstance(partner.tracker.deliver(KEY, partner.message()), TryAgain)
    assert opened(partner, attempt=2).evidence["found"] is True
    assert len(partner.held()) == 2


def test_a_change_of_theirs_is_not_overwritten(partner: Partner) -> None:
    evidence = opened(partner).evidence
    partner.desk.clock.forward(minutes=1)
    partner.person_says(evidence["id"], "I am on it.")
    answer = partner.tracker.deliver(
        "move-1",
        {
            "verb": "move",
            "record": evidence["id"],
            "stage": "solved",
            "close_notes": "x",
            "if_revision": evidence["revision"],
        },
    )
    assert isinstance(answer, Conflicting)
    assert record_of(partner, evidence["id"]).stage is not Stage.SOLVED


def test_a_record_is_found_by_its_key_and_no_other_is(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    partner.person_opens("Something else")
    found = partner.tracker.find(KEY)
    assert isinstance(found, Record)
    assert found.id == record
    assert partner.tracker.find("case-99:open") is None


def test_what_is_not_there_is_none_to_read_and_refused_to_change(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    other = record[:-1] + ("8" if record[-1] == "9" else "9")
    assert partner.tracker.read(other) is None
    answer = partner.tracker.deliver("k2", {"verb": "say", "record": other, "text": "Hello?"})
    assert isinstance(answer, Refused)


def test_changes_bring_what_a_person_did(partner: Partner) -> None:
    tracker = reading(partner)
    record = opened(partner).evidence["id"]
    _, cursor = all_changes(tracker, "")
    assert all_changes(tracker, cursor)[0] == []
    partner.desk.clock.forward(minutes=5)
    partner.person_says(record, "Repaired, please look.")
    partner.person_solves(record)
    [changed], cursor = all_changes(tracker, cursor)
    assert (changed.id, changed.stage, changed.key) == (record, partner.solved, KEY)
    assert [note.text for note in changed.notes] == ["Repaired, please look."]
    assert all_changes(tracker, cursor)[0] == []


def test_nothing_is_lost_or_doubled_over_pages_and_equal_stamps(partner: Partner) -> None:
    tracker = reading(partner)
    opened(partner)
    _, cursor = all_changes(tracker, "")
    partner.desk.clock.forward(minutes=5)
    made = {partner.person_opens(f"Case {number}") for number in range(230)}
    records, cursor = all_changes(tracker, cursor)
    assert {record.id for record in records} == made
    assert len(records) == len(made)
    late = partner.person_opens("In the same second, after the list was read")
    records, cursor = all_changes(tracker, cursor)
    assert [record.id for record in records] == [late]


def test_a_second_change_within_the_same_second_is_not_lost(partner: Partner) -> None:
    tracker = reading(partner)
    record = opened(partner).evidence["id"]
    _, cursor = all_changes(tracker, "")
    partner.desk.clock.forward(minutes=5)
    partner.person_says(record, "First.")
    _, cursor = all_changes(tracker, cursor)
    partner.person_says(record, "Second, in the same second.")
    [changed], _ = all_changes(tracker, cursor)
    assert [note.text for note in changed.notes] == ["First.", "Second, in the same second."]


def test_a_stop_on_the_way_loses_no_change(partner: Partner) -> None:
    tracker = reading(partner)
    record = opened(partner).evidence["id"]
    _, cursor = all_changes(tracker, "")
    partner.desk.clock.forward(minutes=5)
    partner.person_says(record, "Here.")
    for fault in (Unavailable(), Throttled(3), Garbage(), Reset()):
        partner.desk.faults.next(fault)
        assert isinstance(tracker.changes(cursor), TryAgain)
    assert [one.id for one in all_changes(tracker, cursor)[0]] == [record]


def test_a_cursor_nobody_can_read_begins_anew(partner: Partner) -> None:
    record = opened(partner).evidence["id"]
    for cursor in ("rubbish", "{}", '{"newest": 7}', "[]", '{"newest":"2026-11-20","seen":[],"midway":0}'):
        assert record in {one.id for one in all_changes(reading(partner), cursor)[0]}


def test_no_secret_gets_into_a_sentence_or_evidence(partner: Partner) -> None:
    secrets = partner.secrets
    echo = " ".join(secrets)
    told: list[object] = [opened(partner), partner.tracker, repr(vars(partner.tracker)["account"])]
    for status in (400, 401, 403, 404, 409, 410, 412, 422, 500):
        refusal = {"message": echo, "error": {"message": echo, "detail": echo}}
        partner.desk.faults.next(Answering(status, refusal), times=3)
        told.append(partner.tracker.deliver("k2", partner.message()))
        partner.desk.faults.clear()
    told += [exchange.headers for exchange in partner.desk.exchanges]
    told += [exchange.request for exchange in partner.desk.exchanges]
    assert [secret for secret in secrets if secret in repr(told)] == []


def test_many_workers_use_one_tracker(partner: Partner) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(max_workers=8) as workers:
        answers = list(workers.map(lambda n: partner.tracker.deliver(f"k{n}", partner.message()), range(24)))
    assert all(isinstance(answer, Delivered) for answer in answers)
    assert len({answer.evidence["id"] for answer in answers if isinstance(answer, Delivered)}) == 24


def is_answer(told: object) -> bool:
    return isinstance(told, (Delivered, TryAgain, Refused, NotConnected))


def test_a_tracker_is_what_the_contract_says(partner: Partner) -> None:
    tracker: Tracker = partner.tracker
    assert tracker.name in kinds()
    assert tracker.label
    assert is_answer(tracker.deliver(KEY, partner.message()))
