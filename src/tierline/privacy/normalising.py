"""A text as it reads to a person, with a way back to the characters as given: undoes what hides private things.

Zero-width characters and piled-up accents go, full-width and look-alike letters become plain ones, digits of any
script become 0 to 9, spelled-out digits become digits, "at" and "dot" between words become @ and a full stop, HTML
entities become what they stand for, markup goes and so do blanks between single characters. Every change keeps the
positions it stands for. Pure; linear in the length.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from tierline.privacy.look_alikes import LOOK_ALIKES
from tierline.privacy.plain import Edit, Plain
from tierline.privacy.spacing import letters_as_digits, markup, spaced_out
from tierline.privacy.spelling import digits_of_words, may_sign, may_spell, signs_of_words


def normalised(text: str) -> Plain:
    """The text as it reads to a person."""
    plain = Plain(text)
    if not text.isascii() or _CONTROL.search(text):
        plain = plain.edited((*m.span(), "") for m in _UNSEEN.finditer(plain.text))
        plain = Plain(_WORD.sub(_unmixed, plain.text.translate(_FOLD)), plain.starts, plain.ends)
    if "&" in text or "%" in text or "\\" in text:
        plain = plain.edited(_entities(plain.text))
    if "<" in text or "*" in text or "`" in text or "__" in text or "~" in text:
        plain = plain.edited(markup(plain.text))
    if _SINGLES.search(plain.text):
        plain = plain.edited(spaced_out(plain.text))
    if _THEN_LETTER.search(plain.text) or _THEN_DIGIT.search(plain.text):
        plain = _exchanged(plain)
    lower = plain.text.lower()
    words = frozenset(_LETTERS.findall(lower))
    plain = Plain(plain.text, plain.starts, plain.ends, words)
    if may_spell(lower, words):
        plain = plain.edited(digits_of_words(plain.text))
    if may_sign(lower, words):
        plain = plain.edited(signs_of_words(plain.text))
    return plain


_LETTERS: Final = re.compile(r"[a-z]+")
_SINGLES: Final = re.compile(r" \S \S \S \S ")
#: Two patterns: each is searched by its first character, one with both alternatives would not be.
_THEN_LETTER: Final = re.compile(r"[0-9][OolI]")
_THEN_DIGIT: Final = re.compile(r"[OlI][0-9]")


def _exchanged(plain: Plain) -> Plain:
    """Letters among digits exchanged for them: one for one, so that places stay."""
    text, done = plain.text, 0
    pieces: list[str] = []
    for start, end, digits in letters_as_digits(text):
        pieces += (text[done:start], digits)
        done = end
    return Plain("".join([*pieces, text[done:]]), plain.starts, plain.ends) if pieces else plain


_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
#: What nobody sees: controls, format characters, variation selectors, fillers and marks laid over letters.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f\u00ad\u0300-\u036f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e01ef]+"
)
#: Dashes, dots, and signs of mathematics typed as Greek letters.
_SIGNS: Final = (
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u02d7\ufe58\ufe63\uff0d\u30fc\u2500", "-")
    | dict.fromkeys("\u2024\u00b7\u2219\u22c5\u2027\u30fb\u3002\uff61\u0701", ".")
    | {"\u2206": "Δ", "\u2211": "Σ", "\u220f": "Π"}
)


def clinging(text: str, end: int) -> int:
    """Where the invisible characters end that follow a place: a stroke laid over the last digit belongs to it."""
    unseen = _UNSEEN.match(text, end)
    return unseen.end() if unseen else end


class _Fold(dict[int, int]):
    """One character for one: learns each when it is first met, and remembers at most what Unicode has."""

    def __missing__(self, code: int) -> int:
        self[code] = folded = _folded(code)
        return folded


def _folded(code: int) -> int:
    """The plain character for one: a sign of ours, a digit of any script, a blank, a compatible letter."""
    character = chr(code)
    if code < 128:
        return code
    if character in _SIGNS:
        return ord(_SIGNS[character])
    if (digit := unicodedata.digit(character, None)) is not None:
        return ord(str(digit))
    if unicodedata.category(character) == "Zs":
        return ord(" ")
    compatible = unicodedata.normalize("NFKC", character)
    return ord(compatible) if len(compatible) == 1 else code


_FOLD: Final = _Fold()
_WORD: Final = re.compile(r"[\w@.\-]+")
_OURS: Final = re.compile(r"[A-Za-z0-9@]")


def _unmixed(match: re.Match[str]) -> str:
    """A word of two scripts in one; a word wholly of another script is somebody's language and stays."""
    word = match.group()
    return word if word.isascii() or not _OURS.search(word) else word.translate(LOOK_ALIKES)


_LETTERS_IN_HEX: Final = r"(?:2[dDeE]|3[0-9]|40|[46][1-9a-fA-F]|[57][0-9aA])"
#: Characters written by their number: in HTML, in addresses of the web, in programs.
_ENTITY: Final = re.compile(
    r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|nbsp|amp|period|commat|lt|gt|quot);"
    rf"|%{_LETTERS_IN_HEX}|\\u00{_LETTERS_IN_HEX}|\\x{_LETTERS_IN_HEX}"
)


def _entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text):
        written = match.group()
        meant = html.unescape(written) if written[0] == "&" else chr(int(written[-2:], 16))
        yield (*match.span(), " " if meant == "\xa0" else meant)
