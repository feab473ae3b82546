"""Slack's own rules for what a message may hold: limits, escaping, who is tagged. Pure.

Refuses, with a sentence that says which limit and by how much, what Slack would cut or turn away. A text can tag
people (``<@U…>``), user groups (``<!subteam^S…>``) and nobody else: ``<!channel>`` and the like are shown as they are
written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

BLOCKS = 50
TEXT = 40_000
SECTION = 3000
HEADER = 150
FIELDS = 10
FIELD = 2000
ELEMENTS = {"context": 10, "actions": 25}
ELEMENT = 3000
BLOCK_ID = 255

_KEPT = re.compile(
    r"<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#C[A-Z0-9]+|!date\^[^<>|]+|https?://[^<>|\s]+|mailto:[^<>|\s]+)"
    r"(?:\|[^<>]*)?>|&(?:amp|lt|gt);"
)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)")


def escaped(text: str) -> str:
    """Text as Slack shows it and nothing more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def safe(text: str) -> str:
    """Text whose tags, links and escapes are kept and whose other ``&``, ``<`` and ``>`` are escaped."""
    parts, at = [], 0
    for kept in _KEPT.finditer(text):
        parts += [escaped(text[at : kept.start()]), kept.group(0)]
        at = kept.end()
    return "".join([*parts, escaped(text[at:])])


def made_safe(told: Any) -> Any:
    """Blocks with every ``mrkdwn`` text made safe."""
    if isinstance(told, Mapping):
        inner = {name: made_safe(value) for name, value in told.items()}
        if told.get("type") == "mrkdwn" and isinstance(told.get("text"), str):
            inner["text"] = safe(told["text"])
        return inner
    if isinstance(told, Sequence) and not isinstance(told, str):
        return [made_safe(one) for one in told]
    return told


def tagged(text: str, blocks: Any) -> tuple[list[str], list[str]]:
    """The people and the user groups a message tags, each once, in their order."""
    people: dict[str, None] = {}
    groups: dict[str, None] = {}
    for words in (text, *_texts(blocks)):
        people.update(dict.fromkeys(_PERSON.findall(words)))
        groups.update(dict.fromkeys(_GROUP.findall(words)))
    return list(people), list(groups)


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        if isinstance(told.get("text"), str):
            yield told["text"]
        for value in told.values():
            yield from _texts(value)
    elif isinstance(told, Sequence) and not isinstance(told, str):
        for one in told:
            yield from _texts(one)


def with_key(blocks: Sequence[Any], key: str) -> list[Any]:
    """The blocks, the first that has no id of its own called by the key."""
    named = [dict(block) if isinstance(block, Mapping) else block for block in blocks]
    for block in named:
        if isinstance(block, dict) and "block_id" not in block:
            block["block_id"] = key[:BLOCK_ID]
            break
    return named


def said_late(post: Mapping[str, Any], message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The post with the sentence that it is late, where the message brings one."""
    late, blocks = str(message.get("late") or ""), post.get("blocks")
    if not late:
        return post
    said = {**post, "text": f"{late} {post.get('text') or ''}".strip()}
    if isinstance(blocks, Sequence) and not isinstance(blocks, str) and blocks:
        said["blocks"] = [{"type": "context", "elements": [{"type": "mrkdwn", "text": late}]}, *blocks]
    return said


def unfit(text: str, blocks: Sequence[Any]) -> str:
    """Why Slack would not take it as it is, in a sentence; empty when it does."""
    return next(_troubles(text, blocks), "")


def _troubles(text: str, blocks: Sequence[Any]) -> Iterator[str]:
    if not text.strip() and not blocks:
        yield "The message is empty."
    if len(text) > TEXT:
        yield _over("The text", len(text), TEXT)
    if len(blocks) > BLOCKS:
        yield f"The message has {len(blocks)} blocks; Slack takes {BLOCKS}."
    ids = [str(block["block_id"]) for block in blocks if isinstance(block, Mapping) and "block_id" in block]
    if len(set(ids)) < len(ids):
        yield "Two blocks of the message have the same block_id."
    for place, block in enumerate(blocks, start=1):
        if isinstance(block, Mapping) and isinstance(block.get("type"), str):
            yield from _unfit_block(block, f"Block {place} ({block['type']})")
        else:
            yield f"Block {place} is none: it has no type."


def _unfit_block(block: Mapping[str, Any], what: str) -> Iterator[str]:
    if len(str(block.get("block_id", ""))) > BLOCK_ID:
        yield _over(f"The block_id of {what}", len(str(block["block_id"])), BLOCK_ID)
    match block["type"]:
        case "header":
            yield from _unfit_text(block.get("text"), f"{what}: its text", HEADER)
        case "section":
            yield from _unfit_section(block, what)
        case "context" | "actions":
            yield from _unfit_elements(_listed(block.get("elements")), ELEMENTS[block["type"]], what)


def _unfit_section(block: Mapping[str, Any], what: str) -> Iterator[str]:
    fields = _listed(block.get("fields"))
    if block.get("text") is not None or not fields:
        yield from _unfit_text(block.get("text"), f"{what}: its text", SECTION)
    if len(fields) > FIELDS:
        yield f"{what} has {len(fields)} fields; Slack takes {FIELDS}."
    for place, field in enumerate(fields, start=1):
        yield from _unfit_text(field, f"{what}: field {place}", FIELD)


def _unfit_elements(elements: Sequence[Any], most: int, what: str) -> Iterator[str]:
    if not elements or len(elements) > most:
        yield f"{what} has {len(elements)} elements; Slack takes 1 to {most}."
    for place, element in enumerate(elements, start=1):
        if isinstance(element, Mapping) and element.get("type") in ("mrkdwn", "plain_text"):
            yield from _unfit_text(element, f"{what}: element {place}", ELEMENT)


def _unfit_text(told: Any, what: str, most: int) -> Iterator[str]:
    words = told.get("text") if isinstance(told, Mapping) else None
    if not isinstance(words, str) or not words:
        yield f"{what} is empty."
    elif len(words) > most:
        yield _over(what, len(words), most)


def _listed(told: Any) -> list[Any]:
    return list(told) if isinstance(told, Sequence) and not isinstance(told, str) else []


def _over(what: str, length: int, most: int) -> str:
    return f"{what} has {length:,} characters; Slack takes {most:,}."
