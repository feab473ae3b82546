"""How one call is described, and the few words schemas share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
NON_EMPTY: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "pattern": "^https?://"}


@dataclass(frozen=True)
class Operation:
    """``query`` and ``request`` (None: no body) refuse what they do not name; ``answers`` hold by status."""

    query: Schema
    answers: Mapping[int, Schema]
    request: Schema | None = None
    headers: Mapping[str, Schema] = field(default_factory=dict)


def closed(properties: Mapping[str, Schema], *required: str) -> Schema:
    """An object of these properties and no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def open_to_more(properties: Mapping[str, Schema], *required: str) -> Schema:
    """An object with at least these; without a list, all that are named."""
    return {"type": "object", "properties": dict(properties), "required": list(required or properties)}


def nullable(schema: Schema) -> Schema:
    """This or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*words: str) -> Schema:
    """One of these words."""
    return {"enum": list(words)}


def list_of(schema: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema}
