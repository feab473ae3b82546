"""Whether the words of all files of a planbook fit together: every id once, every reference to something.

An entry may be declared in one file and used in all, so this is asked about the files together, never about
one alone. Refuses to mend: it only says what does not fit, where, and what would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tierline.plans import schema
from tierline.plans.clocks import Clock
from tierline.plans.conditions import When
from tierline.plans.entries import Source
from tierline.plans.findings import Finding
from tierline.plans.planbook import PlanFile, overridden
from tierline.plans.reading import Path
from tierline.plans.rooms import Room

# Sections whose ids share one namespace, because one list of words may name either.
_NAMESPACES: Final = (
    ("organisations",),
    ("people", "groups"),
    ("teams", "duties"),
    ("systems",),
    ("services",),
    ("ticketing",),
    ("intake",),
    ("returns",),
    ("calendars",),
    ("clocks",),
    ("attempts",),
    ("rooms",),
)
QUESTIONS: Final = "questions of downtime"
_SOURCED: Final = (
    "teams", "duties", "services", "ticketing", "intake", "returns", "calendars", "clocks", "attempts", "rooms",
    "clauses", "gaps",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """A word somewhere in a file that has to be declared in one of ``sections`` of any file."""

    path: Path
    word: str
    sections: tuple[str, ...]


def reference_findings(files: Sequence[PlanFile]) -> list[Finding]:
    """Everything that does not fit together, in the order of the files."""
    declared = _declared(files)
    plans = {file.plan.id: file.plan for file in files}
    everything = frozenset(word for file in files for _, _, word in _names(file.plan))
    findings = [*_twice(files)]
    for file in files:
        findings += _undeclared(file, declared)
        findings += _gaps_about(file, everything)
        findings += _headings(file)
        findings += _charter(file, plans)
        findings += _overrides(file, plans)
    return findings


def _declared(files: Sequence[PlanFile]) -> Mapping[str, frozenset[str]]:
    sections = [section for space in _NAMESPACES for section in space]
    declared = {
        section: frozenset(entry.id for file in files for entry in getattr(file.plan, section)) for section in sections
    }
    declared[QUESTIONS] = frozenset(asked.id for file in files for asked in file.plan.downtime.questions)
    return declared


def _twice(files: Sequence[PlanFile]) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        for space, path, word in _names(file.plan):
            first = seen.setdefault((space, word), f"{file.text.file}, line {file.line(*path)}")
            here = f"{file.text.file}, line {file.line(*path)}"
            if first != here:
                message = f"The id {word} is declared already: {first}."
                yield _error(file, "duplicate-id", path, message, "Give one of the two another id.")


def _names(plan: schema.Plan) -> Iterator[tuple[str, Path, str]]:
    yield "plans", ("id",), plan.id
    for space in _NAMESPACES:
        for section in space:
            for place, entry in enumerate(getattr(plan, section)):
                yield space[0], (section, place, "id"), entry.id
    # What a decision cites as plan and clause has to be one sentence of that plan.
    for section in ("clauses", "gaps", "ticketing", "clocks", "attempts", "rooms"):
        for place, entry in enumerate(getattr(plan, section)):
            yield f"sentences of {plan.id}", (section, place, "id"), entry.id


def _undeclared(file: PlanFile, declared: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    for reference in _references(file.plan):
        if not any(reference.word in declared[section] for section in reference.sections):
            kind = " or ".join(reference.sections)
            message = f"{reference.word} is named here, but no file of the planbook declares it among its {kind}."
            remedy = f"Declare it under {kind}, correct the word, or read the file together with its folder."
            yield _error(file, "unknown-reference", reference.path, message, remedy)


def _references(plan: schema.Plan) -> Iterator[Reference]:
    for place, team in enumerate(plan.teams):
        yield from _each(("teams", place, "organisation"), [team.organisation], "organisations")
        yield from _each(("teams", place, "group"), [team.group], "groups")
        people = team.receives.email.people if team.receives.email else ()
        yield from _each(("teams", place, "receives", "email", "people"), people, "people")
    for place, person in enumerate(plan.people):
        yield from _each(("people", place, "organisation"), [person.organisation], "organisations")
    for place, group in enumerate(plan.groups):
        yield from _each(("groups", place, "members"), group.members, "people")
    for place, duty in enumerate(plan.duties):
        yield from _each(("duties", place, "holders"), duty.holders, "people", "groups")
        yield from _each(("duties", place, "deputy"), [duty.deputy], "people", "groups")
        yield from _each(("duties", place, "leads"), duty.leads, "teams")
    yield from _in_services(plan)
    for place, ticketing in enumerate(plan.ticketing):
        for turn, used in enumerate(ticketing.used):
            yield from _each(("ticketing", place, "used", turn, "receivers"), used.receivers, "teams")
    for place, rule in enumerate(plan.attempts):
        yield from _each(("attempts", place, "teams"), rule.teams, "teams")
    for place, clock in enumerate(plan.clocks):
        yield from _in_clock(("clocks", place), clock)
    for place, room in enumerate(plan.rooms):
        yield from _in_room(("rooms", place), room)
    yield from _in_downtime(plan)
    yield from _in_clauses(plan)


def _in_clock(path: Path, clock: Clock) -> Iterator[Reference]:
    yield from _each((*path, "teams"), clock.teams, "teams")
    yield from _each((*path, "services"), clock.services, "services")
    yield from _each((*path, "calendar"), [clock.calendar], "calendars")
    if clock.escalate_to is not None:
        yield from _each((*path, "escalate_to", "duty"), [clock.escalate_to.duty], "duties")


def _in_room(path: Path, room: Room) -> Iterator[Reference]:
    yield from _each((*path, "of"), [room.of], "teams")
    yield from _each((*path, "calendar"), [room.calendar], "calendars")
    for place, heard in enumerate(room.hears):
        yield from _each((*path, "hears", place, "tag"), heard.tag, "duties", "teams")


def _in_services(plan: schema.Plan) -> Iterator[Reference]:
    for place, system in enumerate(plan.systems):
        yield from _each(("systems", place, "behind"), system.behind, "systems")
    for place, service in enumerate(plan.services):
        yield from _each(("services", place, "behind"), service.behind, "systems")
        yield from _each(("services", place, "tool_team"), [service.tool_team], "teams")


def _in_downtime(plan: schema.Plan) -> Iterator[Reference]:
    for place, freeze in enumerate(plan.downtime.freezes):
        yield from _each(("downtime", "freezes", place, "services"), freeze.services, "services")
    for place, pair in enumerate(plan.downtime.redundant):
        yield from _each(("downtime", "redundant", place), (*pair.one, *pair.other), "services", "systems")
    for place, sender in enumerate(plan.downtime.notices_from):
        yield from _each(("downtime", "notices_from", place), sender.speaks_for, "services", "systems")
    for place, procedure in enumerate(plan.downtime.procedures):
        path: Path = ("downtime", "procedures", place)
        yield from _each((*path, "teams"), procedure.teams, "teams")
        yield from _each((*path, "audience"), procedure.audience, "duties", "teams")
        yield from _each((*path, "also"), (told.who for told in procedure.also), "duties", "teams")
        yield from _each((*path, "also"), (told.when for told in procedure.also), QUESTIONS)
        yield from _each((*path, "relays"), (relay.by for relay in procedure.relays), "duties", "teams")
        yield from _each((*path, "room_holds"), procedure.room_holds, "duties", "teams")
        steps = procedure.another_way.steps if procedure.another_way else ()
        yield from _each((*path, "another_way"), (step.whom for step in steps), "duties")
        for key in ("sender", "approval", "window_by", "window_verified_by"):
            yield from _each((*path, key), [getattr(procedure, key)], "duties", "teams")


def _in_clauses(plan: schema.Plan) -> Iterator[Reference]:
    for place, clause in enumerate(plan.clauses):
        path: Path = ("clauses", place)
        then = clause.then
        yield from _in_conditions((*path, "when"), clause.when)
        for key in ("taken_by", "through", "to"):
            yield from _each((*path, "then", key), [getattr(then, key)], "teams")
        yield from _each((*path, "then", "tell"), then.tell, "duties", "teams")
        yield from _each((*path, "then", "requires"), then.requires, "intake")
        yield from _each((*path, "binds"), clause.binds, "duties", "teams", "organisations")
    for place, gap in enumerate(plan.gaps):
        yield from _in_conditions(("gaps", place, "when"), gap.when or When())


def _in_conditions(path: Path, when: When) -> Iterator[Reference]:
    sections = {"holder": "teams", "service": "services", "fault_in": "systems", "to": "teams"}
    for key, section in sections.items():
        only = getattr(when, key)
        words = () if only is None else [str(word) for word in only.values]
        if key == "fault_in":
            words = [word for word in words if word not in ("unknown", "user")]
        yield from _each((*path, key), words, section)


def _each(path: Path, words: Iterable[str | None], *sections: str) -> Iterator[Reference]:
    return (Reference(path, word, sections) for word in words if word is not None)


def _gaps_about(file: PlanFile, everything: frozenset[str]) -> Iterator[Finding]:
    for place, gap in enumerate(file.plan.gaps):
        for word in gap.about:
            if word not in everything:
                message = f"The gap {gap.id} is about {word}, which no file of the planbook declares."
                yield _error(file, "unknown-reference", ("gaps", place, "about"), message, "Correct the word.")


def _headings(file: PlanFile) -> Iterator[Finding]:
    """Every source in the plan's own document names a heading the plan lists."""
    known = heading_names(file.plan)
    for path, source in sourced(file.plan):
        if source.document is None and source.heading not in known:
            message = f"The heading {source.heading!r} is none, or not only one, of the plan's."
            remedy = "Write the heading as it is listed; where it stands twice, as 'Parent > Heading'."
            yield _error(file, "unknown-reference", (*path, "source"), message, remedy)


