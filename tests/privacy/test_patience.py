"""Hostile and long texts cost time in proportion to their length; ordinary ones go through at a decent speed."""

import time

import pytest

from tierline.privacy.finding import find

SIZE = 200_000
HOSTILE = {
    "digits": "1",
    "signs before digits": "+1111111111111111111111111111111111111111 ",
    "single digits": "1 ",
    "single letters": "a ",
    "one long word": "one",
    "capitals": "Aa ",
    "houses": "Inc ",
    "at signs": "a@",
    "hyphens": "-a",
    "tokens that never end": "eyJ-",
    "keys that never end": "-----BEGIN PRIVATE KEY-----",
    "number words": "one ",
    "streets": "1 A st, " + "A" * 100 + " ",
    "line ends": "\n",
    "colons": ":a",
    "zero width": "\u200b1",
    "accents": "a\u0301",
    "names": "name is ",
    "titles": "Mr. A ",
    "halves of characters": "\ud800",
    "entities": "&#49;",
    "tags": "<b>",
    "letters for digits": "1O",
    "addresses of nobody": "PSC 1, box 1\n",
    "lines with capitals": "Aa\n",
    "references": "#1 1234567890 ",
    "two scripts": "ехample ",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_read_in_a_few_seconds(piece: str) -> None:
    begun = time.process_time()
    find(piece * (SIZE // len(piece)), names=["Jane Doe"])
    assert time.process_time() - begun < 8


def test_patterns_read_half_a_megabyte_a_second_at_the_very_least() -> None:
    """The bench measures what it really is; this only notices when it becomes another thing altogether."""
    text = (
        "The Veteran called about INC12345678 at 202-555-0143; the page for refills stays blank since the release.\n"
        * 20
    )
    find(text, thorough=False)
    begun = time.process_time()
    for _ in range(50):
        find(text, thorough=False)
    assert 50 * len(text) / (time.process_time() - begun) > 500_000
