"""Postal addresses: streets with numbers, flats, boxes, postcodes, the towns and countries beside them. Pure; linear.

An address is a stretch of nothing but names, numbers and words of addresses, over line ends and commas, that has a
number and something the number is of. Refuses numbers that have only ordinary words around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.lexicon import Sense, listed
from tierline.privacy.span import Kind
from tierline.privacy.tokens import Form, Token

_STATES: Final = listed("states")
#: What exports of tables write for a field that is empty.
_EMPTY: Final = frozenset({"nan", "null"})
_BETWEEN: Final = frozenset({",", ".", "-", "/", "(", ")", "'", "’", "&", "#", "–"})
_IN_LINES: Final = frozenset({",", ".", "-", "(", ")", "'", "/"})
_PARTS: Final = (Form.WORD, Form.NUMBER)
_MEASURED: Final = re.compile(r"\d(?:mg|mcg|ml|g|kg|lbs?|am|pm|px|ms|kb|mb|gb|th|st|nd|rd|x)$", re.IGNORECASE)
_OURS: Final = Sense.SUPPORT | Sense.OPENER


def address_blocks(tokens: list[Token], private: list[bool]) -> Iterator[tuple[int, int, Kind]]:
    """Stretches of tokens that are an address: first and last token of each, and of the names written above it."""
    if not any(token.form is Form.NUMBER for token in tokens):
        return
    material = [
        private[index] or (token.form in _PARTS and _is_material(tokens, private, index))
        for index, token in enumerate(tokens)
    ]
    for first, last in _lines(tokens):
        if _is_address_line(tokens, first, last):
            material[first:last] = [token.form in (Form.WORD, Form.NUMBER) for token in tokens[first:last]]
    index = 0
    while index < len(tokens):
        if not material[index]:
            index += 1
            continue
        last = index
        while (following := _next_of_block(tokens, material, last)) is not None:
            last = following
        yield from _trimmed(tokens, private, index, last)
        index = last + 1


def _is_material(tokens: list[Token], private: list[bool], index: int) -> bool:
    """Whether a token can be part of an address."""
    token = tokens[index]
    if token.form is Form.NUMBER:
        glued = index and tokens[index - 1].end == token.start and tokens[index - 1].form is Form.WORD
        return len(token.text) <= 7 and not glued and not _MEASURED.search(token.text)
    return (
        _is_province(token)
        or _names_street(tokens, private, index)
        or (not token.sense & _OURS and bool(token.sense & Sense.CAPITAL) and _before_number_or_street(tokens, index))
        or (len(token.text) == 1 and (token.text.isupper() or _beside_number(tokens, index)))
        or (
            bool(token.sense & Sense.STREET)
            and (bool(token.sense & Sense.CAPITAL) or _beside_name(tokens, private, index))
        )
    )


def _is_province(token: Token) -> bool:
    """A flat's word, a state, a province in capitals, or what stands for an empty one."""
    if token.text in _EMPTY or token.text in _STATES or token.sense & Sense.UNIT:
        return True
    return bool(token.sense & Sense.UPPER) and len(token.text) <= 3 and not token.sense & Sense.SUPPORT


def _names_street(tokens: list[Token], private: list[bool], index: int) -> bool:
    """Whether a small word stands between a name and a number, and is none of ours: "Trg revolucije 12"."""
    token = tokens[index]
    if not index or index + 1 >= len(tokens) or token.sense & (Sense.ORDINARY | _OURS):
        return False
    return private[index - 1] and tokens[index + 1].form is Form.NUMBER


def end_of_block(text: str, tokens: list[Token], last: int) -> int:
    """Where an address ends: over the full stop of a house number ("u. 12.") or an abbreviation."""
    end = tokens[last].end
    stops = len(tokens[last].text) <= (4 if tokens[last].form is Form.NUMBER else 3)
    return end + 1 if stops and text[end : end + 1] == "." and text[end + 1 : end + 2] != "." else end


