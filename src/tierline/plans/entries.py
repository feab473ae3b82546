"""The small parts that entries of a plan's file are made of: ids, labels, sentences, sources, spans of time.

Refuses ids that are not lower-case words, empty texts, and spans of time in other forms than those it names.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema

from tierline.foundation import business_time
from tierline.plans.conditions import Entry

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=80)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]

_SPAN: Final = re.compile(r"([0-9]+)([mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def _span(value: object) -> object:
    """A span of time: ``30m``, ``4h`` or ``2d``, in calendar time."""
    if isinstance(value, timedelta):
        return value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match[1]) > 5:
        raise ValueError("a span of time is written like 30m, 4h or 2d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Span = Annotated[timedelta, BeforeValidator(_span)]


def _counted(value: object) -> object:
    """A span of time in calendar or in business time, and never nothing."""
    if isinstance(value, business_time.Span):
        return value
    span = business_time.span_of(value if isinstance(value, str) else "")
    require(bool(span.time or span.days), "a promise takes some time; leave it out where there is none")
    return span


Counted = Annotated[
    business_time.Span,
    BeforeValidator(_counted),
    WithJsonSchema({"type": "string", "format": "time like 30m, 4h, 7d, 48 business hours or 2 business days"}),
]


class Source(Entry):
    """Where a sentence comes from. Without ``document`` it is the plan's own document."""

    heading: Label
    document: Label | None = None


def require(holds: bool, otherwise: str) -> None:
    """Refuse an entry with a sentence when something does not hold."""
    if not holds:
        raise ValueError(otherwise)
