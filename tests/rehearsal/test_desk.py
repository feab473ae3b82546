"""The base of rehearsal partners: real HTTP, faults as armed, a log without secrets, a clock of its own."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.faults import (
    Answering,
    ExpiredToken,
    Garbage,
    LostAnswer,
    Reset,
    Slow,
    Throttled,
    ToldTwice,
    Unavailable,
)


class Shelf(Desk):
    """Keeps words by name; one token is worth something until it expires."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, str] = {}
        self.worthless: set[str] = set()

    def routes(self) -> Sequence[Route]:
        return [Route("PUT", "/shelf({name})", self.put), Route("GET", "/shelf({name})", self.get)]

    def admit(self, call: Call) -> Reply | None:
        return self.refuse(401, "No.") if call.headers.get("authorization") in self.worthless else None

    def expire(self, call: Call) -> None:
        self.worthless.add(call.headers["authorization"])

    def put(self, call: Call) -> Reply:
        self.words[call.named["name"]] = call.json["word"]
        return Reply(201, {"stored": call.named["name"]})

    def get(self, call: Call) -> Reply:
        return Reply(json={"word": self.words[call.named["name"]]})


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as running:
        yield running


def put(shelf: Shelf, word: str = "tea", **options: str) -> httpx.Response:
    return httpx.put(f"{shelf.url}/shelf(a%20b)", json={"word": word}, headers={"Authorization": "Bearer s3cret"})


def test_a_route_takes_its_names_decoded_and_the_log_keeps_no_secret(shelf: Shelf) -> None:
    assert put(shelf).status_code == 201
    assert shelf.words == {"a b": "tea"}
    [kept] = shelf.exchanges
    assert (kept.method, kept.route, kept.request, kept.response) == (
        "PUT",
        "/shelf({name})",
        {"word": "tea"},
        {"stored": "a b"},
    )
    assert "s3cret" not in repr(kept)


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Throttled(7), 429), (Unavailable(3), 503), (Answering(422, {"message": "no"}), 422), (Garbage(b"<p>", 502), 502)],
)
def test_a_fault_happens_once_and_nothing_is_done(
    shelf: Shelf, fault: Throttled | Unavailable | Answering | Garbage, status: int
) -> None:
    shelf.faults.next(fault, method="PUT")
    assert put(shelf).status_code == status
    assert shelf.words == {}
    assert put(shelf).status_code == 201
    assert shelf.faults.armed == 0


def test_a_lost_answer_leaves_the_thing_done_and_a_reset_does_not(shelf: Shelf) -> None:
    shelf.faults.next(Reset())
    with pytest.raises(httpx.TransportError):
        put(shelf)
    assert shelf.words == {}
    shelf.faults.next(LostAnswer())
    with pytest.raises(httpx.TransportError):
        put(shelf)
    assert shelf.words == {"a b": "tea"}
    assert [kept.lost for kept in shelf.exchanges] == [True]


def test_a_slow_answer_is_late_and_an_unreachable_partner_refuses_connections(shelf: Shelf) -> None:
    shelf.faults.next(Slow(0.3))
    with pytest.raises(httpx.ReadTimeout):
        httpx.put(f"{shelf.url}/shelf(x)", json={"word": "late"}, timeout=0.05)
    with shelf.unreachable(), pytest.raises(httpx.ConnectError):
        put(shelf)
    assert put(shelf).status_code == 201


def test_an_expired_token_stays_expired(shelf: Shelf) -> None:
    shelf.faults.next(ExpiredToken())
    assert [put(shelf).status_code for _ in range(2)] == [401, 401]


def test_the_partners_clock_is_its_own(shelf: Shelf) -> None:
    shelf.clock.stand_at(datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    shelf.clock.skew = timedelta(minutes=-7)
    assert parsedate_to_datetime(put(shelf).headers["Date"]) == datetime(2026, 11, 20, 16, 53, tzinfo=UTC)


def test_a_retry_after_may_be_a_date(shelf: Shelf) -> None:
    shelf.faults.next(Throttled(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)))
    assert put(shelf).headers["Retry-After"] == "Fri, 20 Nov 2026 17:00:00 GMT"


def test_a_webhook_reaches_its_subscriber_on_this_machine_even_twice(shelf: Shelf) -> None:
    with Shelf() as other:
        with pytest.raises(ValueError, match="this machine"):
            shelf.webhooks.subscribe("https://elsewhere.example/hook", "x")
        shelf.webhooks.subscribe(f"{other.url}/hook", "x")
        shelf.faults.next(ToldTwice())
        shelf.webhooks.tell({"X-Id": "1"}, b"{}")
        shelf.webhooks.again()
        shelf.webhooks.wait()
        assert [kept.headers["x-id"] for kept in other.exchanges] == ["1", "1", "1"]
        assert [one.answer for one in shelf.webhooks.told] == [404, 404, 404]
