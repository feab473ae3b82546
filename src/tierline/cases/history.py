"""A case as it stood at any instant, folded from its facts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tierline.timeline.fact import Fact


@dataclass(frozen=True, slots=True)
class AsItStood:
    """The case's remembered fields at an instant, and the facts that were known then."""

    at: datetime
    fields: Mapping[str, Any]
    facts: tuple[Fact, ...]


def as_it_stood(facts: Iterable[Fact], at: datetime) -> AsItStood | None:
    """Fold the changes of every fact up to and including ``at``; None before the case was entered."""
    known = sorted((fact for fact in facts if fact.at <= at), key=lambda fact: (fact.at, fact.id))
    if not known:
        return None
    fields: dict[str, Any] = {}
    for fact in known:
        fields.update(fact.said.get("changes", {}))
    return AsItStood(at, fields, tuple(known))
