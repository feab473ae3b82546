"""Check digits of identifiers that carry some. Pure; every function takes digits (and letters) without separators.

Sources: ISO/IEC 7812-1 (Luhn), 45 CFR 162.406 with the CMS rule of prefix 80840 (NPI), DEA Diversion Control
(registration numbers), ISO 13616 (IBAN), ABA routing number policy. Refuses nothing: what has another length is false.
"""

from __future__ import annotations

from typing import Final

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ABA_WEIGHTS: Final = (3, 7, 1, 3, 7, 1, 3, 7, 1)


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn check digit of those before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if place % 2 else int(digit)
    return total % 10 == 0


def card(digits: str) -> bool:
    """Whether digits are a payment card's: 12 to 19, a first digit that issuers have, Luhn, and not all alike."""
    return 12 <= len(digits) <= 19 and digits[0] in "123456" and len(set(digits)) > 1 and luhn(digits)


def npi(digits: str) -> bool:
    """Whether ten digits are a National Provider Identifier."""
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def dea(number: str) -> bool:
    """Whether two letters and seven digits are a DEA registration."""
    figures = [int(digit) for digit in number[2:]]
    if len(figures) != 7:
        return False
    return (figures[0] + figures[2] + figures[4] + 2 * (figures[1] + figures[3] + figures[5])) % 10 == figures[6]


def iban(number: str) -> bool:
    """Whether letters and digits are an International Bank Account Number."""
    if not 15 <= len(number) <= 34:
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def aba(digits: str) -> bool:
    """Whether nine digits are a bank's routing number."""
    if len(digits) != 9 or not (digits[:2] <= "12" or "21" <= digits[:2] <= "32" or digits[:2] == "80"):
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, _ABA_WEIGHTS, strict=True)) % 10 == 0


def ssn(digits: str) -> bool:
    """Whether nine digits can have been issued as a Social Security or taxpayer number: no group of zeros only."""
    return len(digits) == 9 and digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"
