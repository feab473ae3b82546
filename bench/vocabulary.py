"""Invented words, the same for every run, and the marks by which a case is found: unique, one in 1,000, 1 %, 20 %.

Pure. The words follow Zipf's law, as written language does: few are in most texts, most are in few.
"""

import random
from dataclasses import dataclass
from itertools import accumulate

SEED = 20_261_120
DIFFERENT_WORDS = 4000
_SYLLABLES = tuple(consonant + vowel for consonant in "bcdfgklmnprstv" for vowel in "aeio")
#: A word that stands in every n-th case. None of them is in the vocabulary.
MARKS = {"onethousandth": 1000, "onehundredth": 100, "onefifth": 5}


def unique_word(number: int) -> str:
    """The word that only the case ``number`` holds."""
    return f"zq{number}x"


def marks_of(number: int) -> list[str]:
    """The words by which the bench finds the case ``number``."""
    return [unique_word(number), *(mark for mark, every in MARKS.items() if number % every == 0)]


@dataclass(frozen=True, slots=True)
class Texts:
    """Ready-made pieces of text of ten words each."""

    pieces: tuple[str, ...]

    def piece(self, dice: random.Random) -> str:
        """Ten words."""
        return dice.choice(self.pieces)

    def text(self, dice: random.Random, tens: int) -> str:
        """``tens`` times ten words."""
        return " ".join(dice.choices(self.pieces, k=tens))


def texts() -> Texts:
    """The texts of this bench."""
    dice = random.Random(SEED)  # noqa: S311 - to be the same every time is the point
    words = ["".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))) for _ in range(DIFFERENT_WORDS)]
    weights = list(accumulate(1 / (rank + 5) for rank in range(DIFFERENT_WORDS)))
    return Texts(tuple(" ".join(dice.choices(words, cum_weights=weights, k=10)) for _ in range(20_000)))
