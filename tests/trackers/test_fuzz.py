"""Whatever a partner answers, a tracker never raises and keeps no text that a database could not hold."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.trackers.partners import PARTNERS, Partner

from tierline.channels.channel import Delivered, NotConnected, Refused, TryAgain
from tierline.rehearsal.faults import Garbage
from tierline.trackers.tracker import Changes, Note, ReadsChanges, Record, TakesWebhooks, Unsigned

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["open", "closed", "2026-11-20T17:00:00Z", "9999-12-31T23:59:59-23:00", "\ud800", "\x00", "0" * 32]
    )
)
COLUMNS = (
    ("id", "number", "title", "body", "state", "state_reason", "labels", "assignees", "login", "user", "comments"),
    ("updated_at", "created_at", "name", "repository_url", "error", "message", "detail", "errors", "access_token"),
    ("result", "sys_id", "value", "display_value", "sys_updated_on", "sys_mod_count", "correlation_id", "element_id"),
    ("@odata.nextLink", "@odata.deltaLink", "incidentid", "modifiedon", "statecode", "statuscode", "notetext"),
)
NAMES = st.sampled_from([name for row in COLUMNS for name in row])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=8), max_leaves=25
)


@pytest.fixture(scope="module", params=sorted(PARTNERS))
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    with PARTNERS[request.param]() as running:
        answer = running.tracker.deliver("first", running.message())
        assert isinstance(answer, Delivered)
        yield running


def can_be_kept(told: object) -> bool:
    text = repr(told) if not isinstance(told, Record) else f"{told.title}{told.text}{told.particulars}{told.notes}"
    text.encode()
    return "\x00" not in text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANYTHING, status=st.sampled_from([200, 200, 200, 201, 204, 302, 304, 400, 403, 404, 409, 422]))
def test_any_json_is_an_answer(partner: Partner, body: Any, status: int) -> None:
    record = partner.held()[0]
    verbs: list[Any] = [
        lambda: partner.tracker.deliver("k", partner.message(attempt=2)),
        lambda: partner.tracker.deliver("k", {"verb": "say", "record": record, "text": "x", "attempt": 2}),
        lambda: partner.tracker.deliver("k", {"verb": "move", "record": record, "stage": "solved"}),
        lambda: partner.tracker.find("k"),
        lambda: partner.tracker.read(record),
    ]
    if isinstance(partner.tracker, ReadsChanges):
        tracker = partner.tracker
        verbs.append(lambda: tracker.changes(""))
    for verb in verbs:
        partner.desk.faults.next(Garbage(json.dumps(body).encode(), status), times=50)
        told = verb()
        partner.desk.faults.clear()
        assert told is None or isinstance(told, (Delivered, TryAgain, Refused, NotConnected, Record, Changes))
        assert can_be_kept(told)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60), status=st.sampled_from([200, 201, 400, 403, 404, 500, 502]))
def test_any_bytes_are_an_answer(partner: Partner, body: bytes, status: int) -> None:
    partner.desk.faults.next(Garbage(body, status, "text/html"), times=50)
    told = partner.tracker.deliver("k", partner.message(attempt=2))
    partner.desk.faults.clear()
    assert isinstance(told, (TryAgain, Refused, Delivered))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_answer_with_a_part_spoilt_never_raises(partner: Partner, data: st.DataObject) -> None:
    known = [one for one in partner.desk.exchanges if isinstance(one.response, dict) and "token" not in one.path]
    good = next((one for one in known if one.method == "POST"), known[0])
    body = json.loads(json.dumps(good.response))
    row = body["result"] if isinstance(body.get("result"), dict) else body
    name = data.draw(st.sampled_from(sorted(row)))
    row[name] = data.draw(ANYTHING)
    record = partner.held()[0]
    for told in (body, [body], {"result": [row]}, {"value": [row]}):
        for by_key in (True, False):
            partner.desk.faults.next(Garbage(json.dumps(told).encode()), times=50)
            answer = partner.tracker.find("first") if by_key else partner.tracker.read(record)
            partner.desk.faults.clear()
            assert answer is None or isinstance(answer, (Record, TryAgain, NotConnected))
            assert can_be_kept(answer)


@given(cursor=st.text(max_size=40) | ANYTHING.map(json.dumps))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cursor_is_read(partner: Partner, cursor: str) -> None:
    if isinstance(partner.tracker, ReadsChanges):
        assert isinstance(partner.tracker.changes(cursor), (Changes, TryAgain))


@given(
    headers=st.dictionaries(st.sampled_from(["X-Hub-Signature-256", "X-GitHub-Event", "x"]), st.text()),
    body=st.binary(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_unsigned_webhook_is_read(partner: Partner, headers: dict[str, str], body: bytes) -> None:
    if isinstance(partner.tracker, TakesWebhooks):
        with pytest.raises(Unsigned):
            partner.tracker.read_webhook(headers, body)


def test_a_note_is_as_the_contract_says(partner: Partner) -> None:
    partner.person_says(partner.held()[0], "Hello.")
    found = partner.tracker.read(partner.held()[0])
    assert isinstance(found, Record)
    assert all(isinstance(note, Note) and note.at.tzinfo for note in found.notes)
