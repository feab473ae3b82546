"""Identifiers that a form gives away, without a word before them: numbers, addresses of machines, letters with digits.

Every alternative of the combined patterns begins with a character test and repeats only within bounds, so that a
hostile text costs time linear in its length. What a form alone cannot say is decided by ``contexts``. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy import checksums, contexts
from tierline.privacy.plain import Plain
from tierline.privacy.span import Kind

Found = tuple[int, int, Kind]

_SEP: Final = r"[-. ]"
_NUMBER: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?=[+(\d])(?:"
    r"(?P<icn>\d{10}[Vv]\d{6})(?![A-Za-z0-9])"
    r"|(?P<moment>(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?Z|[+-]\d{2}:?\d{2})?)?)(?![A-Za-z0-9])"
    r"|(?P<day>\d{1,2}(?P<slash>[-/.])(?:\d{1,2}(?P=slash)(?:(?:19|20)\d\d|\d\d)|[A-Z][a-z]{2}(?P=slash)(?:19|20)?\d\d))"
    r"(?![\w]|[-/.]\d)"
    r"|(?P<ip>(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3})(?:/\d{1,2})?(?![\w]|\.\d)"
    r"|(?P<spaced>\d(?:(?P<gap>[ ._*-]|  | - )\d){6,18})(?![A-Za-z0-9])"
    rf"|(?P<ssn>\d{{3}}(?:{_SEP}| - |\n){{1,2}}\d{{2}}(?:{_SEP}| - |\n){{1,2}}\d{{4}})(?!\w|-\d|\.\d)"
    rf"|(?P<card>\d{{4}}(?:[-. _/\n]{{1,2}}\d{{4}}){{2}}[-. _/\n]{{1,2}}\d{{1,7}}(?:[-. _/\n]\d{{1,3}})?"
    rf"|\d{{4}}{_SEP}\d{{6}}{_SEP}\d{{4,5}})(?!\w|-\d)"
    r"|(?P<phone>(?:(?:\+|00)?1[-. ]{0,2}|001[-. ])?(?:\(\d{3}\)[-. \n]{0,2}|\d{3}[-. /_\n]{0,2})"
    r"\d{3}[-. _\n]{0,2}\d{4}(?: ?(?:[xX]|ext\.?|extension) ?\d{1,6})?)(?!\w|-\d|\.\d)"
    r"|(?P<abroad>(?:\+|00)(?!0)\d{1,3}(?:[-. /]{0,2}+\(?\d{1,5}+\)?){2,7}+(?: ?(?:[xX]|ext\.?) ?\d{1,6})?)(?![\w])"
    r"|(?P<run>\d{6,34})(?![A-Za-z0-9_]|-\d|,\d)"
    r"|(?P<local>\(?\d{1,5}\)?(?:[-/ .]{1,2}\d{2,9}){1,5}(?: ?(?:[xX]|ext\.?) ?\d{1,6})?)(?![A-Za-z0-9_])"
    r")"
)
_LETTERED: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?=[A-Za-z])(?:"
    r"(?P<iban>[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?)"
    r"|(?P<insured>(?!BG|GB|NK|TN|ZZ)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D])"
    r"|(?P<dea>[A-Za-z][A-Za-z9]\d{7})"
    r"|(?P<licence>[A-Za-z]\d{3}[- ]?\d{3,4}[- ]?\d{2,4}(?:[- ]?\d{1,4})?|[A-Z]{2}\d{6}[A-Z]|[A-Z]{1,2}\d{8,13})"
    r"|(?P<prefixed>(?P<prefix>[A-Z]{2,8})[-#:_]{1,2}\d{5,14})"
    r")(?![A-Za-z0-9_]|-\d)"
)
_LETTER_HINT: Final = re.compile(r"[A-Za-z][-#:_]{0,2}\d{2}")
_IP6: Final = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{2}(?P<octet>[:-])(?:[0-9A-Fa-f]{2}(?P=octet)){4}[0-9A-Fa-f]{2}"
    r"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}"
    r"|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?)(?![\w:])"
)
_DOMAIN_OF_MAIL: Final = re.compile(r"(?:\w[\w-]{0,62}\.){1,8}\w{2,24}(?![\w@])")
_IN_LOCAL_PART: Final = frozenset("._%+-'~&!#$*")
_URL: Final = re.compile(r"(?i:https?://|ftp://|www\.)[^\s<>\"'\]\[(){}|\\^`]{2,2000}")
_DOMAIN: Final = re.compile(
    r"(?<![\w@.-])[A-Za-z0-9][A-Za-z0-9-]{1,62}(?:\.[A-Za-z0-9-]{1,63}){0,4}"
    r"\.(?:com|org|net|info|biz|io|me|us|uk|de|fr|es|it|nl|eu|ca|au|ch|ru|edu|gov|mil)(?![\w@-]|\.\w)"
)
_PREFIXES: Final = {
    "MRN": Kind.MRN, "PAT": Kind.MRN, "PT": Kind.MRN, "PID": Kind.MRN, "MR": Kind.MRN, "CHART": Kind.MRN,
    "INS": Kind.INSURANCE, "MEM": Kind.INSURANCE, "POL": Kind.INSURANCE, "MBI": Kind.INSURANCE, "HIC": Kind.INSURANCE,
    "GRP": Kind.INSURANCE, "ACCT": Kind.ACCOUNT, "ACC": Kind.ACCOUNT, "DL": Kind.LICENCE, "SSN": Kind.SSN,
    "EDIPI": Kind.EDIPI, "ICN": Kind.ICN, "NPI": Kind.NPI, "DEA": Kind.DEA, "TEL": Kind.PHONE, "PASS": Kind.LICENCE,
    "RX": Kind.MRN, "EMP": Kind.USERNAME,
}  # fmt: skip


def pattern_hits(plain: Plain) -> Iterator[Found]:
    """Everything whose form says what it is, where it stands in the normalised text."""
    text = plain.text
    if _DIGITS.search(text):
        yield from _numbers(plain)
        if _LETTER_HINT.search(text):
            yield from _lettered(text)
    if _COLONS.search(text):
        for match in _IP6.finditer(text):
            if match.end() - match.start() > 6:
                yield (*match.span(), Kind.MAC if match["octet"] else Kind.IP)
    if "@" in text:
        yield from _mails(text)
    yield from _web(text)


#: What addresses of devices and of the sixth internet protocol have, and times of day do not.
_COLONS: Final = re.compile(r":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:|::|-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-")


def _mails(text: str) -> Iterator[Found]:
    """E-mail addresses, found from their @ outwards: the longest run of what may stand before it, and a domain."""
    at = text.find("@")
    while at >= 0:
        start = at
        while start and at - start < 64 and (text[start - 1].isalnum() or text[start - 1] in _IN_LOCAL_PART):
            start -= 1
        while start < at and not (text[start].isalnum() or text[start] == "_"):
            start += 1
        domain = _DOMAIN_OF_MAIL.match(text, at + 1) if start < at else None
        if domain is not None:
            yield start, domain.end(), Kind.EMAIL
        at = text.find("@", domain.end() if domain else at + 1)


_DIGITS: Final = re.compile(r"\d[\d\W]{0,3}\d[\d\W]{0,3}\d[\d\W]{0,3}\d")


_DOT_LETTERS: Final = re.compile(r"\.[a-z][a-z]")


def _web(text: str) -> Iterator[Found]:
    if "://" in text or "www." in text or "WWW." in text:
        for match in _URL.finditer(text):
            yield match.start(), match.start() + len(match.group().rstrip(".,;:!?")), Kind.URL
    if _DOT_LETTERS.search(text):
        yield from ((*match.span(), Kind.URL) for match in _DOMAIN.finditer(text))


def _numbers(plain: Plain) -> Iterator[Found]:
    text = plain.text
    for match in _NUMBER.finditer(text):
        form = match.lastgroup if match.lastgroup not in ("gap", "slash") else _outer(match)
        start, end = match.span(form or 0)
        kind = _judged(plain, form or "", start, end)
        if kind is not None:
            yield start, end, kind


def _outer(match: re.Match[str]) -> str | None:
    return next((name for name in ("spaced", "day") if match[name]), None)


def _judged(plain: Plain, form: str, start: int, end: int) -> Kind | None:
    """What a number of some form is, by its digits and by the words around it."""
    if form in _PLAIN_FORMS:
        return _PLAIN_FORMS[form]
    text = plain.text
    if form in ("moment", "day"):
        return contexts.date_kind(text, start, end)
    digits = "".join(filter(str.isdigit, text[start:end]))
    if form in ("ssn", "card"):
        return _checked(form, digits, contexts.of_number(text, start))
    if form == "phone":
        return _ten_digits(text, start, end, digits)
    return _local(text, start, end, digits) if form == "local" else _run(plain, start, end, digits)


def _checked(form: str, digits: str, told: Kind | None) -> Kind | None:
    """A number in the groups of a card or an SSN: one by its check digits, or by what the words before it say."""
    if form == "card":
        return Kind.CARD if checksums.card(digits) else told
    if told is Kind.SSN or checksums.ssn(digits):
        return Kind.SSN
    return Kind.PHONE if told is Kind.PHONE else None


_PLAIN_FORMS: Final = {"icn": Kind.ICN, "ip": Kind.IP, "abroad": Kind.PHONE}


def _ten_digits(text: str, start: int, end: int, digits: str) -> Kind | None:
    told = contexts.of_number(text, start)
    if told is not None:
        return told
    if not text[start:end].isdigit():
        return Kind.PHONE
    if len(digits) == 10 and digits[0] in "1" and digits[1] in "78":
        return Kind.NPI if checksums.npi(digits) and contexts.clinical(text, start) else None  # seconds since 1970
    return Kind.PHONE if digits[-10] in "23456789" and digits[-7] in "23456789" else Kind.EDIPI


def _run(plain: Plain, start: int, end: int, digits: str) -> Kind | None:
    """A run of digits without separators, or single digits with the same separator between all of them."""
    told = contexts.of_number(plain.text, start)
    if checksums.card(digits) and (len(digits) >= 13 or told is Kind.CARD):
        return Kind.CARD
    if told is not None:
        return told
    if digits in _COUNTING:
        return None
    hidden = plain.disguised(start, end) or not plain.text[start:end].isdigit()
    if len(digits) == 9 and hidden and checksums.ssn(digits):
        return Kind.SSN
    if len(digits) == 10:
        return _ten_digits(plain.text, start, end, digits)
    return Kind.ACCOUNT if hidden and len(digits) >= 7 and plain.disguised(start, end) else None


_COUNTING: Final = "012345678901234567890123456789"


def _local(text: str, start: int, end: int, digits: str) -> Kind | None:
    """Groups of digits as people write telephone numbers elsewhere; or as they write anything else."""
    if not 6 <= len(digits) <= 15:
        return None
    told = contexts.of_number(text, start)
    if told is not None:
        return told
    return Kind.PHONE if contexts.phone_shaped(text, start, end, digits) else None


def _lettered(text: str) -> Iterator[Found]:
    for match in _LETTERED.finditer(text):
        start, end = match.span()
        written = match.group()
        compact = re.sub(r"[ -]", "", written).upper()
        if match["iban"]:
            if iban := _iban_length(written):
                yield start, start + iban, Kind.ACCOUNT
        elif match["prefixed"]:
            if kind := _PREFIXES.get(match["prefix"]):
                yield start, end, kind
        elif match["insured"]:
            yield start, end, Kind.IDENTIFIER
        elif match["dea"] and checksums.dea(compact):
            yield start, end, Kind.DEA
        elif match["licence"] or match["dea"]:
            yield start, end, contexts.of_number(text, start) or Kind.LICENCE


def _iban_length(written: str) -> int:
    """How many characters of a candidate are a valid IBAN; words after it are given back."""
    for end in range(len(written), 14, -1):
        if checksums.iban(re.sub(r"[ -]", "", written[:end]).upper()) and written[end - 1].isalnum():
            return end
    return 0
