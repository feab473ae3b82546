"""The word lists of this package, and what they say of a word. Read once, when first asked for.

Where each list comes from, and under which licence, stands in ``words/SOURCES.txt``. Pure but for reading those files.
Refuses nothing: a word on no list is unknown, which is an answer too.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from tierline.privacy.letters import without_accents
from tierline.privacy.wordlist import words as words_in

#: How medicines, conditions and procedures end, and the words that end their names.
HEALTH_ENDINGS: Final = tuple(
    sorted(
        words_in(
            """pril sartan statin olol azole cillin mycin floxacin oxetine gliptin gliflozin prazole tidine dipine
            zepam zolam triptan parin mab tinib vir cycline setron semide thiazide itis emia osis opathy algia
            oma ectomy oscopy ostomy plasty ogram ography disease disorder syndrome failure mellitus
            fibrillation hypertension infection cancer arthritis infarction dystrophy sclerosis stenosis
            insufficiency deficiency apnea palsy mri ct pet scan ray panel biopsy transplant replacement bypass
            ultrasound test count culture ekg ecg eeg"""
        )
    )
)
LONGEST_WORD: Final = 40  # letters; what is longer is judged by its beginning, and not remembered
_CONTRACTED: Final = re.compile(r"(?:n't|'(?:ve|ll|re|m|d|t|em|s))$")
WORDS: Final = Path(__file__).with_name("words")


class Sense:
    """What a word can be, as bits of a plain integer: a word can be several things ("Will", "Paris", "Court").

    No ``IntFlag``: its every ``&`` makes an object, and there are dozens for every word of a text.
    """

    NONE: Final = 0
    ORDINARY: Final = 1 << 0
    SUPPORT: Final = 1 << 1
    GIVEN: Final = 1 << 2
    FAMILY: Final = 1 << 3
    PLACE: Final = 1 << 4
    STREET: Final = 1 << 5
    UNIT: Final = 1 << 6
    ORGANISATION: Final = 1 << 7
    ORIGIN: Final = 1 << 8
    OPENER: Final = 1 << 9
    CONNECTOR: Final = 1 << 10
    LEADS_PLACE: Final = 1 << 11  # the first word of a place of several words
    HEALTH: Final = 1 << 12  # a medicine, or a word of health conditions and procedures
    MEDICINE: Final = 1 << 18
    COMPOUND: Final = 1 << 17  # on no list, but two ordinary words written as one
    RATHER_NAME: Final = 1 << 16  # an ordinary word that with a capital is a name rather
    CAPITAL: Final = 1 << 13  # begins with a capital letter
    UPPER: Final = 1 << 14  # is written in capital letters, two or more
    FOREIGN: Final = 1 << 15  # is written in another script than ours


NAMING: Final = Sense.GIVEN | Sense.FAMILY | Sense.PLACE
COMMON: Final = Sense.ORDINARY | Sense.SUPPORT
_LISTS: Final = {
    "ordinary": Sense.ORDINARY, "support": Sense.SUPPORT, "given-names": Sense.GIVEN, "family-names": Sense.FAMILY,
    "streets": Sense.STREET, "units": Sense.UNIT, "organisations": Sense.ORGANISATION, "origins": Sense.ORIGIN,
    "openers": Sense.OPENER, "connectors": Sense.CONNECTOR, "medicines": Sense.HEALTH | Sense.MEDICINE,
    "rather-names": Sense.RATHER_NAME,
}  # fmt: skip


def listed(name: str) -> frozenset[str]:
    """The entries of a list; one whose entries have blanks in them separates them by semicolons."""
    text = (WORDS / f"{name}.txt").read_text(encoding="utf-8")
    if ";" in text:
        return frozenset(" ".join(entry.split()) for entry in text.split(";") if entry.strip())
    return frozenset(text.split())


@cache
def _senses() -> dict[str, int]:
    senses: dict[str, int] = {}
    for name, sense in _LISTS.items():
        for word in listed(name):
            senses[word] = senses.get(word, Sense.NONE) | sense
    for place in listed("places") | listed("countries"):
        first, blank, _ = place.partition(" ")
        senses[first] = senses.get(first, Sense.NONE) | (Sense.LEADS_PLACE if blank else Sense.PLACE)
    for entry in listed("conditions") | listed("procedures"):
        first = entry.partition(" ")[0]
        senses[first] = senses.get(first, Sense.NONE) | Sense.HEALTH
    return senses


@cache
def long_places() -> frozenset[str]:
    """Places of two words and more, in small letters."""
    return frozenset(place for place in listed("places") | listed("countries") if " " in place)


def sense(word: str) -> int:
    """What a word can be, by the lists and by how it is written. A possessive s is no part of it."""
    return _sense(word if len(word) <= LONGEST_WORD else word[:LONGEST_WORD])


@lru_cache(maxsize=1 << 16)
def _sense(word: str) -> int:
    found = _listed_sense(word)
    if word.lower().endswith(HEALTH_ENDINGS):
        found |= Sense.HEALTH
    first = word[:1]
    if first.isupper():
        found |= Sense.CAPITAL
        if found & Sense.RATHER_NAME:
            found &= ~Sense.ORDINARY
        if word.isupper() and len(word) > 1:
            found |= Sense.UPPER
    if not word.isascii() and any(ord(letter) >= 0x370 and not 0x1E00 <= ord(letter) < 0x1F00 for letter in word):
        found |= Sense.FOREIGN
    return found


def _listed_sense(word: str) -> int:
    plain = without_accents(word).lower().replace("’", "'")
    if plain.endswith(("'s", "s'")):
        plain = plain[:-2]
    senses = _senses()
    found = senses.get(plain)
    if found is not None:
        return found
    if _CONTRACTED.search(plain):
        return Sense.ORDINARY | Sense.OPENER
    if "-" in plain or "'" in plain:
        return _of_parts(plain.replace("'", "-").split("-"), capitals=not word[1:].islower())
    return Sense.ORDINARY | Sense.COMPOUND if word.islower() and _is_compound(plain) else Sense.NONE


def _is_compound(plain: str) -> bool:
    """Whether a word is two ordinary ones written as one: "liftoff", "dropdown"."""
    senses = _senses()
    return any(
        senses.get(plain[:cut], Sense.NONE) & COMMON and senses.get(plain[cut:], Sense.NONE) & (COMMON | Sense.OPENER)
        for cut in range(3, len(plain) - 1)
    )  # fmt: skip


def _of_parts(parts: list[str], *, capitals: bool) -> int:
    """A word of several: ordinary when all its parts are, a name when one is and not all are ordinary."""
    senses = [_senses().get(part, Sense.NONE) for part in parts if len(part) > 1]
    if not senses:
        return Sense.ORDINARY
    if capitals and len(senses) > 1 and all(each & (Sense.FAMILY | Sense.GIVEN) for each in senses):
        return Sense.FAMILY
    if all(each & (COMMON | Sense.OPENER) for each in senses):
        return Sense.ORDINARY
    named = Sense.NONE
    for each in senses:
        named |= each & NAMING
    return named


def is_ordinary(word: str) -> bool:
    """Whether a word (small letters) is an ordinary English word or one of support."""
    return bool(_senses().get(word, Sense.NONE) & COMMON)
