"""Private things in Base64: what a word decodes to is looked at, and the whole word is the find. Pure; one level deep.

Refuses what decodes to no text: keys, pictures and hashes are somebody else's matter.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from typing import Final

from tierline.privacy.span import Kind

SHORTEST: Final = 16  # characters; fewer hold no more than twelve
_WORD: Final = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,4000}+={0,2}(?![A-Za-z0-9+/=_-])")
_TEXT: Final = re.compile(r"[\s -~\u00a0-\u024f]+")
_URL_SAFE: Final = str.maketrans("-_", "+/")


def encoded_hits(text: str, look: Callable[[str], list[tuple[int, int, Kind]]]) -> Iterator[tuple[int, int, Kind]]:
    """Words that decode to a text in which ``look`` finds something; they are called what it found first."""
    long = [word for word in text.split() if len(word) >= SHORTEST]
    if all("@" in word or word.count(":") > 1 for word in long):
        return  # addresses and times
    for match in _WORD.finditer(text):
        decoded = _decoded(match.group())
        if decoded and (found := look(decoded)):
            yield (*match.span(), found[0][2])


def _decoded(word: str) -> str | None:
    """The text a word stands for, or None when it stands for none."""
    bare = word.rstrip("=")
    try:
        text = binascii.a2b_base64(bare.translate(_URL_SAFE) + "=" * (-len(bare) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if _TEXT.fullmatch(text) else None
