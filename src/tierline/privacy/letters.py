"""Letters without their accents, one for one, so that places in a text stay what they are. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final


class _Base(dict[int, int]):
    """Letters without their accents, one for one."""

    def __missing__(self, code: int) -> int:
        first = unicodedata.normalize("NFD", _LETTERS.get(chr(code), chr(code)))[0]
        self[code] = base = ord(first)
        return base


_LETTERS: Final = {
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "þ": "t",
    "ß": "s",
    "ı": "i",
    "æ": "a",
}
_BASE: Final = _Base()


def without_accents(text: str) -> str:
    """The text with every letter's accent taken off, as many characters as before."""
    return text if text.isascii() else text.translate(_BASE)
