"""Where a case was told, and what became of it. Asked by whoever saw to it that the case may be seen."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from tierline.outbox.queries import WAYS, Way, way_from
from tierline.rooms.standing import PostKind, Standing


@dataclass(frozen=True, slots=True)
class ToldIn:
    """A room in which a case was told: what the newest word of it is, when it was told, how its post
    fared. ``restricted``: it was taken out of there."""

    room: str
    told: str
    told_at: datetime
    kind: PostKind
    restricted: bool
    way: Way | None


_TOLD: Final = f"""
SELECT m.room, m.told, m.told_at, p.kind, m.standing, {WAYS.format(effects="ARRAY[p.root]")}
FROM rooms_matter m JOIN rooms_post p ON p.id = m.post_id
WHERE m.number = %s AND m.told_at IS NOT NULL ORDER BY m.room
"""  # noqa: S608 - composed of own constants


def told_in(number: int) -> tuple[ToldIn, ...]:
    """The rooms a case was told in. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [number])
        rows = cursor.fetchall()
    return tuple(
        ToldIn(room, told, told_at, PostKind(kind), standing == Standing.RESTRICTED, _way(ways))
        for room, told, told_at, kind, standing, ways in rows
    )


def _way(told: Any) -> Way | None:
    ways = json.loads(told) if isinstance(told, str) else told
    return way_from(ways[0]) if ways else None
