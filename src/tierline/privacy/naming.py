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

_AFTER_NAMES: Final = frozenset("jr sr ii iii md phd dds esq mba rn dvm".split())
_LEGAL_FORMS: Final = frozenset("inc ltd llc llp corp gmbh plc incorporated".split())
_PARTICLES: Final = frozenset("van von der den de la di del della ten ter bin ibn du da dos st".split())
_COMPASS: Final = frozenset("southern northern eastern western central".split())
_PERSON_VERBS: Final = frozenset(
    "said says asked wrote writes called calls began spent lives lived works worked reported reports told tells and".split()
)
_PARTICLE: Final = r"(?:(?:de|del|della|da|di|do|dos|du|la|le|van|von|der|den|el|al|bin|ibn|ter|ten|st)\.? )"
_CALLED: Final = rf"{_PARTICLE}{{0,3}}[A-Z\u00c0-\u024f\u0370-\u04ff][\w'’-]{{0,30}}\.?"
_NAME: Final = rf"(?P<name>{_CALLED}(?: {_CALLED}){{0,3}})"
#: What is said right before a name. What follows with a capital is one, ordinary word or not.
_TOLD: Final = re.compile(
    r"(?:(?i:\b(?:(?:full |first |last |family |maiden |legal |middle |preferred |nick|sur)?name(?: is| was|:|\?)"
    r"|patient(?: name)?:|pt:|veteran(?: name)?:|member(?: name)?:|re:|attn:?|signed:?|signature:|prescriber:|provider:|physician:"
    r"|nurse:|caregiver:|contact:|employee:|caller:|reporter:|customer:|user:|from:|to:|dear|sincerely,|regards,|named|is called"
    r"|was called|call(?:s|ed)? me|known as|goes by|speaking with|spoke (?:with|to)|this is|i am|i'm|my (?:wife|husband|son|daughter|"
    r"brother|sister|mother|father|kid|child|friend|boss|doctor)(?:,| is)?))\s{1,3}"
    r"|\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sgt|Capt|Lt|Col|Maj|Cpl|Pvt|Rev|Miss|Sir|RN|PA|NP)\.?\s)"
    + _NAME
)
_SAYS_NAME: Final = re.compile(r"(?i)name|\bcall|known as|\b(?:mr|mrs|ms|mx|dr|miss)\b")
_TITLED: Final = re.compile(r"\b(?i:mr|mrs|ms|mx|dr|prof)(?:\.|(?= [A-Z]))(?=\s?[^\W\d_])")
_STATE_OF: Final = re.compile(
    r"\b(?:(?:People's|Democratic|Islamic|Federal|United) )?(?:Kingdom|Republic|State|Commonwealth|Principality|Duchy|Federation|States|Isle|City|"
    r"University|College|Bank|Duke|County) of (?:the )?(?=[A-Z])"
)
_PROFESSION: Final = re.compile(
    r", (?:the|our|a|an) (?P<title>[\w/-]{2,30}(?: (?:and |of |& )?[\w/-]{2,30}){0,7}?),? (?:said|says|wrote|told|asked|reported)\b"
)
_HOUSE: Final = re.compile(
    rf"(?:(?i:\b(?:employer|company|organi[sz]ation|facility|hospital|clinic|provider|insurer|pharmacy|institution|practice|vendor)"
    rf"(?: name)?:\s{{1,3}})|\b(?:Mr|Mrs|Ms|Dr|Prof)\.? {_CALLED}(?: {_CALLED}){{0,2}}(?:,| at| of| from| with) )"
    r"(?P<house>[A-Z][\w&'’.-]{0,30}(?: (?:of |and |& )?[A-Z][\w&'’.-]{0,30}){0,4})"
)
_SURE: Final = re.compile(
    r"(?i:\b(?:my name is|(?:patient|veteran|member|beneficiary|caregiver|spouse)(?:'s)?(?: full)?(?: name)?(?::| is named| name is)"
    r"|(?:full |first |last |maiden |legal )name(?: is|:)|name:))\s{1,3}" + _NAME.replace("){0,3})", rf"){{0,3}}(?:, {_CALLED}(?: {_CALLED})?)?)")
)
_STOPS: Final = Sense.SUPPORT | Sense.OPENER


