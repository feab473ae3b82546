"""Where an account may point: TLS everywhere but on this machine. Pure."""

import ipaddress
from urllib.parse import urlsplit


def secure_address(written: str) -> str:
    """The address without a slash at its end. Raises ValueError for one a secret must not be sent to."""
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError("write an address such as https://desk.example, without a user name in it")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise ValueError("the token would travel unencrypted; write https://")
    return written.rstrip("/")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
