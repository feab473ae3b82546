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
from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.actions.asking import contact_decision, whereabouts_of
from tierline.cases.actions.changing import UNWRITTEN_PATIENCE
from tierline.cases.actions.chasing import chase_overdue_hand_offs, chase_overdue_questions
from tierline.cases.actions.entering import enter
from tierline.cases.actions.reminding import carry_out_promises, renew_promises
from tierline.cases.extent import Extent
from tierline.cases.inquiry_life import OPEN_STATES, InquiryMove, open_moves
from tierline.cases.models import CaseRow, HandOffRow, InquiryRow, InquiryStepRow
from tierline.cases.places import NEVER
from tierline.cases.promising import Offer, Promised, Standing, Standstill, promised
from tierline.directory.actor import TIERLINE
from tierline.plans.clocks import PauseWord, PromiseKind
from tierline.plans.decision import Outcome
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
NEW_YEAR = datetime(2026, 1, 1, 15, 17, tzinfo=UTC)
DAY = timedelta(days=1)
CASES = 40
TEAMS = ("vets-gov", "mhv-tier-3", "mhv-sustainment", "hrc")
MOVES = {
    "new": ("begin", "wait", "ask", "offer", "correct", "word", "solve"),
    "in-progress": ("wait", "ask", "ask", "offer", "correct", "word", "solve", "note"),
    "waiting": ("resume", "resume", "solve", "offer", "ask"),
    "asked": ("question", "question", "question", "solve", "note"),
    "offered": ("acknowledge", "acknowledge", "refuse", "withdraw", "note"),
    "solved": ("question", "question", "reopen"),
    "told": ("close", "reopen"),
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
        due = min([told.next_due or NEVER, *self._unwritten(told)])
        assert row.due_at == due
        assert row.due_kind == ("" if due == NEVER else self._kind(told, due))
        assert queries.case(TIERLINE, self.number, at=at).promised == told

    def due_keys(self, at: datetime) -> set[str]:
        told = promised(self.planbook, self.standing, at)
        return {nudge.key for nudge in told.nudges} | {telling.key for telling in told.to_be_told}

    def _unwritten(self, told: Promised) -> Iterator[datetime]:
        """Until when an answer is waited for where no plan has a clock for it."""
        for asked, offer in ((False, self.standing.offer), (True, self.standing.question)):
            written = any(one.kind is PromiseKind.ACKNOWLEDGEMENT and one.asked is asked for one in told.promises)
            if offer is not None and offer.acknowledged is None and not written:
                yield offer.at + UNWRITTEN_PATIENCE

    def _kind(self, told: Promised, due: datetime) -> str:
        promise = told.next_promise
        return promise.kind if promise is not None and promise.due.at == due else PromiseKind.ACKNOWLEDGEMENT

    def _now(self, state: str, at: datetime, **known: object) -> None:
        stands = self.standing.standstills
        if self.state in ("waiting", "asked"):
            stands = (*stands[:-1], replace(stands[-1], ends=at))
        waits: dict[str, PauseWord] = {"waiting": "on-hold", "asked": "waiting-for-reporter"}
        if state in waits:
            stands = (*stands, Standstill(waits[state], at))
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
        self._now("solved", at, resolved=at, question=self._stepped_down(at))
        self.state = "solved" if self._inquiry() else "told"

    def _ask(self, at: datetime) -> None:
        inquiring.ask(TIERLINE, self.number, "When was it?", at=at)
        self._now("asked", at, question=self._stepped_down(at))

    def _question(self, at: datetime) -> None:
        """One step of the question (or telling) that is under way, whichever is possible."""
        row = self._inquiry()
        assert row is not None
        team = self.planbook.attempts_of(whereabouts_of(row).step.team, at)[0]
        move = self.dice.choice(open_moves(whereabouts_of(row), len(team) - row.attempts.count()))
        question, offered = self.standing.question, row.offered_to is not None
        match move:
            case InquiryMove.ACKNOWLEDGE:
                inquiring.acknowledge(TIERLINE, row.pk, at=at)
                question = replace(question, acknowledged=at) if question else None
            case InquiryMove.REFUSE | InquiryMove.WITHDRAW:
                verb = inquiring.refuse if move is InquiryMove.REFUSE else inquiring.withdraw
                verb(TIERLINE, row.pk, "Not now.", at=at)
                question = None
            case InquiryMove.PASS_ON:
                if self._would_go_back(row, at):
                    return
                inquiring.pass_on(TIERLINE, row.pk, at=at)
                question = self._stepped_down(at)
            case InquiryMove.ATTEMPT:
                attempting.attempt(TIERLINE, row.pk, self.dice.choice(("waiting", "no-answer")), at=at)
            case InquiryMove.ANSWER:
                attempting.answer(TIERLINE, row.pk, "On Thursday.", at=at)
            case InquiryMove.GIVE_UP:
                attempting.give_up(TIERLINE, row.pk, at=at)
            case _:
                attempting.pass_back(TIERLINE, row.pk, at=at)
        assert offered or move is not InquiryMove.ACKNOWLEDGE
        self.standing = replace(self.standing, question=question)
        if self._inquiry() is None:
            self._question_over(move, at)

    def _question_over(self, move: InquiryMove, at: datetime) -> None:
        if self.state == "solved":
            self.state = "told"
        else:
            self._now("in-progress" if move is InquiryMove.WITHDRAW else "new", at)

    def _would_go_back(self, row: InquiryRow, at: datetime) -> bool:
        """Whether the plans would send the question to a team that had it, which passing it on refuses."""
        case = CaseRow.objects.get(pk=self.number)
        decision = contact_decision(case, self.planbook, whereabouts_of(row).hands.team, row.of_whom, at)
        return decision.to in row.ladder and decision.outcome is Outcome.ASK_THROUGH

    def _inquiry(self) -> InquiryRow | None:
        return InquiryRow.objects.filter(case_id=self.number, state__in=OPEN_STATES).first()

    def _stepped_down(self, at: datetime) -> Offer | None:
        step = InquiryStepRow.objects.filter(inquiry__case_id=self.number, state="offered").first()
        return Offer(step.receiver, step.by, at) if step else None  # type: ignore[arg-type]

    def _close(self, at: datetime) -> None:
        working.close(TIERLINE, self.number, "By telephone.", at=at)
        self.state = "closed"

    def _reopen(self, at: datetime) -> None:
        working.reopen(TIERLINE, self.number, "It still happens.", at=at)
        self._now("in-progress", at, resolved=None, entered=at, first_responded=at, question=None)

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
            self.standing, holder=self.sender, entered=at, by=None, offer=None, question=None,
            first_responded=None, resolved=None, standstills=(),
        )  # fmt: skip

    def _acknowledge(self, at: datetime) -> None:
        handing_off.acknowledge(TIERLINE, self.number, at=at)
        offer = self.standing.offer
        assert offer is not None
        self.state = "new"
        self.standing = replace(
            self.standing, holder=offer.to, entered=at, by=offer.by, offer=replace(offer, acknowledged=at),
            question=None, first_responded=None, resolved=None, standstills=(),
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
        chase_overdue_questions(at=at)
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
