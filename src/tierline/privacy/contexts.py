"""What the words before a number say it is. Pure; looks back a bounded way and on the same or the line before.

Refuses to guess across sentences: a word counts within ``REACH`` characters only.
"""

from __future__ import annotations

import re
from typing import Final

from tierline.privacy.span import Kind

REACH: Final = 48  # characters looked back

_WORDS: Final[tuple[tuple[Kind, str], ...]] = (
    (Kind.SSN, r"ssn|s\.s\.n|ss ?#|social(?: security)?|soc\.? sec|tax(?:payer)? id|itin|\btin\b"),
    (Kind.EDIPI, r"edipi|dod ?id|electronic data interchange|military id"),
    (Kind.ICN, r"\bicn\b|integration control"),
    (Kind.NPI, r"\bnpi\b|national provider"),
    (Kind.MRN, r"\bmrn\b|medical record|patient (?:id|number|no)|chart (?:number|no|#)|hospital (?:number|no)|\bdfn\b"),
    (Kind.INSURANCE, r"insurance|member (?:id|number|no|#)|policy|subscriber|medicare|medicaid|\bmbi\b|beneficiary id"),
    (Kind.CARD, r"credit|debit|\bcards?\b|visa|master ?card|amex|american express|discover|\bpan\b"),
    (Kind.ACCOUNT, r"\baccounts?\b|\bacct|\ba/c\b|routing|\baba\b|iban|sort code|\bbank\b|swift|wire|deposit"),
    (Kind.LICENCE, r"licen[cs]e|driver'?s?\b|\bdl\b|passport|permit|state id|national id|\bvisa number"),
    (
        Kind.PHONE,
        r"phone|\btel\b|\btele|\bcall|mobile|\bcell|\bfax|reach|contact|\btext(?:ed)?\b|\bsms|whats ?app|dial|answering"
        r"|\bring\b|voicemail|hotline|desk:|office:|home:|work:|messages to|\bnumber is\b|\bext\b|\(m\)|\(h\)|\(w\)|\bm:|\bt:|\bp:|\bph\b",
    ),
)
_TELLING: Final = re.compile("|".join(f"(?P<{kind.name}>{words})" for kind, words in _WORDS), re.IGNORECASE)
_BIRTH: Final = re.compile(
    r"\bd\.?o\.?b\b|\bborn\b|birth|\bdate of b\b|\bb\.\s?$|geboren|\bnée?\b|nacid|fecha de nac", re.IGNORECASE
)
_CLINICAL: Final = re.compile(r"\bdr\b|provider|physician|prescriber|npi|clinic|doctor|nurse|md\b", re.IGNORECASE)
_OTHER_NUMBER: Final = re.compile(
    r"(?:version|release|build|order|invoice|\bv|error|code|line|page|chapter|step|ratio|score|bp|blood pressure|shift|"
    r"hours?|rev|commit|port|pid|size|total|sum|usd|\$|€|£)\W{0,3}$",
    re.IGNORECASE,
)


def of_number(text: str, start: int) -> Kind | None:
    """What the last telling word before a number calls it, or None."""
    before = _own_words(text[max(0, start - REACH) : start])
    told: Kind | None = None
    for match in _TELLING.finditer(before):
        told = Kind[match.lastgroup or ""]
    return told


def _own_words(before: str) -> str:
    """What belongs to this number: the words after the last number, of this line or of the one above when it is bare."""
    line = before.rfind("\n")
    if line >= 0 and before[line:].strip():
        before = before[line:]
    last_digit = max(before.rfind(digit) for digit in "0123456789")
    return before[last_digit + 1 :] if len(before) - last_digit > 4 else before


def date_kind(text: str, start: int, end: int) -> Kind:
    """A date of birth, when the words before it (or right after it) say so; otherwise a date."""
    around = text[max(0, start - REACH) : start]
    if _BIRTH.search(around) or re.match(r"\W{0,3}\(?(?:d\.?o\.?b|birth)", text[end : end + 14], re.IGNORECASE):
        return Kind.DOB
    return Kind.DATE


def clinical(text: str, start: int) -> bool:
    """Whether a number stands where providers are spoken of."""
    return bool(_CLINICAL.search(text[max(0, start - REACH) : start]))


def phone_shaped(text: str, start: int, end: int, digits: str) -> bool:
    """Whether groups of digits without a telling word are rather a telephone number than a range or a measure."""
    written = text[start:end]
    if _OTHER_NUMBER.search(text[max(0, start - 20) : start]):
        return False
    groups = [len(group) for group in re.findall(r"\d+", written)]
    if "/" in written or len(digits) < 7 or "." in written:
        return False
    if len(groups) == 2:
        # Two groups of four with a hyphen are years, hours or postcodes more often than a number.
        return digits[0] == "0" or (groups in ([3, 4], [4, 4]) and " " in written) or groups == [3, 4]
    return len(groups) >= 3 and max(groups) <= 4 and min(groups) >= 2
