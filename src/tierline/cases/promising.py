"""Which promises of time run for a case: what is due when and why, what is paused, kept or late, and who is to be told.

Pure: from a planbook, what is known of a case (``Standing``) and an instant. What happened after the instant is not
looked at, so a past moment can be asked about. Refuses nothing; a case without promises has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from tierline.cases.untouched import LeftAlone, left_alone
from tierline.foundation.business_time import Due, Pause, Span, due, in_words
from tierline.plans.clocks import Clock, Level, PauseWord, PromiseKind, ServiceTier
from tierline.plans.decision import By, Reason
from tierline.plans.facts import Audience
from tierline.plans.planbook import Planbook
from tierline.plans.policies import Circumstances, Governing, calendar_of, governing, most_particular, particularity
from tierline.plans.time_wording import KINDS, PAUSES

_NOTHING: Final[frozenset[str]] = frozenset()
_AT_ONCE: Final = Span()


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-off that was offered: to which team, by which channel, when, and when it was acknowledged."""

    to: str
    by: By | None
    at: datetime
    acknowledged: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standstill:
    """Time in which a case waited for its reporter or was on hold. Without ``ends`` it still is."""

    why: PauseWord
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a case. Instants have an offset; ``None`` has not happened, or is not known.

    ``entered`` is when the case came to its holder, ``by`` the channel it came by, ``offer`` the hand-off that is
    open or was last answered, ``question`` the last step of a question on its way. ``reports`` counts like reports.
    Without ``service_tier`` the plan's word counts.
    ``recorded`` are the keys of nudges and escalations that were carried out.
    """

    service: str
    holder: str
    entered: datetime
    audience: Audience = "veteran"
    by: By | None = None
    flags: frozenset[str] = _NOTHING
    impacts: frozenset[str] = _NOTHING
    severity: str | None = None
    reports: int | None = None
    reports_in_one_day: int | None = None
    workaround: bool | None = None
    service_tier: ServiceTier | None = None
    users_per_day: int | None = None
    offer: Offer | None = None
    question: Offer | None = None
    first_responded: datetime | None = None
    resolved: datetime | None = None
    touched: datetime | None = None
    standstills: tuple[Standstill, ...] = ()
    recorded: frozenset[str] = _NOTHING


class PromiseState(StrEnum):
    """How a promise stands at an instant."""

    RUNNING = "running"
    PAUSED = "paused"
    LATE = "late"
    KEPT = "kept"
    KEPT_LATE = "kept-late"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. ``because`` cites its policy; ``ended`` is when what was promised happened.

    ``asked``: what is to be acknowledged is a question on its way, not the case. ``pauses`` are what its clock stood
    still for.
    ``set_aside`` are the policies whose word on the same does not count, because this one is more particular.
    """

    kind: PromiseKind
    because: Reason
    policy: str
    level: Level | None
    span: Span
    begins: datetime
    due: Due
    zone: str
    ended: datetime | None
    state: PromiseState
    set_aside: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    asked: bool = False

    @property
    def open(self) -> bool:
        """Whether it is still to be kept."""
        return self.ended is None

    def sentence(self) -> str:
        """What was promised, by which policy and level, and when it falls due."""
        level = f", {self.level.label}" if self.level else ""
        if self.due.at is None:
            when = "it stands still and falls due when it goes on"
        else:
            when = f"due {in_words(self.due.at.astimezone(ZoneInfo(self.zone)))}"
        return f"{KINDS[self.kind].capitalize()} within {self.span} ({self.policy}{level}): {when}."


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder of what is still open, due since ``at``. ``key`` is what to record when it was given."""

    key: str
    because: Reason
    after: Span
    at: datetime


@dataclass(frozen=True, slots=True)
class ToBeTold:
    """An escalation of a late promise, due since ``at``: to who holds ``duty``, or with ``deputy`` to their deputy."""

    key: str
    because: Reason
    kind: PromiseKind
    duty: str
    deputy: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class LevelFound:
    """The level a case has in a policy, whether or not that promises a time."""

    because: Reason
    policy: str
    level: Level


@dataclass(frozen=True, slots=True)
class Promised:
    """Everything that was promised for a case and what follows from it at an instant, in a fixed order."""

    promises: tuple[Promise, ...] = ()
    levels: tuple[LevelFound, ...] = ()
    nudges: tuple[Nudge, ...] = ()
    to_be_told: tuple[ToBeTold, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    look_again: datetime | None = None
    """When a nudge or an escalation that was not carried out falls due; what is due already lies in the past."""

    @property
    def next_promise(self) -> Promise | None:
        """What is still to be kept and falls due first; ``None`` while nothing does."""
        falling = [(promise.due.at, promise) for promise in self.promises if promise.open and promise.due.at]
        return min(falling, key=lambda pair: pair[0])[1] if falling else None

    @property
    def next_due(self) -> datetime | None:
        """The earliest due time of what is still to be kept, in UTC; it may have passed."""
        promise = self.next_promise
        return None if promise is None else promise.due.at


def promised(planbook: Planbook, standing: Standing, at: datetime) -> Promised:
    """The promises for a case as they stand at the instant, by the plans in force when each began."""
    at = at.astimezone(UTC)
    if standing.entered > at:
        return Promised()
    case = _as_of(standing, at)
    found = governing(planbook, _circumstances(planbook, case), case.entered)
    made = [one for one in _promises(planbook, case, found, at) if one is not None]
    nudges = list(_nudges(planbook, case, found))
    tellings = [telling for promise, by in made for telling in _escalations(planbook, case, promise, by)]
    return Promised(
        promises=tuple(promise for promise, _ in made),
        levels=tuple(LevelFound(one.reason, one.clock.label, one.level) for one in found if one.level is not None),
        nudges=tuple(sorted((n for n in nudges if n.at <= at), key=lambda nudge: (nudge.at, nudge.key))),
        to_be_told=tuple(telling for telling in tellings if telling.at <= at),
        left_alone=left_alone(planbook, found, max(case.entered, case.touched or case.entered), at)
        if _lies_in_triage(case)
        else (),
        look_again=min((*(nudge.at for nudge in nudges), *(telling.at for telling in tellings)), default=None),
    )


def _as_of(case: Standing, at: datetime) -> Standing:
    """The case without what happened later."""

    def known(instant: datetime | None) -> datetime | None:
        return None if instant is None or instant > at else instant.astimezone(UTC)

    offer = case.offer if case.offer is not None and case.offer.at <= at else None
    question = case.question if case.question is not None and case.question.at <= at else None
    return replace(
        case,
        entered=case.entered.astimezone(UTC),
        offer=None if offer is None else replace(offer, acknowledged=known(offer.acknowledged)),
        question=None if question is None else replace(question, acknowledged=known(question.acknowledged)),
        first_responded=known(case.first_responded),
        resolved=known(case.resolved),
        touched=known(case.touched),
        standstills=tuple(replace(s, ends=known(s.ends)) for s in case.standstills if s.begins <= at),
    )


def _circumstances(planbook: Planbook, case: Standing) -> Circumstances:
    service = planbook.services.get(case.service)
    return Circumstances(
        team=case.holder,
        service=case.service,
        audience=case.audience,
        by=case.by,
        flags=case.flags,
        impacts=case.impacts,
        severity=case.severity,
        reports=case.reports,
        reports_in_one_day=case.reports_in_one_day,
        workaround=case.workaround,
        service_tier=case.service_tier or (service.service_tier if service else None),
        users_per_day=case.users_per_day,
    )


# -- promises ---------------------------------------------------------------------------------------------


def _promises(
    planbook: Planbook, case: Standing, found: tuple[Governing, ...], at: datetime
) -> Iterator[tuple[Promise, Governing] | None]:
    if case.offer is not None:
        yield _acknowledgement(planbook, case, case.offer, at)
    if case.question is not None:
        # While a question is out the case waits for its answer; whoever is to take it up does not.
        taken_up = _acknowledgement(planbook, replace(case, standstills=()), case.question, at)
        yield None if taken_up is None else (replace(taken_up[0], asked=True), taken_up[1])
    # What is resolved was answered, if nobody wrote down when.
    answered = case.first_responded or case.resolved
    for kind, ended in ((PromiseKind.FIRST_RESPONSE, answered), (PromiseKind.RESOLUTION, case.resolved)):
        yield _promise(planbook, case, found, kind, began=case.entered, ended=ended, at=at)


def _acknowledgement(
    planbook: Planbook, case: Standing, offer: Offer, at: datetime
) -> tuple[Promise, Governing] | None:
    offered = replace(_circumstances(planbook, case), team=offer.to, by=offer.by)
    receiving = governing(planbook, offered, offer.at)
    began, ended = offer.at.astimezone(UTC), offer.acknowledged
    return _promise(planbook, case, receiving, PromiseKind.ACKNOWLEDGEMENT, began=began, ended=ended, at=at)


def _promise(
    planbook: Planbook,
    case: Standing,
    found: tuple[Governing, ...],
    kind: PromiseKind,
    *,
    began: datetime,
    ended: datetime | None,
    at: datetime,
) -> tuple[Promise, Governing] | None:
    chosen = most_particular(found, kind)
    span = None if chosen is None else chosen.promises(kind)
    if chosen is None or span is None:
        return None
    calendar = calendar_of(planbook, chosen.plan, chosen.clock)
    pauses = _until(_pauses(chosen.clock, case), ended)
    falls = due(began, span, calendar, pauses)
    others = [one for one in found if one is not chosen and one.promises(kind) is not None]
    others.sort(key=lambda one: (-particularity(one.clock), one.clock.id))
    promise = Promise(
        kind=kind,
        because=chosen.reason,
        policy=chosen.clock.label,
        level=chosen.level,
        span=span,
        begins=began,
        due=falls,
        zone=calendar.zone,
        ended=ended,
        state=_state(falls, ended, at, paused=any(pause.ends is None for pause in pauses)),
        set_aside=tuple(one.clock.id for one in others),
        pauses=tuple(pauses),
    )
    return promise, chosen


def _state(falls: Due, ended: datetime | None, at: datetime, *, paused: bool) -> PromiseState:
    if ended is not None:
        return PromiseState.KEPT if falls.at is None or ended <= falls.at else PromiseState.KEPT_LATE
    if falls.at is not None and falls.at < at:
        return PromiseState.LATE
    return PromiseState.PAUSED if paused else PromiseState.RUNNING


def _pauses(clock: Clock, case: Standing) -> list[Pause]:
    """The standstills that stop this policy's clock."""
    return [Pause(s.begins, s.ends, PAUSES[s.why]) for s in case.standstills if s.why in clock.pauses_while]


