"""Bonds, records and what crossed, in the desk's words. Pure; what may be seen was decided by the query."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from tierline.bonds.health import Health
from tierline.bonds.lifecycle import BondState
from tierline.bonds.queries import BondView, Crossed, RecordView, ShortBond
from tierline.bonds.systems import label_of
from tierline.foundation.ids import case_reference
from tierline.plans.planbook import Planbook
from tierline.timeline.fact import Fact
from tierline.trackers.tracker import Stage
from tierline.web.moments import Moment, past
from tierline.web.words import Tag

HEALTH: dict[Health, Tag] = {
    Health.IN_STEP: Tag("In step", "solved"),
    Health.BEHIND: Tag("Behind", "waiting"),
    Health.REFUSED: Tag("Refused", "danger"),
    Health.BROKEN: Tag("Broken", "danger"),
}
STATES: dict[BondState, Tag] = {
    BondState.OPENING: Tag("On its way", "doing"),
    BondState.OPEN: Tag("With them", "offered"),
    BondState.DONE: Tag("Over there, our turn", "new"),
    BondState.ENDED: Tag("Over", "closed"),
}
STAGES: dict[Stage, str] = {
    Stage.NEW: "not begun with",
    Stage.IN_PROGRESS: "in progress",
    Stage.ON_HOLD: "on hold",
    Stage.SOLVED: "solved",
    Stage.CLOSED: "closed by the system",
    Stage.CANCELLED: "not taken",
}
WAYS = {
    "pending": Tag("On its way", "doing"),
    "held": Tag("Held", "waiting"),
    "done": Tag("Arrived", "solved"),
    "failed": Tag("Refused", "danger"),
    "withdrawn": Tag("Withdrawn", "closed"),
}
KINDS = {
    "open": "We opened it",
    "say": "We said",
    "move": "We changed it",
    "note": "They said",
    "status": "They changed it",
}
#: Facts that make a case new work because of what a partner's system said.
HEARD = {
    "partner-asked": "They ask",
    "partner-solved": "It is solved there",
    "partner-closed": "Their system closed it",
    "partner-cancelled": "They do not take it",
    "partner-reopened": "They opened it again",
    "partner-returned": "It is back in our queue",
}
_WHAT_NOW = {
    "partner-asked": "Answer them there, or ask the person through whoever may.",
    "partner-solved": "The last step is ours: solve the case, so that its reporter is told.",
    "partner-closed": "Nobody there says that it is solved. Find out whether it still happens first.",
    "partner-cancelled": "Read why, and hand it to whoever does take it.",
    "partner-reopened": "It goes on there; nothing is asked of you yet.",
    "partner-returned": "What you asked for may stand in their words; write it down as the answer.",
}


@dataclass(frozen=True, slots=True)
class BondRow:
    """A bond in one line: whose case, which record, how both sides call its state, whether it is well."""

    id: int
    case: str
    case_number: int
    system: str
    number: str
    url: str
    issue: int | None
    status: str
    stage: str
    state: Tag
    health: Tag
    because: str
    receiver: str
    since: Moment | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that crossed."""

    id: int
    ours: bool
    headline: str
    by: str
    text: str
    status: str
    moment: Moment
    way: Tag | None
    trouble: str
    effect: int | None
    guarded: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What the newest word of a partner asks of whoever reads the case."""

    kind: str
    headline: str
    words: str
    by: str
    what_now: str
    bond: int
    moment: Moment


def state_words(state: BondState, *, outward: bool) -> Tag:
    """Our word for a bond: what came from there is with us while it is open."""
    return Tag("With us", "doing") if state is BondState.OPEN and not outward else STATES[state]


def health_words(health: Health, state: BondState) -> Tag:
    """Whether a bond is well; one that is over and of which nothing is stuck is over, and no longer in step."""
    return STATES[state] if state is BondState.ENDED and health is Health.IN_STEP else HEALTH[health]


def short_row(bond: ShortBond, case: int, planbook: Planbook) -> BondRow:
    """A bond on its case's page."""
    return BondRow(
        id=bond.id,
        case=case_reference(case),
        case_number=case,
        system=label_of(bond.system),
        number=bond.number or "not there yet",
        url=safe_link(bond.url),
        issue=bond.record if bond.issue else None,
        status=bond.status,
        stage=STAGES[bond.stage],
        state=state_words(bond.state, outward=bond.outward),
        health=health_words(bond.verdict.health, bond.state),
        because=bond.verdict.because,
        receiver=planbook.team_label(bond.receiver),
        since=None,
    )


def row_of(view: BondView, planbook: Planbook, at: datetime) -> BondRow:
    """A bond in a list."""
    since = view.verdict.since or view.opened_at
    return BondRow(
        id=view.id,
        case=case_reference(view.subject[1]),
        case_number=view.subject[1],
        system=label_of(view.record.system),
        number=view.record.number or "not there yet",
        url=safe_link(view.record.url),
        issue=view.record.id if view.record.issue else None,
        status=view.record.status,
        stage=STAGES[view.record.stage],
        state=state_words(view.state, outward=view.outward),
        health=health_words(view.verdict.health, view.state),
        because=view.verdict.because,
        receiver=planbook.team_label(view.receiver),
        since=past(since, at, settings.TIME_ZONE),
    )


def step_of(crossed: Crossed, at: datetime) -> Step:
    """One thing that crossed, in words."""
    way = crossed.way
    about = f" for {case_reference(crossed.subject[1])}" if crossed.subject and crossed.ours else ""
    return Step(
        id=crossed.id,
        ours=crossed.ours,
        headline=f"{KINDS.get(crossed.kind, crossed.kind)}{about}",
        by=crossed.author,
        text=crossed.text,
        status=crossed.status,
        moment=past(crossed.at, at, settings.TIME_ZONE),
        way=WAYS.get(way.state) if way else None,
        trouble=way.trouble if way and way.state in ("pending", "held", "failed") else "",
        effect=way.effect if way else None,
        guarded=bool(way and way.guarded),
    )


def who_holds(record: RecordView, view: BondView, planbook: Planbook) -> tuple[str, str]:
    """Who has it there, and who deals with it here."""
    there = ", ".join(part for part in (planbook.team_label(view.receiver), record.owner) if part)
    return there, planbook.team_label(view.sender)


def heard_of(story: tuple[Fact, ...], at: datetime) -> Heard | None:
    """The newest word of a partner that asks something, when no answer by mail came after it."""
    newest = next((fact for fact in reversed(story) if fact.kind in HEARD or fact.kind in ANSWERS), None)
    if newest is None or newest.kind not in HEARD:
        return None
    said = newest.said
    system = label_of(str(said.get("system", "")))
    return Heard(
        kind=newest.kind,
        headline=f"{HEARD[newest.kind]}: {system} {said.get('number', '')}",
        words=str(said.get("text", "")),
        by=str(said.get("sender", "")),
        what_now=_WHAT_NOW[newest.kind],
        bond=int(said.get("bond", 0)),
        moment=past(newest.at, at, settings.TIME_ZONE),
    )


ANSWERS = ("reply-received", "message-bounced")


def safe_link(url: str) -> str:
    """A link people can follow; nothing else a partner's system may have called one."""
    return url if url.startswith(("https://", "http://")) else ""
