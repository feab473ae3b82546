"""What is left open about planned work: groups nobody stands behind, questions nobody asks, rooms nobody is
known to sit in.

Refuses nothing; every finding is one for ``plans check``. What a gap is about is told there already.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.procedures import TAGS_NOBODY, label_of, people_of
from tierline.plans.reading import Path


def downtime_findings(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    """Everything about planned work in a planbook; ``said`` are the ids that some gap is about."""
    for file in planbook.files:
        downtime = file.plan.downtime
        asked = {told.when for procedure in downtime.procedures for told in procedure.also}
        for place, question in enumerate(downtime.questions):
            if question.id not in asked:
                message = f"Nobody's being told depends on the question {question.id}."
                path: Path = ("downtime", "questions", place)
                line, remedy = file.line(*path), "Name it in also, or take it away."
                yield Finding("note", "never-applies", file.plan.id, file.text.file, line, message, remedy)
        for place in range(len(downtime.procedures)):
            yield from _unresolved(planbook, file, place, said)
            yield from _room(file, place)


def _unresolved(planbook: Planbook, file: PlanFile, place: int, said: frozenset[str]) -> Iterator[Finding]:
    procedure = file.plan.downtime.procedures[place]
    path: Path = ("downtime", "procedures", place)
    for word in (*procedure.audience, *(told.who for told in procedure.also)):
        if people_of(planbook, word):
            continue
        # A duty without holder that no gap is about is an error of its own; what is said to be open still blocks.
        severity: Severity = "gap" if word in said or word in planbook.duties else "error"
        message = f"{procedure.id} tells {label_of(planbook, word)}, and nobody is named: its announcements will stop."
        remedy = "Name people or a group with members; until then somebody has to be named for each downtime."
        line = file.line(*path, "audience")
        yield Finding(severity, "audience-unresolved", file.plan.id, file.text.file, line, message, remedy)


def _room(file: PlanFile, place: int) -> Iterator[Finding]:
    """Rooms that tag nobody: who sits in them has to be said of people who are told."""
    procedure = file.plan.downtime.procedures[place]
    line = file.line("downtime", "procedures", place, "channels")
    told = {*procedure.audience, *(also.who for also in procedure.also)}
    for word in procedure.room_holds:
        if word not in told:
            message = f"{procedure.id} says that {word} sits in the room, and does not tell {word} at all."
            remedy = "Put it into the audience, or take it out of room_holds."
            yield Finding("error", "never-applies", file.plan.id, file.text.file, line, message, remedy)
    if TAGS_NOBODY & set(procedure.channels) and not procedure.room_holds:
        message = f"{procedure.id} posts in a room that tags nobody, so the post counts for nobody."
        remedy = "Where it is known who sits there, say so in room_holds."
        yield Finding("note", "counts-for-nobody", file.plan.id, file.text.file, line, message, remedy)
