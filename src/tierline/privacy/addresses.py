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
_STREETS: Final = (
    r"street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|circle|cir|way|place|pl|square|sq|terrace|"
    r"parkway|pkwy|highway|hwy|trail|trl|alley|plaza|crescent|loop|pike|turnpike|route|close|row|walk"
)
_UNIT: Final = r"(?:apt|apartment|suite|ste|unit|room|rm|floor|fl|bldg|building|#)\.? ?#?[A-Za-z]?\d{0,6}[A-Za-z]?(?:-\d{1,4})?"
_STATE: Final = "|".join(sorted(_STATES))
#: A line as in the United States: number, street, perhaps a flat, perhaps town, state and ZIP code.
_LINE: Final = re.compile(
    rf"(?<![\w-])\d{{1,6}}[A-Za-z]?(?:-\d{{1,4}})? (?:(?:[NSEW]|[NS][EW]|North|South|East|West)\.? )?"
    rf"(?:[\w.'’-]{{1,30}} ){{1,4}}?(?i:{_STREETS})(?![\w-])\.?(?: (?:[NSEW]|[NS][EW])(?!\w))?"
    rf"(?:,?\s{{0,2}}(?i:{_UNIT})(?![A-Za-z]))?"
    rf"(?:,?\s{{1,3}}(?:[A-Z][\w.'’-]{{1,30}} ?){{1,4}},?\s{{1,2}}(?:{_STATE})(?![a-z])(?:\.?,?\s{{1,2}}\d{{5}}(?:-\d{{4}})?)?)?"
    rf"(?:,?\s{{1,2}}\d{{5}}(?:-\d{{4}})?(?!\d))?"
)
_BOX: Final = re.compile(r"(?=[PpUuCc])(?i:\b(?:p\.? ?o\.? ?box|psc \d{1,5},? box|unit \d{1,5},? box|cmr \d{1,5},? box|postbox))\s{1,2}\d{1,7}")
_MILITARY: Final = re.compile(
    r"(?=[UuPpCc])(?i:(?<![\w-])(?:(?:uscgc|usns|usnv|uss|usv) [\w'’-]{1,30}|(?:psc|unit|cmr) \d{1,5},? ?box \d{1,5})[\s,]{1,3}[adf]po,? a[aep] \d{5}(?:-\d{4})?)"
)
_TOWN: Final = re.compile(
    rf"(?<![\w-])(?:[A-Z][\w.'’-]{{1,30}} ){{0,3}}[A-Z][\w.'’-]{{1,30}},? (?:{_STATE}),? {{1,2}}\d{{5}}(?:-\d{{4}})?(?!\w)"
)
_ZIP: Final = re.compile(
    r"(?=[ZzPp])(?i:\b(?:zip(?:[ -]?code)?|post(?:al)?[ -]?code|postcode|plz))(?:\s{0,2}(?:is|:|=|#))?\s{1,3}"
    r"(?P<zip>[A-Z]{0,2}-?\d[A-Z0-9]{1,4}(?:[- ]\d?[A-Z0-9]{1,4})?(?:[- ]?\d{0,4})?)(?!\w)"
)
_CORNER: Final = re.compile(r"(?i:\bthe corner of) (?=\w)")
_HINT: Final = re.compile(r"\d")


_STREET_WORDS: Final = frozenset(_STREETS.split("|"))
_BOX_WORDS: Final = frozenset("box postbox pobox apo fpo dpo".split())
_ZIP_WORDS: Final = frozenset("zip zipcode postal postcode post plz".split())


def certain_addresses(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind]]:
    """Addresses that their form gives away: a numbered street, a box, town with state and ZIP code."""
    if not _HINT.search(text):
        return
    if not words.isdisjoint(_STREET_WORDS):
        for match in _LINE.finditer(text):
            if _is_street(match.group()):
                yield (*match.span(), Kind.ADDRESS)
    if not words.isdisjoint(_BOX_WORDS):
        for pattern in (_BOX, _MILITARY):
            yield from ((*match.span(), Kind.ADDRESS) for match in pattern.finditer(text))
    if _FIVE.search(text):
        yield from ((*match.span(), Kind.ADDRESS) for match in _TOWN.finditer(text))
    if not words.isdisjoint(_ZIP_WORDS):
        yield from ((*match.span("zip"), Kind.ADDRESS) for match in _ZIP.finditer(text))


_FIVE: Final = re.compile(rf"(?:{_STATE}),? {{1,2}}\d{{5}}(?!\d)")


