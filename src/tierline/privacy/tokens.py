"""A text as words, numbers, signs and line ends, each with its place and what it can be. Pure; linear."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

from tierline.privacy.lexicon import Sense, sense


class Form(IntEnum):
    """What a token is made of."""

    WORD = 0
    NUMBER = 1
    SIGN = 2
    LINE = 3


class Token(NamedTuple):
    """A piece of text: where, what it is made of, and what a word can be."""

    start: int
    end: int
    form: Form
    text: str
    sense: int


_TOKEN: Final = re.compile(
    r"(?P<word>[^\W\d_]+(?:['’-](?=[^\W\d_])[^\W\d_]+)*)|(?P<number>\d[^\W_]*)|(?P<line>\n[ \t>?*|]*)"
    r"|(?P<sign>[^\w\s]|_)"
)
_FORMS: Final = {"word": Form.WORD, "number": Form.NUMBER, "line": Form.LINE, "sign": Form.SIGN}


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text in order; blanks are what lies between them."""
    found = []
    for match in _TOKEN.finditer(text):
        form = _FORMS[match.lastgroup or "sign"]
        written = match.group()
        found.append(
            Token(match.start(), match.end(), form, written, sense(written) if form is Form.WORD else Sense.NONE)
        )
    return found
