"""A case as its page and its preview show it: every word ready. Pure; what may be seen was decided by the query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from tierline.bonds.systems import label_of
from tierline.cases.extent import UNKNOWN, Extent
from tierline.cases.lifecycle import CaseMove, CaseState, HandOffState
from tierline.cases.particulars import AttachmentView
from tierline.cases.queries import CaseView
from tierline.directory.actor import Actor
from tierline.plans.planbook import Planbook
from tierline.web.bond_words import ANSWERS, HEARD, BondRow, Heard, heard_of, short_row
from tierline.web.inquiry_words import AskForm, InquiryOnPage, ask_form, inquiries_on_page, round_trips_words
from tierline.web.moments import Moment, past, promise
from tierline.web.next_step import NextStep, next_step, with_first
from tierline.web.promise_words import PromiseOnPage, kind_words, levels_in_words, promises_on_page
from tierline.web.rows import standing_of, trail_of
from tierline.web.story_words import Entry, entries
from tierline.web.words import AUDIENCES, REPORTED_BY, Tag, flag_tags

NOT_ANSWERS = frozenset({"summary", "ticket-numbers"})  # shown as headline and as numbers elsewhere


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the intake form and what was answered; ``missing``: the next tier requires it."""

    field: str
    label: str
    why: str
    kind: str
    text: str
    missing: bool


@dataclass(frozen=True, slots=True)
class CaseOnPage:
    """A case in words."""

    number: int
    reference: str
    version: int
    summary: str
    standing: Tag
    flags: tuple[Tag, ...]
    restricted: bool
    restricted_words: str
    holder: str
    offered_to: str
    assignee: str
    trail: str
    due: Moment | None
    due_kind: str
    promises: tuple[PromiseOnPage, ...]
    levels: tuple[str, ...]
    opened: Moment
    changed: Moment
    service: str
    fault: str
    tier: int
    audience: str
    reported_by: str
    reporter_name: str
    reporter_contact: str
    theirs: str
    description: str
    answers: tuple[Answer, ...]
    numbers: tuple[tuple[str, str], ...]
    attachments: tuple[tuple[AttachmentView, Moment, str], ...]
    next: NextStep
    question: InquiryOnPage | None
    just_back: InquiryOnPage | None
    questions: tuple[InquiryOnPage, ...]
    counted: str
    ask: AskForm | None
    story: tuple[Entry, ...]
    planbook: int
    may_change: bool
    extent_known: bool
    answerable: int | None
    to_read: bool
    may_reach: bool
    newest_answer: int | None
    bonds: tuple[BondRow, ...]
    heard: Heard | None
    stuck: tuple[int, str] | None
    facts: Mapping[str, object]


def case_on_page(view: CaseView, planbook: Planbook, actor: Actor, at: datetime) -> CaseOnPage:
    """The case for whoever looks."""
    line, zone = view.line, settings.TIME_ZONE
    inquiries = inquiries_on_page(view, planbook, actor, at)
    step, heard = next_step(view, planbook, actor), heard_of(view.story, at) if line.answered_for else None
    if heard is not None and heard.kind == "partner-cancelled" and step.came_back is not None:
        heard = None  # that it came back, and why, says the same
    if heard is not None and heard.kind == "partner-solved":
        step = with_first(step, CaseMove.SOLVE)
    return CaseOnPage(
        number=line.number,
        reference=line.reference,
        version=line.version,
        summary=line.summary,
        standing=standing_of(line, planbook, actor.teams),
        flags=flag_tags(line.flags),
        restricted=line.restricted,
        restricted_words=" and ".join(planbook.duty_label(duty) for duty in view.decision.tell),
        holder=planbook.team_label(line.holder),
        offered_to=planbook.team_label(line.offered_to) if line.offered_to else "",
        assignee=line.assignee,
        trail=trail_of(line, planbook, actor.teams),
        due=promise(line.due_at, at, zone) if line.due_at else None,
        due_kind=kind_words(line.due_kind),
        promises=promises_on_page(view.promised, at),
        levels=levels_in_words(view.promised),
        opened=past(line.opened_at, at, zone),
        changed=past(line.changed_at, at, zone),
        service=planbook.service_label(line.service),
        fault=planbook.system_label(view.fault_in),
        tier=view.needs_tier,
        audience=AUDIENCES.get(view.audience, view.audience),
        reported_by=REPORTED_BY.get(view.reported_by, view.reported_by),
        reporter_name=view.reporter_name,
        reporter_contact=view.reporter_contact,
        theirs=line.theirs,
        description=view.description,
        answers=answers_of(view, planbook),
        numbers=tuple((system_words(system, planbook), number) for system, number in view.numbers),
        attachments=tuple((file, past(file.added_at, at, zone), size_words(file.size)) for file in view.attachments),
        next=step,
        question=next((one for one in inquiries if one.open), None),
        just_back=next((one for one in inquiries if one.fresh), None),
        questions=tuple(one for one in inquiries if not one.open and not one.fresh),
        counted=round_trips_words(view.questions, view.line.round_trips),
        ask=ask_form(view, planbook, asked_there=heard.words if heard and heard.kind == "partner-asked" else ""),
        story=tuple(entries(view.story, planbook, at)),
        planbook=view.planbook,
        may_change=view.may_change,
        extent_known=view.extent != UNKNOWN,
        answerable=_answerable(view, actor),
        may_reach=view.may_change or line.question_to in actor.teams,
        to_read=bool(line.answered_for) and (view.may_change or line.answered_for in actor.teams),
        newest_answer=next((one.id for one in view.story[::-1] if one.kind in (*ANSWERS, *HEARD)), None),
        bonds=tuple(short_row(bond, line.number, planbook) for bond in view.bonds),
        heard=heard,
        stuck=_stuck(view, actor),
        facts=facts_chosen(view),
    )


