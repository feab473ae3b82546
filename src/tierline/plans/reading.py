"""Reading a plan's file: YAML to plain values, with the line every value stands on.

Refuses what makes a file mean something else than it shows: duplicate keys, anchors and aliases, tags,
several documents, text that is not UTF-8, files above one megabyte and nesting beyond reason. Only null, true, false
and whole numbers are more than text; a day stays text until the schema reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tierline.plans.findings import Finding, PlanUnreadable

LARGEST_FILE: Final = 1_000_000  # bytes
DEEPEST: Final = 20  # levels of nesting

Path = tuple[str | int, ...]
_WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_PLAIN_WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}


@dataclass(frozen=True, slots=True)
class PlanText:
    """One file as read: plain values, and the line (from 1) of every path into them."""

    file: str
    values: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest part of it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Refusal(Exception):
    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


def read_plan(file: str, content: bytes) -> PlanText:
    """The values of one file; raises ``PlanUnreadable`` with file, line and remedy."""
    try:
        events = _checked_events(_text_of(content))
        lines: dict[Path, int] = {}
        values = _value(next(events), events, (), lines)
        _expect_end(events)
    except _Refusal as refusal:
        raise PlanUnreadable([_finding(file, refusal.line, refusal.message, refusal.remedy)]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "the text is not YAML"
        at = mark.line + 1 if mark is not None else 1
        finding = _finding(file, at, f"This is not YAML: {problem}.", "Mend the line or the one above it.")
        raise PlanUnreadable([finding]) from None
    return PlanText(file, values, lines)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _finding(file: str, line: int, message: str, remedy: str) -> Finding:
    return Finding("error", "unreadable", "", file, line, message, remedy)


def _text_of(content: bytes) -> str:
    if len(content) > LARGEST_FILE:
        raise _Refusal(1, f"The file has {len(content):,} bytes.", "A plan has at most 1,000,000; split it.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _Refusal(line, "The text is not UTF-8.", "Save the file as UTF-8.") from None


def _checked_events(text: str) -> Iterator[yaml.Event]:
    """The events of the one document, without its wrapping, and without what may not stand in a plan."""
    documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line(event)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refusal(line, "A second document begins here.", "Keep one plan to a file.")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refusal(line, "Anchors and aliases are not read in plans.", "Write the value out.")
        elif isinstance(event, yaml.NodeEvent):
            tag = getattr(event, "tag", None)
            if tag is not None and tag != "!":
                raise _Refusal(line, f"The tag {tag!a} is not read in plans.", "Leave the tag out.")
            yield event
        elif isinstance(event, yaml.CollectionEndEvent):
            yield event
    if not documents:
        raise _Refusal(1, "The file is empty.", "Write a plan, or take the file away.")


def _expect_end(events: Iterator[yaml.Event]) -> None:
    for event in events:
        raise _Refusal(_line(event), "Something follows the plan.", "Take it away.")


def _value(event: yaml.Event, events: Iterator[yaml.Event], path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = _line(event)
    if len(path) > DEEPEST:
        raise _Refusal(lines[path], "The nesting goes too deep.", "No plan needs more than 20 levels.")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, path, lines)
    return _mapping(events, path, lines)


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if event.style is not None and event.style != "":
        return text  # quoted: text as it stands
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def _sequence(events: Iterator[yaml.Event], path: Path, lines: dict[Path, int]) -> list[Any]:
    values: list[Any] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        values.append(_value(event, events, (*path, len(values)), lines))
    return values


def _mapping(events: Iterator[yaml.Event], path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        line = _line(event)
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refusal(line, "A key has to be a word.", "Write the key as plain text.")
        key: str = event.value
        if key in values:
            raise _Refusal(line, f"The key {key!a} stands twice.", "Keep one of the two.")
        values[key] = _value(next(events), events, (*path, key), lines)
        lines[(*path, key)] = line
    return values
