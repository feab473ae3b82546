"""The promises of a case as its page explains them: what is due when, by which sentence, counted how. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from tierline.cases.left_alone import LeftAloneCases
from tierline.cases.promising import Promise, Promised, PromiseState
from tierline.foundation.ids import case_reference
from tierline.plans.time_wording import KINDS
from tierline.web.moments import Moment, past, promise, span
from tierline.web.words import Tag

MOST_NAMED: Final = 5
STATES: Final[dict[PromiseState, Tag]] = {
    PromiseState.RUNNING: Tag("Running", "doing"),
    PromiseState.PAUSED: Tag("Stands still", "waiting"),
    PromiseState.LATE: Tag("Late", "danger"),
    PromiseState.KEPT: Tag("Kept", "closed"),
    PromiseState.KEPT_LATE: Tag("Kept late", "closed"),
}


@dataclass(frozen=True, slots=True)
class PromiseOnPage:
    """One promise. ``due`` is None while it stands still, and ``left`` then says how much remains to be counted."""

    kind: str
    state: Tag
    due: Moment | None
    left: str
    ended: Moment | None
    sentence: str
    policy: str
    level: str
    reason: str
    source: str
    steps: tuple[str, ...]
    set_aside: int


@dataclass(frozen=True, slots=True)
class LeftAloneOnPage:
    """The line on top of a queue: how many cases nobody has touched, since when, the first of them, and why."""

    count: int
    since: str
    shown: str
    cases: tuple[tuple[int, str], ...]
    reason: str
    source: str


#: What whoever has the case is to do by then, for a narrow column.
TO_DO: Final = {"acknowledgement": "to be taken", "first-response": "first word", "resolution": "to be solved"}


def kind_words(kind: str) -> str:
    """What falls due, in words: ``first response``; nothing for nothing."""
    return {str(key): words for key, words in KINDS.items()}.get(kind, kind)


def promises_on_page(told: Promised, at: datetime) -> tuple[PromiseOnPage, ...]:
    """Every promise, those still to be kept in front, the one due first on top."""
    order = sorted(told.promises, key=lambda one: (not one.open, one.due.at is None, one.due.at or one.begins))
    return tuple(_promise(one, at) for one in order)


def levels_in_words(told: Promised) -> tuple[str, ...]:
    """The levels of the case in policies that promise no time for them."""
    promising = {(one.policy, one.level.id) for one in told.promises if one.level is not None}
    return tuple(
        f"{found.policy}: {found.level.label}"
        for found in told.levels
        if (found.policy, found.level.id) not in promising
    )


def _promise(one: Promise, at: datetime) -> PromiseOnPage:
    zone = settings.TIME_ZONE
    return PromiseOnPage(
        kind=f"{KINDS[one.kind].capitalize()}{' of the question' if one.asked else ''}",
        state=STATES[one.state],
        due=promise(one.due.at, at, zone) if one.due.at else None,
        left=span(one.due.left),
        ended=past(one.ended, at, zone) if one.ended else None,
        sentence=one.sentence(),
        policy=one.policy,
        level=one.level.label if one.level else "",
        reason=one.because.text,
        source=one.because.source,
        steps=one.due.sentences(),
        set_aside=len(one.set_aside),
    )


def left_alone_on_page(found: LeftAloneCases | None, at: datetime) -> LeftAloneOnPage | None:
    """The line, when there is anything to say."""
    if found is None or not found.numbers:
        return None
    check = found.check
    return LeftAloneOnPage(
        count=len(found.numbers),
        since=past(check.before, at, settings.TIME_ZONE).full,
        shown="log-on" if check.check == "log-on" else "the afternoon’s check",
        cases=tuple(_named(found.numbers[:MOST_NAMED])),
        reason=check.because.text,
        source=check.because.source,
    )


def _named(numbers: Iterable[int]) -> Iterable[tuple[int, str]]:
    return ((number, case_reference(number)) for number in numbers)
