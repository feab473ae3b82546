"""What a provider answered, in words for people: who took it, what it said, by what number it is found there. Pure.

Claims no more than the evidence holds; leaves out what is empty or was not so.
"""

from collections.abc import Mapping
from typing import Any, Final

LABELS: Final = {
    "accepted": "taken for",
    "server": "by",
    "answer": "which said",
    "message_id": "Message-ID",
    "ts": "message",
    "channel": "in channel",
    "thread": "in the thread of",
    "groups": "groups tagged",
    "outside": "tagged, but not in the channel:",
    "id": "its id",
    "dedup_key": "known by",
    "reference": "reference",
    "status": "answered",
    "parts": "text messages it took:",
    "url": "at",
    "but": "but",
}
FLAGS: Final = {
    "accepted": "taken",
    "shortened": "shortened to fit",
    "found": "it was there already when asked",
    "dsn": "a report comes back if it cannot be delivered",
}


def answer_in_words(evidence: Mapping[str, Any]) -> str:
    """``taken for ravi@mhv.example, by mail.example:25, which said 250 Kept, Message-ID <7@tierline.example>``."""
    known = [key for key in (*LABELS, *FLAGS) if key in evidence]
    order = list(dict.fromkeys([*known, *evidence]))
    return ", ".join(said for key in order if (said := _said(key, evidence[key])))


def _said(key: str, value: Any) -> str:
    label = LABELS.get(key, f"{key.replace('_', ' ')}:")
    if value is True:
        return FLAGS.get(key, label.removesuffix(":"))
    if value is False or value in (None, "", [], {}):
        return ""
    if isinstance(value, Mapping):
        value = [f"{name} {said}" for name, said in value.items()]
    return f"{label} {' '.join(map(str, value)) if isinstance(value, list) else value}"
