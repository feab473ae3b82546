"""Values that stand behind a label: "SSN: ...", "password = ...", "member ID is ...". Pure.

A label settles what a value is even where its form or check digits do not. Refuses labels without a value that could
be one: "SSN is missing" finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tierline.privacy.span import Kind
from tierline.privacy.wordlist import words as words_in

_CODE: Final = r"[A-Za-z]{0,6}[-#:]?\d[A-Za-z0-9]*(?:[-/.][A-Za-z0-9]+){0,4}"
_DIGITS_APART: Final = r"\d(?:[-. ]{0,2}\d){%d,%d}"

#: kind, label, value. The first label that fits at a place wins.
_LAST_FOUR: Final = r"last[ -]?(?:four|4)(?: of| digits)?(?: ssn| social)?"
_KEYS: Final = (
    r"(?:api|access|secret|private|client|encryption|signing)[-_ ]?(?:key|token|secret)|secret|token|bearer"
    r"|authorization|session(?:[-_ ]?id)?"
)
_INSURANCE: Final = (
    r"insurance(?: (?:id|policy|member))?|member(?:ship)? (?:id|number)|policy|subscriber(?: id)?|medicare(?: id)?"
    r"|mbi|group (?:id|number)|group(?= ?[#:]{0,2} ?\d{5})"
)
_ACCOUNT: Final = (
    r"(?:bank |checking |savings? )?account(?= (?:no|num|#|id|:)|:|#)|acct\.?|routing(?: transit)?|aba|iban"
    r"|sort code|swift|bic"
)
_IDENTIFIER: Final = (
    r"(?:student|employee|staff|badge|national|personal|customer|client|device|voter|tax)[- ]?(?:id|number|no\.?)"
    r"|(?:claim|file|c-file|service|plate|imei|wallet|nhs|national insurance|social insurance|sin|aadhaar)"
    r"(?= ?(?:no\b|num|id\b|#|:|is\b|\d))|licen[cs]e plate|plate"
)
_DATE: Final = (
    r"(?:\d{1,2}[-/. ]{0,2}\d{1,2}[-/. ]{0,2}(?:\d{4}|\d{2})|\d{4}[-/. ]{0,2}\d{1,2}[-/. ]{0,2}\d{1,2})(?!\w|[-/]\d)"
)
_GROUPS: Final = r"(?=[\w-]{0,12} ?\d)[A-Za-z0-9]{1,12}(?:[- ]?[A-Z0-9]{0,10}\d[A-Z0-9]{0,10}){0,4}(?: [A-D](?!\w))?"
_CODES: Final = r"pin code|pin|cvv2?|cvc|security code|verification code|one[- ]time code|otp"

#: kind, label, value. The first label that fits at a place wins.
_LABELS: Final[tuple[tuple[str, Kind, str, str], ...]] = (
    (
        "ssn",
        Kind.SSN,
        r"ssn|s\.s\.n\.?|social(?: security)?(?: (?:number|num|no\.?|card))?|soc\.? sec\.?|" + _LAST_FOUR,
        r"(?:[xX*#•]{3}[-. ]?[xX*#•]{2}[-. ]?\d{4}|\d{3}[\W_]{0,3}\d{2}[\W_]{0,3}\d{4}|(?<!\d)\d{4})(?!\w|[-/.]\d)",
    ),
    ("dob", Kind.DOB, r"d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?", _DATE),
    ("edipi", Kind.EDIPI, r"edipi|dod[- ]?id(?: number)?|military id", _DIGITS_APART % (7, 11)),
    ("icn", Kind.ICN, r"icn|mvi id|integration control number", r"\d{10}(?:[Vv]\d{6})?"),
    ("npi", Kind.NPI, r"npi|national provider identifier", _DIGITS_APART % (7, 11)),
    ("dea", Kind.DEA, r"dea", r"[A-Za-z]{1,2}\d{6,8}"),
    ("mrn", Kind.MRN, r"mrn|medical record|chart|patient id|hospital number|dfn", _CODE),
    (
        "insurance",
        Kind.INSURANCE,
        _INSURANCE,
        _CODE,
    ),
    (
        "licence",
        Kind.LICENCE,
        r"driver'?s? licen[cs]e|licen[cs]e plate|licen[cs]e(?= (?:no|num|#|id|:))|passport|dl|state id|national id|vin",
        _CODE,
    ),
    (
        "account",
        Kind.ACCOUNT,
        _ACCOUNT,
        r"(?:[A-Z]{6}[A-Z0-9]{2,5}(?![A-Za-z0-9])|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}|"
        + _DIGITS_APART % (4, 20)
        + ")",
    ),
    (
        "card",
        Kind.CARD,
        r"card ending(?: in| with)?|ending in|exp(?:iry|ires?|iration)?(?: date)?",
        r"\d{4}(?![\w/-])|(?:0[1-9]|1[0-2]) ?/ ?(?:20)?\d\d(?![\w/-])",
    ),
    (
        "identifier",
        Kind.IDENTIFIER,
        _IDENTIFIER,
        _GROUPS,
    ),
    ("secret", Kind.SECRET, rf"pass ?(?:word|phrase|code)|passwort|pwd|passwd|pw|{_KEYS}|{_CODES}", ""),
    (
        "username",
        Kind.USERNAME,
        (
            r"(?:logged|signed) in as|user[-_ ]?(?:name|id)|log ?in(?:[-_ ]?(?:name|id))?|screen name"
            r"|user(?==)|uid(?==)|mhv id"
        ),
        r"(?=[\w.@-]{0,40}[\d._@]|[a-z]{5,})[A-Za-z][\w.@-]{2,40}",
    ),
)
_VALUES: Final = {name: re.compile(value) for name, _, _, value in _LABELS if value}
_KINDS: Final = {name: kind for name, kind, _, _ in _LABELS}
#: The words each label can begin with: without one of them there is nothing to look for.
_FIRST_WORDS: Final = {
    "ssn": words_in("ssn s social soc last"),
    "dob": words_in("d dob date birthdate birth born"),
    "card": words_in("card ending exp expiry expires expire expiration"),
    "identifier": words_in(
        """student employee staff badge national personal customer client device voter tax claim file c service plate
        imei wallet nhs social sin aadhaar licence license"""
    ),
    "edipi": words_in("edipi dod military"),
    "icn": words_in("icn mvi integration"),
    "npi": words_in("npi national"),
    "dea": frozenset(("dea",)),
    "mrn": words_in("mrn medical chart patient hospital dfn"),
    "insurance": words_in("insurance member membership policy subscriber medicare mbi group"),
    "licence": words_in("driver drivers licence license passport dl state national vin"),
    "account": words_in("bank checking saving savings account acct routing aba iban sort swift bic"),
    "secret": words_in(
        "pass password passphrase passcode passwort pw pwd passwd api access secret private client encryption signing "
        "token pin "
        "cvv cvc security verification one otp authorization bearer session sessionid key keys apikey"
    ),
    "username": words_in("logged signed user username userid login log screen uid mhv"),
}


@lru_cache(maxsize=512)
def _labels(names: tuple[str, ...]) -> re.Pattern[str]:
    """Only the labels whose words a text has, so that others cost nothing."""
    wanted = "|".join(f"(?P<{name}>{label})" for name, _, label, _ in _LABELS if name in names)
    return re.compile(rf"(?<![A-Za-z0-9])(?=[abcdegilmnoprstuv])(?:{wanted})(?![A-Za-z])", re.IGNORECASE)


_LINK: Final = re.compile(
    r"(?:[ \t_]{0,2}(?:(?:numbers?|num|no|nr|id|code|value|\(?last (?:four|4)(?: digits)?\)?)(?![a-z])|#)[.#]?){0,3}"
    r"(?:\s{0,3}(?:is|was|are|of|to|as|=>|[:=#|>,(\"'-]|[*_`]{1,3})){0,3}[\s\"'`*]{0,3}",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(r"[:=]|\bis\b|\bwas\b", re.IGNORECASE)
_SECRET_VALUE: Final = re.compile(r"[^\s\"'`<>,;]{4,200}")
_SPOKEN: Final = re.compile(r"(?=[^\s]{0,40}[\d!@#$%^&*+=~?])[^\s\"'`<>,;]{4,80}")
#: What nobody says: letters, digits and perhaps signs in one word.
_MADE_UP: Final = re.compile(r"(?=[^\s]{0,40}[A-Za-z])(?=[^\s]{0,40}\d)[^\s\"'`<>,;]{6,200}")
_AUTHORISATION: Final = re.compile(r"(?:bearer|basic|token)\s+", re.IGNORECASE)
_CODE_LABEL: Final = re.compile(_CODES)
_SHORT: Final = re.compile(r"\d{3,8}(?!\w)")
_PROSE: Final = re.compile(r"[A-Za-z]+[.?!,]?$")


_MASKED: Final = re.compile(r"(?<![\w*•])[xX*#•]{3}[-. ][xX*#•]{2}[-. ]\d{4}(?!\d)")


def labelled_hits(text: str, words: frozenset[str]) -> Iterator[tuple[int, int, Kind]]:
    """Every value behind a label, with what the label calls it. ``words``: those of the text, in small letters."""
    names = tuple(name for name, first in _FIRST_WORDS.items() if not first.isdisjoint(words))
    if not names:
        return
    if "ssn" in names:
        yield from ((*match.span(), Kind.SSN) for match in _MASKED.finditer(text))
    for match in _labels(names).finditer(text):
        name = match.lastgroup or ""
        link = _LINK.match(text, match.end())
        at = link.end() if link else match.end()
        if name == "secret":
            value = _secret(text, match, at)
        elif name == "username" and not (match.group().endswith("as") or _SIGN.search(text, match.end(), at)):
            value = None
        else:
            value = _VALUES[name].match(text, at)
        if value and value.end() > value.start():
            yield value.start(), value.end(), _KINDS[name]


def _secret(text: str, label: re.Match[str], at: int) -> re.Match[str] | None:
    """A secret behind its label: anything after a sign, only what looks made up after plain words."""
    word = label.group().lower()
    if _CODE_LABEL.fullmatch(word):
        return _SHORT.match(text, at)
    if scheme := _AUTHORISATION.match(text, at):
        at = scheme.end()
    between = text[label.end() : at]
    if not _SIGN.search(between) and word not in ("bearer", "authorization"):
        return _MADE_UP.match(text, at)
    if ":" in between or "=" in between:
        found = _SECRET_VALUE.match(text, at)
        plain = found is not None and _PROSE.match(found.group()) is not None
        return None if plain and word.startswith(("session", "token", "secret")) else found
    return _SPOKEN.match(text, at)
