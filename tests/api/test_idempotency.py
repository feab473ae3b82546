"""The same report sent twice makes one case, also by two threads at once; another report needs another key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from tests.api.callers import Caller, a_report, key_of
from tests.people import Cast

from tierline.api.idempotency import KEPT_FOR, forget_old_answers
from tierline.api.models import KeptAnswer
from tierline.foundation.clock import stopped


@pytest.mark.django_db
def test_the_same_report_under_the_same_key_is_answered_the_same(agent: Caller) -> None:
    first = agent.post("/cases", a_report(), idempotency_key="report-1")
    again = agent.post("/cases", a_report(), idempotency_key="report-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.django_db
def test_another_report_under_a_used_key_is_refused(agent: Caller) -> None:
    agent.post("/cases", a_report(), idempotency_key="report-1")
    other = agent.post("/cases", a_report(summary="Something else"), idempotency_key="report-1")
    assert other.status_code == 409
    assert other.json()["type"] == "urn:tierline:problem:key-reused"


@pytest.mark.django_db
def test_a_key_belongs_to_a_person(agent: Caller, triager: Caller) -> None:
    first = agent.post("/cases", a_report(), idempotency_key="report-1")
    other = triager.post("/cases", a_report(holder="vets-gov"), idempotency_key="report-1")
    assert other.status_code == 201
    assert other.json()["reference"] != first.json()["reference"]


@pytest.mark.django_db
def test_a_refused_report_leaves_its_key_free(agent: Caller) -> None:
    assert agent.post("/cases", a_report(service="zeppelins"), idempotency_key="report-1").status_code == 422
    assert agent.post("/cases", a_report(), idempotency_key="report-1").status_code == 201


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(agent: Caller, at: datetime) -> None:
    with stopped(at):
        first = agent.post("/cases", a_report(), idempotency_key="report-1").json()
    assert forget_old_answers(at=at + KEPT_FOR - timedelta(seconds=1)) == 0
    with stopped(at + KEPT_FOR):
        later = agent.post("/cases", a_report(summary="Another day"), idempotency_key="report-1")
    assert later.json()["reference"] != first["reference"]
    assert forget_old_answers(at=at + 2 * KEPT_FOR) == 1
    assert not KeptAnswer.objects.exists()


def test_two_threads_with_one_key_make_one_case(committed_cast: Cast) -> None:
    key, start = key_of(committed_cast.agent), Barrier(4)

    def send(_turn: int) -> tuple[int, str]:
        try:
            start.wait(timeout=10)
            answer = Caller(key).post("/cases", a_report(), idempotency_key="raced")
            return answer.status_code, answer.json()["reference"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert {status for status, _ in answers} == {201}
    assert len({reference for _, reference in answers}) == 1
