"""Names of people, places and organisations in free text, known to us or not. Pure; linear.

A word that is no ordinary word and begins with a capital is a name of something; one that is a common word and a name
as well ("Will", "Young") is one where the words around it say so. Neighbouring names are one find. Refuses to see
names in the vocabulary of support (``words/support.txt``), in openings of sentences and in short abbreviations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.lexicon import COMMON, NAMING, Sense, long_places, sense
from tierline.privacy.span import Kind
from tierline.privacy.tokens import Form, Token
from tierline.privacy.wordlist import words

_AFTER_NAMES: Final = words("jr sr ii iii md phd dds esq mba rn dvm")
_LEGAL_FORMS: Final = words("inc ltd llc llp corp gmbh plc incorporated")
_PARTICLES: Final = words("van von der den de la di del della ten ter bin ibn du da dos st")
_COMPASS: Final = words("southern northern eastern western central")
_PERSON_VERBS: Final = words(
    "said says asked wrote writes called calls began spent lives lived works worked reported reports told tells and"
)
#: After these an ordinary word with a capital is somebody rather than something: "the Fry novel", "with Baker".
_BEFORE_PEOPLE: Final = words("the with by for to from and")
_LONGEST_HOUSE: Final = 8  # words of the name of a house of business
_STOPS: Final = Sense.SUPPORT | Sense.OPENER


def named(tokens: list[Token]) -> list[bool]:
    """For every token whether it is (part of) the name of a person, place or organisation."""
    lower_only = not any(token.sense & Sense.CAPITAL for token in tokens)
    strange = _mostly_strange(tokens)
    private = [
        token.form is Form.WORD and _is_name(tokens, index, lower_only=lower_only and not strange)
        for index, token in enumerate(tokens)
    ]
    _long_places(tokens, private)
    _organisations(tokens, private)
    _stretched(tokens, private)
    return private


def _mostly_strange(tokens: list[Token]) -> bool:
    """Whether most words are unknown: another language, in which small letters say nothing."""
    words = [token for token in tokens if token.form is Form.WORD and len(token.text) > 2]
    unknown = sum(1 for token in words if not token.sense & (COMMON | Sense.OPENER | NAMING))
    return len(words) > 8 and unknown > len(words) // 2


def _is_name(tokens: list[Token], index: int, *, lower_only: bool) -> bool:
    token = tokens[index]
    meaning = token.sense
    if len(token.text) < 2 or meaning & (Sense.SUPPORT | Sense.UNIT | Sense.MEDICINE):
        return False
    if meaning & Sense.FOREIGN:
        return True
    if not meaning & (Sense.ORDINARY | Sense.OPENER):
        return _strange_is_name(token, lower_only=lower_only)
    if meaning & Sense.CAPITAL and meaning & Sense.ORIGIN:
        return True
    if not meaning & Sense.CAPITAL or not meaning & NAMING or meaning & Sense.OPENER:
        return False
    return _common_is_name(tokens, index)


def _strange_is_name(token: Token, *, lower_only: bool) -> bool:
    """A word that is no ordinary one."""
    meaning = token.sense
    if meaning & Sense.CAPITAL:
        return not meaning & Sense.UPPER or len(token.text) > 4 or bool(meaning & NAMING)
    if meaning & (Sense.STREET | Sense.ORGANISATION | Sense.CONNECTOR | Sense.ORIGIN):
        return False
    if meaning & NAMING:
        return len(token.text) > 2
    return lower_only and len(token.text) > 3


def _common_is_name(tokens: list[Token], index: int) -> bool:
    """An ordinary word that is a name too, with a capital: a given name inside a sentence, or beside another name."""
    if _begins_sentence(tokens, index):
        return _first_is_name(tokens, index)
    meaning = tokens[index].sense
    before, after = _word_at(tokens, index - 1), _word_at(tokens, index + 1)
    if before and before.sense & Sense.CAPITAL and before.sense & COMMON and not before.sense & Sense.GIVEN:
        return False
    if after and after.sense & Sense.CAPITAL and after.sense & COMMON and not after.sense & Sense.FAMILY:
        return False
    if before and before.text in _BEFORE_PEOPLE and meaning & Sense.FAMILY and len(tokens[index].text) > 2:
        return not meaning & (Sense.UPPER | Sense.STREET | Sense.ORGANISATION)
    return bool(meaning & (Sense.GIVEN | Sense.PLACE)) and not meaning & Sense.UPPER


def _first_is_name(tokens: list[Token], index: int) -> bool:
    """The same at the beginning of a sentence, where every word has a capital."""
    meaning, after = tokens[index].sense, _word_at(tokens, index + 1)
    if not after or not meaning & (Sense.GIVEN | Sense.FAMILY):
        return False
    if after.text in _PERSON_VERBS:
        return True
    beside = after.sense & Sense.CAPITAL and after.sense & Sense.FAMILY and not after.sense & _STOPS
    return bool(meaning & Sense.GIVEN and beside)


def _word_at(tokens: list[Token], index: int) -> Token | None:
    if 0 <= index < len(tokens) and tokens[index].form is Form.WORD:
        return tokens[index]
    return None


def _begins_sentence(tokens: list[Token], index: int) -> bool:
    if index == 0:
        return True
    before = tokens[index - 1]
    return before.form is Form.LINE or (before.form is Form.SIGN and before.text in '.!?:"“*•-')


def _long_places(tokens: list[Token], private: list[bool]) -> None:
    """Places of several words, in small letters too."""
    for index, token in enumerate(tokens):
        if token.sense & Sense.LEADS_PLACE and (length := _long_place(tokens, index)):
            private[index : index + length] = [True] * length


def _long_place(tokens: list[Token], index: int) -> int:
    """How many words from here are a place's name."""
    words = [token.text.lower() for token in tokens[index : index + 6]]
    return next((length for length in (6, 5, 4, 3, 2) if " ".join(words[:length]) in long_places()), 0)


