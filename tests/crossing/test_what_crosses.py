"""What crosses the fence and what comes back: questions, shared issues, endings, echoes, faults, restricted cases."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from tests.cases.reports import a_report, thorough
from tests.crossing.partner import Partner, connected
from tests.crossing.test_walking import ASK, MINUTE, an_issue, stands
from tests.jobs import do_all_due
from tests.people import Cast

from tierline.bonds import queries as bonds
from tierline.bonds.health import Health
from tierline.bonds.learning import cursor_of
from tierline.bonds.systems import readable
from tierline.cases import queries
from tierline.cases.actions import attempting, bonding, handing_off, inquiring, working
from tierline.cases.actions.entering import enter
from tierline.cases.actions.repeating import still_happens
from tierline.cases.inquiry_queries import open_inquiry_of
from tierline.cases.lifecycle import CaseState
from tierline.crossing.reading import read_system, take_webhook
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.outbox import actions as outbox
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effect, effects
from tierline.timeline.queries import story
from tierline.trackers.tracker import Stage, Unsigned

pytestmark = pytest.mark.django_db


@pytest.fixture
def github() -> Iterator[Partner]:
    partner = Partner()
    with connected(partner):
        yield partner


def kinds(number: int) -> list[str]:
    return [fact.kind for fact in story("case", number)]


def the_bond(cast: Cast, number: int, at: datetime) -> bonds.ShortBond:
    return queries.case(cast.lead, number, at=at).bonds[-1]


def joined(cast: Cast, at: datetime, first: int) -> int:
    """One more case put on the issue of the first."""
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.lead, report, at=at).number
    record = the_bond(cast, first, at).record
    handing_off.offer(cast.lead, number, ask="The same for another Veteran: sending fails.", issue=record, at=at)
    do_all_due(at)
    return number


# -- questions -------------------------------------------------------------------------------------------------


def test_a_question_on_the_issue_travels_down_and_its_answer_is_said_there(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.IN_PROGRESS, owner="priya")
    read_system("github", at=at)
    github.note(issue, "Which browser was it?")
    github.change(issue, stage=Stage.ON_HOLD)
    read_system("github", at=at + MINUTE)
    assert kinds(number)[-1] == "partner-asked"
    assert stands(cast, number, at + MINUTE) == "new"

    question = inquiring.ask(cast.lead, number, "Which browser do you use?", at=at + MINUTE)
    inquiring.acknowledge(cast.lead, question, at=at + MINUTE)
    inquiring.pass_on(cast.lead, question, at=at + MINUTE)
    inquiring.acknowledge(cast.supporter, question, at=at + MINUTE)
    attempting.attempt(cast.supporter, question, "reached", answer="Safari on an iPad.", at=at + 2 * MINUTE)
    attempting.pass_back(cast.supporter, question, at=at + 2 * MINUTE)
    attempting.pass_back(cast.lead, question, at=at + 3 * MINUTE)
    do_all_due(at + 3 * MINUTE)
    assert "> Which browser do you use?\n\nSafari on an iPad." in github.records[issue].notes[-1].text

    # Read again, our own words are known for what they are: nobody's work, and nobody's story twice.
    before = kinds(number)
    read_system("github", at=at + 4 * MINUTE)
    assert kinds(number) == before


def test_a_word_that_asks_nothing_is_on_the_story_and_nobodys_work(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.note(issue, "Seen; a look on Monday.")
    read_system("github", at=at)
    assert kinds(number)[-1] == "partner-said"
    assert stands(cast, number, at) == "waiting"


# -- many cases, one issue -------------------------------------------------------------------------------------


def test_an_issue_that_is_there_is_offered_to_like_cases_and_its_end_asks_every_case(
    cast: Cast, at: datetime, github: Partner
) -> None:
    one = an_issue(cast, at)
    [like] = bonds.like_issues(cast.lead, "secure-messaging-team", "secure-messaging", "sending fails")
    assert (like.number, like.cases) == ("#1", 1)
    two = joined(cast, at, one)
    assert len(github.records) == 1
    [issue] = github.records.values()
    assert f"TL-{two}" in issue.notes[-1].text
    assert bonds.like_issues(cast.lead, "secure-messaging-team", "secure-messaging", "sending fails")[0].cases == 2
    github.change(issue.id, stage=Stage.SOLVED)
    read_system("github", at=at + MINUTE)
    for number in (one, two):
        assert kinds(number)[-1] == "partner-solved"
        assert stands(cast, number, at + MINUTE) == "new"


def test_still_happens_opens_the_issue_again_and_tells_the_other_cases(
    cast: Cast, at: datetime, github: Partner
) -> None:
    one = an_issue(cast, at)
    two = joined(cast, at, one)
    [issue] = github.records
    github.change(issue, stage=Stage.SOLVED)
    read_system("github", at=at)
    still_happens(cast.lead, the_bond(cast, one, at).id, "Drafts are lost as before.", at=at + MINUTE)
    do_all_due(at + MINUTE)
    assert github.records[issue].stage is Stage.IN_PROGRESS
    assert "Drafts are lost as before." in github.records[issue].notes[-1].text
    assert kinds(two)[-1] == "still-happens-elsewhere"
    before = kinds(one), kinds(two)
    read_system("github", at=at + 2 * MINUTE)
    assert (kinds(one), kinds(two)) == before


def test_closed_by_the_system_is_not_taken_for_solved(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.CLOSED)
    read_system("github", at=at)
    assert kinds(number)[-1] == "partner-closed"


def test_not_planned_brings_the_case_back_to_its_sender_with_their_words(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.note(issue, "This is the portal's, not ours.")
    github.change(issue, stage=Stage.CANCELLED)
    read_system("github", at=at)
    view = queries.case(cast.lead, number, at=at)
    assert (view.line.state, view.line.holder) == (CaseState.IN_PROGRESS, "mhv-tier-3")
    assert view.hand_offs[-1].return_words == "This is the portal's, not ours."


def test_a_solved_case_ends_its_bond_when_it_is_closed_and_reopening_it_opens_the_issue(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.SOLVED)
    read_system("github", at=at)
    working.solve(cast.lead, number, "Repaired in 4.2.", at=at)
    telling = open_inquiry_of(cast.lead, number)
    inquiring.acknowledge(cast.lead, telling, at=at)
    inquiring.pass_on(cast.lead, telling, at=at)
    inquiring.acknowledge(cast.supporter, telling, at=at)
    attempting.attempt(cast.supporter, telling, "reached", at=at)
    working.close(cast.lead, number, at=at)
    assert the_bond(cast, number, at).state == "ended"
    working.reopen(cast.lead, number, "It is back.", at=at + MINUTE)
    do_all_due(at + MINUTE)
    assert github.records[issue].stage is Stage.IN_PROGRESS


# -- faults ----------------------------------------------------------------------------------------------------


def test_a_lost_answer_makes_no_second_issue(cast: Cast, at: datetime, github: Partner) -> None:
    github.lose = True
    number = an_issue(cast, at)
    assert the_bond(cast, number, at).number == ""
    read_system("github", at=at)  # the reading meets it by its hidden key, before the next try does
    assert the_bond(cast, number, at).number == "#1"
    do_all_due(at + MINUTE)
    assert len(github.records) == 1
    assert the_bond(cast, number, at).state == "open"


def test_a_killed_reading_loses_and_doubles_nothing(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.note(issue, "A first look was had.")
    before = cursor_of("github")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("tierline.crossing.reading.apply", lambda *_a, **_k: (_ for _ in ()).throw(SystemExit))
        read_system("github", at=at)
    assert cursor_of("github") == before
    read_system("github", at=at)
    read_system("github", at=at)
    assert kinds(number).count("partner-said") == 1


def test_a_webhook_is_taken_once_and_unsigned_never(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.note(issue, "Found it.")
    headers, body = github.signed(issue, "d-1")
    with pytest.raises(Unsigned):
        take_webhook("github", {"x-signature": "00"}, body, at=at)
    assert take_webhook("github", headers, body, at=at)
    assert not take_webhook("github", headers, body, at=at)
    read_system("github", at=at)
    assert kinds(number).count("partner-said") == 1
    with pytest.raises(NotFound):
        take_webhook("elsewhere", headers, body, at=at)


def test_health_follows_what_was_sent_and_read(cast: Cast, at: datetime, github: Partner) -> None:
    github.fail = "GitHub answers 503."
    number = an_issue(cast, at)
    assert the_bond(cast, number, at).verdict.health is Health.BEHIND
    github.fail, github.refuse = "", "GitHub knows no such project."
    do_all_due(at + MINUTE)
    bond = the_bond(cast, number, at + MINUTE)
    assert bond.verdict.health is Health.REFUSED
    assert "no such project" in bond.verdict.because
    assert [one.id for one in bonds.unwell(cast.lead, readable(), at=at + MINUTE)] == [bond.id]
    github.refuse = ""
    assert bonding.send_again(cast.lead, bond.id, at=at + MINUTE) == 1
    do_all_due(at + MINUTE)
    assert the_bond(cast, number, at + MINUTE).verdict.health is Health.IN_STEP
    github.unreadable = "The token has expired."
    read_system("github", at=at + 2 * MINUTE)
    assert the_bond(cast, number, at + 30 * MINUTE).verdict.health is Health.BROKEN


def test_conflicting_changes_are_shown_and_a_person_chooses(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.SOLVED)
    read_system("github", at=at)
    bond = the_bond(cast, number, at)
    still_happens(cast.lead, bond.id, "It is back.", at=at)
    github.change(issue, owner="sam")  # at the same time, there
    do_all_due(at)
    read_system("github", at=at)
    verdict = the_bond(cast, number, at).verdict
    assert verdict.health is Health.REFUSED
    assert verdict.conflict is not None
    bonding.choose(cast.lead, bond.id, verdict.conflict, ours=True, at=at)
    do_all_due(at)
    assert (github.records[issue].stage, github.records[issue].owner) == (Stage.IN_PROGRESS, "sam")
    assert the_bond(cast, number, at).verdict.health is Health.IN_STEP


# -- privacy ---------------------------------------------------------------------------------------------------


def test_what_is_private_is_held_until_a_person_decides(cast: Cast, at: datetime, github: Partner) -> None:
    report = a_report(
        holder="mhv-tier-3", service="secure-messaging", needs_tier=3,
        answers={**thorough(), "actual-behavior": "Tamsin Stillwater (SSN 412-65-8710) sees a draft."},
    )  # fmt: skip
    number = enter(cast.lead, report, at=at).number
    handing_off.offer(cast.lead, number, ask=ASK, at=at)
    do_all_due(at)
    assert github.records == {}
    [held] = effects(cast.lead, state="held")
    assert {one.kind for one in held.found} == {"name", "ssn"}
    said = next(fact for fact in story("case", number) if fact.kind == "message-guarded").said
    assert "Stillwater" not in str(said)
    assert "412" not in str(said)
    with pytest.raises(NotFound):
        outbox.send_redacted(cast.outsider, held.id, at=at)
    outbox.send_redacted(cast.lead, held.id, at=at)
    do_all_due(at)
    [issue] = github.records.values()
    assert "Stillwater" not in issue.text
    assert "412-65-8710" not in issue.text
    assert "sees a draft" in issue.text


def test_the_guard_looks_again_at_what_was_written_anew(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    bond = the_bond(cast, number, at).id
    bonding.say(cast.lead, bond, "Please ring 202-555-0143.", at=at)
    do_all_due(at)
    [held] = effects(cast.lead, state="held")
    outbox.rewrite(cast.lead, held.id, {"text": "Please ring Tamsin Stillwater."}, at=at)
    do_all_due(at)
    assert effect(cast.lead, held.id).state is EffectState.HELD
    outbox.send_as_it_is(cast.lead, held.id, "It is the name of the release.", at=at)
    do_all_due(at)
    assert effect(cast.lead, held.id).state is EffectState.DONE
    assert "message-cleared" in kinds(number)
    [issue] = github.records.values()
    assert issue.notes[-1].text == "Please ring Tamsin Stillwater."


def test_what_a_person_let_leave_is_looked_at_again_in_other_words(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    bonding.say(cast.lead, the_bond(cast, number, at).id, "Ring 202-555-0143.", at=at)
    do_all_due(at)
    [held] = effects(cast.lead, state="held")
    github.refuse = "Comments are locked."
    outbox.send_as_it_is(cast.lead, held.id, "A test line.", at=at)
    do_all_due(at)
    github.refuse = ""
    outbox.rewrite(cast.lead, held.id, {"text": "Ring 202-555-0144."}, at=at)
    do_all_due(at)
    assert effect(cast.lead, held.id).state is EffectState.HELD


# -- restricted ------------------------------------------------------------------------------------------------


def test_a_restricted_case_crosses_by_no_door(cast: Cast, at: datetime, github: Partner) -> None:
    one = an_issue(cast, at)
    bond = the_bond(cast, one, at).id
    said = len(github.delivered)
    working.correct_facts(cast.lead, one, flags=frozenset({"security-privacy"}), at=at)
    record = bonds.record_of(bond).id
    doors: list[Callable[[], object]] = [
        lambda: bonding.say(cast.privacy, bond, "x", at=at),
        lambda: still_happens(cast.privacy, bond, "x", at=at),
        lambda: bonding.send_again(cast.privacy, bond, at=at),
        lambda: bonding.choose(cast.privacy, bond, 1, ours=True, at=at),
        lambda: handing_off.offer(cast.privacy, one, ask="x", to="portal-team", override="x", at=at),
        lambda: handing_off.offer(cast.privacy, one, ask="x", issue=record, to="portal-team", override="x", at=at),
    ]
    for door in doors:
        with pytest.raises(NotAllowed):
            door()
    with pytest.raises(NotAllowed, match=r"Those who handle it: .*Privacy Officer"):
        doors[-1]()
    with pytest.raises(NotFound):
        bonds.bond(cast.lead, bond, readable(), at=at)
    working.note(cast.privacy, one, "Looked at.", at=at)
    do_all_due(at)
    assert len(github.delivered) == said
    fresh = enter(
        cast.lead,
        a_report(holder="mhv-tier-3", service="secure-messaging", flags=frozenset({"security-privacy"})),
        at=at,
    ).number
    with pytest.raises(NotAllowed):
        handing_off.offer(cast.privacy, fresh, ask="x", at=at)
    assert not EffectRow.objects.filter(subject_id=fresh, channel="github").exists()


def test_an_offer_taken_back_is_said_on_the_issue(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    handing_off.withdraw(cast.lead, number, at=at)
    do_all_due(at)
    [issue] = github.records.values()
    assert "no longer asked" in issue.notes[-1].text
    assert the_bond(cast, number, at).state == "done"


def test_without_an_account_nothing_is_bound(cast: Cast, at: datetime) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.lead, report, at=at).number
    handing_off.offer(cast.lead, number, ask=ASK, at=at)
    assert queries.case(cast.lead, number, at=at).bonds == ()
