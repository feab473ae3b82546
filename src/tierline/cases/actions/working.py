"""Working on a case: begin, note, tell, correct the facts, wait, solve, close, reopen.

Refuses teams that do not hold it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tierline.cases.actions import bonding, inquiring
from tierline.cases.actions.asking import contact_decision, reporter_of
from tierline.cases.actions.changing import Change, Saved, must_hold, take
from tierline.cases.actions.entering import LONGEST_TEXT
from tierline.cases.actions.promise import extent_of
from tierline.cases.actions.telling import tell_duties
from tierline.cases.asking_plans import facts_of, restricted_to
from tierline.cases.extent import check_extent, extent_from
from tierline.cases.inquiry_life import InquiryKind
from tierline.cases.lifecycle import CaseMove, CaseState
from tierline.cases.models import OutsideNumber, Report
from tierline.cases.words import add_words, change_answers
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Conflict, Unusable
from tierline.plans.decision import Outcome
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

LONGEST_NAME = 120
LONGEST_CONTACT = 200


@transaction.atomic
def begin(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Saved:
    """Start work: the case is in progress and the actor's."""
    change = take(actor, number, at=at, version=version)
    change.move(CaseMove.BEGIN)
    change.case.assignee = actor.name
    bonding.touch(change)
    return change.save("begun")


@transaction.atomic
def assign(actor: Actor, number: int, name: str, *, at: datetime, version: int | None = None) -> Saved:
    """Say who in the holding team works on it; an empty name gives it back to the team."""
    change = take(actor, number, at=at, version=version)
    must_hold(change)
    change.case.assignee = name
    return change.save("assigned", to=name)


@transaction.atomic
def note(actor: Actor, number: int, text: str, *, at: datetime) -> Saved:
    """Write an internal note. Everybody who sees the case may; it never leaves towards the reporter."""
    change = take(actor, number, at=at)
    _must_say_something(text, "note")
    add_words(number, text)
    return change.save("note", new_version=False, text=text)


@transaction.atomic
def draft_word_for_reporter(actor: Actor, number: int, text: str, *, at: datetime) -> Saved:
    """Write a text meant for the reporter, verbatim. Kept apart from notes; whoever may contact them passes it on."""
    change = take(actor, number, at=at)
    must_hold(change)
    _must_say_something(text, "text for the reporter")
    add_words(number, text)
    return change.save("word-for-reporter", new_version=False, text=text)


@transaction.atomic
def correct_facts(
    actor: Actor,
    number: int,
    *,
    at: datetime,
    version: int | None = None,
    service: str | None = None,
    fault_in: str | None = None,
    needs_tier: int | None = None,
    flags: frozenset[str] | None = None,
    answers: Mapping[str, str] | None = None,
    extent: Mapping[str, Any] | None = None,
) -> Saved:
    """Say better what is known; what is None stays. The plans are asked again, and a new flag may restrict the case.

    ``extent`` are those fields of ``Extent`` that are known better; None under one of them takes it back.
    """
    change = take(actor, number, at=at, version=version)
    must_hold(change)
    case, planbook = change.case, planbook_in_force().planbook
    _check_facts(planbook.services, planbook.systems, service, fault_in, needs_tier)
    case.service = service or case.service
    case.fault_in = fault_in or case.fault_in
    case.needs_tier = needs_tier or case.needs_tier
    case.flags = sorted(flags) if flags is not None else case.flags
    answered = _answer(number, answers or {})
    if extent:
        change.beside = _reach(case.report, extent, planbook)
    ask_again(change, answered)
    return change.save("facts-corrected", answered=sorted(answers or {}))


def ask_again(change: Change, answers: Mapping[str, str]) -> None:
    """Bring what the plans say of the case up to date: what is missing, whom it is restricted to."""
    case, in_force = change.case, planbook_in_force()
    decision = in_force.planbook.decide(
        facts_of(
            service=case.service, holder=case.holder, fault_in=case.fault_in, needs_tier=case.needs_tier,
            audience=case.audience, flags=frozenset(case.flags), answers=answers,
        ),
        change.at,
    )  # fmt: skip
    case.missing, case.restricted_to = list(decision.missing), list(restricted_to(decision))
    case.planbook = in_force.version
    if decision.tell:
        tell_duties(case, decision, in_force.planbook, at=change.at)


@transaction.atomic
def wait(actor: Actor, number: int, for_what: str, *, at: datetime, version: int | None = None) -> Saved:
    """Lay the case down until somebody answers."""
    change = take(actor, number, at=at, version=version)
    _must_say_something(for_what, "what you are waiting for")
    change.move(CaseMove.WAIT)
    return change.save("waiting", for_what=for_what)


