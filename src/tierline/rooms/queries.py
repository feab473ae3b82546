"""Where a case was told, and what became of it. Asked by whoever saw to it that the case may be seen."""

from dataclasses import dataclass
from datetime import datetime

from tierline.outbox.queries import Way, ways_of
from tierline.rooms.models import MatterRow


@dataclass(frozen=True, slots=True)
class ToldIn:
    """A room in which a case was told: what the newest word of it is, when it was told, how its post fared."""

    room: str
    told: str
    told_at: datetime
    kind: str
    way: Way | None


def told_in(number: int) -> tuple[ToldIn, ...]:
    """The rooms a case was told in. Two statements, one where it was told in none."""
    rows = MatterRow.objects.filter(number=number, told_at__isnull=False, post__isnull=False).select_related("post")
    found = [(row, row.post.root) for row in rows.order_by("room") if row.post is not None and row.told_at is not None]
    ways = ways_of([root for _, root in found if root is not None])
    return tuple(
        ToldIn(row.room, row.told, row.told_at, row.post.kind if row.post else "", ways.get(root or 0))
        for row, root in found
        if row.told_at is not None
    )
