"""A year of cases replayed through the real verbs, the sweep running every day: every clock is what the pure function
says of what the test itself knows happened."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import handing_off, working
from tierline.cases.actions.chasing import chase_overdue_hand_offs
from tierline.cases.actions.entering import enter
from tierline.cases.actions.reminding import carry_out_promises, renew_promises
from tierline.cases.extent import Extent
from tierline.cases.models import CaseRow, HandOffRow
from tierline.cases.places import NEVER
from tierline.cases.promising import Offer, Standing, Standstill, promised
from tierline.directory.actor import TIERLINE
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 1, 1, 15, 17, tzinfo=UTC)
DAY = timedelta(days=1)
CASES = 40
TEAMS = ("vets-gov", "mhv-tier-3", "mhv-sustainment", "hrc")
MOVES = {
    "new": ("begin", "wait", "offer", "correct", "word", "solve"),
    "in-progress": ("wait", "offer", "correct", "word", "solve", "note"),
    "waiting": ("resume", "resume", "solve", "offer"),
    "offered": ("acknowledge", "acknowledge", "refuse", "withdraw", "note"),
    "solved": ("close", "reopen"),
    "closed": ("reopen",),
}


@dataclass
class Walker:
    """One case on its way, and what the test knows of it."""

    dice: random.Random
    planbook: Planbook
    number: int = 0
    state: str = "new"
    sender: str = ""
    standing: Standing = field(default_factory=lambda: Standing("secure-messaging", "hrc", NEW_YEAR))

    def enter(self, at: datetime) -> None:
        extent = Extent(reports=self.dice.choice((None, 3, 12)), workaround=self.dice.choice((None, True, False)))
        holder = self.dice.choice(TEAMS)
        flags = frozenset(self.dice.sample(("patient-safety", "congressional"), self.dice.randrange(2)))
        report = a_report(holder=holder, service="secure-messaging", flags=flags, extent=extent)
        self.number = enter(TIERLINE, report, at=at).number
        self.standing = Standing(
            "secure-messaging",
            holder,
            at,
            flags=flags,
            reports=extent.reports,
            workaround=extent.workaround,
            touched=at,
        )

    def step(self, at: datetime) -> None:
        verb = self.dice.choice((*MOVES[self.state], *(("hand_back",) if self._came_from_somebody() else ())))
        getattr(self, f"_{verb}")(at)
        self.standing = replace(self.standing, touched=at)

    def check(self, at: datetime) -> None:
        """The row says what the pure function says; an independent account of the case agrees with its story's."""
        row = CaseRow.objects.get(pk=self.number)
        told = promised(self.planbook, self.standing, at)
        assert row.due_at == (told.next_due or NEVER)
        assert row.due_kind == (told.next_promise.kind if told.next_promise else "")
        assert queries.case(TIERLINE, self.number, at=at).promised == told

    def due_keys(self, at: datetime) -> set[str]:
        told = promised(self.planbook, self.standing, at)
        return {nudge.key for nudge in told.nudges} | {telling.key for telling in told.to_be_told}

    def _now(self, state: str, at: datetime, **known: object) -> None:
        stands = self.standing.standstills
        if self.state == "waiting":
            stands = (*stands[:-1], replace(stands[-1], ends=at))
        if state == "waiting":
            stands = (*stands, Standstill("waiting-for-reporter", at))
        first = self.standing.first_responded or at
        self.state = state
        self.standing = replace(self.standing, standstills=stands, first_responded=first)
        self.standing = replace(self.standing, **known)  # type: ignore[arg-type]

    def _begin(self, at: datetime) -> None:
        working.begin(TIERLINE, self.number, at=at)
        self._now("in-progress", at)

    def _wait(self, at: datetime) -> None:
        working.wait(TIERLINE, self.number, "An answer.", at=at)
        self._now("waiting", at)

    def _resume(self, at: datetime) -> None:
        working.resume(TIERLINE, self.number, at=at)
        self._now("in-progress", at)

    def _solve(self, at: datetime) -> None:
        working.solve(TIERLINE, self.number, "Repaired.", at=at)
        self._now("solved", at, resolved=at)

    def _close(self, at: datetime) -> None:
        working.close(TIERLINE, self.number, "By telephone.", at=at)
        self.state = "closed"

    def _reopen(self, at: datetime) -> None:
        working.reopen(TIERLINE, self.number, "It still happens.", at=at)
        self._now("in-progress", at, resolved=None, entered=at, first_responded=at)

    def _note(self, at: datetime) -> None:
        working.note(TIERLINE, self.number, "Looked at it.", at=at)

    def _word(self, at: datetime) -> None:
        working.draft_word_for_reporter(TIERLINE, self.number, "We are at it.", at=at)
        self.standing = replace(self.standing, first_responded=self.standing.first_responded or at)

    def _correct(self, at: datetime) -> None:
        reports, impact = self.dice.choice((2, 10)), self.dice.choice(("multiple-users", "enhancement"))
        extent = {"reports": reports, "workaround": self.dice.random() < 0.5, "impacts": [impact]}
        working.correct_facts(TIERLINE, self.number, extent=extent, at=at)
        self.standing = replace(
            self.standing, reports=reports, workaround=bool(extent["workaround"]), impacts=frozenset({impact})
        )

    def _offer(self, at: datetime) -> None:
        to = self.dice.choice([team for team in TEAMS if team != self.standing.holder])
        handing_off.offer(TIERLINE, self.number, ask="Please take it.", to=to, override="For the test.", at=at)
        row = HandOffRow.objects.get(case_id=self.number, state="offered")
        offer = Offer(to, row.by, at)  # type: ignore[arg-type]
        self.sender = self.standing.holder
        self._now("offered", at, offer=offer)

    def _came_from_somebody(self) -> bool:
        offer = self.standing.offer
        handed_over = offer is not None and offer.acknowledged is not None
        return handed_over and self.state in ("new", "in-progress", "waiting")

    def _hand_back(self, at: datetime) -> None:
        handing_off.hand_back(TIERLINE, self.number, "Not ours.", at=at)
        self.state = "new"
        self.standing = replace(
            self.standing, holder=self.sender, entered=at, by=None, offer=None,
            first_responded=None, resolved=None, standstills=(),
        )  # fmt: skip

    def _acknowledge(self, at: datetime) -> None:
        handing_off.acknowledge(TIERLINE, self.number, at=at)
        offer = self.standing.offer
        assert offer is not None
        self.state = "new"
        self.standing = replace(
            self.standing, holder=offer.to, entered=at, by=offer.by, offer=replace(offer, acknowledged=at),
            first_responded=None, resolved=None, standstills=(),
        )  # fmt: skip

    def _refuse(self, at: datetime) -> None:
        handing_off.refuse(TIERLINE, self.number, "Not ours.", at=at)
        self._now("in-progress", at, offer=None)

    def _withdraw(self, at: datetime) -> None:
        handing_off.withdraw(TIERLINE, self.number, at=at)
        self._now("in-progress", at, offer=None)