def sourced(plan: schema.Plan) -> Iterator[tuple[Path, Source]]:
    """Every source in a plan with the path of the entry it belongs to."""
    for section in _SOURCED:
        for place, entry in enumerate(getattr(plan, section)):
            if entry.source is not None:
                yield (section, place), entry.source
    for section in ("message", "moments", "questions", "procedures", "freezes", "redundant", "weights", "notices_from"):
        for place, entry in enumerate(getattr(plan.downtime, section)):
            yield ("downtime", section, place), entry.source
    for place, procedure in enumerate(plan.downtime.procedures):
        if procedure.another_way is not None:
            yield ("downtime", "procedures", place, "another_way"), procedure.another_way.source


def heading_names(plan: schema.Plan) -> dict[str, int]:
    """Every name a heading can be called by, and its place: its title where unique, and its full trail."""
    trail: list[tuple[int, str]] = []
    names: dict[str, int] = {}
    titles: list[str] = [heading.title for heading in plan.headings]
    for place, heading in enumerate(plan.headings):
        trail = [step for step in trail if step[0] < heading.level]
        trail.append((heading.level, heading.title))
        for start in range(len(trail)):
            name = " > ".join(title for _, title in trail[start:])
            if start < len(trail) - 1 or titles.count(heading.title) == 1:
                names.setdefault(name, place)
    return names


