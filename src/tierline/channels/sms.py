"""Text messages by an e-mail gateway: a number becomes an address, the text goes out as mail.

How mail is sent is handed in (``send``): channels do not know one another. What SMTP cannot tell, this cannot either:
at least once, recognisable by the Message-ID of the mail. Refuses a text that does not fit, or shortens it and says so
with an ellipsis, as the account wants. Lengths: 3GPP TS 23.038.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tierline.channels.channel import Answer, Delivered, Refused, Send

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_7, UCS_2 = "GSM-7", "UCS-2"
_ROOM = {GSM_7: (160, 153), UCS_2: (70, 67)}  # alone, and as one of several
_ELLIPSIS = {GSM_7: "...", UCS_2: "…"}


class Account(BaseModel):
    """One gateway. ``gateway`` holds ``{number}``; ``drop_prefix`` is the country code it does not want."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gateway: str
    drop_prefix: str = ""
    parts: int = Field(default=3, ge=1, le=6)  # messages one text may be split into by the gateway
    too_long: Literal["refuse", "shorten"] = "refuse"

    @field_validator("gateway")
    @classmethod
    def _gateway(cls, written: str) -> str:
        if not re.fullmatch(r"[^@\s{}]*\{number\}[^@\s{}]*@[^@\s{}]+", written):
            raise ValueError("write an address with {number} in it, such as {number}@text.example")
        return written


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text as it leaves."""

    text: str
    alphabet: str
    parts: int
    shortened: bool


class Sms:
    """The channel."""

    name: ClassVar[str] = "sms"
    label: ClassVar[str] = "Text message"
    sends_by: ClassVar[str] = "email"

    def __init__(self, account: Account, send: Send) -> None:
        self.account, self._send = account, send

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Send ``{"to": "+1 555 0100", "text"}``. Evidence: ``parts alphabet shortened`` and the mail's own."""
        digits = re.sub(r"[\s().-]", "", str(message.get("to") or ""))
        if not re.fullmatch(r"\+[1-9]\d{6,14}", digits):
            return Refused("The telephone number is none; write it with its country code, such as +1 555 010 0100.")
        try:
            fitted = self._fitted(str(message.get("text") or ""), str(message.get("late") or ""))
        except ValueError as trouble:
            return Refused(str(trouble))
        number = digits[1:].removeprefix(self.account.drop_prefix)
        mail = {"to": self.account.gateway.replace("{number}", number), "subject": "", "text": fitted.text}
        answer = self._send(key, mail | {name: message[name] for name in ("mark", "attempt") if name in message})
        if not isinstance(answer, Delivered):
            return answer
        told = {"parts": fitted.parts, "alphabet": fitted.alphabet, "shortened": fitted.shortened, "accepted": True}
        return Delivered({**answer.evidence, **told, "found": False})

    def _fitted(self, text: str, late: str) -> Fitted:
        """The text with the sentence that it is late before it, where there is room for both."""
        shorten = self.account.too_long == "shorten"
        if late:
            try:
                return fit(f"{late} {text}", self.account.parts, shorten=False)
            except ValueError:
                pass
        return fit(text, self.account.parts, shorten=shorten)


def fit(text: str, parts: int, *, shorten: bool) -> Fitted:
    """The text within so many messages. Raises ValueError when it is empty, or too long and not to be shortened."""
    text = " ".join(text.split())
    if not text:
        raise ValueError("The text message is empty.")
    alphabet = alphabet_of(text)
    needed = parts_of(text, alphabet)
    if needed <= parts:
        return Fitted(text, alphabet, needed, shortened=False)
    if not shorten:
        room = _room(alphabet, parts)
        over = units(text, alphabet) - room
        raise ValueError(f"The text message is {over} characters too long; there is room for {room} ({alphabet}).")
    end = len(text)
    while parts_of(cut := text[:end].rstrip() + _ELLIPSIS[alphabet], alphabet) > parts:
        end -= 1
    return Fitted(cut, alphabet, parts_of(cut, alphabet), shortened=True)


def alphabet_of(text: str) -> str:
    """GSM-7 when every character is in it, UCS-2 otherwise."""
    return GSM_7 if set(text) <= _BASIC | _EXTENDED else UCS_2


def units(text: str, alphabet: str) -> int:
    """How much room a text takes: characters beyond the alphabet's base take two."""
    if alphabet == GSM_7:
        return sum(2 if sign in _EXTENDED else 1 for sign in text)
    return len(text.encode("utf-16-be")) // 2


def parts_of(text: str, alphabet: str) -> int:
    """How many messages a text becomes."""
    alone, _ = _ROOM[alphabet]
    taken = units(text, alphabet)
    return 1 if taken <= alone else -(-taken // _ROOM[alphabet][1])


def _room(alphabet: str, parts: int) -> int:
    alone, of_several = _ROOM[alphabet]
    return alone if parts == 1 else of_several * parts
