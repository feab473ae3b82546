"""What is private is found where it stands, in the forms people write it; what is not private is left alone."""

import pytest

from tierline.privacy.finding import find
from tierline.privacy.pieces import pieces
from tierline.privacy.redacting import redact
from tierline.privacy.span import Kind


def found(text: str, **asked: object) -> list[tuple[Kind, str]]:
    return [(span.kind, text[span.start : span.end]) for span in find(text, **asked)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("His SSN is 321-54-9876 as he said.", Kind.SSN, "321-54-9876"),
        ("social security number: 321549876", Kind.SSN, "321549876"),
        ("last 4 of SSN 9876", Kind.SSN, "9876"),
        ("EDIPI 1032547698 twice", Kind.EDIPI, "1032547698"),
        ("DoD ID number: 1032547698", Kind.EDIPI, "1032547698"),
        ("The ICN 1032547698V765432 has two profiles", Kind.ICN, "1032547698V765432"),
        ("DOB: 3/9/1951", Kind.DOB, "3/9/1951"),
        ("was born on March 9, 1951 in a barn", Kind.DOB, "March 9, 1951"),
        ("call (202) 555-0143 ext. 12 today", Kind.PHONE, "(202) 555-0143 ext. 12"),
        ("call +44 20 7946 0958", Kind.PHONE, "+44 20 7946 0958"),
        ("write to ada.quill+va@desk.example now", Kind.EMAIL, "ada.quill+va@desk.example"),
        ("lives at 12 Elm St, Springfield, OR 97477.", Kind.ADDRESS, "12 Elm St, Springfield, OR 97477"),
        ("P.O. Box 1290", Kind.ADDRESS, "P.O. Box 1290"),
        ("MRN: 00123456", Kind.MRN, "00123456"),
        ("MRN-12345 twice", Kind.MRN, "MRN-12345"),
        ("DEA AB1234563 expired", Kind.DEA, "AB1234563"),
        ("NPI: 1234567893", Kind.NPI, "1234567893"),
        ("card 4111 1111 1111 1111", Kind.CARD, "4111 1111 1111 1111"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", Kind.ACCOUNT, "DE89 3704 0044 0532 0130 00"),
        ("routing number 021000021", Kind.ACCOUNT, "021000021"),
        ("account number is 000123456789", Kind.ACCOUNT, "000123456789"),
        ("driver's license D1234567", Kind.LICENCE, "D1234567"),
        ("password: hunter2!", Kind.SECRET, "hunter2!"),
        ("her password is Winter2024! she says", Kind.SECRET, "Winter2024!"),
        ("Authorization: Bearer abc.def-123456", Kind.SECRET, "abc.def-123456"),
        ("AKIAIOSFODNN7EXAMPLE", Kind.SECRET, "AKIAIOSFODNN7EXAMPLE"),
        ("postgres://tierline:s3cret@db.example/x", Kind.SECRET, "s3cret@db.example"),
        ("from 203.0.113.9 again", Kind.IP, "203.0.113.9"),
        ("from 2001:db8::8a2e:370:7334 again", Kind.IP, "2001:db8::8a2e:370:7334"),
        ("device 00:1B:44:11:3A:B7", Kind.MAC, "00:1B:44:11:3A:B7"),
        ("My name is Will Page.", Kind.NAME, "Will Page"),
        ("takes Lisinopril 10mg daily", Kind.MEDICINE, "Lisinopril 10mg"),
        ("has Chronic Kidney Disease", Kind.CONDITION, "Chronic Kidney Disease"),
        ("is 71 years old", Kind.AGE, "71"),
        ("student ID S2034981 of hers", Kind.IDENTIFIER, "S2034981"),
        ("at 40.712776, -74.005974 then", Kind.ADDRESS, "40.712776, -74.005974"),
        ("in W8 4PT there", Kind.ADDRESS, "W8 4PT"),
        ("SSN ***-**-4821", Kind.SSN, "***-**-4821"),
        ("dob: 19600101", Kind.DOB, "19600101"),
        ("card ending in 4242", Kind.CARD, "4242"),
        ("J. R. Whitcombe signed", Kind.NAME, "J. R. Whitcombe"),
        ("DOE, JOHN came", Kind.NAME, "DOE, JOHN"),
        ("with password Winter77x she says", Kind.SECRET, "Winter77x"),
        ("logged in as mkowal_92", Kind.USERNAME, "mkowal_92"),
    ],
)
def test_each_kind_is_found_whole(text: str, kind: Kind, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "TL-123 and TL-20251105 wait",
        "See 25-HRC-HD-53-35482519 first.",
        "HRC-HD-W1-0000137116 is the same case",
        "INC12345678, CHG1234567 and SCTASK1234567",
        "closes #128010 and #4",
        "github issue 128010",
        "Build 1.24.3 of 10/2024 took 1200 ms, 3 of 12 failed with error 500.",
        "The page stays blank on Firefox 120 and Windows 11 after Sign In.",
        "We released it at 09:30 and rolled back at 10:15.",
    ],
)
def test_numbers_of_cases_and_of_software_are_no_hits(text: str) -> None:
    assert found(text, thorough=False) == []