@transaction.atomic
def resume(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Saved:
    """Take it up again."""
    change = take(actor, number, at=at, version=version)
    change.move(CaseMove.RESUME)
    return change.save("resumed")


@transaction.atomic
def solve(
    actor: Actor, number: int, solution: str, *, at: datetime, words: str = "", version: int | None = None
) -> Saved:
    """Say what solved it. The case stays open until the reporter has been told.

    Where the solver may not contact them, a telling goes down to whoever may: with ``words``, else with the solution.
    """
    change = take(actor, number, at=at, version=version)
    case, planbook = change.case, planbook_in_force().planbook
    _must_say_something(solution, "solution")
    change.move(CaseMove.SOLVE)
    inquiring.take_back_open(change, "The case is solved.")
    add_words(number, solution)
    saved = change.save("solved", solution=solution)
    if contact_decision(case, planbook, case.holder, reporter_of(case), at).outcome is Outcome.ASK_THROUGH:
        if words.strip():
            inquiring.check_words(words, "")
        told = words if words.strip() else solution
        inquiring.begin(change, InquiryKind.TELL, told, of_whom=reporter_of(case))
    return replace(saved, version=case.version)


@transaction.atomic
def close(actor: Actor, number: int, told: str = "", *, at: datetime, version: int | None = None) -> Saved:
    """Close a solved case. ``told`` says how the reporter was told, or why they could not be.

    Whoever may not contact the reporter closes when a telling reached them or used up every attempt, and need not say.
    """
    change = take(actor, number, at=at, version=version)
    case, planbook = change.case, planbook_in_force().planbook
    if case.state == CaseState.SOLVED:
        if contact_decision(case, planbook, case.holder, reporter_of(case), at).outcome is Outcome.ASK_THROUGH:
            by_telling = inquiring.how_told(change, planbook)
            told = told if told.strip() else by_telling
        _must_say_something(told, "how the reporter was told")
    change.move(CaseMove.CLOSE)
    bonding.end_what_is_done(change, told)
    return change.save("closed", told=told)


@transaction.atomic
def reopen(actor: Actor, number: int, reason: str, *, at: datetime, version: int | None = None) -> Saved:
    """It still happens."""
    change = take(actor, number, at=at, version=version)
    _must_say_something(reason, "why it is open again")
    change.move(CaseMove.REOPEN)
    inquiring.take_back_open(change, reason)
    bonding.reopen_there(change, reason)
    return change.save("reopened", reason=reason)


@transaction.atomic
def correct_reporter(actor: Actor, number: int, *, name: str, contact: str, at: datetime) -> Saved:
    """Say better who reported it and how to reach them: the holder, or whoever is to ask or tell them now.

    The story keeps that it was corrected, by whom and when; never what it says.
    """
    change = take(actor, number, at=at)
    case = change.case
    if case.question_to not in actor.teams:
        must_hold(change)
    name, contact = name.strip(), contact.strip()
    if len(name) > LONGEST_NAME or len(contact) > LONGEST_CONTACT or not f"{name}{contact}".isprintable():
        raise Unusable(
            f"Write the name in up to {LONGEST_NAME} characters and the address or number in up to "
            f"{LONGEST_CONTACT}, each on one line.",
            {"contact": "One line, shorter."},
        )
    report, fields = case.report, {"reporter_name": name, "reporter_contact": contact}
    changed = [field for field, value in fields.items() if getattr(report, field) != value]
    if not changed:
        raise Unusable("Nothing was changed: the case says that already.", {"contact": "Change it first."})
    for field in changed:
        setattr(report, field, fields[field])
    report.save(update_fields=changed)
    add_words(number, name)
    return change.save("reporter-corrected", new_version=False, fields=changed)


@transaction.atomic
def add_number(actor: Actor, number: int, system: str, outside: str, *, at: datetime) -> None:
    """Keep what another system calls the case."""
    change = take(actor, number, at=at)
    outside = outside.strip()
    if not outside or len(outside) > 80:
        raise Unusable("Give the other system's number, up to 80 characters.", {"number": "Give the number."})
    row, made = OutsideNumber.objects.get_or_create(system=system, number=outside, defaults={"case_id": number})
    if not made and row.case_id != number:
        raise Conflict(f"{outside} already belongs to another case.")
    if made:
        add_words(number, outside)
        change.save("number-added", system=system, number=outside)


def _answer(number: int, answers: Mapping[str, str]) -> dict[str, str]:
    """Put the answers to those that are there; whoever has the case under lock is alone with its report, too."""
    known = Report.objects.values_list("answers", flat=True).get(pk=number)
    merged = {**known, **answers}
    kept: dict[str, str] = {key: text for key, text in merged.items() if text.strip()}
    if kept != known:
        change_answers(number, kept, found_by=" ".join(answers.values()))
    return kept


def _reach(report: Report, told: Mapping[str, Any], planbook: Planbook) -> dict[str, Any]:
    """Keep how bad it is; what changed."""
    before = extent_of(report)
    extent = extent_from(told, before)
    changed = extent.differing(before)
    if changed:
        check_extent(extent, planbook)
        for name, value in changed.items():
            setattr(report, name, value)
        report.save(update_fields=list(changed))
    return changed


def _must_say_something(text: str, what: str) -> None:
    if not text.strip():
        raise Unusable(f"Write the {what} first; it was empty.", {"text": f"Write the {what}."})
    if len(text) > LONGEST_TEXT:
        raise Unusable(f"Keep it under {LONGEST_TEXT:,} characters; attach the rest as a file.", {"text": "Too long."})
    if "\x00" in text:
        raise Unusable("The text holds a character that cannot be stored (NUL). Remove it.", {"text": "Remove NUL."})


def _check_facts(
    services: Mapping[str, object],
    systems: Mapping[str, object],
    service: str | None,
    fault_in: str | None,
    needs_tier: int | None,
) -> None:
    if service is not None and service not in services:
        raise Unusable(f"No plan names a service '{service}'.", {"service": "Choose a service of the list."})
    if fault_in is not None and fault_in not in systems and fault_in not in ("unknown", "user"):
        raise Unusable(f"No plan names a system '{fault_in}'.", {"fault_in": "Choose a system of the list."})
    if needs_tier is not None and not 1 <= needs_tier <= 4:
        raise Unusable("A support tier is 1, 2, 3 or 4.", {"needs_tier": "Choose 1 to 4."})
