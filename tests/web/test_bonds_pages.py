"""The pages of bonds: both sides, their health, sending again, choosing in a conflict, joining an issue, the guard."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.cases.reports import a_report, thorough
from tests.crossing.partner import Partner, connected
from tests.crossing.test_walking import MINUTE, an_issue
from tests.jobs import do_all_due
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import page, sign_in, text

from tierline.cases import queries
from tierline.cases.actions import bonding, working
from tierline.cases.actions.entering import enter
from tierline.cases.actions.repeating import still_happens
from tierline.crossing.reading import read_system
from tierline.outbox.queries import effects
from tierline.trackers.tracker import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def github(stopped_clock: StoppedClock) -> Iterator[Partner]:
    partner = Partner()
    with connected(partner):
        yield partner


def the_bond(cast: Cast, number: int, at: datetime) -> int:
    return queries.case(cast.lead, number, at=at).bonds[-1].id


def test_a_case_shows_its_bond_and_the_bond_shows_both_sides(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    read_system("github", at=at)
    client = sign_in("lead")
    shown = text(client.get(page("case", number)))
    assert "Across the fence" in shown
    assert "The partner #1" in shown
    bond = the_bond(cast, number, at)
    shown = text(client.get(page("bond", bond)))
    for words in (f"TL-{number}", "#1", "In step", "Open", "Secure Messaging team", "We opened it", "Arrived"):
        assert words in shown
    assert "https://partner.example/1" in shown


def test_what_is_asked_there_stands_on_top_of_the_case_and_is_answered_from_it(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.note(issue, "Which browser was it?")
    github.change(issue, stage=Stage.ON_HOLD)
    read_system("github", at=at)
    client = sign_in("lead")
    shown = text(client.get(page("case", number)))
    assert "They ask: The partner #1" in shown
    assert "Which browser was it?" in shown
    assert ">Which browser was it?</textarea>" in shown
    bond = the_bond(cast, number, at)
    answer = client.post(page("bond", bond), {"move": "say", "text": "Safari.", "back": page("case", number)})
    assert answer.headers["Location"] == page("case", number)
    do_all_due(at)
    assert github.records[issue].notes[-1].text == "Safari."
    assert "They ask:" not in text(client.get(page("case", number))).split("Story")[0]


def test_a_bond_that_is_not_well_is_listed_and_sent_again(cast: Cast, at: datetime, github: Partner) -> None:
    github.refuse = "The partner knows no such project."
    number = an_issue(cast, at)
    client = sign_in("lead")
    shown = text(client.get(page("bonds")))
    assert f"TL-{number}" in shown
    assert "no such project" in shown
    bond = the_bond(cast, number, at)
    assert "Send again" in text(client.get(page("bond", bond)))
    github.refuse = ""
    client.post(page("bond", bond), {"move": "send-again"})
    do_all_due(at)
    assert len(github.records) == 1
    assert "Every bond is in step" in text(client.get(page("bonds")))
    assert f"TL-{number}" in text(client.get(page("bonds") + "?all=1"))


def test_both_changes_of_a_conflict_are_side_by_side(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.SOLVED)
    read_system("github", at=at)
    bond = the_bond(cast, number, at)
    still_happens(cast.lead, bond, "It is back.", at=at)
    github.change(issue, owner="sam")
    do_all_due(at)
    read_system("github", at=at)
    client = sign_in("lead")
    shown = text(client.get(page("bond", bond)))
    assert "Both sides changed it at the same time" in shown
    assert "in-progress" in shown
    assert "sam" in shown
    effect = queries.case(cast.lead, number, at=at).bonds[0].verdict.conflict
    client.post(page("bond", bond), {"move": "theirs", "text": str(effect)})
    assert github.records[issue].stage is Stage.SOLVED
    assert "Both sides changed it" not in text(client.get(page("bond", bond))).split("The whole exchange")[0]


def test_a_like_case_is_put_on_the_issue_from_the_hand_off_screen(cast: Cast, at: datetime, github: Partner) -> None:
    first = an_issue(cast, at)
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.lead, report, at=at).number
    client = sign_in("lead")
    shown = text(client.get(page("case-hand-off", number)))
    assert "Add to #1" in shown
    assert "1 case on it" in shown
    record = queries.case(cast.lead, first, at=at).bonds[0].record
    look = {"ask": "One more of these.", "issue": str(record), "step": "look"}
    shown = text(client.post(page("case-hand-off", number), look))
    assert "The comment on #1" in shown
    assert f"One more case of this: TL-{number}" in shown
    assert "How to answer, and what happens then" not in shown
    assert f'id="issue-{record}" name="issue" value="{record}" checked' in shown
    answer = client.post(page("case-hand-off", number), {"ask": "One more of these.", "issue": str(record)})
    assert answer.status_code == 302
    do_all_due(at)
    assert len(github.records) == 1
    shown = text(client.get(page("issue", record)))
    assert f"TL-{first}" in shown
    assert f"TL-{number}" in shown
    assert client.post(page("case-hand-off", number), {"ask": "x", "issue": "999999"}).status_code != 302


def test_still_happens_is_said_on_the_issue_page(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [issue] = github.records
    github.change(issue, stage=Stage.SOLVED)
    read_system("github", at=at)
    client = sign_in("lead")
    shown = queries.case(cast.lead, number, at=at).bonds[0]
    assert f"It still happens on TL-{number}" in text(client.get(page("issue", shown.record)))
    refused = client.post(page("bond", shown.id), {"move": "still-happens", "text": " "})
    assert refused.status_code == 422
    client.post(page("bond", shown.id), {"move": "still-happens", "text": "Drafts again."})
    do_all_due(at)
    assert github.records[issue].stage is Stage.IN_PROGRESS


def test_the_guards_finds_are_marked_before_and_after_sending_and_taken_out_with_one_click(
    cast: Cast, at: datetime, github: Partner
) -> None:
    report = a_report(
        holder="mhv-tier-3", service="secure-messaging", needs_tier=3,
        answers={**thorough(), "actual-behavior": "Tamsin Stillwater sees a draft."},
    )  # fmt: skip
    number = enter(cast.lead, report, at=at).number
    client = sign_in("lead")
    shown = text(client.get(page("case-hand-off", number)))
    assert "The privacy guard will hold it" in shown
    assert '<mark class="guarded"' in shown
    client.post(page("case-hand-off", number), {"ask": "Please look."})
    do_all_due(at)
    [held] = effects(cast.lead, state="held")
    shown = text(client.get(page("outbox-effect", held.id)))
    assert "Send the redacted version" in shown
    assert '<mark class="guarded"' in shown
    assert "Release it" not in shown
    assert sign_in("outsider").get(page("outbox-effect", held.id)).status_code == 404
    assert client.post(page("outbox-effect", held.id), {"move": "clear", "reason": ""}).status_code == 422
    client.post(page("outbox-effect", held.id), {"move": "redact"})
    do_all_due(at)
    [issue] = github.records.values()
    assert "[name] sees a draft." in issue.text


def test_a_message_can_be_written_anew_on_its_page(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    bonding.say(cast.lead, the_bond(cast, number, at), "Ring 202-555-0143.", at=at)
    do_all_due(at)
    [held] = effects(cast.lead, state="held")
    client = sign_in("lead")
    client.post(page("outbox-effect", held.id), {"move": "rewrite", "text": "We rang them."})
    do_all_due(at)
    [issue] = github.records.values()
    assert issue.notes[-1].text == "We rang them."


def test_an_issue_with_several_cases_is_found_by_its_number(cast: Cast, at: datetime, github: Partner) -> None:
    first = an_issue(cast, at)
    record = queries.case(cast.lead, first, at=at).bonds[0].record
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.lead, report, at=at).number
    client = sign_in("lead")
    assert client.get(reverse("search"), {"q": "#1"}).headers["Location"] == page("case", first)
    client.post(page("case-hand-off", number), {"ask": "One more of these.", "issue": str(record)})
    do_all_due(at)
    assert client.get(reverse("search"), {"q": "#1"}).headers["Location"] == page("issue", record)


def test_pages_of_bonds_cost_the_same_however_many_there_are(
    cast: Cast, at: datetime, github: Partner, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = an_issue(cast, at)
    for _ in range(3):
        an_issue(cast, at + MINUTE)
    client = sign_in("lead")
    client.get(page("bonds"))
    for address, most in (
        (page("case", number), 12), (page("bonds") + "?all=1", 12), (page("bond", the_bond(cast, number, at)), 14),
    ):  # fmt: skip
        with django_assert_max_num_queries(most):
            client.get(address)


def test_an_outsider_sees_no_bond_and_no_issue(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    shown = queries.case(cast.lead, number, at=at).bonds[0]
    client = sign_in("outsider")
    assert client.get(page("bond", shown.id)).status_code == 404
    assert client.get(page("issue", shown.record)).status_code == 404
    assert client.post(page("bond", shown.id), {"move": "say", "text": "x"}).status_code == 404
    assert f"TL-{number}" not in text(client.get(page("bonds") + "?all=1"))


def test_what_is_solved_there_is_solved_here_with_the_first_button(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    github.note("id-1", "Repaired in 4.2.")
    github.change("id-1", stage=Stage.SOLVED)
    read_system("github", at=at)
    shown = text(sign_in("lead").get(page("case", number)))
    assert "It is solved there: The partner #1" in shown
    assert "Mail about this came" not in shown
    acts = shown.split("next__acts")[2]
    assert acts.index("Solve…") < acts.index("Begin work")


def test_what_the_guard_holds_is_not_merely_sent_again(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    bond = the_bond(cast, number, at)
    bonding.say(cast.lead, bond, "Ring 202-555-0143.", at=at)
    do_all_due(at)
    client = sign_in("lead")
    shown = text(client.get(page("bond", bond)))
    assert "See what the guard found" in shown
    assert "Send again" not in shown
    assert bonding.send_again(cast.lead, bond, at=at) == 0
    assert "The privacy guard holds it" in text(client.get(page("case", number)))


def test_the_bond_of_a_case_that_became_restricted_is_over_and_not_in_step(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    bond = the_bond(cast, number, at)
    working.correct_facts(cast.lead, number, flags=frozenset({"security-privacy"}), at=at)
    client = sign_in("privacy")
    for address in (page("case", number), page("bond", bond)):
        shown = text(client.get(address))
        assert ">Over<" in shown
        assert ">In step<" not in shown