def _organisations(tokens: list[Token], private: list[bool]) -> None:
    """Words with capitals before "Inc", "Bank" and the like; before "inc" any few words."""
    for index, token in enumerate(tokens):
        if token.sense & Sense.ORGANISATION and (token.sense & Sense.CAPITAL or token.text in _LEGAL_FORMS):
            first = _first_of_house(tokens, index)
            if not all(each.sense & _STOPS for each in tokens[first:index]):
                private[first : index + 1] = [True] * (index + 1 - first)


def _first_of_house(tokens: list[Token], index: int) -> int:
    """Where the name of a house begins that ends at a word like "Inc"."""
    small = not tokens[index].sense & Sense.CAPITAL
    for first in range(index, max(0, index - (3 if small else _LONGEST_HOUSE)), -1):
        before = _word_at(tokens, first - 1)
        if before is None or not (before.sense & Sense.CAPITAL or small):
            return first
        if before.sense & Sense.OPENER and (small or _begins_sentence(tokens, first - 1)):
            return first
    return max(0, index - (3 if small else _LONGEST_HOUSE))


def _stretched(tokens: list[Token], private: list[bool]) -> None:
    """Names grow over neighbours that belong to them: a second part that is an ordinary word, an initial, a title."""
    for index in range(1, len(tokens)):
        if private[index - 1] and not private[index] and _goes_on(tokens, index):
            private[index] = True
        elif index > 2 and _after_initial(tokens, private, index):
            private[index - 1] = private[index] = True
    _initials(tokens, private)
    for index in range(len(tokens) - 2, -1, -1):
        if private[index + 1] and not private[index] and _leads_in(tokens, index):
            private[index] = True


def _after_initial(tokens: list[Token], private: list[bool], index: int) -> bool:
    """Whether a token is the family name after a given one and an initial ("John Q. Sample")."""
    given, initial, sign, token = tokens[index - 3 : index + 1]
    if not (private[index - 3] and private[index - 2]) or private[index] or sign.text != ".":
        return False
    close = initial.start - given.end <= 1 and sign.start == initial.end and token.start - sign.end == 1
    capital = token.form is Form.WORD and token.sense & Sense.CAPITAL and len(token.text) > 1
    begins = token.sense & Sense.OPENER  # "John D. The page ...": a sentence of its own
    stops = begins or (token.sense & _STOPS and not token.sense & (Sense.FAMILY | Sense.GIVEN))
    return bool(close and len(initial.text) == 1 and given.sense & Sense.GIVEN and capital and not stops)


def _initials(tokens: list[Token], private: list[bool]) -> None:
    """Initials before a name ("J. R. Roe") and a family name before a given one ("ROE, JANE")."""
    for index in range(len(tokens) - 3, -1, -1):
        token, sign = tokens[index], tokens[index + 1]
        if private[index] or not private[index + 2] or not token.sense & Sense.CAPITAL:
            continue
        if sign.text == "." and len(token.text) == 1 and tokens[index + 2].sense & Sense.CAPITAL:
            private[index] = private[index + 1] = True
        elif sign.text == "," and token.sense & Sense.FAMILY and tokens[index + 2].sense & Sense.GIVEN:
            private[index] = not token.sense & _STOPS


def _goes_on(tokens: list[Token], index: int) -> bool:
    """Whether a token after a name belongs to it."""
    token, before = tokens[index], tokens[index - 1]
    if token.form is not Form.WORD or token.start - before.end > 1:
        return False
    if token.start > before.end and token.text.lower() in _AFTER_NAMES:
        return True
    if not token.sense & Sense.CAPITAL:
        strange = not token.sense or token.sense & Sense.COMPOUND
        return bool(before.sense & Sense.GIVEN and strange) and len(token.text) > 3
    if len(token.text) == 1:
        return True
    if token.sense & _STOPS and not token.sense & (Sense.FAMILY | Sense.GIVEN):
        return False
    return not token.sense & Sense.UPPER or len(token.text) > 3


