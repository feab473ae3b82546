"""``judge``: whether a text may leave, and if not what is in it and where, in words that can be shown and logged. Pure.

Nothing a verdict says holds the value itself. Refuses to be asked about restricted cases: those never come this far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tierline.privacy.finding import find
from tierline.privacy.redacting import redact
from tierline.privacy.span import HOLDING, WORDS, Kind, Span


@dataclass(frozen=True, slots=True)
class Hit:
    """One private piece: where it stands, a masked excerpt that is safe in a log, and words for a person."""

    kind: Kind
    start: int
    end: int
    line: int
    excerpt: str
    words: str


@dataclass(frozen=True, slots=True)
class Findings:
    """The verdict on one text. ``redacted`` is the text with everything private taken out."""

    hits: tuple[Hit, ...]
    redacted: str

    @property
    def may_leave(self) -> bool:
        """Whether nothing was found that holds the text back."""
        return not self.hits

    @property
    def words(self) -> str:
        """All hits in one sentence for a person; empty when there is none."""
        return "; ".join(hit.words for hit in self.hits)


def judge(
    text: str, *, names: Iterable[str] = (), known: Iterable[str] = (), kinds: frozenset[Kind] = HOLDING
) -> Findings:
    """Judge a text about to leave. ``names``: of the person concerned. ``known``: words that are no secret here."""
    named, harmless = tuple(names), tuple(known)
    spans = [span for span in find(text, names=named, known=harmless, thorough=False) if span.kind in kinds]
    if not spans:
        return Findings((), text)
    return Findings(tuple(_hits(text, spans)), redact(text, spans))


def _hits(text: str, spans: Iterable[Span]) -> Iterator[Hit]:
    line, counted = 1, 0
    for span in spans:
        line += text.count("\n", counted, span.start)
        counted = span.start
        yield _hit(text, span, line)


def _hit(text: str, span: Span, line: int) -> Hit:
    words = f"looks like {WORDS[span.kind]} in line {line}"
    return Hit(span.kind, span.start, span.end, line, masked(text[span.start : span.end]), words)


def masked(value: str) -> str:
    """The shape of a value without the value: letters and digits become dots, at most a dozen are shown."""
    shape = "".join("•" if character.isalnum() else character for character in value.replace("\n", " "))
    return shape if len(shape) <= 12 else f"{shape[:11]}…"
