"""Programs that call the machine interface, each with a key of one of the cast."""

import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tierline.directory.actions import issue_token
from tierline.directory.actor import Actor

BASE = "/api/v1"
Answer = HttpResponse


class Caller:
    """Speaks JSON with one person's key; ``key=None`` comes without one."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call; header words as keywords with underscores (``if_match='"1"'``)."""
        named = {word.replace("_", "-"): said for word, said in headers.items()}
        return self.client.generic(
            method,
            BASE + path,
            data=b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={**self.headers, **named},
        )

    def get(self, path: str, **headers: str) -> Any:
        """Read something."""
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Make or do something."""
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """Correct something."""
        return self.call("PATCH", path, body, **headers)


def key_of(actor: Actor) -> str:
    """A new key of a person."""
    return issue_token(actor, label="test", at=datetime(2026, 11, 20, tzinfo=UTC))


def caller(actor: Actor) -> Caller:
    """A program with a key of this person."""
    return Caller(key_of(actor))


def a_report(**other: Any) -> dict[str, Any]:
    """A refill that fails, told to HRC; name what differs."""
    return {
        "holder": "hrc",
        "service": "prescription-refill",
        "summary": "Refill fails with a red banner",
        "description": "Caller presses Request refill and sees a red banner.",
        "reported_by": "telephone",
        "needs_tier": 2,
        "reporter_name": "Tamsin Stillwater",
        **other,
    }


def entered(by: Caller, **other: Any) -> str:
    """The reference of a case just taken in."""
    answer = by.post("/cases", a_report(**other))
    assert answer.status_code == 201, answer.content
    reference: str = answer.json()["reference"]
    return reference
