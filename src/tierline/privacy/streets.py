"""Postal addresses that their form gives away: a numbered street, a box, a ship, a town with state and ZIP code.

The forms are those of the United States Postal Service's Publication 28. Pure; every repetition is bounded. Addresses
as people elsewhere write them are found by ``addresses``, from the words around the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.lexicon import listed
from tierline.privacy.span import Kind
from tierline.privacy.wordlist import words as words_in

_STREETS: Final = (
    "street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|circle|cir|way|place|pl|square|sq|terrace|"
    "parkway|pkwy|highway|hwy|trail|trl|alley|plaza|crescent|loop|pike|turnpike|route|close|row|walk"
)
_UNIT: Final = (
    r"(?:apt|apartment|suite|ste|unit|room|rm|floor|fl|bldg|building|#)\.? ?#?[A-Za-z]?\d{0,6}[A-Za-z]?(?:-\d{1,4})?"
)
_STATE: Final = "|".join(sorted(listed("states")))
_ZIP_CODE: Final = r"\d{5}(?:-\d{4})?"
_TOWN_WORD: Final = r"[A-Z][\w.'’-]{1,30}"
#: A line as in the United States: number, street, perhaps a flat, perhaps town, state and ZIP code.
_LINE: Final = re.compile(
    r"(?<![\w-])\d{1,6}[A-Za-z]?(?:-\d{1,4})? (?:(?:[NSEW]|[NS][EW]|North|South|East|West)\.? )?"
    rf"(?:[\w.'’-]{{1,30}} ){{1,4}}?(?i:{_STREETS})(?![\w-])\.?(?: (?:[NSEW]|[NS][EW])(?!\w))?"
    rf"(?:,?\s{{0,2}}(?i:{_UNIT})(?![A-Za-z]))?"
    rf"(?:,?\s{{1,3}}{_TOWN_WORD}(?: {_TOWN_WORD}){{0,3}},?\s{{1,2}}(?:{_STATE})(?![a-z])"
    rf"(?:\.?,?\s{{1,2}}{_ZIP_CODE})?)?"
    rf"(?:,?\s{{1,2}}{_ZIP_CODE}(?!\d))?"
)
_BOX: Final = re.compile(r"(?=[PpUuCc])(?i:\b(?:p\.? ?o\.? ?box|(?:psc|unit|cmr) \d{1,5},? box|postbox))\s{1,2}\d{1,7}")
_MILITARY: Final = re.compile(
    r"(?=[UuPpCc])(?i:(?<![\w-])(?:(?:uscgc|usns|usnv|uss|usv) [\w'’-]{1,30}|(?:psc|unit|cmr) \d{1,5},? ?box \d{1,5})"
    rf"[\s,]{{1,3}}[adf]po,? a[aep] {_ZIP_CODE})"
)
_TOWN: Final = re.compile(rf"(?<![\w-])(?:{_TOWN_WORD} ){{0,3}}{_TOWN_WORD},? (?:{_STATE}),? {{1,2}}{_ZIP_CODE}(?!\w)")
_STATE_AND_ZIP: Final = re.compile(rf"(?:{_STATE}),? {{1,2}}\d{{5}}(?!\d)")
_ZIP: Final = re.compile(
    r"(?=[ZzPp])(?i:\b(?:zip(?:[ -]?code)?|post(?:al)?[ -]?code|postcode|plz))(?:\s{0,2}(?:is|:|=|#))?\s{1,3}"
    r"(?P<zip>[A-Z]{0,2}-?\d[A-Z0-9]{1,4}(?:[- ]\d?[A-Z0-9]{1,4})?(?:[- ]?\d{0,4})?)(?!\w)"
)
#: Latitude and longitude, exact enough for a house.
_COORDINATES: Final = re.compile(r"(?<![\w.])-?\d{1,2}\.\d{4,9}, ?-?\d{1,3}\.\d{4,9}(?![\w.])")
_UNITED_KINGDOM: Final = re.compile(r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?!\w)")
_TWO_PARTS: Final = re.compile(r"[0-9A-Z] [0-9][A-Z]{2}")
_EXACT: Final = re.compile(r"\.\d{4}")
_CORNER: Final = re.compile(r"(?i:\bthe corner of) (?=\w)")
_DIGIT: Final = re.compile(r"\d")
_STREET_WORDS: Final = frozenset(_STREETS.split("|"))
_BOX_WORDS: Final = words_in("box postbox pobox apo fpo dpo")
_ZIP_WORDS: Final = words_in("zip zipcode postal postcode post plz")
_LETTERS: Final = re.compile(r"[^\W\d_][\w'’-]*")


def street_addresses(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind]]:
    """Addresses by their form. ``words``: those of the text, in small letters."""
    if not _DIGIT.search(text):
        return
    if not words.isdisjoint(_STREET_WORDS):
        for match in _LINE.finditer(text):
            if _is_street(match.group()):
                yield (*match.span(), Kind.ADDRESS)
    for pattern, group in _others_to_try(text, words):
        yield from ((*match.span(group), Kind.ADDRESS) for match in pattern.finditer(text))


def _others_to_try(text: str, words: frozenset[str]) -> Iterator[tuple[re.Pattern[str], str | int]]:
    """The patterns besides streets that a text can hold, each with the group that is the address."""
    if not words.isdisjoint(_BOX_WORDS):
        yield from ((_BOX, 0), (_MILITARY, 0))
    if not words.isdisjoint(_ZIP_WORDS):
        yield _ZIP, "zip"
    for hint, pattern in ((_STATE_AND_ZIP, _TOWN), (_TWO_PARTS, _UNITED_KINGDOM), (_EXACT, _COORDINATES)):
        if hint.search(text):
            yield pattern, 0


def _is_street(written: str) -> bool:
    """Whether the word for a street is one here: "12 ways" and "3 people on the way" are none."""
    words = _LETTERS.findall(written)
    return any(word[:1].isupper() for word in words[:4]) or len(words) <= 3


def corners(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind]]:
    """The words "the corner of" before a street: part of an address as people say it."""
    if "corner" in words:
        yield from ((match.start(), match.end() - 1, Kind.ADDRESS) for match in _CORNER.finditer(text))
