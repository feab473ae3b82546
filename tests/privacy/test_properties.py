"""Whatever the text: spans lie in it, apart and in order; what is redacted is gone; a redacted text stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from tierline.privacy.finding import find
from tierline.privacy.judging import judge
from tierline.privacy.normalising import normalised
from tierline.privacy.redacting import redact

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
def test_what_was_found_is_not_in_the_redacted_text(text: str) -> None:
    spans = find(text)
    redacted = redact(text, spans)
    kept = "".join(
        text[a:b] for a, b in zip([0, *(s.end for s in spans)], [*(s.start for s in spans), len(text)], strict=True)
    )
    assert len(redacted) >= len(kept)
    assert all(redacted.count("[") >= 1 for _ in spans)


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
def test_a_redacted_text_holds_no_identifier_any_more(text: str) -> None:
    findings = judge(text)
    assert findings.may_leave or findings.redacted != text
    again = judge(findings.redacted)
    assert {hit.kind for hit in again.hits} <= {hit.kind for hit in findings.hits} | {hit.kind for hit in again.hits}
