"""What the words before a number say it is. Pure; looks back a bounded way and on the same or the line before.

Refuses to guess across sentences: a word counts within ``REACH`` characters only.
"""

from __future__ import annotations

import re
from typing import Final

from tierline.privacy.span import Kind
from tierline.privacy.wordlist import words as words_in

REACH: Final = 48  # characters looked back

#: Words that say by themselves what a number after them is.
_WORDS: Final[dict[Kind, str]] = {
    Kind.SSN: "ssn ssns social itin tin",
    Kind.EDIPI: "edipi",
    Kind.ICN: "icn",
    Kind.NPI: "npi",
    Kind.MRN: "mrn mrns dfn",
    Kind.INSURANCE: "insurance insured policy subscriber medicare medicaid mbi",
    Kind.CARD: "credit debit card cards visa mastercard amex discover pan",
    Kind.ACCOUNT: "account accounts acct acc routing aba iban bank swift wire deposit checking savings",
    Kind.LICENCE: "license licence licenses driver drivers dl passport permit",
    Kind.PHONE: (
        "phone phones telephone cellphone tel tele call called calling calls mobile mob cell cellular fax reach "
        "reached contact text texted sms whatsapp dial dialed answering ring voicemail hotline desk office ext "
        "extension ph cel number"
    ),
}
#: Two words that say it together.
_PAIRS: Final[dict[tuple[str, str], Kind]] = {
    ("dod", "id"): Kind.EDIPI, ("military", "id"): Kind.EDIPI, ("tax", "id"): Kind.SSN, ("taxpayer", "id"): Kind.SSN,
    ("soc", "sec"): Kind.SSN, ("integration", "control"): Kind.ICN, ("national", "provider"): Kind.NPI,
    ("medical", "record"): Kind.MRN, ("patient", "id"): Kind.MRN, ("patient", "number"): Kind.MRN,
    ("patient", "no"): Kind.MRN, ("chart", "number"): Kind.MRN, ("chart", "no"): Kind.MRN,
    ("hospital", "number"): Kind.MRN,
    ("member", "id"): Kind.INSURANCE, ("member", "number"): Kind.INSURANCE, ("member", "no"): Kind.INSURANCE,
    ("beneficiary", "id"): Kind.INSURANCE, ("sort", "code"): Kind.ACCOUNT, ("state", "id"): Kind.LICENCE,
    ("national", "id"): Kind.LICENCE, ("messages", "to"): Kind.PHONE, ("american", "express"): Kind.CARD,
}  # fmt: skip
_KINDS: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
#: Words that fit many numbers: one further back that fits fewer goes before them.
_LOOSE: Final = words_in("number contact reach text call")
_LETTERS: Final = re.compile(r"[a-z]+")
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
    words = _LETTERS.findall(_own_words(text[max(0, start - REACH) : start]).lower())
    loose: Kind | None = None
    for place in range(len(words) - 1, -1, -1):
        kind = _PAIRS.get((words[place - 1], words[place])) if place else None
        kind = kind or _KINDS.get(words[place])
        if kind is not None and words[place] not in _LOOSE:
            return kind
        loose = loose or kind
    return loose


def _own_words(before: str) -> str:
    """The words that can be of this number: after the last one, of this line or, when it is bare, of the line above."""
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
    if written[0] == "0" and "/" in written and len(groups) == 2 and groups[0] in (3, 4, 5) and groups[1] > 5:
        return True  # as in Germany
    if "/" in written or len(digits) < 7 or "." in written:
        return False
    if len(groups) > 2 and groups[0] < 3 and set(groups[1:]) == {3}:
        return False  # thousands
    if len(groups) == 2:
        # Two groups of four with a hyphen are years, hours or postcodes more often than a number.
        return digits[0] == "0" or (groups in ([3, 4], [4, 4]) and " " in written) or groups == [3, 4]
    return len(groups) >= 3 and max(groups) <= 4 and min(groups) >= 2
