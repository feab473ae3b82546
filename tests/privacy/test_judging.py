"""A verdict says what and where, in words that can be shown, and never the value itself."""

import pytest

from tierline.privacy.judging import judge, masked
from tierline.privacy.redacting import redact
from tierline.privacy.span import PLACEHOLDERS, WORDS, Kind, Span


def test_a_text_without_anything_private_may_leave_as_it_is() -> None:
    findings = judge("INC12345678: the page stays blank since Tuesday.")
    assert findings.may_leave
    assert findings.redacted == "INC12345678: the page stays blank since Tuesday."
    assert findings.words == ""


def test_a_hit_says_what_and_in_which_line_and_how_the_text_would_leave() -> None:
    findings = judge("Blank page.\n\nSSN 321-54-9876\nThanks")
    [hit] = findings.hits
    assert not findings.may_leave
    assert (hit.kind, hit.line, hit.excerpt) == (Kind.SSN, 3, "•••-••-••••")
    assert findings.words == "looks like a Social Security number in line 3"
    assert findings.redacted == "Blank page.\n\nSSN [SSN]\nThanks"


def test_places_dates_and_products_hold_nothing_back() -> None:
    assert judge("Since May 5 the portal in Portland shows Lisinopril 10mg twice; see https://desk.example/x").may_leave


def test_the_name_of_the_person_concerned_holds_a_message_back() -> None:
    assert not judge("Doe, Jane cannot sign in", names=["Jane Doe"]).may_leave
    assert judge("Doe, Jane cannot sign in", names=["Jane Doe"]).redacted == "[name] cannot sign in"


def test_no_value_is_in_anything_a_log_may_hold() -> None:
    findings = judge("Write ada.quill@desk.example or 202-555-0143", names=["Ada Quill"])
    told = f"{[(hit.kind, hit.excerpt, hit.words) for hit in findings.hits]}"
    assert not any(part in told for part in ("ada", "quill", "desk", "202", "0143"))
    assert masked("ab-1234567890123") == "••-••••••••…"


def test_every_kind_has_words_and_a_placeholder_of_its_own() -> None:
    assert set(WORDS) == set(PLACEHOLDERS) == set(Kind)
    assert len(set(PLACEHOLDERS.values())) == len(Kind)


def test_spans_over_one_another_are_taken_out_once_and_spans_of_another_text_are_refused() -> None:
    assert redact("abcd", [Span(1, 2, Kind.SSN), Span(1, 3, Kind.NAME)]) == "a[SSN]d"
    with pytest.raises(ValueError, match="another text"):
        redact("ab", [Span(1, 3, Kind.SSN)])
