"""What is left open about planned work: groups nobody stands behind, steps nobody takes, questions nobody asks.

Refuses nothing; every finding is one for ``plans check``. What a gap is about is told there already.
"""

from __future__ import annotations

from collections.abc import Iterator

from tierline.plans.findings import Finding, Severity
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.procedures import label_of, people_of
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
