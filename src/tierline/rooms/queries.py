"""Where a case was told, and what became of it. Asked by whoever saw to it that the case may be seen."""

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


#: SQL for the rooms the case ``{number}`` was told in, as JSON that ``told_from`` reads: for pages that read it along
#: with something else.
TOLD: Final = f"""(
    SELECT coalesce(json_agg(json_build_array(m.room, m.told, m.told_at, p.kind, m.standing,
                                              {WAYS.format(effects="ARRAY[p.root]")}) ORDER BY m.room), '[]')
    FROM rooms_matter m JOIN rooms_post p ON p.id = m.post_id
    WHERE m.number = {{number}} AND m.told_at IS NOT NULL)"""  # noqa: S608 - composed of own constants


def told_in(number: int) -> tuple[ToldIn, ...]:
    """The rooms a case was told in. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {TOLD.format(number='%s')}", [number])
        return told_from(cursor.fetchone()[0])


def told_from(told: Any) -> tuple[ToldIn, ...]:
    """What ``TOLD`` tells of."""
    return tuple(
        ToldIn(room, word, datetime.fromisoformat(at), PostKind(kind), standing == Standing.RESTRICTED, _way(ways))
        for room, word, at, kind, standing, ways in told
    )


def _way(ways: list[Any]) -> Way | None:
    return way_from(ways[0]) if ways else None
