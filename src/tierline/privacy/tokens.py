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
    r"([^\W\d_]+(?:['’-](?=[^\W\d_])[^\W\d_]+)*)|(\d[^\W_]*)|(\n[ \t>?*|]*)"
    r"|([^\w\s]|_)"
)
_FORMS: Final = (Form.SIGN, Form.WORD, Form.NUMBER, Form.LINE, Form.SIGN)  # by the number of the group


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text in order; blanks are what lies between them."""
    found = []
    for match in _TOKEN.finditer(text):
        form = _FORMS[match.lastindex or 0]
        written = match.group()
        start, end = match.span()
        found.append(Token(start, end, form, written, sense(written) if form is Form.WORD else Sense.NONE))
    return found
