"""What stands beside a case and is shown with it: its hand-offs, its numbers elsewhere, where it was told, its files.

Three statements written out: a page of a case has to be there before anybody notices, and composing them took longer
than PostgreSQL needs to answer. Refuses nothing: whoever asks has seen to it that the case may be seen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tierline.cases.lifecycle import CAME_BACK, HandOffState
from tierline.rooms.queries import TOLD, ToldIn, told_from

_HAND_OFFS = """
SELECT id, state, sender, receiver, tier, by, system, sender_records, ask, note, override, decision, offered_by,
       offered_at, acknowledge_by, answered_by, answered_at, return_reason, return_words,
       returned_by, returned_at
FROM cases_handoff WHERE case_id = %s ORDER BY id
"""
_KNOWN_AS = f"""
SELECT (SELECT coalesce(json_agg(json_build_array(system, number) ORDER BY id), '[]')
        FROM cases_outsidenumber WHERE case_id = %(number)s),
       {TOLD.format(number="%(number)s")}
"""  # noqa: S608 - composed of constants
_ATTACHMENTS = "SELECT id, name, kind, size, added_by, added_at FROM cases_attachment WHERE case_id = %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class HandOffView:
    """One hand-off, past or open."""

    id: int
    state: HandOffState
    sender: str
    receiver: str
    tier: int
    by: str
    system: str | None
    sender_records: bool
    ask: str
    note: str
    override: str
    decision: Mapping[str, Any]
    offered_by: str
    offered_at: datetime
    acknowledge_by: datetime
    answered_by: str
    answered_at: datetime | None
    return_reason: str
    return_words: str
    returned_by: str
    returned_at: datetime | None

    @property
    def came_back(self) -> bool:
        """Whether its receiver refused it, or took it and handed it back."""
        return self.state in CAME_BACK


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One file of a case."""

    id: int
    name: str
    kind: str
    size: int
    added_by: str
    added_at: datetime


def hand_offs_of(number: int) -> tuple[HandOffView, ...]:
    """All hand-offs of a case, oldest first."""
    return tuple(_hand_off(row) for row in _rows(_HAND_OFFS, number))


def known_as(number: int) -> tuple[tuple[tuple[str, str], ...], tuple[ToldIn, ...]]:
    """What other systems call a case, (system, number) as they came; and the rooms of a chat it was told in."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN_AS, {"number": number})
        numbers, told = cursor.fetchone()
    return tuple((system, outside) for system, outside in numbers), told_from(told)


def attachments_of(number: int) -> tuple[AttachmentView, ...]:
    """The files of a case, oldest first."""
    return tuple(AttachmentView(*row) for row in _rows(_ATTACHMENTS, number))


def _hand_off(row: tuple[Any, ...]) -> HandOffView:
    """The view of a row of ``_HAND_OFFS``; Django leaves JSON to whoever reads past its models."""
    number, state, *way, decision = row[:12]
    values = [number, HandOffState(state), *way, json.loads(decision), *row[12:]]
    return HandOffView(*values)


def _rows(statement: str, number: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [number])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
