"""``plans check``: everything that is wrong with plans, or left open by them, in one list.

Errors are what nobody should publish; gaps are what the documents leave open and the plans say so; notes are
worth a look. Refuses nothing: what cannot be read is a finding like the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tierline.plans import schema
from tierline.plans.coverage import Covered, coverage_findings, covered
from tierline.plans.downtime_checking import downtime_findings
from tierline.plans.findings import Finding
from tierline.plans.loading import read_files
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.policy_checking import policy_findings
from tierline.plans.reading import Path
from tierline.plans.references import heading_names, reference_findings, sourced
from tierline.plans.room_checking import room_findings
from tierline.plans.terms import terms_of

_OPEN: Final = re.compile(r"\bTBD\b|\bTBC\b|\bto be (?:determined|named|decided)\b|\?", re.IGNORECASE)
# Where a question mark or an empty list says nothing is left open.
_NOT_PROSE: Final = frozenset(("gaps", "records", "title_prefix", "why", "hint", "holders"))


@dataclass(frozen=True, slots=True)
class Check:
    """The result: findings in the order of files and lines, and what of all combinations is decided."""

    findings: tuple[Finding, ...]
    covered: Covered

    @property
    def unreadable(self) -> bool:
        """Whether a file could not be read as a plan at all."""
        return any(finding.code == "unreadable" for finding in self.findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What nobody should publish."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def as_json(self) -> dict[str, Any]:
        """The result as the contract writes it."""
        return {"findings": [f.as_json() for f in self.findings], "covered": self.covered.as_json()}


def check_texts(texts: Mapping[str, bytes], at: datetime) -> Check:
    """Check files by name and content; what is covered is counted for the plans in force at ``at``."""
    files, findings = read_files(texts)
    findings += reference_findings(files)
    findings += [finding for file in files for finding in _gaps(file)]
    if any(finding.severity == "error" for finding in findings):
        return Check(_sorted(findings), Covered())
    return _with_planbook(Planbook(files), findings, at)


def check_planbook(planbook: Planbook, at: datetime) -> Check:
    """The same for a planbook that is loaded already."""
    return _with_planbook(planbook, [f for file in planbook.files for f in _gaps(file)], at)


def _with_planbook(planbook: Planbook, findings: list[Finding], at: datetime) -> Check:
    said = _said(planbook)
    findings = [
        *findings,
        *_duties(planbook, said),
        *_channels(planbook, said),
        *_unsaid(planbook, said),
        *policy_findings(planbook, said),
        *downtime_findings(planbook, said),
        *room_findings(planbook, said),
        *coverage_findings(planbook),
    ]
    return Check(_sorted(findings), covered(planbook, planbook.epoch(at)))


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.file, f.line, f.code, f.message)))


def _gaps(file: PlanFile) -> Iterator[Finding]:
    for place, gap in enumerate(file.plan.gaps):
        remedy = "Ask who owns the document, and write the answer as a clause in place of the gap."
        yield Finding("gap", "gap", file.plan.id, file.text.file, file.line("gaps", place), gap.text, remedy)


def _said(planbook: Planbook) -> frozenset[str]:
    """The ids that some gap is about: what is missing there is told already."""
    return frozenset(word for plan in planbook.plans.values() for gap in plan.gaps for word in gap.about)


def _duties(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    for file in planbook.files:
        for place, duty in enumerate(file.plan.duties):
            if not planbook.holders_of(duty.id) and duty.id not in said:
                message = f"Nobody holds the duty {duty.id}."
                remedy = "Name people or a group with members as holders, or a gap that is about it."
                yield _error(file, "duty-without-holder", ("duties", place), message, remedy)


def _channels(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    for file in planbook.files:
        for place, clause in enumerate(file.plan.clauses):
            team, by = clause.then.to or clause.then.through, clause.then.by
            if team is None or by is None:
                continue
            if planbook.address(team, by) is None and team not in said:
                message = f"{clause.id} sends to {team} by {by}, but {team} has no address for that."
                remedy = f"Give {team} an address under receives, or name a gap that is about it."
                yield _error(file, "channel-without-address", ("clauses", place), message, remedy)
            elif by == "ticket":
                yield from _no_ticketing(planbook, file, place, team)


def _no_ticketing(planbook: Planbook, file: PlanFile, place: int, team: str) -> Iterator[Finding]:
    """A clause by ticket at a time at which no ticketing system is in force for the receiver."""
    clause = file.plan.clauses[place]
    key = f"{file.plan.id}/{clause.id}"
    audiences = terms_of(clause.when, planbook.universe).audiences
    for epoch in range(1, len(planbook.boundaries) + 1):
        book = planbook.of_epoch(epoch)
        without = [a for a in sorted(audiences) if (team, a) not in book.tickets]
        if without and any(term.key == key for term in book.terms):
            since = planbook.boundaries[epoch - 1].date().isoformat()
            message = f"{clause.id} sends {without[0]} cases to {team} by ticket; none is in force from {since}."
            remedy = "Declare under ticketing which system that team receives in then."
            yield _error(file, "channel-without-address", ("clauses", place), message, remedy)
            return


def _unsaid(planbook: Planbook, said: frozenset[str]) -> Iterator[Finding]:
    for file in planbook.files:
        for path, owner, what in _open_words(file.text.values):
            if owner not in said:
                message = f"{what} is left open here, and no gap says so."
                remedy = f"Settle it, or name a gap that is about {owner or 'the entry'}."
                yield _error(file, "unsaid-gap", path, message, remedy)
        yield from _empty_headings(file)


def _open_words(value: object, path: Path = (), owner: str = "") -> Iterator[tuple[Path, str, str]]:
    """Every text that leaves something open and every empty list, with the id of the entry it stands in."""
    if isinstance(value, dict):
        owner = str(value["id"]) if path and "id" in value else owner
        for key, part in value.items():
            if key not in _NOT_PROSE:
                yield from _open_words(part, (*path, key), owner)
    elif isinstance(value, list):
        if not value and owner:  # a whole section may be empty: then there is nothing of that kind
            yield path, owner, "An empty list"
        for place, part in enumerate(value):
            yield from _open_words(part, (*path, place), owner)
    elif isinstance(value, str) and (found := _OPEN.search(value)):
        yield path, owner, f"{found[0]!r}"


def _empty_headings(file: PlanFile) -> Iterator[Finding]:
    """Headings of the document under which the plan says nothing, not even that there is nothing."""
    names = heading_names(file.plan)
    filled = {names.get(source.heading) for _, source in sourced(file.plan) if source.document is None}
    for place, heading in enumerate(file.plan.headings):
        if place not in filled and heading.says is None and not _has_parts(file.plan.headings, place):
            message = f"Nothing stands under the heading {heading.title!r}, and no gap says that it is empty."
            remedy = "Write its clauses, say what it tells, or name a gap under it."
            yield _error(file, "unsaid-gap", ("headings", place), message, remedy)


def _has_parts(headings: tuple[schema.Heading, ...], place: int) -> bool:
    return place + 1 < len(headings) and headings[place + 1].level > headings[place].level


def _error(file: PlanFile, code: str, path: Path, message: str, remedy: str) -> Finding:
    return Finding("error", code, file.plan.id, file.text.file, file.line(*path), message, remedy)
