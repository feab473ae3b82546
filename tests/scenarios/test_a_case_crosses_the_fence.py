"""One case, from end to end: out of a Dynamics export, across the fence as a GitHub issue without a private word, asked
about there, answered, solved there, its reporter told. Against the rehearsal GitHub over HTTP, with the clock moved."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings
from tests.importing.exports import a_row, as_csv, dynamics
from tests.jobs import do_all_due
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.bonds import queries as bonds
from tierline.bonds.health import Health
from tierline.bonds.systems import readable
from tierline.cases import queries
from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.actions.importing import Importing, take_in
from tierline.cases.importing.judging import Judge
from tierline.cases.importing.seen import Seen
from tierline.cases.inquiry_queries import open_inquiry_of
from tierline.cases.lifecycle import CaseState
from tierline.crossing.reading import read_system
from tierline.foundation.tables import Export
from tierline.outbox import actions as outbox
from tierline.outbox.queries import effects
from tierline.plans.decision import Outcome
from tierline.plans.queries import planbook_in_force
from tierline.rehearsal.faults import LostAnswer, Unavailable
from tierline.rehearsal.github_issues import GitHubIssues, Issue
from tierline.trackers.tracker import Stage

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
RECORD = "25-HRC-HD-53-35482519"
PRIVATE = ("Stillwater", "Tamsin", "412-65-8710", "412658710", "(202) 555-0143", "tamsin@mail.example", "03/04/1961")
DESCRIPTION = (
    "Veteran reports: the message is saved as a draft after Send. Veteran's name is Tamsin Stillwater, "
    "SSN 412-65-8710, DOB 03/04/1961. First noticed 11/17/2026. Device: iPad, browser: Safari, OS: iPadOS 19. "
    "Tier 1 cleared cookies and cache, no change; call back at (202) 555-0143. "
    "Steps: sign in, open Secure Messaging, press Send. Expected: the message leaves. "
    "Actual: it is in Drafts, and tamsin@mail.example gets no notice."
)
ASK = "Please find out why a message stays in Drafts after Send."


@pytest.fixture
def clock(stopped_clock: StoppedClock) -> StoppedClock:
    stopped_clock.set(FRIDAY)
    return stopped_clock


@pytest.fixture
def github(settings: Settings, clock: StoppedClock) -> Iterator[GitHubIssues]:
    with GitHubIssues() as desk:
        desk.clock.stand_at(FRIDAY)
        settings.TRACKERS = {
            "github": {
                "kind": "github",
                "repository": desk.repository,
                "token": "rehearsal-token",
                "address": desk.url,
                "label": "MHV-Tier-3",
                "stages": {"label needs-info": "on-hold"},
            }
        }
        yield desk


class Working:
    """What happens between two steps: time passes on both sides of the fence, jobs are done, GitHub is read."""

    def __init__(self, clock: StoppedClock, github: GitHubIssues) -> None:
        self.clock, self.github = clock, github

    def after(self, **amount: float) -> datetime:
        """The instant so much later, with everything done that is due."""
        at = self.clock.forward(**amount)
        self.github.clock.stand_at(at)
        do_all_due(at)
        read_system("github", at=at)
        do_all_due(at)
        return at


@pytest.fixture
def days(clock: StoppedClock, github: GitHubIssues) -> Working:
    return Working(clock, github)


def imported(cast: Cast, at: datetime) -> int:
    """The case of one row of the export."""
    row = a_row(record=RECORD, area="Secure Messaging", sub_area="Send", description=DESCRIPTION)
    judge = Judge(dynamics(), planbook_in_force().planbook, at=at)
    told: list[object] = []
    with Seen() as seen:
        rows = Export(io.BytesIO(as_csv(row)), dynamics().columns, dynamics().file).rows()
        importing = Importing(cast.lead, "dynamics", planbook_in_force(), at)
        take_in(importing, judge.judge(rows, seen.before), told=told.append)
    number = queries.number_behind(cast.lead, RECORD)
    assert number is not None, told
    return number


def stored(github: GitHubIssues) -> str:
    """Every byte GitHub was ever sent or keeps."""
    kept = [(one.title, one.body, one.labels, [word.body for word in one.comments]) for one in github.issues.values()]
    return json.dumps([kept, [one.request for one in github.exchanges]], default=str)


def the_issue(github: GitHubIssues) -> Issue:
    [issue] = github.issues.values()
    return issue


def test_out_of_dynamics_across_the_fence_and_told(
    cast: Cast, clock: StoppedClock, github: GitHubIssues, days: Working
) -> None:
    number = imported(cast, clock.at)
    handed_on(cast, number, github, days)
    asked_and_answered(cast, number, github, days)
    solved_there(cast, number, github, days)
    told_and_closed(cast, number, days)
    everything = stored(github)
    for word in PRIVATE:
        assert word not in everything


def handed_on(cast: Cast, number: int, github: GitHubIssues, days: Working) -> None:
    clock = days.clock
    view = queries.case(cast.lead, number, at=clock.at)
    assert view.reporter_name == "Tamsin Stillwater"
    assert (view.decision.outcome, view.decision.to, view.decision.by) == (
        Outcome.HAND_OFF, "secure-messaging-team", "issue",
    )  # fmt: skip

    # It is handed on. What the intake took down holds private words, so the guard holds it back.
    working.begin(cast.lead, number, at=clock.at)
    handing_off.offer(cast.lead, number, ask=ASK, at=clock.forward(minutes=10))
    at = days.after(minutes=1)
    assert github.issues == {}
    [held] = effects(cast.lead, state="held")
    assert {"name", "email"} & {one.kind for one in held.found}
    outbox.send_redacted(cast.lead, held.id, at=at)

    # GitHub is down, then takes it and loses the answer: one issue all the same.
    github.faults.next(Unavailable())
    days.after(minutes=1)
    github.faults.next(LostAnswer(), method="POST")
    days.after(minutes=1)
    at = days.after(minutes=5)
    issue = the_issue(github)
    assert issue.title.startswith("SM - Please find out why a message stays in Drafts after Send (TL-")
    assert set(issue.labels) == {"MHV-Tier-3", "MHV-Secure-Messaging"}
    assert issue.body.startswith(f"## What is asked of you\n{ASK}")
    for words in (RECORD, f"TL-{number}", "cleared cookies", "How to see the protected details", "mhv-tier-3-support"):
        assert words in issue.body
    [bond] = queries.case(cast.lead, number, at=at).bonds
    assert (bond.number, bond.verdict.health) == ("#1", Health.IN_STEP)


def asked_and_answered(cast: Cast, number: int, github: GitHubIssues, days: Working) -> None:
    clock, issue = days.clock, the_issue(github)
    # Somebody there takes it: that acknowledges the hand-off.
    github.assigns(1, "ada-q")
    at = days.after(hours=2)
    line = queries.case(cast.lead, number, at=at).line
    assert (line.state, line.holder, line.recorded_by) == (CaseState.NEW, "secure-messaging-team", "mhv-tier-3")

    # They ask; the question goes down to Tier 2 and its answer comes back into the issue.
    github.comments(1, "Does it happen in another browser, too?")
    github.relabels(1, *issue.labels, "needs-info")
    at = days.after(hours=1)
    assert number in [line.number for line in queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines]
    words = "Does sending fail in another browser, too?"
    question = inquiring.ask(cast.lead, number, words, at=at, note="They suspect Safari.")
    inquiring.acknowledge(cast.lead, question, at=at)
    inquiring.pass_on(cast.lead, question, at=at)
    inquiring.acknowledge(cast.supporter, question, at=days.after(hours=3))
    answer = "No, in Firefox it leaves. My number is still (202) 555-0143."
    attempting.attempt(cast.supporter, question, "reached", answer=answer, at=days.after(hours=20))
    attempting.pass_back(cast.supporter, question, at=clock.at)
    attempting.pass_back(cast.lead, question, at=days.after(hours=1))
    at = days.after(minutes=1)
    [held] = effects(cast.lead, state="held")  # the Veteran said more than they were asked
    assert [one.kind for one in held.found] == ["phone"]
    outbox.send_redacted(cast.lead, held.id, at=at)
    at = days.after(minutes=1)
    assert "No, in Firefox it leaves." in issue.comments[-1].body
    assert "suspect" not in issue.comments[-1].body


def solved_there(cast: Cast, number: int, github: GitHubIssues, days: Working) -> None:
    # Repaired and closed there: the last step is asked here, and nobody's words are taken for ours.
    github.relabels(1, "MHV-Tier-3", "MHV-Secure-Messaging")
    github.comments(1, "Drafts were saved twice in Safari; repaired in release 4.2.")
    github.closes(1)
    at = days.after(days=1)
    view = queries.case(cast.lead, number, at=at)
    assert (view.bonds[0].stage, view.bonds[0].status) == (Stage.SOLVED, "closed as completed")
    assert view.line.answered_for == "mhv-tier-3"
    before = len(view.story)
    at = days.after(minutes=5)
    assert len(queries.case(cast.lead, number, at=at).story) == before


def told_and_closed(cast: Cast, number: int, days: Working) -> None:
    clock, at = days.clock, days.clock.at
    working.solve(cast.lead, number, "Repaired in release 4.2.", words="Your messages leave now.", at=at)
    telling = open_inquiry_of(cast.lead, number)
    inquiring.acknowledge(cast.lead, telling, at=days.after(minutes=5))
    inquiring.pass_on(cast.lead, telling, at=clock.at)
    inquiring.acknowledge(cast.supporter, telling, at=days.after(hours=1))
    attempting.attempt(cast.supporter, telling, "reached", answer="Thank you.", at=days.after(hours=1))
    working.close(cast.lead, number, at=days.after(minutes=5))
    at = days.after(minutes=5)
    view = queries.case(cast.lead, number, at=at)
    assert view.line.state is CaseState.CLOSED
    shown, exchange = bonds.bond(cast.lead, view.bonds[0].id, readable(), at=at)
    assert (shown.state, shown.verdict.health) == ("ended", Health.IN_STEP)
    assert [one.kind for one in exchange if one.ours] == ["say", "open"]