def _leads_in(tokens: list[Token], index: int) -> bool:
    """Whether a token before a name belongs to it."""
    token = tokens[index]
    if token.form is not Form.WORD or tokens[index + 1].start - token.end > 1:
        return False
    if not token.sense & Sense.CAPITAL:
        return token.text in _PARTICLES
    if token.sense & (Sense.GIVEN | Sense.FAMILY) and not token.sense & _STOPS:
        return True
    first = _begins_sentence(tokens, index) or token.sense & _STOPS
    return not first and len(token.text) > 1 and token.text.lower() not in _COMPASS


def letters_for_digits(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Names in which digits stand for letters: "J4ne R0e"."""
    for match in _LEET.finditer(text):
        meaning = sense(match.group().lower().translate(_AS_LETTERS))
        if meaning & (Sense.GIVEN | Sense.FAMILY) and not meaning & COMMON:
            yield (*match.span(), Kind.NAME)


_LEET: Final = re.compile(r"(?<![\w@.$-])[A-Za-z](?=[A-Za-z]{0,12}[013457@$])[A-Za-z0-9@$]{2,15}(?![\w@$-])")
_AS_LETTERS: Final = str.maketrans("013457@$", "oieastas")


def runs(tokens: list[Token], private: list[bool]) -> Iterator[tuple[int, int]]:
    """Neighbouring name tokens as one, over what only joins them: the first and the last token of each."""
    index = 0
    while index < len(tokens):
        if not private[index]:
            index += 1
            continue
        last = index
        while (following := _next_of_run(tokens, private, last)) is not None:
            last = following
        yield index, last
        index = last + 1


_JOINING: Final = frozenset({"&", "'", "-", ",", "’", "/"})
_ABBREVIATED: Final = words("st ste dr mr mrs ms mt ft jr sr prof")


def _next_of_run(tokens: list[Token], private: list[bool], last: int) -> int | None:
    """The next token of the same name, over at most three that only join."""
    for index in range(last + 1, min(last + 5, len(tokens))):
        if tokens[index].start - tokens[index - 1].end > 2:
            return None
        if private[index]:
            return index
        if not _joins(tokens, index, last):
            return None
    return None


def _joins(tokens: list[Token], index: int, last: int) -> bool:
    """Whether a token only joins two parts of a name: a sign, an abbreviation's full stop, "of", "and" in lists."""
    token = tokens[index]
    if token.form is not Form.WORD:
        return token.text in _JOINING or (token.text == "." and _abbreviates(tokens[index - 1]))
    if token.text == "and":
        return _after_comma(tokens, last) or _is_house(tokens, index + 1)
    return not token.sense & Sense.CAPITAL and (bool(token.sense & Sense.CONNECTOR) or len(token.text) == 1)


def _abbreviates(token: Token) -> bool:
    """Whether a full stop after this word is its own and not the sentence's."""
    return len(token.text) == 1 or token.text.lower() in _ABBREVIATED


def _is_house(tokens: list[Token], index: int) -> bool:
    """Whether a word ends the name of a house of business: "Roe and Sons"."""
    word = _word_at(tokens, index)
    return word is not None and bool(word.sense & Sense.ORGANISATION) and bool(word.sense & Sense.CAPITAL)


def _after_comma(tokens: list[Token], last: int) -> bool:
    """Whether a name is the second or a later of a list: "Roe, Doe and Poe"."""
    return last >= 2 and tokens[last - 1].text == ","


def end_of_run(text: str, tokens: list[Token], last: int) -> int:
    """Where a run ends: over the full stop that belongs to "Inc.", "Jr.", "St."."""
    token = tokens[last]
    short = token.text.lower() in _LEGAL_FORMS or _abbreviates(token) or token.text == "Co"
    return token.end + 1 if short and text[token.end : token.end + 1] == "." else token.end


def kind_of(tokens: list[Token], first: int, last: int) -> Kind:
    """What a run of name tokens is rather: a person, a place or an organisation."""
    meanings = [token.sense for token in tokens[first : last + 1] if token.form is Form.WORD]
    if any(meaning & Sense.ORGANISATION and meaning & Sense.CAPITAL for meaning in meanings[1:]):
        return Kind.ORGANISATION
    if len(meanings) == 1 and meanings[0] & Sense.ORIGIN:
        return Kind.ORIGIN
    people = sum(1 for meaning in meanings if meaning & (Sense.GIVEN | Sense.FAMILY))
    places = sum(1 for meaning in meanings if meaning & Sense.PLACE)
    return Kind.PLACE if places > people or (places and not people) else Kind.NAME
