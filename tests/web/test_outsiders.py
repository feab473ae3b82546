"""Every address of the pages, walked by nobody and by somebody of another organisation, with every method."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from tests.people import Cast
from tests.web.desk import an_offered_case, sign_in, text

from tierline.cases.actions.attaching import attach
from tierline.cases.queries import case
from tierline.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
SECRET = "Zebrafish in the landing page"  # a summary no page of an outsider may hold
OPEN_TO_ANYBODY = {
    *("sign-in", "sign-out", "relay", "metrics"),
    *("status", "status-calendar", "status-feed", "status-json"),
    *("maintenance-windows", "backend-statuses", "backend-status"),
}
SLUGS = {"team": "hrc", "plan": "mhv-rx-sm", "service": "secure-messaging"}


def addresses(number: int) -> list[tuple[str, str]]:
    """Name and address of every page, the case's own where it takes a number."""
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert pattern.name
        wanted: dict[str, Any] = {
            key: number if type(converter).__name__ == "IntConverter" else SLUGS.get(key, "some-word")
            for key, converter in pattern.pattern.converters.items()
        }
        found.append((pattern.name, reverse(pattern.name, kwargs=wanted)))
    return found


@pytest.fixture
def number(cast: Cast, at: datetime) -> int:
    """A case the outsider may not know of, with a file and a message under way."""
    number = an_offered_case(cast, at, summary=SECRET)
    attach(cast.agent, number, "screen.txt", [b"what they saw"], at=at)
    return number


def test_nobody_gets_past_the_door_by_any_address_or_method(number: int) -> None:
    client = Client()
    for name, address in addresses(number):
        for method in METHODS:
            answer = getattr(client, method)(address)
            if name not in OPEN_TO_ANYBODY:
                assert answer.status_code in (302, 401), f"{method} {address}: {answer.status_code}"
                assert SECRET not in text(answer)


def test_an_outsider_reads_and_changes_nothing_by_any_address_or_method(cast: Cast, number: int, at: datetime) -> None:
    client = sign_in("outsider")
    before = case(cast.agent, number, at=at)
    for name, address in addresses(number):
        if name == "sign-out":
            continue
        for method in METHODS:
            sent = {"text": "x", "move": "begin", "to": "hrc", "ask": "x"} if method == "post" else {}
            answer = getattr(client, method)(address, sent)
            body = b"".join(answer.streaming_content).decode() if answer.streaming else text(answer)
            assert SECRET not in body, f"{method} {address}"
            assert answer.status_code < 500, f"{method} {address}"
            if name.startswith("case") and answer.status_code == 302:
                assert answer.headers["Location"] == reverse("case", args=[number])  # which is walked as well
            elif name.startswith(("case", "queue")):
                assert answer.status_code in (403, 404, 405), f"{method} {address}: {answer.status_code}"
    assert case(cast.agent, number, at=at) == before


def test_an_outsider_does_not_find_it_by_search_or_number(number: int) -> None:
    client = sign_in("outsider")
    for words in ("Zebrafish", f"TL-{number}"):
        answer = client.get(reverse("search"), {"q": words})
        assert answer.status_code == 200
        assert "No case that you may see" in text(answer)


def test_there_is_no_telling_a_hidden_case_from_none(number: int) -> None:
    client = sign_in("outsider")
    said = []
    for asked in (number, number + 1_000_000):
        answer = client.get(reverse("case", args=[asked]))
        assert answer.status_code == 404
        shown = re.sub(r'value="\w{64}"', "", text(answer))
        said.append(shown.replace(f"/{asked}/", "/N/").replace(f"TL-{asked}", "TL-N"))
    assert said[0] == said[1]


def test_a_restricted_case_is_hidden_from_its_own_team_without_the_duty(cast: Cast, at: datetime) -> None:
    from tests.cases.reports import a_report  # noqa: PLC0415 - only here

    from tierline.cases.actions.entering import enter  # noqa: PLC0415 - only here

    secret = a_report(holder="mhv-tier-3", flags=frozenset({"security-privacy"}), service="secure-messaging")
    number = enter(cast.lead, secret, at=at).number
    assert sign_in("analyst").get(reverse("case", args=[number])).status_code == 404
    shown = sign_in("privacy").get(reverse("case", args=[number]))
    assert "This case is restricted" in text(shown)
