"""Reports of post offices that a message could not be delivered (RFC 3464), and less orderly ones. Pure.

Refuses to call anything a failure that only says *later* or *delivered*.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from tierline.mail.texts import decoded, header_words, without_junk

MOST_RECIPIENTS = 50
LONGEST_SOURCE = 200_000  # bytes of a returned message that are looked through
_MESSAGE_ID = re.compile(r"^message-id:\s{0,20}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_OURS = re.compile(r"<[0-9a-f]{32}@[^<>\s]{1,200}>", re.IGNORECASE | re.ASCII)
_SAID = re.compile(r"^.{0,200}\b(?:[45]\d\d[ -]|[45]\.\d{1,3}\.\d{1,3}\b).{0,300}$", re.MULTILINE)
_ENHANCED = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one recipient: ``action`` is RFC 3464's word, ``said`` the words of the server that refused."""

    recipient: str
    action: str
    status: str
    said: str

    @property
    def failed(self) -> bool:
        """Whether it is over: refused for good."""
        return self.action == "failed" or (not self.action and self.status.startswith("5"))

    @property
    def delayed(self) -> bool:
        """Whether the post office still tries."""
        return self.action == "delayed" or (not self.action and self.status.startswith("4"))


def deliveries_in(parts: Iterable["Message[str, str]"]) -> tuple[Delivery, ...]:
    """What the machine-readable part of a report says of each recipient."""
    found: list[Delivery] = []
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        found += [_delivery(block) for block in inner_parts(part) if _is_recipient(block)]
    return tuple(found[:MOST_RECIPIENTS])


def _is_recipient(block: "Message[str, str]") -> bool:
    return any(name in block for name in ("Final-Recipient", "Original-Recipient", "Action", "Status"))


def _delivery(block: "Message[str, str]") -> Delivery:
    recipient = _field(block, "Original-Recipient") or _field(block, "Final-Recipient")
    found = _ENHANCED.search(_field(block, "Status"))
    return Delivery(
        recipient=recipient.partition(";")[2].strip() or recipient,
        action=_field(block, "Action").lower().split(" ")[0],
        status=found.group(0) if found else "",
        said=_field(block, "Diagnostic-Code").partition(";")[2].strip() or _field(block, "Diagnostic-Code"),
    )


def _field(block: "Message[str, str]", name: str) -> str:
    return " ".join(header_words(str(block.get(name, ""))).split())[:500]


def returned_ids_in(parts: Iterable["Message[str, str]"]) -> tuple[str, ...]:
    """The Message-IDs of messages that came back whole, as headers only, or copied into the text."""
    found: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        inner = inner_parts(part)
        if kind == "message/rfc822" and inner:
            found.append(without_junk(str(inner[0].get("Message-ID", ""))).strip())
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            found += _MESSAGE_ID.findall(_source(part))
        elif kind == "text/plain":
            source = _source(part)
            found += [*_MESSAGE_ID.findall(source), *_OURS.findall(source)]
    return tuple(dict.fromkeys(one for one in found if one.startswith("<")))[:20]


def _source(part: "Message[str, str]") -> str:
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return decoded(content[:LONGEST_SOURCE], part.get_content_charset("utf-8") or "utf-8")
    return "\n".join(f"{name}: {value}" for one in inner_parts(part) for name, value in one.items())


def inner_parts(part: "Message[str, str]") -> list["Message[str, str]"]:
    """The messages in a message. Of a single part the payload is not asked for: that decodes it by whatever charset it
    names, and some names (``idna``) raise."""
    inner = part.get_payload() if part.is_multipart() else []
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def refusal_in(text: str) -> str:
    """The line of a report for people that looks like the server's refusal; empty when none does."""
    found = _SAID.search(text[:LONGEST_SOURCE])
    return " ".join(found.group(0).split()) if found else ""
