"""An announcement as Slack blocks, within Slack's limits: nothing is cut off silently, what is long goes on below.

Pure. People are tagged by their member ids (``<@U…>``): a handle written as text tells nobody. Whatever somebody wrote
is escaped, so that no text can tag a channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from tierline.notices.document import Document, Fact

SECTION: Final = 3000  # characters of one section's text
HEADER: Final = 150
BLOCKS: Final = 50
BLOCK_ID: Final = 255
FALLBACK: Final = 3000  # characters of the text shown where blocks are not


def escaped(text: str) -> str:
    """Text as Slack shows it and nothing more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(document: Document, *, members: Sequence[str], key: str) -> dict[str, Any]:
    """The arguments of a post: text, blocks, and metadata by which a repeat can be recognised.

    ``members`` are the ids of those who are tagged; ``key`` is the effect's.
    """
    sections = [*_sections(document), *_tags(members)]
    room = BLOCKS - 2  # beside the header and the foot
    if len(sections) > room:
        raise ValueError(f"The announcement needs {len(sections)} sections; Slack takes {room}. Shorten its texts.")
    return {
        "text": _cut(f"{document.heading}: {document.title}. {document.lead}", FALLBACK),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": _cut(_heading(document), HEADER)}},
            *({"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in sections),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": escaped(document.foot)}]},
        ],
        "metadata": {"event_type": "tierline_notice", "event_payload": {"key": key, "notice": document.reference}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _heading(document: Document) -> str:
    return f"{document.heading}: {document.title}"


def _sections(document: Document) -> Iterator[str]:
    yield from _pieces(f"*{escaped(document.lead)}*")
    if document.late:
        yield from _pieces(f"_{escaped(document.late)}_")
    if document.changes:
        listed = "\n".join(f"• {escaped(fact.label)}: {escaped(fact.text)}" for fact in document.changes)
        yield from _pieces(f"*What has changed*\n{listed}")
    for fact in document.facts:
        yield from _pieces(_fact(fact))
    if document.also_for:
        yield f"This message also stands for: {escaped(', '.join(document.also_for))}."
    if document.asides:
        yield from _pieces(f"_{escaped(' '.join(document.asides))}_")


def _fact(fact: Fact) -> str:
    doubt = f"\n_({escaped(fact.tentative)})_" if fact.tentative else ""
    return f"*{escaped(fact.label)}*\n{escaped(fact.text)}{doubt}"


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces a section takes, cut between words."""
    while len(text) > SECTION:
        place = max(text.rfind("\n", 1, SECTION), text.rfind(" ", 1, SECTION))
        place = place if place > 0 else SECTION
        yield text[:place]
        text = text[place:].lstrip()
    yield text


def _tags(members: Iterable[str]) -> Iterator[str]:
    line = ""
    for member in members:
        tag = f"<@{member}>"
        if len(line) + len(tag) + 1 > SECTION:
            yield line
            line = ""
        line = f"{line} {tag}".lstrip()
    if line:
        yield line


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
