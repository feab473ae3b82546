"""A text as it reads to a person, with a way back to the characters as given: undoes what hides private things.

Zero-width characters and piled-up accents go, full-width and look-alike letters become plain ones, digits of any
script become 0 to 9, spelled-out digits become digits, "at" and "dot" between words become @ and a full stop, and
HTML entities what they stand for. Every change keeps the positions it stands for. Pure; linear in the length.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tierline.privacy.look_alikes import LOOK_ALIKES


@dataclass(frozen=True, slots=True)
class Plain:
    """A normalised text. ``starts`` and ``ends`` hold, per character, where it was; None: nowhere else.

    ``words`` are the words in it, in small letters: whoever looks for something behind a word looks here first.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None
    words: frozenset[str] = frozenset()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """The characters as given that ``start`` to ``end`` stand for."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def disguised(self, start: int, end: int) -> bool:
        """Whether somebody wrote these characters otherwise than people do: more or fewer of them."""
        first, last = self.given(start, end)
        return last - first != end - start

    def edited(self, edits: Iterable[tuple[int, int, str]]) -> Plain:
        """The text with pieces replaced: (start, end, replacement), in order and apart from one another."""
        due = list(edits)
        if not due:
            return self
        starts = self.starts if self.starts is not None else list(range(len(self.text)))
        ends = self.ends if self.ends is not None else list(range(1, len(self.text) + 1))
        pieces: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        done = 0
        for start, end, replacement in due:
            pieces += (self.text[done:start], replacement)
            new_starts += starts[done:start] + [starts[start]] * len(replacement)
            new_ends += ends[done:start] + [ends[end - 1]] * len(replacement)
            done = end
        pieces.append(self.text[done:])
        return Plain("".join(pieces), new_starts + starts[done:], new_ends + ends[done:], self.words)


def normalised(text: str) -> Plain:
    """The text as it reads to a person."""
    plain = Plain(text)
    if not text.isascii() or _CONTROL.search(text):
        plain = plain.edited((*m.span(), "") for m in _UNSEEN.finditer(plain.text))
        plain = Plain(_WORD.sub(_unmixed, plain.text.translate(_FOLD)), plain.starts, plain.ends)
    if "&" in text or "%" in text:
        plain = plain.edited(_entities(plain.text))
    lower = plain.text.lower()
    plain = Plain(plain.text, plain.starts, plain.ends, frozenset(_LETTERS.findall(lower)))
    if _may_spell(lower):
        plain = plain.edited(_digits_of_words(plain.text))
    if "dot" in plain.words or any(map(lower.__contains__, _APART)):
        plain = plain.edited(_signs_of_words(plain.text))
    return plain


_LETTERS: Final = re.compile(r"[a-z]+")
_SPELLING: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero", "oh", "double", "triple", "ten",
    "twelve", "teen", "twenty", "ty",
)  # fmt: skip


#: An @ or a full stop written apart from the words it joins.
_APART: Final = (" @", "@ ", "\n@", "@\n", "(at", "[at", "{at", "<at", "(@", "[@", "( at", "[ at", "[.]", "(.)", "{.}")


def _may_spell(lower: str) -> bool:
    """Whether there are number words enough to spell anything."""
    return sum(map(lower.count, _SPELLING)) > 2


_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
#: What nobody sees: controls, format characters, variation selectors, fillers and marks laid over letters.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u0300-\u036f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e01ef]+"
)
_DASHES: Final = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\ufe58\ufe63\uff0d\u30fc\u2500")
_DOTS: Final = frozenset("\u2024\u00b7\u2219\u22c5\u2027\u30fb\u3002\uff61\u0701")


_LETTER_SIGNS: Final = {"\u2206": "Δ", "\u2211": "Σ", "\u220f": "Π"}  # signs of mathematics typed as Greek letters


class _Fold(dict[int, int]):
    """One character for one: learns each when it is first met, and remembers at most what Unicode has."""

    def __missing__(self, code: int) -> int:
        self[code] = folded = _folded(code)
        return folded


def _folded(code: int) -> int:
    character = chr(code)
    if code < 128:
        return code
    if character in _DASHES:
        return ord("-")
    if character in _DOTS:
        return ord(".")
    if character in _LETTER_SIGNS:
        return ord(_LETTER_SIGNS[character])
    category = unicodedata.category(character)
    if category == "Nd":
        return ord(str(unicodedata.digit(character)))
    if category == "Zs":
        return ord(" ")
    if (circled := unicodedata.digit(character, None)) is not None:
        return ord(str(circled))
    compatible = unicodedata.normalize("NFKC", character)
    return ord(compatible) if len(compatible) == 1 else code


_FOLD: Final = _Fold()
_WORD: Final = re.compile(r"[\w@.\-]+")
_OURS: Final = re.compile(r"[A-Za-z0-9@]")


def _unmixed(match: re.Match[str]) -> str:
    """A word of two scripts in one; a word wholly of another script is somebody's language and stays."""
    word = match.group()
    return word if word.isascii() or not _OURS.search(word) else word.translate(LOOK_ALIKES)


_ENTITY: Final = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|nbsp|amp|period|commat|lt|gt|quot);|%(?:40|2[eEdD])")


def _entities(text: str) -> Iterable[tuple[int, int, str]]:
    for match in _ENTITY.finditer(text):
        written = match.group()
        meant = html.unescape(written) if written[0] == "&" else chr(int(written[1:], 16))
        yield (*match.span(), " " if meant == "\xa0" else meant)


_ONES: Final = {
    "zero": "0", "oh": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
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


def _digits_of_words(text: str) -> Iterable[tuple[int, int, str]]:
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


_LABEL: Final = r"[A-Za-z0-9_%+-]{1,64}"
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


def _signs_of_words(text: str) -> Iterable[tuple[int, int, str]]:
    for match in _WRITTEN_MAIL.finditer(text):
        for sign in _SIGN.finditer(text, *match.span()):
            yield (*sign.span(), "@" if sign["at"] else ".")
