"""What was found and where: kinds, spans, and which kinds keep a message from leaving. Pure; refuses empty spans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a private piece of text is. The value is the word used in JSON."""

    SSN = "ssn"
    EDIPI = "edipi"
    ICN = "icn"
    DOB = "dob"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    MRN = "mrn"
    INSURANCE = "insurance"
    DEA = "dea"
    NPI = "npi"
    CARD = "card"
    ACCOUNT = "account"
    LICENCE = "licence"
    IDENTIFIER = "identifier"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    IP = "ip"
    MAC = "mac"
    USERNAME = "username"
    URL = "url"
    # What tells little alone and much together: taken out of a redacted text, but no reason to hold a message.
    DATE = "date"
    AGE = "age"
    PLACE = "place"
    ORGANISATION = "organisation"
    ORIGIN = "origin"
    TITLE = "title"
    MEDICINE = "medicine"
    CONDITION = "condition"
    PROCEDURE = "procedure"


#: What each kind is called to a person: "looks like <words>".
WORDS: Final[dict[Kind, str]] = {
    Kind.SSN: "a Social Security number",
    Kind.EDIPI: "an EDIPI (DoD ID number)",
    Kind.ICN: "an ICN (integration control number)",
    Kind.DOB: "a date of birth",
    Kind.NAME: "a person's name",
    Kind.PHONE: "a telephone number",
    Kind.EMAIL: "an e-mail address",
    Kind.ADDRESS: "a postal address",
    Kind.MRN: "a medical record number",
    Kind.INSURANCE: "a health insurance number",
    Kind.DEA: "a DEA number",
    Kind.NPI: "an NPI number",
    Kind.CARD: "a card number",
    Kind.ACCOUNT: "an account number",
    Kind.LICENCE: "a licence or passport number",
    Kind.IDENTIFIER: "an identifying number",
    Kind.SECRET: "a password or key",
    Kind.IP: "an IP address",
    Kind.MAC: "a device's hardware address",
    Kind.USERNAME: "a user name",
    Kind.URL: "a web address",
    Kind.DATE: "a date",
    Kind.AGE: "an age",
    Kind.PLACE: "a place",
    Kind.ORGANISATION: "an organisation",
    Kind.ORIGIN: "a nationality or origin",
    Kind.TITLE: "a title or profession",
    Kind.MEDICINE: "a medicine",
    Kind.CONDITION: "a health condition",
    Kind.PROCEDURE: "a medical procedure",
}

#: What stands in a redacted text in place of each kind.
PLACEHOLDERS: Final[dict[Kind, str]] = {
    kind: f"[{words.split(' (')[0].removeprefix('an ').removeprefix('a ')}]" for kind, words in WORDS.items()
} | {Kind.SSN: "[SSN]", Kind.NAME: "[name]", Kind.PHONE: "[phone number]", Kind.EMAIL: "[e-mail address]"}

#: The kinds that hold a message back. The others are only taken out of its redacted version.
HOLDING: Final[frozenset[Kind]] = frozenset(
    {
        Kind.SSN, Kind.EDIPI, Kind.ICN, Kind.DOB, Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.ADDRESS, Kind.MRN,
        Kind.INSURANCE, Kind.DEA, Kind.NPI, Kind.CARD, Kind.ACCOUNT, Kind.LICENCE, Kind.IDENTIFIER, Kind.SECRET,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A found piece: characters ``start`` to ``end`` (exclusive) of the text as given, and its kind."""

    start: int
    end: int
    kind: Kind

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"A span has at least one character; {self.start} to {self.end} has none.")
