"""Reports for tests, in the words of invented callers."""

from typing import Any

from tierline.cases.actions.entering import NewCase


def a_report(**other: Any) -> NewCase:
    """A refill that fails, told on the telephone to HRC; name what differs."""
    said: dict[str, Any] = {
        "holder": "hrc",
        "service": "prescription-refill",
        "summary": "Refill fails with a red banner",
        "description": "Caller presses Request refill, sees a red banner; the medicine is then gone from the list.",
        "reported_by": "telephone",
        "reporter_name": "Tamsin Stillwater",
        "reporter_contact": "tamsin@mail.example",
    }
    return NewCase(**(said | other))


def thorough() -> dict[str, str]:
    """Answers to everything Tier 3 asks for."""
    return {
        "occurred-at": "20 Nov 2026, 9 in the morning",
        "device": "iPhone 14",
        "browser": "Safari",
        "operating-system": "iOS 19",
        "steps-to-reproduce": "Sign in, open messages, press Send.",
        "expected-behavior": "The message leaves.",
        "actual-behavior": "It is saved as a draft.",
        "troubleshooting-performed": "Cleared cookies, tried another browser.",
        "ticket-numbers": "25-HRC-HD-53-35482519",
    }