def system_words(system: str, planbook: Planbook) -> str:
    """What people call a system: as the plans do, else as its tracker does."""
    told = planbook.system_label(system)
    return label_of(system) if told == system else told


_STUCK: Final = {
    "message-guarded": "The privacy guard holds a message of this hand-off; nothing of it has left. Look at it.",
    "message-held": "A message of this hand-off is held; nothing of it has left. Look at it.",
    "message-failed": "A message of this hand-off could not be sent. Look at it.",
}


def _stuck(view: CaseView, actor: Actor) -> tuple[int, str] | None:
    """A message since the case was offered that waits for a person of the sender, and the sentence that says so."""
    if view.line.state is not CaseState.OFFERED or view.line.holder not in actor.teams:
        return None
    newest: dict[int, str] = {}
    for fact in view.story:
        if fact.kind == "hand-off-offered":
            newest.clear()
        elif fact.kind.startswith("message-") and "effect" in fact.said:
            newest[int(fact.said["effect"])] = fact.kind
    return next(((effect, _STUCK[kind]) for effect, kind in newest.items() if kind in _STUCK), None)


def _answerable(view: CaseView, actor: Actor) -> int | None:
    """The open hand-off whose answer this actor writes down for somebody else."""
    if CaseMove.ACKNOWLEDGE not in view.moves or view.line.offered_to in actor.teams:
        return None
    return next((one.id for one in view.hand_offs if one.state is HandOffState.OFFERED), None)


def facts_chosen(view: CaseView) -> dict[str, object]:
    """What the form that corrects the facts has chosen now."""
    return {
        "service": view.line.service,
        "fault_in": view.fault_in,
        "needs_tier": view.needs_tier,
        "flags": frozenset(view.line.flags),
        "extent": extent_chosen(view.extent),
    }


def extent_chosen(extent: Extent) -> dict[str, object]:
    """How bad it is, as the form has it chosen."""
    return {
        "impacts": extent.impacts,
        "severity": extent.severity,
        "workaround": {None: "", True: "yes", False: "no"}[extent.workaround],
        "reports": "" if extent.reports is None else extent.reports,
        "reports_in_one_day": "" if extent.reports_in_one_day is None else extent.reports_in_one_day,
        "users_per_day": "" if extent.users_per_day is None else extent.users_per_day,
    }


def answers_of(view: CaseView, planbook: Planbook) -> tuple[Answer, ...]:
    """Questions in the order of the form: those answered and those the next tier still misses."""
    missing, known = view.line.missing, planbook.intake
    asked = [field for field in known if field in view.answers or field in missing]
    rest = [field for field in view.answers if field not in known]
    return tuple(
        Answer(
            field=field,
            label=known[field].label if field in known else field.replace("-", " ").capitalize(),
            why=known[field].why if field in known else "",
            kind=known[field].kind if field in known else "text",
            text=view.answers.get(field, ""),
            missing=field in missing,
        )
        for field in (*asked, *rest)
        if field not in NOT_ANSWERS or field in missing
    )


def size_words(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(size // 1024, 1)} KB"
