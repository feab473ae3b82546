"""One fact, as everything above reads it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a subject. ``said`` holds what the kind of fact has to say, ready for JSON."""

    id: int
    subject_kind: str
    subject_id: int
    at: datetime
    actor_id: int | None
    actor: str
    kind: str
    said: Mapping[str, Any]
