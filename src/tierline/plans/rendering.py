"""A plan written back as a document for people, under the headings of the document it came from.

``sections_of`` is the document as values, for pages that lay it out themselves; ``to_markdown`` and ``to_html``
write it. Refuses nothing: what is open is shown as a gap in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import Final, Literal

from tierline.foundation.business_time import Span
from tierline.plans import schema
from tierline.plans.clocks import Clock, minute_in_words
from tierline.plans.conditions import When
from tierline.plans.decision import CHANNELS
from tierline.plans.downtimes import Downtime, MomentRule, Procedure, WayStep
from tierline.plans.entries import Source
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import label_of
from tierline.plans.references import heading_names
from tierline.plans.rooms import Room
from tierline.plans.time_wording import clock_in_words, hours_in_words
from tierline.plans.wording import then_in_words, when_in_words

ItemKind = Literal["clause", "duty", "gap", "entry"]
_LABELS: Final = {"clause": "", "duty": "Duty: ", "gap": "Gap: ", "entry": ""}


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence or entry of the document. ``details`` say what it means for a decision."""

    kind: ItemKind
    id: str
    text: str
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class Section:
    """A heading with what stands under it. ``says`` is what binds nobody."""

    level: int
    title: str
    says: str = ""
    items: list[Item] = field(default_factory=list)


def sections_of(planbook: Planbook, plan: schema.Plan) -> list[Section]:
    """The document: the plan's own headings in order, then what comes from other documents."""
    sections = [Section(h.level, h.title, h.says or "") for h in plan.headings]
    names = heading_names(plan)
    others: dict[str, Section] = {}
    for source, item in _items(planbook, plan):
        place = names.get(source.heading) if source.document is None else None
        if place is not None:
            sections[place].items.append(item)
        else:
            title = f"{source.document or plan.document}: {source.heading}"
            others.setdefault(title, Section(3, title)).items.append(item)
    if others:
        sections += [Section(2, "From other documents"), *others.values()]
    return sections


def _items(planbook: Planbook, plan: schema.Plan) -> Iterator[tuple[Source, Item]]:
    for clause in plan.clauses:
        yield clause.source, _clause(clause)
    for team in plan.teams:
        if team.source:
            yield team.source, Item("entry", team.id, f"Team: {team.label}", tuple(_team(planbook, team)))
    for service in plan.services:
        if service.source:
            built = (f"built by {planbook.team_label(service.tool_team)}",) if service.tool_team else ()
            yield service.source, Item("entry", service.id, f"Service: {service.label}", built)
    for duty in plan.duties:
        if duty.source:
            holders = ", ".join(f"{box.name} <{box.email}>" for box in planbook.holders_of(duty.id))
            yield duty.source, Item("entry", duty.id, f"Role: {duty.label}", (f"held by {holders or 'nobody yet'}",))
    yield from _ticketing_and_times(planbook, plan)
    yield from _downtime(planbook, plan.downtime)
    for gap in plan.gaps:
        yield gap.source, Item("gap", gap.id, gap.text, tuple(_when(gap.when)))


def _clause(clause: schema.Clause) -> Item:
    if clause.kind == "duty":
        recurring = [f"every {span_in_words(clause.every)}"] if clause.every else []
        return Item("duty", clause.id, clause.text, (f"binds {', '.join(clause.binds)}", *recurring))
    details = [*_when(clause.when), then_in_words(clause)]
    if clause.overrides:
        details.append(f"stands above {', '.join(clause.overrides)}")
    if clause.from_ or clause.until:
        details.append(_days(clause.from_, clause.until))
    return Item("clause", clause.id, clause.text, tuple(details))


def _when(when: When | None) -> Iterator[str]:
    words = when_in_words(when) if when else ""
    if words:
        yield f"when {words}"


def _team(planbook: Planbook, team: schema.Team) -> Iterator[str]:
    if team.tiers:
        yield f"works tier {', '.join(map(str, team.tiers))}"
    for by in CHANNELS:
        address = planbook.address(team.id, by)
        if address:
            yield f"by {by}: {address}"
    if team.own_system:
        yield f"works its cases in a system of its own, {team.own_system}"
    if team.chat:
        yield f"talks in {team.chat}"