def _until(pauses: list[Pause], ended: datetime | None) -> list[Pause]:
    """What the clock stood still for until the promise was kept; what came after moves it no more."""
    if ended is None:
        return pauses
    return [
        replace(pause, ends=ended if pause.ends is None else min(pause.ends, ended))
        for pause in pauses
        if pause.begins < ended
    ]


# -- what follows -----------------------------------------------------------------------------------------


def _nudges(planbook: Planbook, case: Standing, found: tuple[Governing, ...]) -> Iterator[Nudge]:
    """Every reminder that was not given yet, due or not."""
    if case.resolved is not None:
        return
    for one in found:
        calendar, pauses = calendar_of(planbook, one.plan, one.clock), _pauses(one.clock, case)
        for after in one.clock.nudges:
            falls = due(case.entered, after, calendar, pauses).at
            key = f"{one.clock.id}/nudge/{after}/{_stamp(case.entered)}".replace(" ", "-")
            if falls is not None and key not in case.recorded:
                yield Nudge(key, one.reason, after, falls)


def _escalations(planbook: Planbook, case: Standing, promise: Promise, by: Governing) -> Iterator[ToBeTold]:
    """Who hears of a promise that is not kept, due or not: the duty, then its deputy, each after its span."""
    escalation, late = by.clock.escalate_to, promise.due.at
    if escalation is None or promise.kind not in escalation.missed or not promise.open or late is None:
        return
    calendar, pauses = calendar_of(planbook, by.plan, by.clock), promise.pauses
    key = f"{by.clock.id}/{promise.kind}/{_stamp(promise.begins)}"
    begins: datetime | None = late
    for whom, after in (("duty", escalation.after or _AT_ONCE), ("deputy", escalation.deputy_after)):
        if begins is None or after is None:
            return
        begins = due(begins, after, calendar, pauses).at
        if begins is not None and f"{key}/{whom}" not in case.recorded:
            deputy = whom == "deputy"
            yield ToBeTold(f"{key}/{whom}", promise.because, promise.kind, escalation.duty, deputy=deputy, at=begins)


def _lies_in_triage(case: Standing) -> bool:
    """Whether nobody has begun the case, and it waits for nobody."""
    waits = any(standstill.ends is None for standstill in case.standstills)
    return case.resolved is None and case.first_responded is None and not waits


def _stamp(at: datetime) -> str:
    """The instant in a key. Written out: these are most of what a promise costs when they go through a format."""
    return f"{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}Z"
