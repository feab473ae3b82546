"""What people put between the characters of a thing to hide it, or in their place: blanks, markup, letters. Pure.

Refuses short runs: six single characters with the same blank between them are no prose, three may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.plain import Edit

_SPACED: Final = re.compile(r"(?<!\S)[^\s](?: {1,3}[^\s]){5,120}(?![^\s.,;:!?)\"'])")
_BLANKS: Final = re.compile(r" +")
_MARKUP: Final = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|sub|sup|font|mark|small|code|wbr|a|del|ins)(?: [^<>]{0,200})?/?>|<!--[^<>]{0,200}-->"
    r"|(?<=\d)(?:\*{1,2}|`|~{1,2}|__)(?=[\d-])|(?<=[\d-])(?:\*{1,2}|`|~{1,2}|__)(?=\d)",
    re.IGNORECASE,
)
_AS_DIGITS: Final = str.maketrans("OolI", "0011")
#: Groups of digits among which a few are letters that look like some.
_LETTERED: Final = re.compile(r"(?<![A-Za-z0-9])[\dOolI]{2,19}(?:[-. ()/]{1,2}[\dOolI]{2,7}){0,4}(?![A-Za-z0-9])")


def spaced_out(text: str) -> Iterator[Edit]:
    """Single characters with blanks between them, written together; wider blanks stay as one."""
    for run in _SPACED.finditer(text):
        if sum(map(str.isalnum, run.group())) < 6:
            continue
        for blanks in _BLANKS.finditer(text, *run.span()):
            yield (*blanks.span(), "" if blanks.end() - blanks.start() == 1 else " ")


def markup(text: str) -> Iterator[Edit]:
    """Tags inside of words and emphasis inside of numbers."""
    yield from ((*match.span(), "") for match in _MARKUP.finditer(text))


def letters_as_digits(text: str) -> Iterator[Edit]:
    """The letters O, l and I among digits, as digits: as many characters as before."""
    for match in _LETTERED.finditer(text):
        written = match.group()
        digits = sum(map(str.isdigit, written))
        letters = sum(map(str.isalpha, written))
        if letters and digits >= 5 and digits + letters >= 9 and digits >= letters:
            yield (*match.span(), written.translate(_AS_DIGITS))
