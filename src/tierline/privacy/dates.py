"""Dates, years, weekdays, times of a day and ages in words. Pure; linear. Numeric dates are found by ``patterns``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy import contexts
from tierline.privacy.span import Kind
from tierline.privacy.wordlist import words as words_in

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:19|20)\d\d"
_WRITTEN: Final = re.compile(
    rf"(?=[\dJFMASONDjfmasond])(?<!\w)(?i:{_MONTH}\.? {_DAY}(?!\w)(?:,? {{1,2}}{_YEAR})?"
    rf"|{_DAY}(?: of)?[ -]{_MONTH}(?![a-z])\.?(?:,?[ -]{_YEAR}|[ -]\d\d)?"
    rf"|{_MONTH}\.?,? {_YEAR})(?!\w)"
)
_YEAR_TOLD: Final = re.compile(
    r"(?i:\b(?:in|since|from|of|until|till|to|during|year|circa|after|before|by|class of|founded|late|early|mid)) "
    rf"(?P<year>{_YEAR})(?!\w|[-/]\d)"
)
_WEEKDAY: Final = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?!\w)")
_YEAR_RANGE: Final = re.compile(rf"(?<![\w-]){_YEAR} ?[-–] ?{_YEAR}(?![\w-])")
_AGE: Final = re.compile(
    r"(?i:\b(?:(?:i|he|she|who|they|you|we)(?: am| is| was| are| were| will be|'m|'s|'re|’m|’s|’re)|turn(?:ed|s|ing)?"
    r"|age[ds]?(?: of)?:?)(?: only| just| about| almost| nearly| now){0,2} "
    r"(?P<after>\d{1,3})(?!\w|[.:/,%-]\d|%| ?(?:%|mg|ml|km|lb|kg|minutes|hours|days|weeks|months|of\b|out\b|times)))"
    r"|(?<![\w.,/:-])(?P<before>\d{1,3})"
    r"(?=[ -]?(?i:years?[ -]old|years of age|y/?o\b|yrs?[ -]old|year[ -]old|yo\b|-year-old))"
)
_HINT: Final = re.compile(r"\d|day\b")


_MONTHS: Final = words_in(
    "jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov "
    "november dec december"
)


def worded_dates(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind]]:
    """Dates with a month in letters: as certain as numeric ones."""
    if words.isdisjoint(_MONTHS):
        return
    for match in _WRITTEN.finditer(text):
        yield (*match.span(), contexts.date_kind(text, *match.span()))


def vague_dates(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Years, weekdays and ages: little alone, much beside a name."""
    if not _HINT.search(text):
        return
    yield from ((*match.span("year"), Kind.DATE) for match in _YEAR_TOLD.finditer(text))
    yield from ((*match.span(), Kind.DATE) for match in _YEAR_RANGE.finditer(text))
    yield from ((*match.span(), Kind.DATE) for match in _WEEKDAY.finditer(text))
    for match in _AGE.finditer(text):
        yield (*match.span("after" if match["after"] else "before"), Kind.AGE)