def _before_number_or_street(tokens: list[Token], index: int) -> bool:
    """Whether the next token, or the next but one over a word with a capital, is a number or a word like "Street"."""
    for token in tokens[index + 1 : index + 3]:
        if token.form is Form.NUMBER:
            return True
        if token.form is not Form.WORD or not token.sense & Sense.CAPITAL:
            return False
        if token.sense & Sense.STREET:
            return True
    return False


def _beside_number(tokens: list[Token], index: int) -> bool:
    return any(
        0 <= other < len(tokens) and tokens[other].form is Form.NUMBER for other in (index - 1, index - 2, index + 1)
    )


def _beside_name(tokens: list[Token], private: list[bool], index: int) -> bool:
    """Whether a name or number stands right before or after, or one word further before."""
    return any(
        0 <= other < len(tokens) and (private[other] or tokens[other].form is Form.NUMBER)
        for other in (index - 2, index - 1, index + 1)
    )


def _next_of_block(tokens: list[Token], material: list[bool], last: int) -> int | None:
    """The next token of the same address, over signs, line ends and words that only join."""
    lines = 0
    for index in range(last + 1, min(last + 6, len(tokens))):
        if material[index]:
            return index
        lines += tokens[index].form is Form.LINE
        if lines > 2 or not _continues(tokens, index):
            return None
    return None


def _continues(tokens: list[Token], index: int) -> bool:
    """Whether an address can go on after this token, which is no part of one itself."""
    token, before = tokens[index], tokens[index - 1]
    if token.form is Form.LINE:
        return True
    if token.text == "and":
        return before.form is not Form.LINE and before.text != ","
    if token.text == ".":
        return not _ends_sentence(tokens, index)
    return token.text in _BETWEEN or (token.form is Form.WORD and bool(token.sense & Sense.CONNECTOR))


def _ends_sentence(tokens: list[Token], index: int) -> bool:
    """Whether a full stop ends a sentence rather than an abbreviation."""
    before, after = tokens[index - 1], tokens[index + 1] if index + 1 < len(tokens) else None
    if before.text == "." or (after is not None and after.form is Form.NUMBER):
        return before.text == "."
    return before.form is Form.WORD and len(before.text) > 4 and not before.sense & (Sense.UNIT | Sense.STREET)


def _lines(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """First token and end of every line."""
    first = 0
    for index, token in enumerate(tokens):
        if token.form is Form.LINE:
            if index > first:
                yield first, index
            first = index + 1
    if first and first < len(tokens):
        yield first, len(tokens)


def _is_address_line(tokens: list[Token], first: int, last: int) -> bool:
    """Whether a line is only a few words with capitals and numbers, as those of an address and its addressee."""
    words = [token for token in tokens[first:last] if token.form is Form.WORD]
    if not 0 < len(words) <= 5 or words[0].sense & _OURS:
        return False
    if tokens[last - 1].text == "." and len(words[-1].text) > 4:
        return False
    return all(
        bool(token.sense & (Sense.CAPITAL | Sense.CONNECTOR)) and not token.sense & Sense.SUPPORT
        if token.form is Form.WORD
        else token.form is Form.NUMBER or token.text in _IN_LINES
        for token in tokens[first:last]
    )


def _trimmed(tokens: list[Token], private: list[bool], first: int, last: int) -> Iterator[tuple[int, int, Kind]]:
    """A stretch apart from leading lines that have no number: those name somebody."""
    start = first
    for index in range(first, last + 1):
        if tokens[index].form is Form.LINE:
            if _has_number(tokens, start, index):
                break
            start = index + 1
    if start > last or not _has_number(tokens, start, last + 1):
        return
    stretch = range(start, last + 1)
    of_something = any(private[index] or tokens[index].sense & (Sense.UNIT | Sense.STREET) for index in stretch)
    if of_something:
        yield start, last, Kind.ADDRESS
        if start - first > 1:
            yield first, start - 2, Kind.NAME


def _has_number(tokens: list[Token], first: int, end: int) -> bool:
    return any(tokens[index].form is Form.NUMBER for index in range(first, end))
