"""A Slack message as the people in its channel would read it: links, names, bold words. Pure.

Takes what was posted as hostile: everything is escaped, and only http addresses become links. Refuses nothing; a tag of
nobody known stays as it was written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from typing import Any, Final

_ANGLED: Final = re.compile(r"<([^<>|\n]{1,3000})(?:\|([^<>\n]{0,3000}))?>")
_BOLD: Final = re.compile(r"(?<![\w*])\*([^*\n]{1,1000})\*(?![\w*])")
_STRUCK: Final = re.compile(r"(?<![\w~])~([^~\n]{1,1000})~(?![\w~])")


def as_read(text: str, names: Mapping[str, str]) -> str:
    """A text with Slack's marks as HTML. ``names`` says who is behind an id of a person or a group."""
    parts, here = [], 0
    for found in _ANGLED.finditer(text):
        parts += [_marked(text[here : found.start()]), _angled(found, names)]
        here = found.end()
    return "".join([*parts, _marked(text[here:])])


def words_of(blocks: Sequence[Any]) -> str:
    """The words of a message's blocks, one below the other."""
    return "\n\n".join(word for block in blocks if isinstance(block, Mapping) for word in _words(block))


def _words(block: Mapping[str, Any]) -> Iterator[str]:
    for held in (block, *_held(block)):
        said = held.get("text")
        if isinstance(said, Mapping):
            said = said.get("text")
        if isinstance(said, str) and said.strip():
            yield said


def _held(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = [*(block.get("fields") or ()), *(block.get("elements") or ())]
    return [one for one in inner if isinstance(one, Mapping)]


def _marked(text: str) -> str:
    said = escape(unescape(text))
    return _STRUCK.sub(r"<s>\1</s>", _BOLD.sub(r"<strong>\1</strong>", said))


def _angled(found: re.Match[str], names: Mapping[str, str]) -> str:
    target, label = unescape(found[1]), unescape(found[2] or "")
    if target.startswith(("http://", "https://")):
        return f"<a href='{escape(target)}'>{escape(label or target)}</a>"
    known = target.lstrip("@").removeprefix("!subteam^")
    return f"<strong>@{escape(names[known])}</strong>" if known in names else escape(f"<{target}>")
