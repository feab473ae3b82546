"""Whatever the text: spans lie in it, apart and in order; what is redacted is gone; a redacted text stays as it is."""

import re
from itertools import pairwise, zip_longest

from hypothesis import given
from hypothesis import strategies as st

from tierline.privacy.finding import find
from tierline.privacy.judging import judge
from tierline.privacy.normalising import normalised
from tierline.privacy.redacting import redact
from tierline.privacy.span import HOLDING, PLACEHOLDERS

PIECES = st.sampled_from(
    [
        "321-54-9876", "SSN ", "4111 1111 1111 1111", " and ", "\n", "Jane Doe", " Will ", "12 Elm St",
        "a@desk.example", "\u200b", "é", "Ω", "one two three ", "dot", " at ", "\ud800", "TL-12", "INC12345678",
        "born on 1/2/1960",
        "&#49;",
        "25-HRC-HD-53-35482519", "[SSN]", "password: ", "x" * 30, "<b>", "1 2 3 4 5 6 7", "(202) 555-0143", ". ", "#99",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join))
PLACEHOLDER = re.compile("|".join(map(re.escape, sorted(PLACEHOLDERS.values(), key=len, reverse=True))))
REFERENCES = st.one_of(
    st.integers(1, 10**9).map(lambda number: f"TL-{number}"),
    st.integers(0, 10**8 - 1).map(lambda number: f"25-HRC-HD-53-{number:08}"),
    st.integers(0, 10**10 - 1).map(lambda number: f"HRC-HD-W1-{number:010}"),
    st.integers(0, 10**8 - 1).map(lambda number: f"INC{number:08}"),
    st.integers(0, 10**7 - 1).map(lambda number: f"CHG{number:07}"),
    st.integers(1, 10**6).map(lambda number: f"#{number}"),
)
AROUND = st.sampled_from(["Case {} waits.", "call about {}", "See {}, phone first", "{}", "Linked: {}\nSSN unknown"])


@given(TEXTS)
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for span in find(text, names=["Jane Doe"]):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@given(TEXTS)
def test_all_that_was_found_is_taken_out_and_nothing_else(text: str) -> None:
    spans = find(text)
    kept = [
        text[a:b] for a, b in pairwise([0, *(place for span in spans for place in (span.start, span.end)), len(text)])
    ]
    left, between = kept[::2], [PLACEHOLDERS[span.kind] for span in spans]
    assert redact(text, spans) == "".join(part for pair in zip_longest(left, between, fillvalue="") for part in pair)


@given(TEXTS)
def test_normalising_keeps_the_way_back(text: str) -> None:
    plain = normalised(text)
    places = [plain.given(place, place + 1) for place in range(len(plain.text))]
    assert all(0 <= first < last <= len(text) for first, last in places)
    assert places == sorted(places)


@given(REFERENCES, AROUND)
def test_numbers_of_cases_are_never_hits(reference: str, around: str) -> None:
    text = around.format(reference)
    start = text.index(reference)
    end = start + len(reference)
    assert not [span for span in find(text) if span.start < end and start < span.end]


@given(st.integers(100, 665), st.integers(1, 99), st.integers(1, 9999), st.sampled_from("-. "))
def test_every_ssn_in_its_form_is_found_whole(area: int, group: int, serial: int, sign: str) -> None:
    number = sign.join((f"{area:03}", f"{group:02}", f"{serial:04}"))
    text = f"He said {number} again"
    assert any((span.start, span.end) == (8, 8 + len(number)) for span in find(text, thorough=False))


@given(TEXTS)
def test_placeholders_are_never_taken_for_something_private(text: str) -> None:
    redacted = redact(text, find(text))
    shown = [match.span() for match in PLACEHOLDER.finditer(redacted)]
    for span in find(redacted):
        assert not any(span.start < end and start < span.end for start, end in shown), redacted


@given(TEXTS)
def test_a_verdict_lets_go_only_what_has_no_certain_find(text: str) -> None:
    findings = judge(text)
    assert findings.may_leave == (not [s for s in find(text, thorough=False) if s.kind in HOLDING])
    assert findings.may_leave == (findings.redacted == text)
