"""A text and where each of its characters stood before it was edited. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Edit = tuple[int, int, str]
"""From, to, and what stands there instead."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A normalised text. ``starts`` and ``ends`` hold, per character, where it was; None: nowhere else.

    ``words`` are the words in it, in small letters: whoever looks for something behind a word looks here first.
    """

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None
    words: frozenset[str] = frozenset()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """The characters as given that ``start`` to ``end`` stand for."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def disguised(self, start: int, end: int) -> bool:
        """Whether somebody wrote these characters otherwise than people do: more or fewer of them."""
        first, last = self.given(start, end)
        return last - first != end - start

    def edited(self, edits: Iterable[Edit]) -> Plain:
        """The text with pieces replaced: (start, end, replacement), in order and apart from one another."""
        due = list(edits)
        if not due:
            return self
        starts = self.starts if self.starts is not None else list(range(len(self.text)))
        ends = self.ends if self.ends is not None else list(range(1, len(self.text) + 1))
        pieces: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        done = 0
        for start, end, replacement in due:
            pieces += (self.text[done:start], replacement)
            new_starts += starts[done:start] + [starts[start]] * len(replacement)
            new_ends += ends[done:start] + [ends[end - 1]] * len(replacement)
            done = end
        pieces.append(self.text[done:])
        return Plain("".join(pieces), new_starts + starts[done:], new_ends + ends[done:], self.words)