@pytest.mark.parametrize(
    "text",
    [
        "INC12345678 and 25-HRC-HD-53-35482519 are about refills.",
        "The Veteran cannot refill a prescription; the portal says the session has ended.",
        "Please clear the cache, sign in again and tell us what the page says.",
        "Sign-in fails for everybody since the release; see the dashboard.",
    ],
)
def test_ordinary_words_of_support_stay_even_when_everything_is_looked_for(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Jane Doe-Miller wrote",
        "jane doe-miller wrote",
        "MILLER, JANE wrote",
        "J. Miller wrote",
        "Miller, J. wrote",
        "jmiller wrote",
        "Jane M. Miller wrote",
        "Jané wrote",
        "the Doe case",
    ],
)
def test_the_name_of_the_person_concerned_is_found_however_it_is_written(text: str) -> None:
    [(kind, _)] = found(text, names=["Jane Doe-Miller"], thorough=False)
    assert kind is Kind.NAME


def test_a_name_that_is_an_ordinary_word_is_one_only_with_a_capital() -> None:
    assert found("it will not rose", names=["Will Rose"], thorough=False) == []
    assert len(found("Will saw it, Rose did not", names=["Will Rose"], thorough=False)) == 2


def test_what_the_caller_knows_to_be_no_secret_stays() -> None:
    text = "Write to hrc@desk.example or to ada@desk.example."
    assert found(text, known=["hrc@desk.example"], thorough=False) == [(Kind.EMAIL, "ada@desk.example")]


def test_an_address_over_several_lines_is_one_find_with_who_lives_there() -> None:
    text = "Ottilie Brandvold\n77 Nybakken 12\nApt. 204\nELVESTAD\n\nNorway 40210"
    assert redact(text, find(text)) == "[name]\n[postal address]"


def test_a_private_key_is_taken_out_as_a_whole() -> None:
    text = "see\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nQUJD\n-----END RSA PRIVATE KEY-----\nthanks"
    assert redact(text, find(text)) == "see\n[password or key]\nthanks"


def test_numbers_without_check_digits_need_a_word_before_them() -> None:
    assert found("value 123456789 in the log", thorough=False) == []
    assert found("order 4111111111111112", thorough=False) == []
    assert found("credit card 4111111111111112", thorough=False) == [(Kind.CARD, "4111111111111112")]


def test_a_long_text_is_read_in_pieces_and_its_places_are_those_of_the_whole() -> None:
    filler = "The page for refills stays blank since the release, and nobody knows why yet.\n"
    key = "-----BEGIN PRIVATE KEY-----\n" + "QUJD\n" * 1500 + "-----END PRIVATE KEY-----"
    text = filler * 100 + "SSN 321-54-9876\n" + filler * 100 + key + "\n" + filler * 60 + "call 202-555-0143"
    assert found(text, thorough=False) == [
        (Kind.SSN, "321-54-9876"),
        (Kind.SECRET, key),
        (Kind.PHONE, "202-555-0143"),
    ]


@pytest.mark.parametrize("sign", [" ", "\n", "\n\n", ". ", "x"])
def test_pieces_follow_one_another_without_a_gap(sign: str) -> None:
    text = ("word" + sign) * 500
    places = list(pieces(text, 100))
    assert "".join(text[start:end] for start, end in places) == text
    assert all(end - start <= 100 for start, end in places) or sign == "x"


@pytest.mark.parametrize("name", ["John Q. Sample", "Dana R. Field"])
def test_a_family_name_after_an_initial_is_taken_out_though_it_is_an_ordinary_word(name: str) -> None:
    text = f"The Veteran {name} called about the refill."
    assert name in [piece for kind, piece in found(text) if kind is Kind.NAME]


def test_a_sentence_after_an_initial_is_no_family_name() -> None:
    assert found("I spoke with John D. Please call again.") == [(Kind.NAME, "John D.")]
