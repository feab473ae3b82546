"""Medicines with their dose, health conditions and procedures. Pure; linear in the length of the text.

Common ones are on lists; others are known by their last word ("... Disease", "... Syndrome") or ending ("-itis",
"-ectomy"). Refuses symptoms told in passing: they are what support needs to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from tierline.privacy.lexicon import Sense, listed
from tierline.privacy.span import Kind
from tierline.privacy.tokens import Token
from tierline.privacy.wordlist import words as words_in

_DOSE: Final = (
    r"(?: ?(?:\d{1,4}(?:[.,]\d{1,3})?) ?(?:mg|mcg|ug|µg|g|ml|units?|iu|meq|%)(?:/\d{0,3} ?(?:ml|mg|hr?))?(?![A-Za-z]))?"
    r"(?: (?:Inhaler|Tablets?|Capsules?|Patch|Cream|Ointment|Injection|Solution|Spray|Drops|XR|ER|SR|HCl)(?![a-z]))?"
)
_WORD: Final = r"[A-Z][a-z]{2,20}"
_HEAD: Final = (
    r"Disease|Disorder|Syndrome|Failure|Mellitus|Fibrillation|Hypertension|Infection|Carcinoma|Cancer|Neuropathy|Arthritis|"
    r"Bronchitis|Hepatitis|Infarction|Dystrophy|Sclerosis|Stenosis|Insufficiency|Deficiency|Apnea|Palsy|Anemia|Pneumonia"
)
_CONDITION_HEAD: Final = re.compile(
    rf"\b(?:Type [12I]{{1,2}} )?(?:{_WORD}(?:[- ](?:Onset|Type))? ){{0,3}}(?:{_HEAD})(?![a-z])"
)
_PROCEDURE_HEAD: Final = re.compile(
    rf"\b(?:(?:MRI|CT|PET|X-[Rr]ay|EKG|ECG|EEG|Ultrasound)(?: (?:Scan|scan))?(?: (?:of the |of )?{_WORD}(?: {_WORD})?)?"
    rf"|(?:{_WORD} ){{1,3}}(?:Scan|X-[Rr]ay|Panel|Biopsy|Transplant|Replacement|Bypass|Ultrasound|Function Test"
    r"|Stress Test|Blood Count|Culture)"
    r"|[A-Za-z]{3,20}(?:ectomy|oscopy|ostomy|plasty|ogram|ography))(?![a-z])"
)
_ITIS: Final = re.compile(
    r"\b(?:(?:[Aa]cute|[Cc]hronic|[Rr]heumatoid|[Ss]evere|[Vv]iral) )?"
    r"[A-Za-z]{3,16}(?:itis|emia|osis|opathy|algia|oma)(?![a-z])"
)
_NO_CONDITION: Final = words_in("diploma aroma academia coma diagnosis prognosis academic")


_DOSED: Final = re.compile(_DOSE)
_ENDED: Final = re.compile(
    r"(?i)[a-z]{3,18}(?:pril|sartan|statin|olol|azole|cillin|mycin|floxacin|oxetine|gliptin|gliflozin|tidine|dipine|zepam|"
    r"zolam|triptan|parin|mab|tinib|vir|cycline|setron|semide|thiazide)"
)


def clinical_hits(text: str, tokens: list[Token]) -> Iterator[tuple[int, int, Kind]]:
    """Medicines, conditions and procedures."""
    suspects = [index for index, token in enumerate(tokens) if token.sense & Sense.HEALTH]
    if not suspects:
        return
    for index in suspects:
        yield from _listed_hits(text, tokens, index)
    yield from ((*match.span(), Kind.CONDITION) for match in _CONDITION_HEAD.finditer(text) if " " in match.group())
    yield from ((*match.span(), Kind.PROCEDURE) for match in _PROCEDURE_HEAD.finditer(text))
    for match in _ITIS.finditer(text):
        if match.group().lower() not in _NO_CONDITION:
            yield (*match.span(), Kind.CONDITION)


def _listed_hits(text: str, tokens: list[Token], index: int) -> Iterator[tuple[int, int, Kind]]:
    """What stands at a word by the lists: a medicine with its dose, or the longest entry that begins there."""
    token = tokens[index]
    word = token.text.lower()
    if word in _medicines() or _ENDED.fullmatch(word):
        dosed = _DOSED.match(text, token.end)
        yield token.start, dosed.end() if dosed else token.end, Kind.MEDICINE
        return
    words = [each.text.lower() for each in tokens[index : index + 4]]
    for length in range(len(words), 0, -1):
        kind = _entries().get(" ".join(words[:length]))
        if kind is not None:
            yield token.start, tokens[index + length - 1].end, kind
            return


@cache
def _medicines() -> frozenset[str]:
    return listed("medicines")


@cache
def _entries() -> dict[str, Kind]:
    return dict.fromkeys(listed("conditions"), Kind.CONDITION) | dict.fromkeys(listed("procedures"), Kind.PROCEDURE)
