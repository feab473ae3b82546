"""What a move would do, without doing it: how every field goes across, what is cut, what is refused, and the counts.
Pure."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tierline.foundation.tables import BrokenRow, Row
from tierline.migration.form import TEXT, TITLE, Move
from tierline.migration.mapping import Mapper, Refused, Stays
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.service_desk_files.account import Account as Here


@dataclass(frozen=True, slots=True)
class FieldMove:
    """A column here and what it becomes there; ``column`` is empty when it has no counterpart."""

    heading: str
    field: str
    column: str
    length: int | None
    remark: str = ""


@dataclass(slots=True)
class Planned:
    """The counts of a dry run."""

    rows: int = 0
    moves: int = 0
    refused: int = 0
    duplicate: int = 0
    stays: int = 0
    waiting: int = 0
    queues: Counter[tuple[str, str]] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    longest_cut: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, int]:
        """The counts."""
        return {name: getattr(self, name) for name in ("rows", "moves", "refused", "duplicate", "stays", "waiting")}

    def details(self) -> dict[str, Any]:
        """Where they go, and what is cut."""
        queues: dict[str, dict[str, int]] = {}
        for (queue, status), count in sorted(self.queues.items()):
            queues.setdefault(queue, {})[status] = count
        cut = {
            name: {"tickets": count, "characters-at-most": self.longest_cut[name]} for name, count in self.cut.items()
        }
        return {"queues": queues, "cut": cut}


@dataclass(frozen=True, slots=True)
class Remark:
    """One row that does not go across, and why."""

    line: int
    number: str | None
    status: str
    reason: str


def field_moves(move: Move, here: Here, there: There) -> list[FieldMove]:
    """Every column of the export: what it becomes."""
    former, found = there.fields[move.former_number], []
    for meaning, heading in here.columns.items():
        name = move.fields.get(meaning, "")
        column = {TITLE: there.title, TEXT: there.text}.get(name) or there.fields.get(name)
        if column is not None:
            found.append(FieldMove(heading, name, column.attribute, column.length))
        elif meaning == "number":
            said = "stays findable; the case gets a number of its own"
            found.append(FieldMove(heading, move.former_number, former.attribute, former.length, said))
        elif meaning == "status":
            found.append(FieldMove(heading, "status", "statuscode", None, "by statuses"))
        elif meaning == "queue" and there.queue_column:
            found.append(
                FieldMove(heading, "queue", there.queue_column.attribute, there.queue_column.length, "by queues")
            )
        elif meaning == "opened":
            found.append(FieldMove(heading, "opened", move.opened_column, None))
        elif meaning == move.resolution:
            found.append(FieldMove(heading, "resolution", "CloseIncident", 2000, "of closed tickets"))
        else:
            said = "known" if meaning in move.left else "name it under fields, or under left"
            found.append(FieldMove(heading, "", "", None, f"no counterpart ({said})"))
    return found


def plan(
    mapper: Mapper,
    rows: Iterable[Row | BrokenRow],
    *,
    open_queues: frozenset[str],
    seen_before: Callable[[str, int], int | None],
    told: Callable[[Remark], None],
) -> Planned:
    """Judge every row; tells those that do not go across and need a look."""
    counts = Planned()
    for row in rows:
        counts.rows += 1
        mapped = mapper.map(row)
        if isinstance(mapped, Refused):
            counts.refused += 1
            told(Remark(mapped.line, mapped.number, "refused", mapped.reason))
        elif isinstance(mapped, Stays):
            counts.stays += 1
            if mapped.by_hand:
                told(Remark(mapped.line, mapped.number, "stays", mapped.reason))
        elif mapped.queue not in open_queues:
            counts.waiting += 1
        elif (first := seen_before(mapped.number, mapped.line)) is not None:
            counts.duplicate += 1
            reason = f"The number is in this file already, on line {first}; that one counts."
            told(Remark(mapped.line, mapped.number, "duplicate", reason))
        else:
            counts.moves += 1
            counts.queues[mapped.queue, f"{mapped.status} -> {mapped.becomes}"] += 1
            for name, characters in mapped.cut:
                counts.cut[name] += 1
                counts.longest_cut[name] = max(counts.longest_cut.get(name, 0), characters)
    return counts
