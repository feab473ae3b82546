"""What people hide from machines and not from people is found all the same, where it stands in the text as given."""

import pytest
from bench.adversary import DISGUISES, hidden

from tierline.privacy.finding import find
from tierline.privacy.normalising import normalised


@pytest.mark.parametrize("disguise", list(DISGUISES))
def test_nothing_hides_behind(disguise: str) -> None:
    for worn, text, (start, end, _) in hidden(rounds=3):
        if worn == disguise:
            covered = {place for span in find(text) for place in range(span.start, span.end)}
            assert {place for place in range(start, end) if text[place].isalnum()} <= covered, text


@pytest.mark.parametrize(
    ("given", "reads"),
    [
        ("1\u200b2\u200d3", "123"),
        ("１２３", "123"),
        ("pаypаl", "paypal"),
        ("four five six, please", "456, please"),
        ("double five triple nine one", "559991"),
        ("ada at desk dot example", "ada@desk.example"),
        ("ada (at) desk [dot] example", "ada@desk.example"),
        ("3 2 1 - 5 4 - 9 8 7 6", "321-54-9876"),
        ("32<b>1</b>-5**4**-9876", "321-54-9876"),
        ("&#51;&#50;&#49;", "321"),
        ("look at this. It is one of two", "look at this. It is one of two"),
        ("Αθήνα", "Αθήνα"),
    ],
)
def test_a_text_reads_as_a_person_reads_it(given: str, reads: str) -> None:
    assert normalised(given).text == reads


def test_places_are_those_of_the_text_as_given() -> None:
    text = "My number is three two one, five four, nine eight seven six. Bye"
    [span] = find(text, thorough=False)
    assert text[span.start : span.end] == "three two one, five four, nine eight seven six"
