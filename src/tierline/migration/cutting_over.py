"""Which queue goes across on which day, as the plans say it. Pure.

The plans name the ticketing system in force by receiving team, audience and day; while some queues have changed and
others have not, both systems are in force. Refuses nothing: a queue no plan speaks of is told as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tierline.migration.form import Move, QueueMove
from tierline.plans.planbook import Planbook

Standing = Literal["before", "after", "never", "other"]


@dataclass(frozen=True, slots=True)
class CutOver:
    """How a queue stands at an instant: before or after its day, without one, or with a third system in force."""

    queue: QueueMove
    standing: Standing
    day: datetime | None
    in_force: str | None

    def sentence(self, move: Move) -> str:
        """For people."""
        day = f"{self.day:%Y-%m-%d}" if self.day else ""
        name = f"{self.queue.queue} ({self.queue.receiver}, {self.queue.audience})"
        match self.standing:
            case "before":
                return f"{name}: {move.from_} is in force until {day}, then {move.to}."
            case "after":
                return f"{name}: {move.to} is in force" + (f" since {day}." if day else ".")
            case "never":
                return f"{name}: {move.from_} is in force, and no plan names a day for {move.to}."
            case "other":
                return f"{name}: the plans name {self.in_force or 'no ticketing system'} for it."


def cut_overs(move: Move, planbook: Planbook, at: datetime) -> tuple[CutOver, ...]:
    """Every queue of the move as it stands at ``at``."""
    return tuple(_cut_over(move, queue, planbook, at) for queue in move.queues)


def _cut_over(move: Move, queue: QueueMove, planbook: Planbook, at: datetime) -> CutOver:
    in_force = planbook.ticketing_in_force(queue.receiver, queue.audience, at)
    day = _day(move, queue, planbook)
    if in_force == move.to:
        return CutOver(queue, "after", day, in_force)
    if in_force != move.from_:
        return CutOver(queue, "other", None, in_force)
    return CutOver(queue, "before" if day else "never", day, in_force)


def _day(move: Move, queue: QueueMove, planbook: Planbook) -> datetime | None:
    """The first instant from which the new system is in force after the old one was."""
    before: str | None = None
    for edge in planbook.boundaries:
        after = planbook.ticketing_in_force(queue.receiver, queue.audience, edge)
        if after == move.to and before == move.from_:
            return edge
        before = after or before
    return None


def both_in_force(standings: Iterable[CutOver]) -> bool:
    """Whether some queues went and others did not."""
    return len({one.standing == "after" for one in standings}) > 1
