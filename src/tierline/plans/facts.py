"""The facts a route is decided on, and their reading from one JSON object.

Refuses unknown keys, wrong types, words outside the closed lists and instants without an offset, each with
the field and what would mend it. Ids of teams, services and systems are open words here: whether a plan
knows them is the decision's to say, not the reader's. No pydantic: every line of ``tierline route`` passes here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

Audience = Literal["veteran", "staff"]
Asks = Literal["veteran", "reporter"]
Flag = Literal["security-privacy", "congressional", "patient-safety"]

AUDIENCES: Final[tuple[Audience, ...]] = ("veteran", "staff")
ASKS: Final[tuple[Asks, ...]] = ("veteran", "reporter")
FLAGS: Final[tuple[Flag, ...]] = ("security-privacy", "congressional", "patient-safety")
TIERS: Final = (1, 2, 3, 4)
UNKNOWN: Final = "unknown"  # ``fault_in`` while nobody knows
USER: Final = "user"  # ``fault_in`` of a question or a mistake that needs no repair
LONGEST_WORD: Final = 200  # characters of an id; longer is a mistake, and would fill the cache

KEYS: Final = frozenset(
    ("id", "service", "holder", "fault_in", "needs_tier", "audience", "asks", "flags", "supplied", "at")
)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NOTHING: Final[frozenset[str]] = frozenset()
_FLAGS: Final[frozenset[str]] = frozenset(FLAGS)
_TEXTS: Final = {str}

# service, holder, fault_in, needs_tier, audience, asks, flags, supplied: what a decision can depend on.
FactWords = tuple[str, str, str, int, Audience, Asks | None, frozenset[str], frozenset[str] | None]


class FactsRefused(ValueError):
    """Facts that cannot be decided on. ``field`` is the key at fault, ``remedy`` what would mend it."""

    def __init__(self, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{field}: {problem}; {remedy}")
        self.field = field
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a case when the plans are asked.

    ``needs_tier`` is the support tier (1 to 4) whose skills the case needs. ``supplied`` are the intake
    fields that are filled; ``None`` means all of them. ``asks`` is whom the holder needs something from.
    """

    service: str
    holder: str
    fault_in: str = UNKNOWN
    needs_tier: int = 1
    audience: Audience = "veteran"
    asks: Asks | None = None
    flags: frozenset[str] = _NOTHING
    supplied: frozenset[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that ``tierline route`` reads, without ``id`` and ``at``; absent keys are left out."""
        told: dict[str, Any] = {
            "service": self.service,
            "holder": self.holder,
            "fault_in": self.fault_in,
            "needs_tier": self.needs_tier,
            "audience": self.audience,
        }
        if self.asks is not None:
            told["asks"] = self.asks
        if self.flags:
            told["flags"] = sorted(self.flags)
        if self.supplied is not None:
            told["supplied"] = sorted(self.supplied)
        return told


def facts_from_json(value: object) -> Facts:
    """The facts in one decoded JSON object; ``id`` and ``at`` are allowed and left to the caller."""
    return Facts(*words_of(value))


def words_of(value: object) -> FactWords:
    """The same as a plain tuple, in the order of the fields of ``Facts``: what a cache can be keyed by."""
    if type(value) is not dict:
        raise FactsRefused("line", "is not a JSON object", 'write one object like {"service": ..., "holder": ...}')
    if not KEYS.issuperset(value):
        _refuse_unknown_key(value)
    tier = value.get("needs_tier")
    if type(tier) is not int or not 1 <= tier <= 4:
        raise FactsRefused("needs_tier", _got(value, "needs_tier"), "give a whole number from 1 to 4")
    flags = value.get("flags")
    supplied = value.get("supplied")
    return (
        _word(value, "service"),
        _word(value, "holder"),
        _word(value, "fault_in"),
        tier,
        _audience(value),
        _asks(value),
        _flags(value) if flags else _listed(value, "flags", flags),
        None if supplied is None else _listed(value, "supplied", supplied),
    )


def instant_from_json(text: object) -> datetime:
    """The instant of an ``at``: RFC 3339, with an offset."""
    if type(text) is not str:
        raise FactsRefused("at", "is not a text", "write an instant like 2026-11-20T12:00:00-05:00")
    if not _INSTANT.fullmatch(text):
        raise FactsRefused(
            "at",
            f"{_short(text)} is not an instant with an offset",
            "write it like 2026-11-20T12:00:00-05:00 or 2026-11-20T17:00:00Z",
        )
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise FactsRefused("at", f"{_short(text)} is no day and time that exists", "correct the date") from None


def id_from_json(value: dict[str, Any]) -> str | int | None:
    """The caller's own id, to be echoed: a text, a whole number or nothing."""
    own = value.get("id")
    if own is not None and type(own) is not str and type(own) is not int:
        raise FactsRefused("id", _got(value, "id"), "give a text or a whole number")
    return own


def _word(value: dict[str, Any], key: str) -> str:
    word = value.get(key)
    if type(word) is str and 0 < len(word) <= LONGEST_WORD:
        return word
    remedy = f"give the id of a {key}" if key != "fault_in" else 'give a system, "unknown" or "user"'
    raise FactsRefused(key, _got(value, key), remedy)


def _audience(value: dict[str, Any]) -> Audience:
    word = value.get("audience")
    if word == "veteran" or word is None:
        return "veteran"
    if word == "staff":
        return "staff"
    raise FactsRefused("audience", _got(value, "audience"), 'give "veteran" or "staff", or leave it out')


def _asks(value: dict[str, Any]) -> Asks | None:
    word = value.get("asks")
    if word is None:
        return None
    if word == "veteran":
        return "veteran"
    if word == "reporter":
        return "reporter"
    raise FactsRefused("asks", _got(value, "asks"), 'give "veteran" or "reporter", or leave it out')


def _flags(value: dict[str, Any]) -> frozenset[str]:
    flags = _listed(value, "flags", value["flags"])
    if not flags <= _FLAGS:
        stray = min(flags - _FLAGS)
        raise FactsRefused("flags", f"{_short(stray)} is not a flag", f"use only {', '.join(FLAGS)}")
    return flags


def _listed(value: dict[str, Any], key: str, words: object) -> frozenset[str]:
    """The words of a list; nothing at all is an empty one."""
    if words is None:
        return _NOTHING
    if type(words) is not list:
        raise FactsRefused(key, _got(value, key), "give a list of texts, or leave it out")
    # Asked of the whole list at once: ten fields a line are what most of the reading is.
    if words and (set(map(type, words)) != _TEXTS or "" in words or max(map(len, words)) > LONGEST_WORD):
        stray = next(word for word in words if type(word) is not str or not 0 < len(word) <= LONGEST_WORD)
        raise FactsRefused(key, f"holds {_short(stray)}, which is not a word", "give a list of texts")
    return frozenset(words)


def _refuse_unknown_key(value: dict[str, Any]) -> None:
    stray = min(key for key in value if key not in KEYS)
    raise FactsRefused(_short(stray), "is not a key of the facts", f"use only {', '.join(sorted(KEYS))}")


def _got(value: dict[str, Any], key: str) -> str:
    return f"{_short(value[key])} is not usable" if key in value else "is missing"


def _short(value: object) -> str:
    """A value as an error can show it: one line, ASCII, short."""
    shown = ascii(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
