"""The providers to rehearse with keep their vendors' traps: what is not here is not in any test of a channel."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack
from tierline.rehearsal.teams import Teams
from tierline.rehearsal.webhook_receiver import WebhookReceiver

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def slack() -> Iterator[Slack]:
    with Slack(token="t") as desk:
        desk.clock.stand_at(FRIDAY)
        desk.has_channel("C1", "general", "U1")
        yield desk


def call(desk: Slack, method: str, *, token: str = "t", **body: Any) -> Any:  # noqa: S107 - it opens nothing
    headers = {"Authorization": f"Bearer {token}"}
    if method.startswith(("chat", "conversations.open")):
        return httpx.post(f"{desk.address}/{method}", json=body, headers=headers)
    return httpx.get(f"{desk.address}/{method}", params=body, headers=headers)


def test_slack_refuses_under_200_and_tells_metadata_only_when_asked(slack: Slack) -> None:
    metadata = {"event_type": "x", "event_payload": {"key": "k1"}}
    assert call(slack, "chat.postMessage", channel="C1", text="Hello", metadata=metadata).json()["ok"] is True
    bad = call(slack, "chat.postMessage", token="other", channel="C1", text="Hello")
    assert (bad.status_code, bad.json()) == (200, {"ok": False, "error": "invalid_auth"})
    [plain] = call(slack, "conversations.history", channel="C1").json()["messages"]
    [whole] = call(slack, "conversations.history", channel="C1", include_all_metadata="true").json()["messages"]
    assert "metadata" not in plain
    assert whole["metadata"] == metadata


def test_slack_lists_newest_first_without_replies_and_late_when_it_lags(slack: Slack) -> None:
    root = slack.writes("C1", "first")
    slack.writes("C1", "under it", thread=root)
    slack.clock.forward(seconds=30)
    slack.writes("C1", "second")
    told = call(slack, "conversations.history", channel="C1").json()["messages"]
    assert [one["text"] for one in told] == ["second", "first"]
    replies = call(slack, "conversations.replies", channel="C1", ts=root).json()["messages"]
    assert [one["text"] for one in replies] == ["first", "under it"]
    slack.lag = timedelta(seconds=10)
    late = call(slack, "conversations.history", channel="C1").json()["messages"]
    assert [one["text"] for one in late] == ["first"]


@pytest.mark.parametrize(
    ("changed", "error"), [("archived", "is_archived"), ("has_app", "not_in_channel"), (None, "no_text")]
)
def test_slack_takes_no_post_it_would_not_take(slack: Slack, changed: str | None, error: str) -> None:
    if changed:
        setattr(slack.conversations["C1"], changed, changed == "archived")
    text = "x" if changed else ""
    assert call(slack, "chat.postMessage", channel="C1", text=text).json()["error"] == error


def test_slack_shows_what_it_holds(slack: Slack) -> None:
    slack.writes("C1", "Hello")
    [row] = slack.holdings()
    assert (row["title"], row["as_read"]) == ("general, 2026-11-20 17:00 UTC", "Hello")


@pytest.fixture
def pager() -> Iterator[PagerDuty]:
    with PagerDuty(token="t") as desk:
        desk.clock.stand_at(FRIDAY)
        desk.has_service("P1", "Messaging")
        yield desk


def window(pager: PagerDuty, method: str, path: str = "", sender: str = "tierline@desk.example", **fields: Any) -> Any:
    headers = {"Authorization": "Token token=t", "From": sender}
    told = {"type": "maintenance_window", "services": [{"id": "P1", "type": "service_reference"}], **fields}
    body = {"maintenance_window": told} if method in ("POST", "PUT") else None
    return httpx.request(method, f"{pager.url}/maintenance_windows{path}", json=body, headers=headers)


def at(**later: float) -> str:
    return (FRIDAY + timedelta(**later)).isoformat()


def test_pagerduty_moves_a_start_in_the_past_to_now_without_a_word(pager: PagerDuty) -> None:
    told = window(pager, "POST", start_time=at(hours=-2), end_time=at(hours=1), description="x")
    assert told.status_code == 201
    made = told.json()["maintenance_window"]
    assert datetime.fromisoformat(made["start_time"]) == FRIDAY
    assert made["start_time"].endswith("-05:00")


def test_pagerduty_keeps_all_but_the_end_of_what_has_begun_and_all_of_what_is_over(pager: PagerDuty) -> None:
    known = pager.sets_window("x", FRIDAY, FRIDAY + timedelta(hours=1), "P1")
    moved = window(pager, "PUT", f"/{known}", start_time=at(minutes=30), end_time=at(hours=2), description="x")
    assert moved.status_code == 400
    longer = window(pager, "PUT", f"/{known}", start_time=at(), end_time=at(hours=2), description="x")
    assert longer.status_code == 200
    assert window(pager, "DELETE", f"/{known}").status_code == 204
    assert window(pager, "GET", f"/{known}").json()["maintenance_window"]["end_time"].startswith("2026-11-20T12:00:00")
    assert window(pager, "DELETE", f"/{known}").status_code == 405


def test_pagerduty_wants_a_known_person_and_hides_a_service_by_refusing_the_question(pager: PagerDuty) -> None:
    later = {"start_time": at(hours=1), "end_time": at(hours=2), "description": "x"}
    assert window(pager, "POST", sender="nobody@desk.example", **later).status_code == 400
    pager.hidden.add("P1")
    assert window(pager, "POST", **later).status_code == 403
    headers = {"Authorization": "Token token=t"}
    asked = httpx.get(f"{pager.url}/maintenance_windows", params={"service_ids[]": "P1"}, headers=headers)
    assert asked.status_code == 403
    assert window(pager, "GET", "?filter=open").status_code == 200
    assert window(pager, "GET", "/PNONE").status_code == 404


def test_pagerduty_shows_what_it_holds(pager: PagerDuty) -> None:
    pager.sets_window("x", FRIDAY, FRIDAY + timedelta(hours=1), "P1")
    pager.sets_window("y", FRIDAY + timedelta(hours=2), FRIDAY + timedelta(hours=3), "P1")
    assert [row["status"] for row in pager.holdings()] == ["ongoing", "future"]
    pager.clock.forward(hours=2.5)
    assert [row["status"] for row in pager.holdings()] == ["past", "ongoing"]


def test_a_flow_posts_twice_what_it_is_given_twice_and_keeps_its_address() -> None:
    with Teams(signature="s") as desk:
        card = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "Hello"}]}
        told = {"type": "message", "attachments": [{"content": card}]}
        assert [httpx.post(desk.webhook, json=told).status_code for _ in range(2)] == [202, 202]
        assert [row["title"] for row in desk.holdings()] == ["Hello", "Hello"]
        assert httpx.post(desk.webhook.replace("sig=s", "sig=x"), json=told).status_code == 401
        assert httpx.post(desk.webhook, json={"type": "message"}).status_code == 400
        assert httpx.post(desk.webhook, content=b"x" * 30_000).status_code == 413
        assert "sig=s" not in repr(desk.exchanges)


def test_a_receiver_turns_away_what_is_not_signed() -> None:
    with WebhookReceiver() as desk:
        assert httpx.post(desk.address, json={}).status_code == 400
        stamp = str(int(desk.clock.now().timestamp()))
        headers = {"webhook-id": "1", "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA"}
        assert httpx.post(desk.address, json={}, headers=headers).status_code == 401
        assert desk.taken == {}
