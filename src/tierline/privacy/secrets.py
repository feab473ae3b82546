"""Keys and tokens that their own form gives away: private key blocks, cloud keys, signed tokens, passwords in URLs.

The forms are those their issuers document. Pure; refuses to call every long word a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.span import Kind

_SECRET: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{0,20000}-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?"
    r"|\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,255}|\bgithub_pat_[A-Za-z0-9_]{20,255}|\bglpat-[\w-]{16,64}"
    r"|\bxox[abeoprs]-[A-Za-z0-9-]{10,200}|\bsk-[A-Za-z0-9_-]{16,200}|\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,99}"
    r"|\bAIza[\w-]{30,40}|\bya29\.[\w-]{20,200}|\bSG\.[\w-]{16,32}\.[\w-]{16,64}|\bnpm_[A-Za-z0-9]{30,40}"
    r"|\beyJ[\w-]{8,4000}\.[\w-]{4,4000}(?:\.[\w-]{0,1000})?"
    r"|\bssh-(?:rsa|ed25519|dss) AAAA[A-Za-z0-9+/=]{20,2000}"
    r"|https://hooks\.slack\.com/services/[\w/]{10,100}"
)
_IN_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{0,100}:(?P<password>[^\s@/]{1,200})@")
_BEGINNINGS: Final = (
    "-----BEGIN", "AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "xox", "sk-", "sk_", "rk_", "pk_", "AIza", "ya29.", "SG.", "npm_", "eyJ", "ssh-", "hooks.slack",
)  # fmt: skip


def secret_hits(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Every key, token or password that needs no label."""
    if any(map(text.__contains__, _BEGINNINGS)):
        yield from ((*match.span(), Kind.SECRET) for match in _SECRET.finditer(text))
    if "://" in text:
        yield from ((*match.span("password"), Kind.SECRET) for match in _IN_URL.finditer(text))