#: Words that announce a name; without one of them there is nothing to look for.
_SURE_WORDS: Final = frozenset("name patient veteran member beneficiary caregiver spouse".split())
_TELLING_WORDS: Final = _SURE_WORDS | frozenset(
    "firstname lastname fullname nickname pt re attn signed signature prescriber provider physician nurse contact employee "
    "caller reporter customer user from to dear sincerely regards named called call calls me known goes speaking spoke this i "
    "my mr mrs ms mx dr prof sgt capt lt col maj cpl pvt rev miss sir rn pa np employer company organisation organization "
    "facility hospital clinic insurer pharmacy institution practice vendor said says wrote told asked reported of".split()
)


def told_names(text: str, words: frozenset[str], *, sure: bool = False) -> Iterator[tuple[int, int, Kind]]:
    """Names that the words before them announce; with ``sure`` only where nothing else can follow those words."""
    if words.isdisjoint(_SURE_WORDS if sure else _TELLING_WORDS):
        return
    for match in (_SURE if sure else _TOLD).finditer(text):
        start, end = _without_ordinary_ends(text, *match.span("name"))
        if start < end and (_SAYS_NAME.search(match.group()) or _could_be_name(text[start:end])):
            yield start, end, Kind.NAME
    if not sure:
        yield from ((*match.span("house"), Kind.ORGANISATION) for match in _HOUSE.finditer(text))
        yield from ((*match.span(), Kind.TITLE) for match in _TITLED.finditer(text))
        yield from ((*match.span("title"), Kind.TITLE) for match in _PROFESSION.finditer(text))
        yield from ((match.start(), match.end() - 1, Kind.PLACE) for match in _STATE_OF.finditer(text))


def _could_be_name(words: str) -> bool:
    """Whether one of the words is a name or unknown: after "To:" stands "Specialist" as well."""
    return any(meaning & NAMING or not meaning & COMMON for meaning in map(sense, re.findall(r"[^\W\d_]+", words)))


def _without_ordinary_ends(text: str, start: int, end: int) -> tuple[int, int]:
    """The name without words after it that only begin the next sentence or are words of support."""
    words = [(m.start() + start, m.end() + start, sense(m.group())) for m in re.finditer(r"[\w'’-]+", text[start:end])]
    if words and words[0][2] & _STOPS and not words[0][2] & (Sense.GIVEN | Sense.FAMILY):
        return start, start
    for first, _, meaning in words[1:]:
        if meaning & _STOPS and not meaning & (Sense.GIVEN | Sense.FAMILY):
            return start, len(text[:first].rstrip())
    last = text[start:end].rstrip(".")
    return start, start + len(last) if len(last) > 2 else end


def named(tokens: list[Token]) -> list[bool]:
    """For every token whether it is (part of) the name of a person, place or organisation."""
    lower_only = not any(token.sense & Sense.CAPITAL for token in tokens)
    strange = _mostly_strange(tokens)
    private = [_is_name(tokens, index, lower_only=lower_only and not strange) for index in range(len(tokens))]
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
    if token.form is not Form.WORD or len(token.text) < 2 or meaning & (Sense.SUPPORT | Sense.UNIT):
        return False
    if meaning & Sense.FOREIGN:
        return True
    if not meaning & (Sense.ORDINARY | Sense.OPENER):
        return _strange_is_name(token, lower_only=lower_only)
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
    meaning = tokens[index].sense
    if _begins_sentence(tokens, index):
        after = _word_at(tokens, index + 1)
        if not after or not meaning & (Sense.GIVEN | Sense.FAMILY):
            return False
        if after.text in _PERSON_VERBS:
            return True
        beside = after.sense & Sense.CAPITAL and after.sense & Sense.FAMILY and not after.sense & _STOPS
        return bool(meaning & Sense.GIVEN and beside)
    before = _word_at(tokens, index - 1)
    if before and before.sense & Sense.CAPITAL and before.sense & COMMON and not before.sense & Sense.GIVEN:
        return False
    after = _word_at(tokens, index + 1)
    if after and after.sense & Sense.CAPITAL and after.sense & COMMON and not after.sense & Sense.FAMILY:
        return False
    if before and before.text in ("the", "with", "by", "for", "to", "from", "and") and meaning & Sense.FAMILY and len(tokens[index].text) > 2:
        return not meaning & (Sense.UPPER | Sense.STREET | Sense.ORGANISATION)
    if before and before.text == "and" and index > 1 and tokens[index - 2].sense & Sense.CAPITAL:
        return True
    return bool(meaning & (Sense.GIVEN | Sense.PLACE)) and not meaning & Sense.UPPER


