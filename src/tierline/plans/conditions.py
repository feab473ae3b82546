"""The conditions of a clause as a file writes them: which facts it applies to.

Refuses empty conditions, words outside closed lists and tiers that do not exist. What a condition means is in
``terms.py``.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tierline.plans.facts import ASKS, AUDIENCES, FLAGS

_TIERS = re.compile(r"([1-4])(?:\+|-([1-4]))")


class Entry(BaseModel):
    """What every part of a plan's file is: closed to unknown keys, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Only(Entry):
    """A condition on one fact: one of ``values``, or with ``excluded`` any other."""

    values: tuple[str | int, ...]
    excluded: bool = False


def _only(value: object) -> object:
    """``x``, ``[x, y]`` or ``{except: [x, y]}``."""
    if isinstance(value, Only):
        return value
    excluded = isinstance(value, dict)
    if isinstance(value, dict):
        if set(value) != {"except"}:
            raise ValueError("a condition is a word, a list, or {except: [words]}")
        value = value["except"]
    words = value if isinstance(value, list) else [value]
    if not words or not all(type(word) in (str, int) for word in words):
        raise ValueError("a condition is a word, a list, or {except: [words]}, and never empty")
    return Only(values=tuple(words), excluded=excluded)


def _only_tiers(value: object) -> object:
    """The same for tiers, where ``2+`` and ``1-2`` are ranges."""
    if isinstance(value, str) and (match := _TIERS.fullmatch(value)):
        value = list(range(int(match[1]), int(match[2] or 4) + 1))
    only = _only(value)
    if isinstance(only, Only) and not all(tier in (1, 2, 3, 4) for tier in only.values):
        raise ValueError("a tier is 1, 2, 3 or 4, or a range like 2+ or 1-2")
    return only


def words_among(*allowed: str) -> BeforeValidator:
    def check(value: object) -> object:
        only = _only(value)
        if isinstance(only, Only) and not set(only.values) <= set(allowed):
            raise ValueError(f"only {', '.join(allowed)} can stand here")
        return only

    return BeforeValidator(check)


Condition = Annotated[Only, BeforeValidator(_only)]


class When(Entry):
    """The facts a clause applies to; what is left out may be anything. ``to`` is for intake clauses."""

    holder: Condition | None = None
    service: Condition | None = None
    fault_in: Condition | None = None
    needs_tier: Annotated[Only, BeforeValidator(_only_tiers)] | None = None
    audience: Annotated[Only, words_among(*AUDIENCES)] | None = None
    asks: Annotated[Only, words_among(*ASKS)] | None = None
    flags: Annotated[Only, words_among(*FLAGS)] | None = None
    to: Condition | None = None
