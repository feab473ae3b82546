"""A case: its next step, its rooms, what concurrent editors are told, its files, its past, and what it costs."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.cases.reports import a_report, thorough
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page, sign_in, streamed, text

from tierline.cases import queries
from tierline.cases.actions import working
from tierline.cases.actions.entering import enter
from tierline.cases.lifecycle import CaseState
from tierline.directory.actor import TIERLINE
from tierline.plans.queries import planbook_in_force
from tierline.timeline.actions import record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def test_the_primary_act_is_the_plans_and_why_unfolds_its_clauses(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    shown = text(sign_in("agent").get(page("case", number)))
    assert "The plans hand this to Vets.gov support, Tier 2, by ticket" in shown
    assert '<a class="usa-button act" href="/cases/' in shown
    assert "first triage" in shown[shown.index("<summary>Why</summary>") :]


def test_what_is_missing_comes_before_the_hand_off(cast: Cast, at: datetime) -> None:
    thin = a_report(holder="mhv-support", service="secure-messaging", needs_tier=3)
    number = enter(cast.supporter, thin, at=at).number
    client = sign_in("supporter")
    shown = text(client.get(page("case", number)))
    assert "Fill in what is missing" in shown
    assert "A fault that can be made to happen again can be found." in shown
    answers = {f"answer-{field}": said for field, said in thorough().items()}
    client.post(page("case-facts", number), answers | {"version": "1"})
    assert "The plans hand this to MHV Tier 3 support, Tier 3" in text(client.get(page("case", number)))


def test_the_receiver_takes_it_over_and_is_told_so(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    client = sign_in("triager")
    sent = {"move": "acknowledge", "version": "2", "back": page("queue", "vets-gov")}
    answer = client.post(page("case-move", number), sent, follow=True)
    assert f"TL-{number} was taken over." in text(answer)
    assert answer.redirect_chain[0][0] == page("queue", "vets-gov")
    assert queries.case(cast.triager, number, at=at).line.holder == "vets-gov"


def test_a_way_back_to_another_site_is_not_taken(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    sent = {"move": "acknowledge", "back": "//evil.example/"}
    assert sign_in("triager").post(page("case-move", number), sent).headers["Location"] == page("case", number)


def test_a_refusal_without_a_reason_is_sent_back_with_its_form_open(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    answer = sign_in("triager").post(page("case-move", number), {"move": "refuse", "text": " ", "version": "2"})
    assert answer.status_code == 422
    assert "Say why it goes back" in text(answer)
    assert '<details class="act act--asks" open>' in text(answer)


def test_the_second_writer_is_told_who_was_faster_and_keeps_what_was_typed(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    version = str(queries.case(cast.triager, number, at=at).line.version)
    working.correct_facts(cast.triager, number, needs_tier=3, at=at + timedelta(minutes=5))
    sent = {"move": "solve", "text": "Restarted the gateway.", "version": version}
    answer = sign_in("triager").post(page("case-move", number), sent)
    assert answer.status_code == 409
    assert "was changed by Ben Ostrow (vets.gov) (facts corrected)" in text(answer)
    assert "Restarted the gateway.</textarea>" in text(answer)
    assert "<li>Support tier needed: Tier 3</li>" in text(answer)
    assert queries.case(cast.triager, number, at=at).line.state is CaseState.IN_PROGRESS


def test_a_move_the_table_does_not_have_is_refused_in_words(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    answer = sign_in("triager").post(page("case-move", number), {"move": "close", "text": "told"})
    assert answer.status_code == 409
    assert "it cannot close" in text(answer)


def test_a_button_nobody_made_is_refused_in_words(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    answer = sign_in("triager").post(page("case-move", number), {"move": "delete"})
    assert answer.status_code == 422
    assert "no such button" in text(answer)


def test_a_case_walks_its_whole_life_by_buttons(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(), at=at).number
    client = sign_in("agent")
    for move, said in (
        ("wait", "the caller: which browser?"),
        ("resume", ""),
        ("solve", "The cache was stale."),
        ("close", "Called back."),
        ("reopen", "It is back."),
        ("give-back", ""),
        ("take", ""),
    ):
        answer = client.post(page("case-move", number), {"move": move, "text": said}, follow=True)
        assert answer.status_code == 200, move
    shown = text(client.get(page("case", number)))
    for words in ("the caller: which browser?", "The cache was stale.", "Called back.", "It is back."):
        assert words in shown


def test_notes_and_text_for_the_reporter_are_different_rooms(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    client = sign_in("triager")
    client.post(page("case-note", number), {"text": "Between us: the gateway is old."})
    client.post(page("case-word", number), {"text": "Please try again on Monday."})
    shown = text(client.get(page("case", number)))
    assert re.search(r"entry--note.*?Between us: the gateway is old\.", shown, re.DOTALL)
    assert re.search(r"entry--reporter.*?Please try again on Monday\.", shown, re.DOTALL)


def test_nothing_typed_by_anybody_becomes_markup(cast: Cast, at: datetime) -> None:
    evil = "<script>alert(1)</script>"
    number = enter(cast.agent, a_report(summary=evil, description=evil, reporter_name=evil), at=at).number
    client = sign_in("agent")
    client.post(page("case-note", number), {"text": evil})
    for address in (page("case", number), page("queue", "hrc"), page("search", q="alert")):
        assert evil not in text(client.get(address, follow=True))


def test_a_flag_that_restricts_the_case_says_why_it_is_gone(cast: Cast, at: datetime) -> None:
    number = enter(cast.analyst, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    sent = {"flags-shown": "yes", "flags": "security-privacy"}
    answer = sign_in("analyst").post(page("case-facts", number), sent, follow=True)
    assert "is restricted now, so you no longer see it" in text(answer)


def test_a_restricted_case_has_no_button_that_would_be_refused(cast: Cast, at: datetime) -> None:
    secret = a_report(holder="mhv-tier-3", flags=frozenset({"security-privacy"}), service="secure-messaging")
    number = enter(cast.lead, secret, at=at).number
    shown = text(sign_in("privacy").get(page("case", number)))
    assert "Begin work" in shown
    assert "Hand off" not in shown


def test_a_number_of_another_system_is_kept_and_found(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    client = sign_in("triager")
    client.post(page("case-number", number), {"system": "servicenow", "text": "INC0048213"})
    assert client.get(page("search", q="INC0048213")).headers["Location"] == page("case", number)


def test_a_file_is_kept_and_comes_back_as_a_download_only(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    client = sign_in("triager")
    client.post(page("case-attach", number), {"file": SimpleUploadedFile("gate way.log", b"<script>x</script>")})
    file = queries.case(cast.triager, number, at=at).attachments[0]
    answer = client.get(page("case-attachment", number, file.id))
    assert streamed(answer) == b"<script>x</script>"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gate way.log"'
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["page.html", "run.exe", "picture.png"])
def test_a_file_that_could_run_or_lies_about_itself_is_refused_in_words(cast: Cast, at: datetime, name: str) -> None:
    number = a_case_at_vets_gov(cast, at)
    sent = {"file": SimpleUploadedFile(name, b"<html>")}
    answer = sign_in("triager").post(page("case-attach", number), sent)
    assert answer.status_code == 422
    assert '<p class="usa-error-message" role="alert">' in text(answer)


def test_no_file_chosen_is_said(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    assert "Choose a file first" in text(sign_in("triager").post(page("case-attach", number)))


def test_the_case_is_read_back_as_it_stood(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> None:
    number = a_case_at_vets_gov(cast, at)
    stopped_clock.forward(hours=2)
    client = sign_in("triager")
    client.post(page("case-note", number), {"text": "Later wisdom"})
    then = (at + timedelta(seconds=30)).isoformat().replace("+", "%2B")
    shown = text(client.get(page("case-as-it-stood", number, at=then)))
    assert "Offered to Vets.gov support" in shown
    assert "Later wisdom" not in shown
    assert "Work began" not in shown


@pytest.mark.parametrize(("moment", "status"), [("2001-01-01T00:00", 404), ("soon", 422), ("", 200)])
def test_a_moment_before_the_case_or_no_moment_at_all(cast: Cast, at: datetime, moment: str, status: int) -> None:
    number = an_offered_case(cast, at)
    assert sign_in("agent").get(page("case-as-it-stood", number, at=moment)).status_code == status


def test_a_case_page_costs_at_most_twelve_statements(
    cast: Cast, at: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    number = a_case_at_vets_gov(cast, at)
    for turn in range(20):
        working.note(cast.triager, number, f"Note {turn}", at=at)
    client = sign_in("triager")
    planbook_in_force()
    with django_assert_max_num_queries(12):
        shown = client.get(page("case", number))
    assert len(shown.content) < 60_000


def test_no_page_brings_its_own_script_or_style(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    client = sign_in("triager")
    for address in (page("case", number), page("queue", "vets-gov", case=str(number)), page("intake"), page("help")):
        shown = client.get(address)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text(shown)), address
        assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in shown.headers["Content-Security-Policy"]


def test_a_colleagues_case_is_taken_off_them_by_name(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    working.assign(cast.triager, number, cast.triager.name, at=at)
    assert "Give it back to the team" in text(sign_in("triager").get(page("case", number)))
    working.assign(cast.triager, number, "Piet Solberg", at=at)
    shown = text(sign_in("triager").get(page("case", number)))
    assert "Take it off Piet Solberg" in shown
    assert "Give it back to the team" not in shown


def test_a_message_that_is_held_comes_before_whose_answer_is_due(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    assert "holds a message" not in text(sign_in("agent").get(page("case", number)))
    said = {"effect": 7, "channel": "email", "because": "looks like a Social Security number"}
    record("case", number, "message-guarded", actor=TIERLINE, at=at + timedelta(minutes=1), **said)

    shown = text(sign_in("agent").get(page("case", number)))
    assert "The privacy guard holds a message of this hand-off; nothing of it has left." in shown
    assert 'href="/outbox/7/"' in shown
    assert "holds a message" not in text(sign_in("triager").get(page("case", number)))

    record("case", number, "message-redacted", actor=TIERLINE, at=at + timedelta(minutes=2), effect=7)
    assert "holds a message" not in text(sign_in("agent").get(page("case", number)))