def _charter(file: PlanFile, plans: Mapping[str, schema.Plan]) -> Iterator[Finding]:
    under = file.plan.under
    if under is None:
        return
    charter = plans.get(under)
    if charter is None or charter.kind != "charter":
        message = f"The plan stands under {under}, which is no charter of this planbook."
        yield _error(file, "unknown-reference", ("under",), message, "Add the charter's file, or correct the word.")


def _overrides(file: PlanFile, plans: Mapping[str, schema.Plan]) -> Iterator[Finding]:
    for place, clause in enumerate(file.plan.clauses):
        for key in overridden(file.plan, clause):
            path: Path = ("clauses", place, "overrides")
            plan_id, _, clause_id = key.partition("/")
            plan = plans.get(plan_id)
            other = next((c for c in plan.clauses if c.id == clause_id), None) if plan else None
            if plan is None or other is None or other.kind != clause.kind or other is clause:
                message = f"{clause.id} overrides {key}, which is no other clause of its kind."
                yield _error(file, "unknown-reference", path, message, "Correct the plan/clause it names.")
            elif plan.kind == "charter" and plan is not file.plan:
                message = f"{clause.id} overrides {key}, but no plan may override a charter."
                remedy = "Take the override away, or have the charter changed."
                yield _error(file, "charter-overridden", path, message, remedy)


def _error(file: PlanFile, code: str, path: Path, message: str, remedy: str) -> Finding:
    return Finding("error", code, file.plan.id, file.text.file, file.line(*path), message, remedy)
