"""Check digits are checked as their issuers say."""

from tierline.privacy import checksums


def test_published_examples_hold() -> None:
    assert checksums.card("4111111111111111")
    assert checksums.npi("1234567893")
    assert checksums.dea("AB1234563")
    assert checksums.iban("DE89370400440532013000")
    assert checksums.aba("021000021")
    assert checksums.ssn("321549876")


def test_one_wrong_digit_is_noticed() -> None:
    assert not checksums.card("4111111111111112")
    assert not checksums.npi("1234567890")
    assert not checksums.dea("AB1234564")
    assert not checksums.iban("DE89370400440532013001")
    assert not checksums.aba("021000022")


def test_what_was_never_issued_is_none() -> None:
    assert not checksums.ssn("000123456")
    assert not checksums.ssn("666123456")
    assert not checksums.ssn("123004567")
    assert not checksums.card("0000000000000000")
    assert not checksums.iban("DE89")
    assert not checksums.dea("AB12345")
