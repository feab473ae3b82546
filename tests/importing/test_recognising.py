"""Free text says what it says: a summary, what is supplied, who reported it. Nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.importing.exports import THOROUGH, dynamics

from tierline.cases.importing.recognising import LONGEST_SUMMARY, Recognised, Recogniser

RECOGNISER = Recogniser(dynamics())


def recognised(description: str, notes: str = "") -> Recognised:
    return RECOGNISER.recognise(RECOGNISER.mended(description), RECOGNISER.mended(notes))


def test_a_thorough_description_supplies_everything() -> None:
    assert recognised(THOROUGH).answers == {
        "summary": "The page stays white after Refill",
        "occurred-at": "2026-11-03",
        "device": "iPhone 15",
        "browser": "Safari",
        "operating-system": "iOS",
        "steps-to-reproduce": "sign in, open Medications",
        "expected-behavior": "a list",
        "actual-behavior": "white",
        "troubleshooting-performed": "Tier 1 cleared cookies and cache, no change",
    }


@pytest.mark.parametrize(
    "lead_in",
    [
        "",
        "Veteran reports: ",
        "Vet says: ",
        "Per caller: ",
        "Issue: ",
        "User states the following: ",
        "User states teh following: ",
    ],
)
def test_the_summary_is_the_first_sentence_without_who_says_it(lead_in: str) -> None:
    assert recognised(f"{lead_in}inbox stays empty.. Since 11/02/2026.").summary == "Inbox stays empty"


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("SSN 900-12-3456. Labs are gone.", "Labs are gone"),
        ("First noticed 11/02/2026. Labs are gone.", "Labs are gone"),
        ("Cannot write to Dr. Marsh any more. Since 11/02/2026.", "Cannot write to Dr. Marsh any more"),
        ("Folder count shows 4. First noticed 10/30/2026.", "Folder count shows 4"),
        ("Labs are gone\nDevice: iPad", "Labs are gone"),
        ("Device: iPad, browser: Edge.", ""),
        ("", ""),
        (" . .. ", ""),
    ],
)
def test_what_is_private_or_a_labelled_answer_is_no_summary(description: str, summary: str) -> None:
    assert recognised(description).summary == summary


@pytest.mark.parametrize(
    ("device", "system"),
    [
        ("iPhone 14", "iOS"), ("iPad", "iPadOS"), ("MacBook", "macOS"), ("Chromebook", "ChromeOS"),
        ("Android phone", "Android"), ("Windows laptop", "Windows"), ("library computer", None),
    ],
)  # fmt: skip
def test_a_device_tells_its_operating_system_only_where_it_does(device: str, system: str | None) -> None:
    assert recognised(f"X fails. Device: {device}, browser: Edge.").answers.get("operating-system") == system


@pytest.mark.parametrize("nothing", ["unknown", "n/a", "not asked", "?", ""])
def test_a_label_with_nothing_behind_it_supplies_nothing(nothing: str) -> None:
    answers = recognised(f"X fails. Device: {nothing}, browser: {nothing}.").answers
    assert set(answers) == {"summary"}


def test_a_question_that_was_asked_is_no_answer() -> None:
    assert set(recognised("X fails.", "Asked for browser version, no answer yet.").answers) == {"summary"}


def test_what_both_texts_say_was_tried_is_gathered() -> None:
    tried = recognised("X fails. Tier 1 restarted teh computer, no change.", "HD: tried anotehr browser.")
    assert tried.answers["troubleshooting-performed"] == (
        "Tier 1 restarted the computer, no change; tried another browser"
    )


def test_a_day_that_does_not_exist_supplies_nothing() -> None:
    assert "occurred-at" not in recognised("X fails. Since 13/45/2026.").answers


def test_steps_with_numbers_and_sentences_are_one_passage() -> None:
    steps = recognised(
        "X fails. Steps: 1. Sign in. 2. Press Send. Expected: sent. Actual: a draft. Call back at (202) 555-0101."
    )
    assert steps.answers["steps-to-reproduce"] == "1. Sign in. 2. Press Send"
    assert steps.answers["actual-behavior"] == "a draft"
    assert steps.reporter_contact == "(202) 555-0101"


def test_who_reported_it_stands_apart() -> None:
    said = recognised("X fails. Name is Wren Holloway. Email wren@mail.example.")
    assert (said.reporter_name, said.reporter_contact) == ("Wren Holloway", "wren@mail.example")
    assert said.summary == "X fails"


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_is_recognised_within_bounds(description: str, notes: str) -> None:
    said = recognised(description, notes)
    assert len(said.summary) <= LONGEST_SUMMARY
    assert all(value.strip() for value in said.answers.values())
    assert ("summary" in said.answers) == bool(said.summary)


def test_a_hostile_text_takes_no_longer_than_its_length() -> None:
    for piece in ("Steps: ", "tier 1 tried ", "another patient's ", "since ", "Device: ,", "e-mail a@", "messages of "):
        recognised(piece * (20_000 // len(piece)))