def _ticketing_and_times(planbook: Planbook, plan: schema.Plan) -> Iterator[tuple[Source, Item]]:
    for entry in plan.ticketing:
        used = [f"{' and '.join(u.audience)} cases at {', '.join(u.receivers)}{_from(u)}" for u in entry.used]
        yield entry.source, Item("clause", entry.id, f"{entry.label}. {entry.text}", tuple(used))
    for question in plan.intake:
        if question.source:
            yield question.source, Item("entry", question.id, f"Asked: {question.label}", (question.why,))
    for calendar in plan.calendars:
        yield (
            calendar.source,
            Item("entry", calendar.id, f"{calendar.label}. {calendar.text}", hours_in_words(calendar)),
        )
    for rule in plan.attempts:
        tried = (f"tries: {', then '.join(rule.by)}", *((f"by {', '.join(rule.teams)}",) if rule.teams else ()))
        yield rule.source, Item("clause", rule.id, f"{rule.label}. {rule.text}", tried)
    for room in plan.rooms:
        yield room.source, Item("clause", room.id, f"{room.label}. {room.text}", tuple(_room(planbook, room)))
    for reason in plan.returns:
        yield reason.source, Item("entry", reason.id, f"Comes back for: {reason.label}", (reason.guidance,))
    for clock in plan.clocks:
        yield clock.source, Item("clause", clock.id, f"{clock.label}. {clock.text}", _clock(planbook, clock))


def _room(planbook: Planbook, room: Room) -> Iterator[str]:
    yield f"{room.by} room {room.room} hears of the cases of {planbook.team_label(room.of)}"
    for one in room.hears:
        waited = f", after {one.after}" if one.after else ""
        tagged = [label_of(planbook, word) for word in one.tag] + ["whoever it was handed to"] * one.tag_receiver
        tags = f" Tags {' and '.join(tagged)}." if tagged else ""
        yield f"{one.label}{waited}: {one.ask}{tags}"
    yield f"more than {room.gather.above} within {span_in_words(room.gather.within)} are told in one post"
    if room.calendar:
        yield f"posts within {planbook.calendars[room.calendar].label}; quiet outside"
    if room.digest:
        yield f"everything that waits is listed at {' and '.join(map(minute_in_words, room.digest))}"


def _clock(planbook: Planbook, clock: Clock) -> tuple[str, ...]:
    duty = planbook.duty_label(clock.escalate_to.duty) if clock.escalate_to else ""
    counted_by = planbook.calendars[clock.calendar].label if clock.calendar else ""
    return clock_in_words(clock, team=planbook.team_label, service=planbook.service_label, duty=duty, hours=counted_by)


def _from(used: schema.Used) -> str:
    days = _days(used.from_, used.until)
    return f", {days}" if days else ""


def _days(begins: object, ends: object) -> str:
    words = [f"from {begins}" if begins else "", f"until {ends} (not that day)" if ends else ""]
    return " ".join(word for word in words if word)


def span_in_words(span: timedelta | Span) -> str:
    """A span of time in its largest whole unit."""
    if isinstance(span, Span):
        return str(span)
    seconds = int(span.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds > size else ''}"
    return f"{seconds // 60} minutes"


def _downtime(planbook: Planbook, downtime: Downtime) -> Iterator[tuple[Source, Item]]:
    for part in downtime.message:
        yield part.source, Item("entry", part.id, f"A message says: {part.label}")
    for part in downtime.moments:
        yield part.source, Item("entry", part.id, f"A message goes out: {part.label}", tuple(_owed(part)))
    for question in downtime.questions:
        yield question.source, Item("entry", question.id, f"Asked when work is planned: {question.label}")
    for freeze in downtime.freezes:
        days = (_days(freeze.from_, freeze.until), *freeze.services)
        yield freeze.source, Item("clause", freeze.id, f"{freeze.label}. {freeze.text}", days)
    for pair in downtime.redundant:
        said = f"{pair.label}: {', '.join(pair.one)} and {', '.join(pair.other)} stand in for one another"
        yield pair.source, Item("entry", pair.id, f"{said}; never both at once.")
    for weighed in downtime.weights:
        told = {"block": "stops work without a reason", "warn": "warns", "info": "is only said"}[weighed.weight]
        yield weighed.source, Item("entry", weighed.kind, f"What is in the way of work, {weighed.kind}: {told}.")
    for sender in downtime.notices_from:
        about = f" They speak for {', '.join(sender.speaks_for)}." if sender.speaks_for else ""
        who = ", ".join(sender.addresses)
        yield sender.source, Item("entry", sender.id, f"Notices of {sender.label} come from {who}.{about}")
    for procedure in downtime.procedures:
        yield procedure.source, Item("entry", procedure.id, procedure.label, tuple(_steps(planbook, procedure)))


