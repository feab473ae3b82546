"""What holds for every channel there is, against whoever takes what it sends. Channels are found from the folder."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.channels.partners import KEY, PARTNERS, WORDS, DeskPartner, Partner
from tests.trackers.validation import violations

from tierline import channels
from tierline.channels.accounts import CHANNELS
from tierline.channels.channel import Delivered, NotConnected, Refused, TryAgain
from tierline.rehearsal.faults import Answering, Garbage, Slow

Sort = TypeVar("Sort")


@pytest.fixture(params=sorted(PARTNERS))
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    """Each in turn. What crossed is valid, and no fault is left over."""
    with PARTNERS[request.param]() as running:
        yield running
        if isinstance(running, DeskPartner):
            assert running.desk.faults.armed == 0
            assert violations(running.desk) == []


@pytest.fixture(params=sorted(set(PARTNERS) - {"email", "sms"}))
def by_http(request: pytest.FixtureRequest) -> Iterator[DeskPartner]:
    """Each that speaks HTTP."""
    with PARTNERS[request.param]() as running:
        assert isinstance(running, DeskPartner)
        yield running


def sent(partner: Partner, answer: type[Sort], key: str = KEY, **more: Any) -> Sort:
    told = partner.channel.deliver(key, partner.message(**more))
    assert isinstance(told, answer), told
    return told


def test_every_channel_of_the_folder_is_here() -> None:
    found = set()
    for one in pkgutil.iter_modules(channels.__path__, f"{channels.__name__}."):
        for written in vars(importlib.import_module(one.name)).values():
            if inspect.isclass(written) and written.__module__ == one.name and hasattr(written, "deliver"):
                found.add(getattr(written, "name", ""))
    assert found - {""} == set(PARTNERS)
    assert set(CHANNELS.kinds()) == set(PARTNERS) - {"email"}


def test_a_message_is_delivered_once(partner: Partner) -> None:
    assert sent(partner, Delivered).evidence["found"] is False
    assert len(partner.held()) == 1


def test_the_same_key_twice_is_one_or_known_by_the_same_mark(partner: Partner) -> None:
    sent(partner, Delivered)
    again = sent(partner, Delivered, attempt=2)
    assert again.evidence["found"] is partner.asks
    assert len(set(partner.held())) == 1
    if partner.asks or partner.counts:
        assert len(partner.held()) == 1


def test_a_lost_answer_and_a_retry_are_one_where_it_can_be_asked(partner: Partner) -> None:
    partner.lose_the_answer()
    sent(partner, TryAgain)
    assert len(partner.held()) == 1
    again = sent(partner, Delivered, attempt=2)
    assert again.evidence["found"] is partner.asks
    assert len(set(partner.held())) == 1
    if partner.asks or partner.counts:
        assert len(partner.held()) == 1


def test_a_broken_line_did_nothing_and_the_retry_does_it(by_http: DeskPartner) -> None:
    by_http.break_the_line()
    sent(by_http, TryAgain)
    assert by_http.held() == []
    sent(by_http, Delivered, attempt=2)
    assert len(by_http.held()) == 1


def test_two_keys_are_two_messages(partner: Partner) -> None:
    sent(partner, Delivered, **partner.other(1))
    sent(partner, Delivered, "DT-2:r1:day_before:all", attempt=2, **partner.other(2))
    assert len(set(partner.held())) == 2


def test_what_waited_for_its_channel_says_that_it_is_late(partner: Partner) -> None:
    late = "Sent late, at 2026-11-20 14:10 UTC; e-mail went 2026-11-20 13:32 UTC."
    sent(partner, Delivered, late=late)
    assert (late in partner.newest()) is partner.says_late
    sent(partner, Delivered, "DT-2:r1:day_before:all", **partner.other(2))
    assert "Sent late" not in partner.newest()


def test_a_pause_asked_for_is_kept(partner: Partner) -> None:
    partner.throttle(7)
    pause = sent(partner, TryAgain).after
    assert pause == (7 if partner.names_pauses else None)
    assert partner.held() == []


def test_a_provider_that_is_unable_or_gone_is_tried_again(partner: Partner) -> None:
    partner.fail()
    sent(partner, TryAgain)
    with partner.unreachable():
        because = sent(partner, TryAgain).because
    assert because.endswith((".", ")"))
    sent(partner, Delivered, attempt=3)
    assert len(partner.held()) == 1


def test_what_will_never_be_taken_is_a_sentence(partner: Partner) -> None:
    partner.refuse()
    refused = sent(partner, Refused).because
    unfit = partner.channel.deliver(KEY, partner.unfit())
    assert isinstance(unfit, Refused)
    for because in (refused, unfit.because):
        assert because[0].isupper() or because[0] == "'"
        assert "Traceback" not in because
    assert partner.held() == []


def test_a_token_that_expired_is_said_and_tried_again(by_http: DeskPartner) -> None:
    if not by_http.secrets or by_http.counts:
        return  # a signature does not expire
    by_http.expire()
    told = sent(by_http, TryAgain)
    assert "token" in told.because
    assert told.after


def test_a_slow_answer_ends_in_a_try_later_and_is_one_after_all(by_http: DeskPartner) -> None:
    for line in _lines_of(by_http):
        line._seconds = 0.2
    by_http.desk.faults.next(Slow(0.6), path=by_http.writes, method="POST")
    if by_http.counts:
        assert isinstance(by_http.channel.deliver(KEY, by_http.message()), (TryAgain, Delivered))
    else:
        sent(by_http, TryAgain)
    for line in _lines_of(by_http):
        line._seconds = 15.0
    sent(by_http, Delivered, attempt=2)
    assert len(set(by_http.held())) == 1


def _lines_of(partner: DeskPartner) -> list[Any]:
    held = vars(partner.channel)
    flows = [line for line, _ in held.get("_flows", {}).values()]
    return [line for line in (held.get("_line"), *flows, *held.get("_lines", {}).values()) if line is not None]


def test_no_secret_and_none_of_the_words_gets_into_a_sentence_or_evidence(partner: Partner) -> None:
    told: list[object] = [sent(partner, Delivered).evidence, repr(partner.channel)]
    partner.refuse()
    told.append(sent(partner, Refused, "k2", **partner.other(2)).because)
    partner.fail()
    told.append(sent(partner, TryAgain, "k3", **partner.other(3)).because)
    if isinstance(partner, DeskPartner):
        echo = " ".join(partner.secrets)
        for status in (400, 401, 403, 404, 405, 410, 413, 422, 500):
            refusal = {"ok": False, "error": echo, "message": echo}
            partner.desk.faults.next(Answering(status, refusal), times=3)
            told.append(partner.channel.deliver("k4", partner.message(**partner.other(4))))
            partner.desk.faults.clear()
        told.append(repr(vars(partner.channel)["account"]))
        told += [exchange.headers for exchange in partner.desk.exchanges]
        told += [exchange.query for exchange in partner.desk.exchanges]
    assert [secret for secret in partner.secrets if secret in repr(told)] == []
    assert WORDS not in repr(told)


def test_many_workers_use_one_channel(partner: Partner) -> None:
    def one(number: int) -> object:
        return partner.channel.deliver(f"k{number}", partner.message(**partner.other(number)))

    with ThreadPoolExecutor(max_workers=6) as workers:
        answers = list(workers.map(one, range(18)))
    assert all(isinstance(answer, Delivered) for answer in answers)
    assert len(set(partner.held())) == 18


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ok", "error", "ts", "channel", "messages", "maintenance_window", "errors", "more"])
            | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(st.tuples(st.sampled_from([200, 201, 202, 204, 301, 400, 404, 418, 500]), JSON), max_size=4))
def test_whatever_comes_back_is_an_answer_and_a_sentence(by_http: DeskPartner, answers: list[Any]) -> None:
    for status, told in answers:
        by_http.desk.faults.next(Answering(status, told))
    for attempt in (1, 2):
        answer = by_http.channel.deliver(KEY, by_http.message(attempt=attempt))
        assert isinstance(answer, (Delivered, TryAgain, Refused, NotConnected))
        if not isinstance(answer, Delivered):
            assert answer.because
            assert "Traceback" not in answer.because
    by_http.desk.faults.clear()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_rubbish_is_no_answer_that_breaks_anything(by_http: DeskPartner, body: bytes) -> None:
    by_http.desk.faults.next(Garbage(body), times=2)
    answer = by_http.channel.deliver(KEY, by_http.message(attempt=2))
    assert isinstance(answer, (Delivered, TryAgain, Refused))
    by_http.desk.faults.clear()
