"""By what an answer finds the message it answers: a signed address, and a Message-ID nobody can guess. Pure.

Both are keyed (HMAC-SHA-256), so whoever knows how they are made can make none. An address that names a message and
does not carry its signature is *altered*: told apart from one that names nothing, and never believed.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr

_ADDRESS = re.compile(r"(?P<local>[^@+]+)\+(?P<named>[^@]+)@(?P<domain>[^@]+)")
_NAMED = re.compile(r"(?P<effect>[0-9a-z]{1,13})-(?P<signature>[a-z2-7]{16})", re.IGNORECASE | re.ASCII)
_MARK = re.compile(r"<([0-9a-f]{32})@", re.IGNORECASE | re.ASCII)
LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Origin:
    """The message of ours that an incoming one speaks of: what it was about and to whom it went."""

    effect: int
    mark: str
    key: str
    subject_kind: str
    subject_id: int
    to: str


@dataclass(frozen=True, slots=True)
class Named:
    """What an address to answer to names: an effect, or nothing that can be believed (``altered``)."""

    effect: int | None
    altered: bool


def mark_of(secret: str, key: str) -> str:
    """The part of the Message-ID before the @: the same for every try of one effect, and not to be guessed."""
    return _digest(secret, f"message:{key}").hex()[:32]


def marks_in(message_ids: str) -> tuple[str, ...]:
    """What could be marks of ours in the ids of a header such as ``References``."""
    return tuple(mark.lower() for mark in _MARK.findall(message_ids))


def reply_address(base: str, effect: int, secret: str) -> str | None:
    """The address answers to one effect go to: 80 bits of signature, in letters that survive lower-casing.

    None when ``base`` leaves no room for it (then ``References`` has to do).
    """
    local, _, domain = parseaddr(base)[1].rpartition("@")
    named = f"{local}+{_base36(effect)}-{_signature(secret, effect)}"
    return f"{named}@{domain}" if local and len(named) <= LONGEST_LOCAL_PART else None


def named_in(address: str, base: str, secret: str) -> Named:
    """What ``address`` names. Only addresses of ours are looked at; others name nothing."""
    found, ours = _ADDRESS.fullmatch(address.strip()), parseaddr(base)[1].lower()
    if found is None or f"{found['local']}@{found['domain']}".lower() != ours:
        return Named(None, altered=False)
    named = _NAMED.fullmatch(found["named"])
    if named is None:
        return Named(None, altered=True)
    effect = int(named["effect"], 36)
    holds = hmac.compare_digest(_signature(secret, effect), named["signature"].lower())
    holds = holds and named["effect"].lower() == _base36(effect) and effect < 2**63
    return Named(effect, altered=False) if holds else Named(None, altered=True)


def _signature(secret: str, effect: int) -> str:
    return base64.b32encode(_digest(secret, f"reply:{effect}")[:10]).decode().lower()


def _digest(secret: str, text: str) -> bytes:
    return hmac.new(secret.encode(), f"tierline:{text}".encode(), hashlib.sha256).digest()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
