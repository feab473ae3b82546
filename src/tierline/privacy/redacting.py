"""``redact``: a text with what was found taken out and said what it was. Pure; refuses spans beyond the text."""

from __future__ import annotations

from collections.abc import Iterable

from tierline.privacy.span import PLACEHOLDERS, Span


def redact(text: str, spans: Iterable[Span]) -> str:
    """The text with "[SSN]", "[name]" and the like in place of the spans; overlapping spans become one."""
    pieces: list[str] = []
    done = 0
    for span in sorted(spans):
        if span.end > len(text):
            raise ValueError(f"A span ends at {span.end}, the text at {len(text)}: it was found in another text.")
        if span.start >= done:
            pieces += (text[done : span.start], PLACEHOLDERS[span.kind])
        done = max(done, span.end)
    return "".join([*pieces, text[done:]])
