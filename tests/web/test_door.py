"""The door: who is let in, who waits, and what happens to text typed before the session ended."""

from datetime import datetime

import pytest
from django.test import Client
from tests.people import PASSWORD, Cast, address
from tests.standing import StoppedClock
from tests.web.desk import an_offered_case, page, sign_in, text

pytestmark = pytest.mark.django_db


def test_the_right_password_leads_back_to_where_one_was_going(cast: Cast) -> None:
    answer = Client().post(page("sign-in"), {"email": address("agent"), "password": PASSWORD, "next": "/help/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/help/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_way_back_leads_to_another_site(cast: Cast, elsewhere: str) -> None:
    answer = Client().post(page("sign-in"), {"email": address("agent"), "password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_letter_case_of_the_address_does_not_matter(cast: Cast) -> None:
    answer = Client().post(page("sign-in"), {"email": address("agent").upper(), "password": PASSWORD})
    assert answer.status_code == 302


def test_a_wrong_password_says_what_to_do_and_keeps_the_address(cast: Cast) -> None:
    answer = Client().post(page("sign-in"), {"email": address("agent"), "password": "wrong"})
    assert answer.status_code == 422
    assert "do not belong together" in text(answer)
    assert address("agent") in text(answer)


def test_after_eight_wrong_passwords_even_the_right_one_waits_a_quarter_of_an_hour(
    cast: Cast, stopped_clock: StoppedClock
) -> None:
    client, attempt = Client(), {"email": address("agent"), "password": "wrong"}
    for _ in range(8):
        assert client.post(page("sign-in"), attempt).status_code == 422
    assert client.post(page("sign-in"), attempt | {"password": PASSWORD}).status_code == 429
    stopped_clock.forward(minutes=16)
    assert client.post(page("sign-in"), attempt | {"password": PASSWORD}).status_code == 302


def test_a_stranger_elsewhere_does_not_lock_somebody_out_with_eight_tries(cast: Cast) -> None:
    attempt = {"email": address("agent"), "password": "wrong"}
    for _ in range(9):
        Client(REMOTE_ADDR="192.0.2.7").post(page("sign-in"), attempt)
    assert Client().post(page("sign-in"), attempt | {"password": PASSWORD}).status_code == 302


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(cast: Cast) -> None:
    answer = Client().get(page("queue", "hrc", tab="todo"))
    assert answer.headers["Location"] == "/sign-in/?next=%2Fqueue%2Fhrc%2F%3Ftab%3Dtodo"


def test_what_was_typed_before_the_session_ended_travels_through_the_sign_in(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = Client()
    asked = client.post(page("case-note", number), {"text": "Ten minutes of work"})
    assert asked.status_code == 401
    assert "Ten minutes of work" in text(asked)
    signing_in = {"email": address("agent"), "password": PASSWORD, "next": page("case-note", number)}
    kept = {"kept-name": ["text"], "kept-value": ["Ten minutes of work"]}
    again = client.post(page("sign-in"), signing_in | kept)
    assert "Ten minutes of work" in text(again)
    assert f'action="{page("case-note", number)}"' in text(again)


def test_a_password_never_travels_back_in_a_page(cast: Cast) -> None:
    answer = Client().post(page("account"), {"old_password": "hunter2hunter2", "text": "kept"})
    assert "hunter2hunter2" not in text(answer)


def test_a_form_with_an_old_token_can_be_sent_again_from_here(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = sign_in("agent", enforce_csrf_checks=True)
    answer = client.post(page("case-note", number), {"text": "Ten minutes of work"})
    assert answer.status_code == 403
    assert "Ten minutes of work" in text(answer)
    assert "Send it now" in text(answer)


def test_a_form_from_another_site_is_refused_and_not_offered_again(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = sign_in("agent", enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    answer = client.post(page("case-note", number), {"text": "planted"})
    assert answer.status_code == 403
    assert "planted" not in text(answer)


def test_signing_out_takes_a_post(cast: Cast) -> None:
    client = sign_in("agent")
    client.get(page("sign-out"))
    assert client.get(page("help")).status_code == 200
    client.post(page("sign-out"))
    assert client.get(page("help")).status_code == 302


def test_a_session_ends_when_its_person_leaves(cast: Cast) -> None:
    from tierline.directory.models import Person  # noqa: PLC0415 - a test reaches behind the door on purpose

    client = sign_in("agent")
    Person.objects.filter(email=address("agent")).update(is_active=False)
    assert client.get(page("help")).status_code == 302
