"""What people spell out: digits in words, and addresses with "at" and "dot" in them. Pure; linear.

Refuses prose: it takes three number words in a row, and an "at" needs its "dot".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.plain import Edit
from tierline.privacy.wordlist import words as words_in

_ONES: Final = {
    word: str(number)
    for words in (
        "zero one two three four five six seven eight nine",
        "oh one two three four five six seven eight niner",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zéro un deux trois quatre cinq six sept huit neuf",
        "null eins zwei drei vier fünf sechs sieben acht neun",
    )
    for number, word in enumerate(words.split())
}
_TEENS: Final = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS: Final = {
    "twenty": "2", "thirty": "3", "forty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8",
    "ninety": "9",
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3}
_NUMBER_WORD: Final = "|".join(sorted({**_ONES, **_TEENS, **_TENS}, key=len, reverse=True))
_DASH_WORD: Final = r"dash|hyphen|minus"
_GAP: Final = rf"[\s,./-]{{0,3}}(?:(?:{_DASH_WORD})[\s,]{{1,2}})?"
#: Three number words in a row, or more: nobody writes prose so.
_SPELLED: Final = re.compile(
    rf"(?<![a-z0-9])(?=[0-9defnostz])(?:(?:double|triple)\s)?(?:{_NUMBER_WORD}|\d{{1,2}}(?=[\s,-]{{1,3}}(?:{_NUMBER_WORD})))"
    rf"(?:{_GAP}(?:(?:double|triple)\s)?(?:{_NUMBER_WORD}|(?<![0-9])\d{{1,2}}(?![0-9]))){{2,40}}(?![a-z])",
    re.IGNORECASE,
)
_SPELLED_PIECE: Final = re.compile(
    rf"(?i)(?P<tens>{'|'.join(_TENS)})(?:[\s-](?P<one>one|two|three|four|five|six|seven|eight|nine))?"
    rf"|(?P<teen>{'|'.join(sorted(_TEENS, key=len, reverse=True))})"
    rf"|(?:(?P<times>double|triple)\s)?(?P<ones>{'|'.join(sorted(_ONES, key=len, reverse=True))})"
    rf"|\s?(?P<dash>{_DASH_WORD})\s?|(?P<gap>[ ,\t]+)"
)


def digits_of_words(text: str) -> Iterator[Edit]:
    """Digits for the words of a run; blanks inside it go, dashes stay."""
    for run in _SPELLED.finditer(text):
        for piece in _SPELLED_PIECE.finditer(text, *run.span()):
            yield (*piece.span(), _digits_of(piece))


def _digits_of(piece: re.Match[str]) -> str:
    found = {name: word.lower() for name, word in piece.groupdict().items() if word}
    if "gap" in found:
        return ""
    if "dash" in found:
        return "-"
    if "tens" in found:
        return _TENS[found["tens"]] + _ONES.get(found.get("one", "zero"), "0")
    if "teen" in found:
        return _TEENS[found["teen"]]
    return _ONES[found["ones"]] * _TIMES.get(found.get("times", ""), 1)


_LABEL: Final = r"[A-Za-z0-9_%+-]{1,64}+"
_IN_BRACKETS: Final = r"\s{0,2}[\[({<]\s?(?:%s)\s?[\])}>]\s{0,2}"
_DOT: Final = rf"(?:{_IN_BRACKETS % '[dD][oO][tT]|[.]'}|\s{{1,2}}[dD][oO][tT]\s{{1,2}}|\.)"
_LOOSE_DOT: Final = rf"(?:{_DOT}|\s?\.\s?)"
_SURE_AT: Final = rf"(?:{_IN_BRACKETS % '[aA][tT]|@'}|\s?@\s?)"
_BARE_AT: Final = r"\s{1,2}[aA][tT]\s{1,2}"
_SPOKEN_DOT: Final = rf"(?:{_IN_BRACKETS % '[dD][oO][tT]|[.]'}|\s{{1,2}}[dD][oO][tT]\s{{1,2}})"
_ENDING: Final = (
    r"(?:com|org|net|edu|gov|mil|info|biz|io|co|us|uk|de|fr|es|it|nl|se|no|dk|fi|ca|au|nz|jp|in|eu|ch|at|be|pl|cz|hu|"
    r"example|test|me|app|dev|mail|int|ru|br|mx|COM|ORG|NET|GOV|EDU|MIL)"
)
#: An address whose signs are written out. "at" alone is a word of prose: then the last dot must be written out too.
_WRITTEN_MAIL: Final = re.compile(
    rf"(?<![A-Za-z0-9_.])(?:{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}?{_SURE_AT}{_LABEL}(?:{_LOOSE_DOT}{_LABEL}){{0,3}}?{_LOOSE_DOT}"
    rf"|{_LABEL}(?:{_DOT}{_LABEL}){{0,4}}?{_BARE_AT}{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?{_SPOKEN_DOT})"
    rf"{_ENDING}(?![A-Za-z0-9_])"
)
_SIGN: Final = re.compile(rf"(?P<at>{_SURE_AT}|{_BARE_AT})|(?P<dot>{_LOOSE_DOT})")


def signs_of_words(text: str) -> Iterator[Edit]:
    for match in _WRITTEN_MAIL.finditer(text):
        for sign in _SIGN.finditer(text, *match.span()):
            yield (*sign.span(), "@" if sign["at"] else ".")


_SPELLING: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero", "oh", "double", "triple", "ten",
    "twelve", "teen", "twenty", "ty",
)  # fmt: skip
_ENGLISH: Final = (
    frozenset(_TEENS) | frozenset(_TENS) | words_in("zero oh one two three four five six seven eight nine niner")
)
_FOREIGN: Final = words_in("cero uno dos tres cuatro cinco deux trois quatre cinq eins zwei drei vier sechs")


def may_spell(lower: str, words: frozenset[str]) -> bool:
    """Whether there are number words enough to spell anything, apart or written as one long word."""
    if not words.isdisjoint(_FOREIGN):
        return True
    if words.isdisjoint(_ENGLISH) and max(map(len, words), default=0) < _SHORTEST_SPELLING:
        return False
    return sum(map(lower.count, _SPELLING)) > 2


_SHORTEST_SPELLING: Final = 11  # letters of three number words


#: An @ or a full stop written apart from the words it joins.
_APART: Final = (" @", "@ ", "\n@", "@\n", "(at", "[at", "{at", "<at", "(@", "[@", "( at", "[ at", "[.]", "(.)", "{.}")


def may_sign(lower: str, words: frozenset[str]) -> bool:
    """Whether an address may be written with signs apart or in words."""
    return "dot" in words or any(map(lower.__contains__, _APART))
