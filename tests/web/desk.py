"""The desk as a browser without JavaScript sees it: one signed-in client a role, and cases to look at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from tests.cases.reports import a_report
from tests.people import PASSWORD, Cast, address

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter

SignIn = Callable[[str], Client]


def sign_in(role: str, **options: Any) -> Client:
    """A client in which the person of that role is signed in."""
    client = Client(**options)
    assert client.login(username=address(role), password=PASSWORD)
    return client


def text(response: Any) -> str:
    """The page's text; ``Any`` because the test client's answer is patched together at run time."""
    return str(response.content.decode())


def streamed(response: Any) -> bytes:
    """The bytes of an answer that comes in pieces."""
    return b"".join(response.streaming_content)


def page(name: str, *args: object, **query: str) -> str:
    """The address of a page."""
    address = reverse(name, args=args)
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def an_offered_case(cast: Cast, at: datetime, **other: Any) -> int:
    """A case HRC has offered to vets.gov."""
    number = enter(cast.agent, a_report(needs_tier=2, **other), at=at).number
    handing_off.offer(cast.agent, number, ask="Please find out whose fault this is.", at=at)
    return number


def a_case_at_vets_gov(cast: Cast, at: datetime, **other: Any) -> int:
    """A case vets.gov has taken over and begun."""
    number = an_offered_case(cast, at, **other)
    handing_off.acknowledge(cast.triager, number, at=at + timedelta(minutes=1))
    working.begin(cast.triager, number, at=at + timedelta(minutes=2))
    return number
