"""What a hand-off asks stands where the next step is, and its sender is told what is theirs to carry."""

from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report, thorough
from tests.people import Cast
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page, sign_in, text

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

ASK = "Please find out whose fault this is."


def next_step_of(shown: str) -> str:
    """The box of the next step."""
    return shown[shown.index('<section class="next"') :].partition("</section>")[0]


def an_issue_for_the_tool_team(cast: Cast, at: datetime) -> int:
    """A case that Tier 3 offers to a tool team by an engineering issue."""
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.analyst, report, at=at).number
    handing_off.offer(cast.analyst, number, ask="Please repair the send button.", at=at)
    return number


def test_the_receiver_reads_first_what_is_asked(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = sign_in("triager")
    assert ASK in next_step_of(text(client.get(page("case", number))))
    assert ASK in next_step_of(text(client.get(page("queue", "vets-gov", case=str(number)))))


def test_what_was_asked_stays_while_the_receiver_works_on_it(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    assert ASK in next_step_of(text(sign_in("triager").get(page("case", number))))


def test_the_sender_reads_first_why_it_was_refused(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    handing_off.refuse(cast.triager, number, "It is the caller's browser.", at=at + timedelta(hours=1))
    shown = next_step_of(text(sign_in("agent").get(page("case", number))))
    assert "Came back from Vets.gov support: Other." in shown
    assert "It is the caller&#x27;s browser." in shown


def test_the_sender_of_an_issue_is_told_to_file_it_and_finds_its_text(cast: Cast, at: datetime) -> None:
    number = an_issue_for_the_tool_team(cast, at)
    shown = next_step_of(text(sign_in("analyst").get(page("case", number))))
    assert "Tierline files no issue itself" in shown
    assert "## What is asked of you" in shown
    assert "Please repair the send button." in shown


def test_the_receiver_of_an_issue_is_not_told_to_file_it(cast: Cast, at: datetime) -> None:
    number = an_issue_for_the_tool_team(cast, at)
    handing_off.acknowledge(cast.analyst, number, at=at + timedelta(hours=1), said="They take it.")
    shown = text(sign_in("analyst").get(page("case", number)))
    assert "files no issue" not in shown
    assert "Secure Messaging team has this; you write down what they answer" in shown


def test_a_solved_case_is_not_said_to_be_left_to_anybody_to_solve(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    working.solve(cast.triager, number, "Restarted.", at=at + timedelta(hours=1))
    shown = next_step_of(text(sign_in("triager").get(page("case", number))))
    assert "theirs to solve" not in shown
    assert "The reporter is still to be told" in shown


def test_facts_typed_while_somebody_was_faster_are_kept_in_the_form(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at, answers={"browser": "Safari"})
    working.correct_facts(cast.triager, number, needs_tier=3, at=at + timedelta(minutes=5))
    sent = {"version": "1", "fault_in": "vista", "flags-shown": "yes", "answer-browser": "Firefox, as typed"}
    answer = sign_in("triager").post(page("case-facts", number), sent)
    assert answer.status_code == 409
    form = text(answer).partition('id="correct"')[2].partition("</form>")[0]
    assert '<option value="vista" selected>' in form
    assert "Firefox, as typed</textarea>" in form


def test_an_address_a_form_was_sent_to_leads_back_to_its_case(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    answer = sign_in("agent").get(page("case-facts", number))
    assert answer.status_code == 302
    assert answer.headers["Location"] == page("case", number)
