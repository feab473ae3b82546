"""``find``: everything private in a text, as spans of the text as given, in order and apart from one another. Pure.

Two depths: what is certain enough to hold a message (identifiers, the names passed in, what stands behind a label),
and everything that a redacted text leaves out. Refuses nothing; linear in the length of the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from tierline.privacy.addresses import address_blocks, end_of_block
from tierline.privacy.announced import announced
from tierline.privacy.clinical import clinical_hits
from tierline.privacy.dates import vague_dates, worded_dates
from tierline.privacy.encoded import encoded_hits
from tierline.privacy.labelled import labelled_hits
from tierline.privacy.naming import end_of_run, kind_of, letters_for_digits, named, runs
from tierline.privacy.normalising import clinging, normalised
from tierline.privacy.patterns import pattern_hits
from tierline.privacy.people import people_hits
from tierline.privacy.pieces import pieces
from tierline.privacy.plain import Plain
from tierline.privacy.references import occurrences, references
from tierline.privacy.secrets import key_blocks, secret_hits
from tierline.privacy.span import Kind, Span
from tierline.privacy.streets import corners, street_addresses
from tierline.privacy.tokens import tokens_of

Found = tuple[int, int, Kind]

LONGEST_PIECE: Final = 4000  # characters looked at together
#: Where finds overlap, the earlier kind in this list names them.
_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        [
            Kind.SECRET,
            Kind.EMAIL,
            Kind.SSN,
            Kind.ACCOUNT,
            Kind.CARD,
            Kind.ICN,
            Kind.EDIPI,
            Kind.NPI,
            Kind.DEA,
            Kind.MRN,
            Kind.INSURANCE,
        ]
    )
}


def find(text: str, *, names: Iterable[str] = (), known: Iterable[str] = (), thorough: bool = True) -> tuple[Span, ...]:
    """Everything private in a text.

    ``names`` are those of the person concerned: always found, however written. ``known`` are words that are no
    secret here (a team's mailbox, a product). With ``thorough`` false only what is certain is looked for.
    """
    people, harmless = tuple(names), tuple(known)
    if len(text) <= LONGEST_PIECE:
        return _spans(text, _found(text, people, harmless, thorough=thorough))
    found = [*key_blocks(text)]  # they may be longer than a piece
    for begun, end in pieces(text, LONGEST_PIECE):
        piece = _found(text[begun:end], people, harmless, thorough=thorough)
        found += ((begun + first, begun + last, kind) for first, last, kind in piece)
    return _spans(text, _apart(found))


def _found(text: str, names: tuple[str, ...], known: tuple[str, ...], *, thorough: bool) -> list[Found]:
    """What is private in a piece, by the places of the piece as given."""
    plain = normalised(text)
    found = [
        *_certain(plain),
        *(_free(plain) if thorough else announced(plain.text, plain.words, sure=True)),
        *((*span, Kind.NAME) for span in people_hits(plain.text, names)),
    ]
    found += encoded_hits(plain.text, lambda inner: [*_certain(normalised(inner))])
    if not found:
        return []
    harmless = references(plain.text, plain.words) + occurrences(plain.text, known)
    return [(*plain.given(start, end), kind) for start, end, kind in _apart(_without(found, harmless))]


def _certain(plain: Plain) -> Iterator[Found]:
    yield from pattern_hits(plain)
    yield from labelled_hits(plain.text, plain.words)
    yield from secret_hits(plain.text)
    yield from street_addresses(plain.text, plain.words)
    yield from worded_dates(plain.text, plain.words)


def _free(plain: Plain) -> Iterator[Found]:
    """What no form gives away: names, places, addresses as people write them, what is told of health and age."""
    text = plain.text
    yield from announced(text, plain.words)
    yield from vague_dates(text)
    yield from letters_for_digits(text)
    yield from corners(text, plain.words)
    tokens = tokens_of(text)
    yield from clinical_hits(text, tokens)
    private = named(tokens)
    for first, last in runs(tokens, private):
        yield tokens[first].start, end_of_run(text, tokens, last), kind_of(tokens, first, last)
    for first, last, kind in address_blocks(tokens, private):
        yield tokens[first].start, end_of_block(text, tokens, last), kind


def _without(found: list[Found], harmless: list[tuple[int, int]]) -> list[Found]:
    """The finds that do not touch a harmless piece; but one that reaches far over it stays."""
    if not harmless:
        return found
    pieces = sorted(harmless)
    starts = [start for start, _ in pieces]
    return [each for each in found if not _harmless(each, pieces, starts)]


def _harmless(found: Found, pieces: list[tuple[int, int]], starts: list[int]) -> bool:
    start, end, _ = found
    for index in range(bisect_left(starts, end) - 1, -1, -1):
        first, last = pieces[index]
        if last <= start:
            return False
        if end - start <= 2 * (last - first):
            return True
    return False


def _apart(found: list[Found]) -> list[Found]:
    """Overlapping finds made one, called what the weightier of them is; in order."""
    merged: list[Found] = []
    for start, end, kind in sorted(found):
        if merged and start < merged[-1][1]:
            first, last, other = merged[-1]
            weightier = min((other, first - last), (kind, start - end), key=_weight)[0]
            merged[-1] = (first, max(last, end), weightier)
        else:
            merged.append((start, end, kind))
    return merged


def _weight(named: tuple[Kind, int]) -> tuple[int, int]:
    kind, minus_length = named
    return _RANK.get(kind, len(_RANK)), minus_length


def _spans(text: str, found: list[Found]) -> tuple[Span, ...]:
    """The finds as values, with the invisible characters that cling to them, and none over another."""
    spans: list[Span] = []
    for start, end, kind in found:
        first = max(start, spans[-1].end) if spans else start
        last = clinging(text, end)
        if first < last:
            spans.append(Span(first, last, kind))
    return tuple(spans)
