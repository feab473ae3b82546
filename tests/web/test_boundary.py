"""Trouble in plain words: no address, a lost database, a full disk, what nobody foresaw."""

import errno

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.foundation.trouble import Conflict, NotFound, Unusable
from tierline.web.boundary import PlainWordsForTrouble, words_for, words_for_outage


def answer_to(request: HttpRequest, trouble: Exception) -> HttpResponse | None:
    return PlainWordsForTrouble(lambda _: HttpResponse()).process_exception(request, trouble)


def test_a_lost_database_is_said_in_words_and_what_was_sent_can_be_sent_again() -> None:
    request = RequestFactory().post("/cases/7/note/", {"text": "Ten minutes of work", "password": "hunter2"})
    answer = answer_to(request, OperationalError("connection refused"))
    assert answer is not None
    assert answer.status_code == 503
    assert "cannot reach its database" in text(answer)
    assert "Ten minutes of work" in text(answer)
    assert "Send it now" in text(answer)
    assert "hunter2" not in text(answer)
    assert answer.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    "trouble",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError("could not extend file: No space left on device"),
    ],
)
def test_a_full_disk_is_said_in_words(trouble: Exception) -> None:
    answer = answer_to(RequestFactory().get("/"), trouble)
    assert answer is not None
    assert answer.status_code == 507
    assert "The disk is full" in text(answer)


def test_what_nobody_foresaw_is_left_to_the_last_page() -> None:
    assert words_for_outage(ZeroDivisionError()) is None
    assert answer_to(RequestFactory().get("/"), ZeroDivisionError()) is None


def test_the_machine_interface_speaks_for_itself() -> None:
    assert answer_to(RequestFactory().get("/api/v1/cases"), NotFound("none")) is None


def test_every_refusal_has_its_status() -> None:
    assert [words_for(kind("x")).status for kind in (NotFound, Conflict, Unusable)] == [404, 409, 422]


@pytest.mark.django_db
def test_no_such_address_is_a_page_in_words() -> None:
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is no page at this address." in text(answer)


@pytest.mark.django_db
def test_a_wrong_method_is_said_with_those_that_work(cast: Cast) -> None:
    answer = sign_in("agent").delete(page("help"))
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_every_page_bears_the_policy_and_is_kept_by_nobody(cast: Cast) -> None:
    answer = sign_in("agent").get(page("help"))
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Frame-Options"] == "DENY"