def _is_street(written: str) -> bool:
    """Whether the word for a street is one here: "12 ways" and "3 people on the way" are none."""
    words = re.findall(r"[^\W\d_][\w'’-]*", written)
    return any(word[:1].isupper() for word in words[:4]) or len(words) <= 3


def address_blocks(tokens: list[Token], private: list[bool]) -> Iterator[tuple[int, int, Kind]]:
    """Stretches of tokens that are an address: first and last token of each, and of the names written above it."""
    if not any(token.form is Form.NUMBER for token in tokens):
        return
    material = [_is_material(tokens, private, index) for index in range(len(tokens))]
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
    token = tokens[index]
    if private[index]:
        return True
    if token.form is Form.NUMBER:
        return len(token.text) <= 7 and not (index and tokens[index - 1].end == token.start and tokens[index - 1].form is Form.WORD)
    if token.form is not Form.WORD:
        return False
    if token.text in _EMPTY or _names_street(tokens, private, index):
        return True
    if token.text in _STATES or token.sense & Sense.UNIT:
        return True
    if token.sense & Sense.UPPER and len(token.text) <= 3 and not token.sense & Sense.SUPPORT:
        return True  # a province
    if token.sense & Sense.CAPITAL and not token.sense & (Sense.SUPPORT | Sense.OPENER) and _before_number(tokens, index):
        return True
    if len(token.text) == 1:
        return token.text.isupper() or _beside_number(tokens, index)
    return bool(token.sense & Sense.STREET) and (bool(token.sense & Sense.CAPITAL) or _beside_name(tokens, private, index))


#: What exports of tables write for a field that is empty.
_EMPTY: Final = frozenset({"nan", "null"})


def _names_street(tokens: list[Token], private: list[bool], index: int) -> bool:
    """Whether a small word stands between a name and a number, and is none of ours: "Trg revolucije 12"."""
    token = tokens[index]
    if not index or index + 1 >= len(tokens) or token.sense & (Sense.ORDINARY | Sense.OPENER | Sense.SUPPORT):
        return False
    return private[index - 1] and tokens[index + 1].form is Form.NUMBER


def end_of_block(text: str, tokens: list[Token], last: int) -> int:
    """Where an address ends: over the full stop of a house number ("u. 12.") or an abbreviation."""
    end = tokens[last].end
    stops = tokens[last].form is Form.NUMBER or len(tokens[last].text) <= 3
    return end + 1 if stops and text[end : end + 1] == "." and text[end + 1 : end + 2] != "." else end


def _before_number(tokens: list[Token], index: int) -> bool:
    """Whether the next token is a number, or the next but one over another word with a capital."""
    following = tokens[index + 1 : index + 3]
    return bool(following) and (
        following[0].form is Form.NUMBER
        or (len(following) > 1 and bool(following[0].sense & Sense.CAPITAL) and following[1].form is Form.NUMBER)
    )


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


_BETWEEN: Final = frozenset({",", ".", "-", "/", "(", ")", "'", "’", "&", "#", "–"})


def _next_of_block(tokens: list[Token], material: list[bool], last: int) -> int | None:
    lines = 0
    for index in range(last + 1, min(last + 6, len(tokens))):
        token = tokens[index]
        if material[index]:
            return index
        if token.form is Form.LINE:
            lines += 1
            if lines > 2:
                return None
        elif token.text == "and":
            if tokens[index - 1].form is Form.LINE or tokens[index - 1].text == ",":
                return None
        elif token.text not in _BETWEEN and not (token.form is Form.WORD and token.sense & Sense.CONNECTOR):
            return None
        elif token.text == "." and _ends_sentence(tokens, index):
            return None
    return None


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


_IN_LINES: Final = frozenset({",", ".", "-", "(", ")", "'", "/"})


def _is_address_line(tokens: list[Token], first: int, last: int) -> bool:
    """Whether a line is only a few words with capitals and numbers, as the lines of an address and its addressee are."""
    words = [token for token in tokens[first:last] if token.form is Form.WORD]
    if not 0 < len(words) <= 5 or words[0].sense & (Sense.OPENER | Sense.SUPPORT):
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


def corners(text: str) -> Iterator[tuple[int, int, Kind]]:
    """"the corner of" before a name: part of an address as people say it."""
    yield from ((match.start(), match.end() - 1, Kind.ADDRESS) for match in _CORNER.finditer(text))
