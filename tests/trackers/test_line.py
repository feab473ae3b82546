"""The line to a partner: every wait ends, nothing endless is read, nobody else gets our token."""

import time
from collections.abc import Iterator, Sequence

import pytest

from tierline.channels import line as line_module
from tierline.channels.channel import TryAgain
from tierline.channels.line import Line, Stopped, visit
from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.faults import Slow


class Wayward(Desk):
    """Answers too much, sends on, and takes only the newest token."""

    token = 0

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", "/large", lambda call: Reply(body=b"x" * 3_000_000)),
            Route("GET", "/here", lambda call: Reply(301, headers={"Location": "/plain"})),
            Route("GET", "/round", lambda call: Reply(302, headers={"Location": "/round"})),
            Route("GET", "/away", lambda call: Reply(302, headers={"Location": "http://127.0.0.1:9/steal"})),
            Route("POST", "/moved", lambda call: Reply(301, headers={"Location": "/plain"})),
            Route("GET", "/plain", lambda call: Reply(json={"plain": True})),
            Route("GET", "/guarded", self.guarded),
        ]

    def guarded(self, call: Call) -> Reply:
        fresh = call.headers.get("authorization") == f"Bearer {self.token}"
        return Reply(json={"in": True}) if fresh else self.refuse(401, "Old token")


@pytest.fixture
def desk() -> Iterator[Wayward]:
    with Wayward() as running:
        yield running


def stopped(line: Line, where: str, method: str = "GET") -> str:
    with pytest.raises(Stopped) as trouble:
        line.ask(method, where)
    return trouble.value.answer.because


def test_an_endless_answer_is_not_read(desk: Wayward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "LARGEST", 1_000_000)
    assert "was not read" in stopped(Line("The desk", desk.url), "large")


def test_a_redirect_is_followed_on_the_same_host_only_and_not_for_ever(desk: Wayward) -> None:
    line = Line("The desk", desk.url)
    assert line.ask("GET", "here").json == {"plain": True}
    assert line.ask("GET", "round").status == 302
    assert line.ask("POST", "moved").status == 301
    assert "another host" in stopped(line, "away")


def test_a_slow_answer_ends_the_wait_and_slow_ones_together_the_visit(desk: Wayward) -> None:
    desk.faults.next(Slow(1.0), times=4)
    began = time.monotonic()
    assert "in time" in stopped(Line("The desk", desk.url, answer_seconds=0.2), "plain")
    with visit(0.5):
        line = Line("The desk", desk.url)
        assert "in time" in stopped(line, "plain")
        assert "slowly" in stopped(line, "plain")
    assert time.monotonic() - began < 2


def test_a_token_that_is_not_taken_is_fetched_anew_once(desk: Wayward) -> None:
    asked: list[bool] = []

    def credentials(fresh: bool) -> dict[str, str]:
        asked.append(fresh)
        desk.token += fresh
        return {"Authorization": f"Bearer {desk.token if fresh else 'old'}"}

    assert Line("The desk", desk.url, credentials=credentials).ask("GET", "guarded").json == {"in": True}
    assert asked == [False, True]
    never = Line("The desk", desk.url, credentials=lambda fresh: {"Authorization": "Bearer never"})
    assert never.ask("GET", "guarded").status == 401


def test_a_partner_that_is_not_there_is_tried_again(desk: Wayward) -> None:
    line = Line("The desk", desk.url)
    with desk.unreachable(), pytest.raises(Stopped) as trouble:
        line.ask("GET", "plain")
    assert trouble.value.answer == TryAgain("The desk could not be reached or broke off (no connection).")


def test_words_of_the_partner_are_short_and_without_secrets(desk: Wayward) -> None:
    line = Line("The desk", desk.url, secrets=("hush",))
    line.keep_back("token-7")
    assert line.clean("a\nhush  b\x00 token-7") == "a (kept back) b (kept back)"
    assert len(line.clean("x" * 900)) == 200
    assert line.clean(None) == ""