def _owed(rule: MomentRule) -> Iterator[str]:
    if rule.within is not None:
        yield f"within {span_in_words(rule.within)}"
    if rule.at is not None:
        lead = f", never less than {span_in_words(rule.least_lead)} ahead" if rule.least_lead else ""
        yield f"at {rule.at} on the calendar day before{lead}"


def _steps(planbook: Planbook, procedure: Procedure) -> Iterator[str]:
    steps = {
        "sent by": procedure.sender,
        "approved by": procedure.approval,
        "window set up by": procedure.window_by,
        "window verified by": procedure.window_verified_by,
    }
    if procedure.channels:
        yield f"told by {' and '.join(procedure.channels)}{f' in {procedure.room}' if procedure.room else ''}"
    if procedure.audience:
        yield f"told to {'; '.join(planbook.duty_label(duty) for duty in procedure.audience)}"
    for told in procedure.also:
        yield f"told to {planbook.duty_label(told.who)} only if {told.when}"
    for name, duty in steps.items():
        if duty:
            yield f"{name} {planbook.duty_label(duty)}"
    for relay in procedure.relays:
        within = span_in_words(relay.within)
        yield f"passed on by {planbook.duty_label(relay.by)} to {relay.to} within {within}: {relay.text}"
    if procedure.room_holds:
        yield f"in that room sit {'; '.join(planbook.duty_label(word) for word in procedure.room_holds)}"
    if procedure.another_way:
        yield f"whom no channel has reached: {procedure.another_way.text}"
        yield from (_way(planbook, step) for step in procedure.another_way.steps)


_BY: Final = {
    "email": "by e-mail", "slack": "by a message of their own in Slack", "sms": "by text message",
    "call-sheet": "put on the call sheet",
}  # fmt: skip


def _way(planbook: Planbook, step: WayStep) -> str:
    how = f"a page to {planbook.duty_label(step.whom)}" if step.whom else _BY[step.by]
    if not step.offset:
        return f"when word is due: {how}"
    side = "before" if step.offset < timedelta() else "after"
    return f"{span_in_words(abs(step.offset))} {side} word is due: {how}"


def standing_of(planbook: Planbook, plan: schema.Plan) -> str:
    """One line: what it is, which version, from when to when, under which charter."""
    effective = plan.effective
    parts = [f"{plan.kind.capitalize()} {plan.id}, version {plan.version}", _days(effective.from_, effective.until)]
    if plan.under:
        parts.append(f"under the charter {planbook.plans[plan.under].title}")
    return f"{', '.join(parts)}. Source: {plan.document}, in our own words."


def to_markdown(planbook: Planbook, plan: schema.Plan) -> str:
    """The plan as Markdown."""
    lines = [f"<!-- {_comment(plan.title)} -->", "", f"*{plain_markdown(standing_of(planbook, plan))}*", ""]
    for section in sections_of(planbook, plan):
        lines += [f"{'#' * section.level} {plain_markdown(section.title)}", ""]
        if section.says:
            lines += [plain_markdown(section.says), ""]
        for item in section.items:
            lines.append(f"- {_LABELS[item.kind]}{plain_markdown(item.text)} `{item.id}`")
            lines += [f"    - {plain_markdown(detail)}" for detail in item.details]
        if section.items:
            lines.append("")
    return "\n".join(lines)


def _comment(text: str) -> str:
    return text.replace("--", "- -")


def plain_markdown(text: str) -> str:
    """Text that Markdown shows as it stands."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text


def to_html(planbook: Planbook, plan: schema.Plan) -> str:
    """The plan as a whole HTML page without style or script of its own."""
    body = [f"<p><em>{escape(standing_of(planbook, plan))}</em></p>"]
    for section in sections_of(planbook, plan):
        body.append(f"<h{section.level}>{escape(section.title)}</h{section.level}>")
        if section.says:
            body.append(f"<p>{escape(section.says)}</p>")
        if section.items:
            body += ["<ul>", *(_item_html(plan, item) for item in section.items), "</ul>"]
    title = escape(plan.title)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n'
        f"<body>\n{chr(10).join(body)}\n</body>\n</html>\n"
    )


def _item_html(plan: schema.Plan, item: Item) -> str:
    details = "".join(f"<li>{escape(detail)}</li>" for detail in item.details)
    inner = f"<ul>{details}</ul>" if details else ""
    label = f"<strong>{_LABELS[item.kind]}</strong>" if _LABELS[item.kind] else ""
    anchor = escape(f"{plan.id}-{item.kind}-{item.id}")
    return f'<li id="{anchor}">{label}{escape(item.text)} <code>{escape(item.id)}</code>{inner}</li>'
