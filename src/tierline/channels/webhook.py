"""A signed call to somebody's own address, by the open form "Standard Webhooks": id, timestamp, HMAC SHA-256.

``webhook-id`` is the effect's key and the same for every try, so a receiver keeps each once; ``webhook-signature`` is
over ``id.timestamp.body``; a receiver turns away a timestamp more than REPLAY_WINDOW from its own. Refuses addresses
within this machine or its network unless the account allows them, checked for the very address that is then connected
to, and follows no redirect.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import re
import socket
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

from tierline.channels.addresses import secure_address
from tierline.channels.channel import Answer, Delivered, Refused, TryAgain
from tierline.channels.line import Line, Stopped, Told, visit
from tierline.foundation.clock import now

REPLAY_WINDOW = timedelta(minutes=5)
LARGEST = 256 * 1024
SECRET_PAUSE = 900.0
_PREFIX = "whsec_"
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind NAT64


class Account(BaseModel):
    """One receiver. ``secret`` is base64 of at least 16 bytes, with ``whsec_`` before it or without."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str
    secret: SecretStr
    allow_private: bool = False

    @field_validator("address")
    @classmethod
    def _address(cls, written: str) -> str:
        return secure_address(written)

    @field_validator("secret")
    @classmethod
    def _secret(cls, written: SecretStr) -> SecretStr:
        if len(_bytes_of(written)) < 16:
            raise ValueError("write at least 16 bytes as base64; `openssl rand -base64 24` makes one")
        return written


class Webhook:
    """The channel."""

    name: ClassVar[str] = "webhook"
    label: ClassVar[str] = "Webhook"

    def __init__(self, account: Account) -> None:
        self.account = account
        self._lines: dict[str, Line] = {}

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Post ``{"type"?, "body"}`` as ``{"id", "type", "data"}``. Evidence: ``id status``."""
        known = id_of(key)
        told = {"id": known, "type": str(message.get("type") or "tierline.message"), "data": message.get("body") or {}}
        body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        if len(body) > LARGEST:
            return Refused(f"The message has {len(body):,} bytes; a webhook carries {LARGEST:,}.")
        stamp = int(now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": known,
            "webhook-timestamp": str(stamp),
            "webhook-signature": signature(_bytes_of(self.account.secret), known, stamp, body),
        }
        try:
            with visit():
                answer = self._post(body, headers)
        except Stopped as stopped:
            return stopped.answer
        if 200 <= answer.status < 300:
            return Delivered({"id": known, "status": answer.status, "found": False})
        return _no(answer)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> Told:
        parts = urlsplit(self.account.address)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        place = self._place(host, port)
        number = f"[{place}]" if ":" in place else place
        base = f"{parts.scheme}://{number}:{port}"
        line = self._lines.setdefault(base, Line("The receiver", base, secrets=self._secrets(), redirects=0))
        return line.ask(
            "POST", f"{base}{parts.path or '/'}", content=body, headers={**headers, "Host": parts.netloc}, host=host
        )

    def _place(self, host: str, port: int) -> str:
        """The number to connect to. Raises Stopped for a host that is not known or leads inside."""
        try:
            found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError:
            raise Stopped(TryAgain(f"The name {host} of the receiver cannot be resolved now.")) from None
        if not found:
            raise Stopped(TryAgain(f"The name {host} of the receiver cannot be resolved now."))
        if not self.account.allow_private and not all(is_public(one) for one in found):
            raise Stopped(
                Refused(
                    f"The receiver {host} is inside this machine or its network. Where that is meant, write "
                    "allow_private: true into the account."
                )
            )
        return found[0].partition("%")[0]

    def _secrets(self) -> tuple[str, ...]:
        return (self.account.secret.get_secret_value(),)


def id_of(key: str) -> str:
    """The delivery's id: the key, or a digest of one that a header or the signature's dots could not carry."""
    if re.fullmatch(r"[A-Za-z0-9:_@/+~-]{1,200}", key):
        return key
    return hashlib.sha256(key.encode()).hexdigest()


def signature(secret: bytes, known: str, stamp: int, body: bytes) -> str:
    """``v1,`` and the HMAC SHA-256 of ``id.timestamp.body`` in base64."""
    signed = f"{known}.{stamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"


def is_public(address: str) -> bool:
    """Whether an address is out in the internet, also when an IPv4 address is wrapped in it."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        wrapped = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in _TRANSLATED:
            wrapped = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return found.is_global and not found.is_multicast and not found.is_reserved and not found.is_unspecified


def _bytes_of(secret: SecretStr) -> bytes:
    try:
        return base64.b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _no(told: Told) -> Answer:
    match told.status:
        case 401 | 403:
            return TryAgain(
                "The receiver does not take the signature: its secret or its clock differs from ours.", SECRET_PAUSE
            )
        case 404 | 410:
            return Refused("The receiver is not at this address any more. Check the account.")
        case status if 300 <= status < 400:
            return Refused("The receiver sent us on to another address, which Tierline does not follow.")
    return Refused(f"The receiver does not take the message (status {told.status}).")
