"""The names a caller passes in: of the person concerned, always found however they are written. Pure.

Found are the whole name in any order ("Last, First"), with initials, joined as in a user name, without its accents, in
any letter case, and every part of it alone; a part that is an ordinary word ("Will", "Rose") only with a capital.
Refuses parts of a single letter: they are in every text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from tierline.privacy.letters import without_accents
from tierline.privacy.lexicon import is_ordinary
from tierline.privacy.wordlist import words as words_in

_PART: Final = re.compile(r"[^\W\d_]+")
_HONORIFICS: Final = words_in("mr mrs ms miss mx dr prof sir jr sr ii iii iv van von de der den del la le da di")
_BETWEEN: Final = r"[\s,.'_-]{1,4}"


def people_hits(text: str, names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the people of these names are named in a text, in any of the ways people write names."""
    if not names:
        return
    pattern = _pattern(tuple(names))
    if pattern is not None:
        yield from (match.span() for match in pattern.finditer(without_accents(text)))


@lru_cache(maxsize=512)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    forms = [form for name in names for form in _forms(_parts(name))]
    if not forms:
        return None
    unique = sorted(dict.fromkeys(forms), key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(unique) + r")(?![^\W_])")


def _parts(name: str) -> list[str]:
    """The parts of a name, given names first, without titles."""
    family, comma, given = without_accents(name).partition(",")
    ordered = f"{given} {family}" if comma else family
    return [part for part in _PART.findall(ordered) if part.lower() not in _HONORIFICS]


def _forms(parts: list[str]) -> Iterator[str]:
    long = [part for part in parts if len(part) > 1]
    yield from (_alone(part) for part in long)
    if len(parts) < 2:
        return
    first, last = parts[0], parts[-1]
    middle = rf"(?:{_BETWEEN}(?:{'|'.join([_any(part) for part in parts[1:-1]] + ['[A-Za-z]'])})){{0,3}}"
    for one, other in ((first, last), (last, first)):
        yield rf"{_any(one)}{middle}{_BETWEEN}{_any(other)}(?:{middle})?"
        yield rf"{_any(one)}{_any(other)}\d{{0,4}}"
    initial = re.escape(first[0])
    yield rf"(?i:{initial})(?:[\s._-]{{1,2}}[A-Za-z](?=[\s.]))?[\s._-]{{0,2}}{_any(last)}\d{{0,4}}"
    yield rf"{_any(last)}{_BETWEEN}(?i:{initial})(?:[.\s]{{1,2}}[A-Za-z])?\.?"
    yield rf"{_any(last)}(?i:{initial})\d{{0,4}}"
    yield rf"{initial}\.\s?(?:[A-Z]\.\s?)?{re.escape(last[0])}\."


def _any(part: str) -> str:
    return rf"(?i:{re.escape(part)})"


def _alone(part: str) -> str:
    """A part by itself: with a capital when it is short or an ordinary word, in any case otherwise."""
    if len(part) > 2 and not is_ordinary(part.lower()):
        return _any(part)
    return rf"(?:{re.escape(part[:1].upper() + part[1:].lower())}|{re.escape(part.upper())})"
