"""Long texts in pieces that end where a paragraph, a line or a word does. Pure.

What a piece can hold decides which patterns are tried on it; and no list of tokens grows with the text. Refuses to cut
a word: a piece without any blank is as long as it is.
"""

from __future__ import annotations

from collections.abc import Iterator


def pieces(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """From and to of each piece, in order, without gaps; at most ``longest`` characters where there are blanks."""
    start = 0
    while len(text) - start > longest:
        end = _cut(text, start, start + longest)
        yield start, end
        start = end
    if start < len(text):
        yield start, len(text)


def _cut(text: str, start: int, limit: int) -> int:
    for sign in ("\n\n", "\n", ". ", " "):
        found = text.rfind(sign, start + (limit - start) // 4, limit)
        if found >= 0:
            return found + len(sign)
    following = [place + 1 for sign in ("\n", " ") if (place := text.find(sign, limit)) >= 0]
    return min(following, default=len(text))
