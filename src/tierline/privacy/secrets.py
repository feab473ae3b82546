"""Keys and tokens that their own form gives away: private key blocks, cloud keys, signed tokens, passwords in URLs.

The forms are those their issuers document. Pure; refuses to call every long word a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.span import Kind

_SECRET: Final = re.compile(
    r"(?<![\w-])(?:"
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[\w-]{16,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,200}|sk-[A-Za-z0-9_-]{16,200}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,99}"
    r"|AIza[\w-]{30,40}|ya29\.[\w-]{20,200}|SG\.[\w-]{16,32}\.[\w-]{16,64}|npm_[A-Za-z0-9]{30,40}"
    r"|eyJ[\w-]{8,4000}+\.[\w-]{4,4000}+(?:\.[\w-]{0,1000})?"
    r"|ssh-(?:rsa|ed25519|dss) AAAA[A-Za-z0-9+/=]{20,2000}"
    r"|https://hooks\.slack\.com/services/[\w/]{10,100})"
)
_KEY_BEGINS: Final = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS: Final = re.compile(r"-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST_KEY: Final = 20_000  # characters
_IN_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:(?P<password>[^\s@/]{1,200})@")
#: Addresses of digital money.
_WALLET: Final = re.compile(
    r"(?<![\w])(?:bc1[a-z0-9]{25,60}|[13](?=[A-Za-z0-9]{0,30}[a-z])(?=[A-Za-z0-9]{0,30}[A-Z])[1-9A-HJ-NP-Za-km-z]{25,34}"
    r"|0x[0-9a-fA-F]{40})(?!\w)"
)
_SHORTEST_KEY: Final = 14
_SHORTEST_WALLET: Final = 26  # characters
_BEGINNINGS: Final = (
    "AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
    "sk-", "sk_", "rk_", "pk_", "AIza", "ya29.", "SG.", "npm_", "eyJ", "ssh-", "hooks.slack",
)  # fmt: skip


def secret_hits(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Every key, token or password that needs no label."""
    yield from key_blocks(text)
    longest = max(map(len, text.split()), default=0)
    if longest >= _SHORTEST_KEY and any(map(text.__contains__, _BEGINNINGS)):
        yield from ((*match.span(), Kind.SECRET) for match in _SECRET.finditer(text))
    if longest >= _SHORTEST_WALLET:
        yield from ((*match.span(), Kind.ACCOUNT) for match in _WALLET.finditer(text))
    if "://" in text:
        yield from ((*match.span("password"), Kind.SECRET) for match in _IN_URL.finditer(text))


def key_blocks(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Private keys from their first line to their last; without a last line, the first one."""
    if "-----BEGIN" not in text:
        return
    ends = [match.span() for match in _KEY_ENDS.finditer(text)]
    done, following = 0, 0
    for match in _KEY_BEGINS.finditer(text):
        if match.start() < done:
            continue
        while following < len(ends) and ends[following][0] < match.end():
            following += 1
        near = following < len(ends) and ends[following][0] - match.end() <= _LONGEST_KEY
        done = ends[following][1] if near else match.end()
        yield match.start(), done, Kind.SECRET
