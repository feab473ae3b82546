"""Names that the words before them announce: "my name is", "Patient:", "Dr."; houses, titles, states by their words.

What follows an announcement with a capital is a name, ordinary word or not. Pure; every repetition is bounded.
Refuses what merely begins the next sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierline.privacy.lexicon import COMMON, NAMING, Sense, sense
from tierline.privacy.span import Kind
from tierline.privacy.wordlist import words as words_in

_PARTICLE: Final = r"(?:(?:de|del|della|da|di|do|dos|du|la|le|van|von|der|den|el|al|bin|ibn|ter|ten|st)\.? )"
_CALLED: Final = rf"{_PARTICLE}{{0,3}}[A-Z\u00c0-\u024f\u0370-\u04ff][\w'’-]{{0,30}}\.?"
_NAME: Final = rf"(?P<told>{_CALLED}(?: {_CALLED}){{0,3}})"
_NAME_OR_REVERSED: Final = rf"(?P<told>{_CALLED}(?: {_CALLED}){{0,3}}(?:, {_CALLED}(?: {_CALLED})?)?)"
#: What is said right before a name.
_TOLD: Final = re.compile(
    r"(?:(?i:\b(?:(?:full |first |last |family |maiden |legal |middle |preferred |nick|sur)?name(?: is| was|:|\?)"
    r"|(?:patient|veteran|member)(?: name)?:|pt:|re:|attn:?|signed:?|signature:|prescriber:|provider:|physician:|nurse:"
    r"|caregiver:|contact:|employee:|caller:|reporter:|customer:|user:|from:|to:|dear|sincerely,|regards,|named"
    r"|(?:is|was) called|call(?:s|ed)? me|known as|goes by|speaking with|spoke (?:with|to)|this is|i am|i'm"
    r"|my (?:wife|husband|son|daughter|brother|sister|mother|father|kid|child|friend|boss|doctor)(?:,| is)?))\s{1,3}"
    r"|\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sgt|Capt|Lt|Col|Maj|Cpl|Pvt|Rev|Miss|Sir|RN|PA|NP)\.?\s)" + _NAME
)
#: The same where nothing but a name can follow.
_SURE: Final = re.compile(
    r"(?i:\b(?:my name is"
    r"|(?:patient|veteran|member|beneficiary|caregiver|spouse)(?:'s)?(?: full)?(?: name)?(?::| is named| name is)"
    r"|(?:full |first |last |maiden |legal )name(?: is|:)|name:))\s{1,3}" + _NAME_OR_REVERSED
)
_SAYS_NAME: Final = re.compile(r"(?i)name|\bcall|known as|\b(?:mr|mrs|ms|mx|dr|miss)\b")
_SAYS_FULL_NAME: Final = re.compile(r"(?i)my name|(?:full|first|last|legal|maiden|patient|veteran|member)(?:'s)? name")
_TITLED: Final = re.compile(r"\b(?P<told>(?i:mr|mrs|ms|mx|dr|prof)(?:\.|(?= [A-Z])))(?=\s?[^\W\d_])")
_STATE_OF: Final = re.compile(
    r"\b(?P<told>(?:(?:People's|Democratic|Islamic|Federal|United) )?(?:Kingdom|Republic|State|Commonwealth"
    r"|Principality|Duchy|Federation|States|Isle|City|University|College|Bank|Duke|County) of(?: the)?) (?=[A-Z])"
)
_PROFESSION: Final = re.compile(
    r"\b[A-Z][\w'’-]*+\.?, (?:the|our|a|an) (?P<told>[\w/-]{2,30}(?: (?:& )?[\w/-]{2,30}){0,9}?),?"
    r" (?:said|says|wrote|told|asked|reported)\b"
)
_HOUSE: Final = re.compile(
    r"(?:(?i:\b(?:employer|company|organi[sz]ation|facility|hospital|clinic|provider|insurer|pharmacy|institution"
    r"|practice|vendor)(?: name)?:\s{1,3})"
    rf"|\b(?:Mr|Mrs|Ms|Dr|Prof)\.? {_CALLED}(?: {_CALLED}){{0,2}}(?:,| at| of| from| with) )"
    r"(?P<told>[A-Z][\w&'’.-]{0,30}(?: (?:of |and |& )?[A-Z][\w&'’.-]{0,30}){0,4})"
)
_CAPITAL: Final = r"[A-Z\u00c0-\u00de][\w&'’.-]{0,30}"
_CAPITALS: Final = rf"{_CAPITAL}(?: (?:of |and |& |de |the )?{_CAPITAL}){{0,4}}"
#: Where people work.
_EMPLOYER: Final = re.compile(
    r"(?i:\b(?:work(?:s|ed|ing)? (?:at|for)|employed (?:at|by)|hired by|fired (?:from|by)|joined"
    r"|(?:job|career|position|year|years) at|(?:founder|ceo|president|owner) of|founded|invested in|shares of"
    r"|bought by|acquired by|address of)) "
    rf"(?:the )?(?P<told>{_CAPITALS})"
)
#: What is a company by what it is called or does.
_COMPANY: Final = re.compile(
    rf"(?<![\w.] )(?<![\w-])(?P<told>{_CAPITALS}) (?:(?:is|was) an? (?:[\w-]{{1,20}} ){{0,7}}"
    r"(?:company|bank|firm|corporation|agency|startup|business|organi[sz]ation|manufacturer|retailer|brand|chain|charity)\b"
    r"|(?:invested|acquired|merged|launched|announced)\b)"
)
#: Where people live, come from and go to.
_HOME: Final = re.compile(
    r"(?i:\b(?:liv(?:e|es|ed|ing) in|born in|raised in|grew up in|moved? (?:here |back )?(?:from|to)"
    r"|(?:originally|am|is|are|comes?|came) from"
    r"|(?:flew|fly|flying|travel(?:l?ed|l?ing)?|drove|going|went|came?|returned|return) (?:back )?to|visit(?:ed|ing)?"
    r"|based in|located in|(?:resident|city|town|village|state|university) of|serving)) "
    rf"(?:the )?(?P<told>{_CAPITALS})"
)
#: Words that announce a name; without one of them there is nothing to look for.
_SURE_WORDS: Final = words_in("name patient veteran member beneficiary caregiver spouse")
_TELLING_WORDS: Final = _SURE_WORDS | words_in(
    """firstname lastname fullname nickname surname pt re attn signed signature prescriber provider physician nurse
    contact employee caller reporter customer user from to dear sincerely regards named called call calls me known
    goes speaking spoke this i my mr mrs ms mx dr prof sgt capt lt col maj cpl pvt rev miss sir rn pa np"""
)
#: What announces something else than a person, with the words it takes.
_OTHERS: Final = (
    (
        _HOUSE,
        Kind.ORGANISATION,
        words_in(
            """employer company organization organisation facility hospital clinic provider insurer pharmacy institution
            practice vendor mr mrs ms dr prof"""
        ),
    ),
    (
        _EMPLOYER,
        Kind.ORGANISATION,
        words_in(
            """work works worked working employed hired fired joined job career position year years founder ceo
            president owner founded invested shares bought acquired address"""
        ),
    ),
    (
        _COMPANY,
        Kind.ORGANISATION,
        words_in(
            """company bank firm corporation agency startup business organization organisation manufacturer retailer
            brand chain charity invested acquired merged launched announced"""
        ),
    ),
    (
        _HOME,
        Kind.PLACE,
        words_in(
            """live lives lived living born raised grew moved move from flew fly flying travel traveled travelled
            traveling travelling drove going went came come returned return visit visited visiting based located
            resident
            city town village state university serving"""
        ),
    ),
    (_TITLED, Kind.TITLE, words_in("mr mrs ms mx dr prof")),
    (_PROFESSION, Kind.TITLE, words_in("said says wrote told asked reported")),
    (_STATE_OF, Kind.PLACE, words_in("of")),
)
_STOPS: Final = Sense.SUPPORT | Sense.OPENER
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_WRITTEN: Final = re.compile(r"[\w'’-]+")


def announced(text: str, words: frozenset[str], *, sure: bool = False) -> Iterator[tuple[int, int, Kind]]:
    """Names that the words before them announce; with ``sure`` only where nothing else can follow those words."""
    if not words.isdisjoint(_SURE_WORDS if sure else _TELLING_WORDS):
        for match in (_SURE if sure else _TOLD).finditer(text):
            start, end = _without_ordinary_ends(text, *match.span("told"))
            says = (_SAYS_FULL_NAME if sure else _SAYS_NAME).search(match.group())
            if start < end and (says or _could_be_name(text[start:end])):
                yield start, end, Kind.NAME
    if sure:
        return
    for pattern, kind, needed in _OTHERS:
        if not words.isdisjoint(needed):
            yield from _others(text, pattern, kind)


def _others(text: str, pattern: re.Pattern[str], kind: Kind) -> Iterator[tuple[int, int, Kind]]:
    """What a pattern announces; people's homes and employers up to the first word of support."""
    for match in pattern.finditer(text):
        start, end = match.span("told")
        if pattern in (_EMPLOYER, _COMPANY, _HOME):
            start, end = _without_ordinary_ends(text, start, end)
        if start < end:
            yield start, end, kind


def _could_be_name(called: str) -> bool:
    """Whether one of the words is a name or unknown: after "To:" stands "Specialist" as well."""
    return any(meaning & NAMING or not meaning & COMMON for meaning in map(sense, _LETTERS.findall(called)))


def _without_ordinary_ends(text: str, start: int, end: int) -> tuple[int, int]:
    """The name without words after it that only begin the next sentence or are words of support."""
    for number, word in enumerate(_WRITTEN.finditer(text, start, end)):
        meaning = sense(word.group())
        if meaning & _STOPS and not meaning & (Sense.GIVEN | Sense.FAMILY):
            return (start, start + len(text[start : word.start()].rstrip(" ,"))) if number else (start, start)
    stripped = text[start:end].rstrip(".")
    return start, start + len(stripped) if len(stripped) > 2 else end