def _days(dice: random.Random, walker: Walker) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    """When a case does what, over the year."""
    at = NEW_YEAR + dice.uniform(0, 330) * DAY
    yield at, walker.enter
    for _ in range(dice.randrange(3, 12)):
        at += timedelta(hours=dice.choice((1, 5, 26, 70, 200, 500)), minutes=dice.randrange(60))
        yield at, walker.step


def _carried_out(number: int) -> list[str]:
    story = queries.case(TIERLINE, number, at=NEW_YEAR + 700 * DAY).story
    return [key for fact in story for key in fact.said.get("keys", ())]


def test_every_clock_of_a_year_is_what_the_plans_say_and_everything_is_carried_out_once(cast: Cast) -> None:
    dice = random.Random(20261120)  # noqa: S311 - the same year each time, no secret
    planbook = planbook_in_force().planbook
    walkers = [Walker(dice, planbook) for _ in range(CASES)]
    happens = [(at, place, do) for place, walker in enumerate(walkers) for at, do in _days(dice, walker)]
    sweeps = [(NEW_YEAR + day * DAY, -1, None) for day in range(400)]
    carried_out = 0
    for at, place, do in sorted((*happens, *sweeps), key=lambda one: (one[0], one[1])):
        if do is not None:
            do(at)
            walkers[place].check(at)
            continue
        chase_overdue_hand_offs(at=at)
        carry_out_promises(at=at)
        carried_out += _check_sweep(walkers, at)
    assert carried_out > 30
    assert renew_promises(at=NEW_YEAR + 401 * DAY) == 0
    for walker in walkers:
        keys = _carried_out(walker.number)
        assert len(keys) == len(set(keys))


def _check_sweep(walkers: list[Walker], at: datetime) -> int:
    """What the sweep wrote down is exactly what was due by the test's own account."""
    number = 0
    for walker in walkers:
        if not walker.number:
            continue
        expected = walker.due_keys(at)
        if expected:
            recorded = walker.standing.recorded | expected
            assert set(_carried_out(walker.number)) == recorded
            walker.standing = replace(walker.standing, recorded=frozenset(recorded))
            number += len(expected)
    return number
