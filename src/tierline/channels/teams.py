"""Microsoft Teams, by the address of a channel's workflow ("when a webhook request is received"): one adaptive card.

A flow cannot be asked what it posted, so this is at least once, recognisable: every try of the same effect carries the
same reference, shown small at the end of the card. 202 says that the flow was started, no more. Refuses what is over
28 KB. The address is the secret: no sentence holds it. Facts: the vendor's pages on workflows and adaptive cards.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tierline.channels.addresses import secure_address
from tierline.channels.channel import Answer, Delivered, Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told, visit

LARGEST = 28 * 1024  # bytes of the whole message
ADDRESS_PAUSE = 900.0


class Account(BaseModel):
    """The channels that can be written to: our word for each, and the address of its flow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    webhooks: dict[str, SecretStr] = Field(min_length=1)

    @field_validator("webhooks")
    @classmethod
    def _addresses(cls, given: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for written in given.values():
            secure_address(written.get_secret_value().partition("?")[0])
        return given


class Teams:
    """The channel."""

    name: ClassVar[str] = "teams"
    label: ClassVar[str] = "Microsoft Teams"

    def __init__(self, account: Account) -> None:
        self.account = account
        self._flows = {
            word.lstrip("#"): _flow(written.get_secret_value()) for word, written in account.webhooks.items()
        }

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Post ``{"to", "title", "text", "facts"?: [{"label", "text"}], "url"?}``, or ``{"to", "card"}`` as it is.

        ``room`` says the same as ``to``; title, ``summary`` for text, facts and url may stand under ``document``.
        ``late``: the sentence that says so, at the top of the card. Evidence: ``accepted reference``.
        """
        to = str(message.get("to") or message.get("room") or "").lstrip("#")
        if to not in self._flows:
            known = ", ".join(sorted(self._flows))
            return Refused(f"The Teams account knows no channel '{to[:80]}'. There are: {known}.")
        reference = reference_of(key)
        asked = json.dumps(_message(message, reference)).encode()
        if len(asked) > LARGEST:
            return Refused(
                f"The message has {len(asked):,} bytes; Teams takes {LARGEST:,}. Shorten its texts, or link to them."
            )
        line, address = self._flows[to]
        headers = {"Content-Type": "application/json", "x-ms-client-tracking-id": reference}
        try:
            with visit():
                told = line.ask("POST", address, content=asked, headers=headers)
        except Stopped as stopped:
            return stopped.answer
        if 200 <= told.status < 300:
            return Delivered({"accepted": True, "reference": reference, "status": told.status, "found": False})
        return _no(told)


def reference_of(key: str) -> str:
    """What people tell a repeat by: the same for every try of one effect; tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def _flow(address: str) -> tuple[Line, str]:
    parts = urlsplit(address)
    secrets = (parts.query, *(one for values in parse_qs(parts.query).values() for one in values if len(one) > 11))
    return Line("Microsoft Teams", f"{parts.scheme}://{parts.netloc}", secrets=secrets, redirects=0), address


def _message(message: Mapping[str, Any], reference: str) -> dict[str, Any]:
    given = message.get("card")
    document = message.get("document")
    own = {name: told for name, told in message.items() if name != "late"}
    content = document if isinstance(document, Mapping) and "title" not in message else own
    card = dict(given) if isinstance(given, Mapping) else _card(content)
    body = card.get("body")
    mark = {"type": "TextBlock", "text": f"Reference {reference}", "size": "Small", "isSubtle": True, "wrap": True}
    late = [_emphasised(str(message["late"]))] if message.get("late") else []
    card["body"] = [*late, *(body if isinstance(body, Sequence) and not isinstance(body, str) else []), mark]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _emphasised(text: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "weight": "Bolder", "wrap": True}


def _card(told: Mapping[str, Any]) -> dict[str, Any]:
    body: list[dict[str, Any]] = []
    if told.get("title"):
        title = {"type": "TextBlock", "text": str(told["title"]), "size": "Large", "weight": "Bolder", "wrap": True}
        body.append(title)
    if told.get("late"):
        body.append(_emphasised(str(told["late"])))
    body.append({"type": "TextBlock", "text": str(told.get("text") or told.get("summary") or ""), "wrap": True})
    listed = told.get("facts")
    facts = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
    rows = [
        {"title": str(one.get("label", "")), "value": str(one.get("text", ""))}
        for one in facts
        if isinstance(one, Mapping)
    ]
    if rows:
        body.append({"type": "FactSet", "facts": rows})
    asides = told.get("asides")
    if isinstance(asides, Sequence) and not isinstance(asides, str):
        body += [{"type": "TextBlock", "text": str(one), "isSubtle": True, "wrap": True} for one in asides]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if told.get("url"):
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": str(told["url"])}]
    return card


def _no(told: Told) -> Answer:
    match told.status:
        case 401 | 403:
            return TryAgain(
                "Teams does not take the token in the address of the flow: it was renewed or switched off.",
                ADDRESS_PAUSE,
            )
        case 404 | 410:
            return Refused(
                "The flow of this Teams channel is gone. Make another, and write its address into the account."
            )
        case 413:
            return Refused("Teams finds the message too large. Shorten its texts.")
    return Refused(f"Teams does not take the card (status {told.status}).")
