"""A text with the privacy guard's marks in it: which pieces it would hold, and what each looks like. Pure.

Refuses nothing: what cannot be marked (a place beyond the text) is left unmarked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tierline.outbox.guard import Finding


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; ``kind`` says in words what the guard takes it for, empty for what may leave."""

    text: str
    kind: str = ""


def pieces(text: str, found: Iterable[Finding]) -> tuple[Piece, ...]:
    """The text in stretches, those the guard found marked."""
    told: list[Piece] = []
    done = 0
    for one in sorted(found, key=lambda finding: finding.start):
        if one.start < done or one.end > len(text):
            continue
        told += [Piece(text[done : one.start]), Piece(text[one.start : one.end], kind_words(one))]
        done = one.end
    return tuple(piece for piece in (*told, Piece(text[done:])) if piece.text)


def kind_words(one: Finding) -> str:
    """What a piece is taken for, without its place."""
    return one.words.removeprefix("looks like ").partition(" in line ")[0].removesuffix(" in the title")