def _word_at(tokens: list[Token], index: int) -> Token | None:
    if 0 <= index < len(tokens) and tokens[index].form is Form.WORD:
        return tokens[index]
    return None


def _begins_sentence(tokens: list[Token], index: int) -> bool:
    if index == 0:
        return True
    before = tokens[index - 1]
    return before.form is Form.LINE or (before.form is Form.SIGN and before.text in ".!?:\"“*•-")


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
    """Words with capitals before "Inc", "Bank" and the like, inside a sentence."""
    for index, token in enumerate(tokens):
        if not token.sense & Sense.ORGANISATION or not (token.sense & Sense.CAPITAL or token.text in _LEGAL_FORMS):
            continue
        first = index
        small = not token.sense & Sense.CAPITAL
        while first and (before := _word_at(tokens, first - 1)) and (before.sense & Sense.CAPITAL or small):
            if small and (before.sense & Sense.OPENER or index - first >= 3):
                break
            if before.sense & Sense.OPENER and _begins_sentence(tokens, first - 1):
                break
            first -= 1
        group = tokens[first:index]
        if group and not all(each.sense & _STOPS for each in group):
            private[first : index + 1] = [True] * (index + 1 - first)


def _stretched(tokens: list[Token], private: list[bool]) -> None:
    """Names grow over neighbours that belong to them: a second part that is an ordinary word, an initial, a title."""
    for index in range(1, len(tokens)):
        if private[index - 1] and not private[index] and _goes_on(tokens, index):
            private[index] = True
    for index in range(len(tokens) - 2, -1, -1):
        if private[index + 1] and not private[index] and _leads_in(tokens, index):
            private[index] = True


def _goes_on(tokens: list[Token], index: int) -> bool:
    """Whether a token after a name belongs to it."""
    token, before = tokens[index], tokens[index - 1]
    if before.sense & Sense.GIVEN and not token.sense and len(token.text) > 3 and token.start - before.end == 1:
        return token.form is Form.WORD
    if token.text.lower() in _AFTER_NAMES and token.start - tokens[index - 1].end == 1:
        return True
    if token.form is not Form.WORD or not token.sense & Sense.CAPITAL or token.start - tokens[index - 1].end > 1:
        return False
    if len(token.text) == 1:
        return True
    if token.sense & (Sense.SUPPORT | Sense.OPENER) and not token.sense & (Sense.FAMILY | Sense.GIVEN):
        return False
    return not token.sense & Sense.UPPER or len(token.text) > 3


def _leads_in(tokens: list[Token], index: int) -> bool:
    """Whether a token before a name belongs to it."""
    token = tokens[index]
    if token.form is not Form.WORD or tokens[index + 1].start - token.end > 1:
        return False
    if token.text in _PARTICLES:
        return token.text != "de" or index > 0
    if not token.sense & Sense.CAPITAL:
        return False
    if token.sense & (Sense.GIVEN | Sense.FAMILY) and not token.sense & Sense.OPENER:
        return True
    if token.text.lower() in _COMPASS:
        return False
    return not _begins_sentence(tokens, index) and not token.sense & _STOPS and len(token.text) > 1


def runs(tokens: list[Token], private: list[bool]) -> Iterator[tuple[int, int]]:
    """Neighbouring name tokens as one: first and last token. Over an initial's dot, "of", "&", a comma between names."""
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
_ABBREVIATED: Final = frozenset("st ste dr mr mrs ms mt ft jr sr prof".split())


def _next_of_run(tokens: list[Token], private: list[bool], last: int) -> int | None:
    """The next token of the same name, over at most three that only join."""
    for step in range(1, 5):
        index = last + step
        if index >= len(tokens) or tokens[index].start - tokens[index - 1].end > 2:
            return None
        if private[index]:
            return index
        token = tokens[index]
        joins = token.text in _JOINING or (token.text == "." and _abbreviates(tokens[index - 1])) or (
            token.form is Form.WORD
            and (bool(token.sense & Sense.CONNECTOR) or len(token.text) == 1)
            and not token.sense & Sense.CAPITAL
        )
        if token.text == "and":
            joins = _after_comma(tokens, last) or _is_house(tokens, index + 1)
        if not joins:
            return None
    return None


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
