"""What a case sends across: an issue or ticket made or joined, a word, an answer, "it still happens".

Everything goes by a bond and the outbox, inside the verb's own transaction. Refuses all of it for a restricted case,
and words by whoever may not work on the case.
"""

from datetime import datetime

from django.db import transaction

from tierline.bonds import actions as bonds
from tierline.bonds.queries import effects_of, open_bonds_of, others_of, record_of, subject_of
from tierline.bonds.systems import connected
from tierline.cases.actions.changing import SUBJECT, Change, Saved, must_hold, take
from tierline.cases.actions.entering import LONGEST_TEXT
from tierline.cases.models import CaseRow, HandOffRow
from tierline.cases.wording import (
    Outgoing,
    answer_text,
    issue_text,
    issue_title,
    joined_text,
    subject_line,
    ticket_text,
)
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable
from tierline.outbox import actions as outbox
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import ways_of
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.timeline.actions import record
from tierline.trackers.tracker import Stage

OVER = (Stage.SOLVED, Stage.CLOSED, Stage.CANCELLED)


def about(case: CaseRow, team: str) -> bonds.About:
    """What a bond of the case is about; ``team`` sends."""
    names = (case.report.reporter_name,)
    return bonds.About(
        (SUBJECT, case.pk), team, tuple(case.organisations), tuple(name for name in names if name),
        tuple(case.restricted_to),
    )  # fmt: skip


def system_of(planbook: Planbook, team: str, by: str, system: str | None) -> str | None:
    """The partner's system that a hand-off by issue or ticket crosses into; None where nothing is connected."""
    address = planbook.issues_of(team) if by == "issue" else None
    wanted = address.tracker if address else system if by == "ticket" else None
    return wanted if connected(wanted) else None


def cross(
    case: CaseRow, hand_off: HandOffRow, out: Outgoing, planbook: Planbook, *, issue: int | None, at: datetime
) -> int | None:
    """Let a hand-off cross: make the record or join one. None where its text is carried by hand, or the receiver works
    here."""
    system = system_of(planbook, hand_off.receiver, hand_off.by, hand_off.system)
    if system is None or not hand_off.sender_records:
        return None
    to = bonds.To(system, hand_off.receiver, case.service, issue=hand_off.by == "issue")
    whose, key = about(case, hand_off.sender), f"case-{case.pk}:hand-off-{hand_off.pk}:{hand_off.by}"
    if issue is not None:
        return bonds.join(whose, issue, joined_text(out), key=key, hand_off=hand_off.pk, at=at)
    if hand_off.by == "ticket":
        queue = planbook.queue_of(hand_off.receiver) or ""
        there = next((one for one, _, _, named, _ in open_bonds_of((SUBJECT, case.pk)) if named == system), None)
        if there is not None:  # the ticket that is there already goes to the other queue, with the words
            bonds.change(there, whose, {"queue": queue}, key=key, at=at)
            bonds.say(there, whose, ticket_text(out), key=f"{key}:words", at=at)
            return there
        ticket = {"title": subject_line(out), "text": ticket_text(out), "project": queue}
        return bonds.open_bond(whose, to, ticket, key=key, hand_off=hand_off.pk, at=at)
    address = planbook.issues_of(hand_off.receiver)
    message = {
        "title": issue_title(address.title_prefix if address else "", out),
        "text": issue_text(out),
        "labels": list(address.labels) if address else [],
        "project": (address.project if address else None) or "",
    }
    return bonds.open_bond(whose, to, message, key=key, hand_off=hand_off.pk, at=at)


def take_back(case: CaseRow, hand_off: HandOffRow, *, at: datetime) -> None:
    """End the bonds that a withdrawn hand-off made; where they stand there already, say so."""
    for bond in _bonds_of_hand_off(case, hand_off):
        view = record_of(bond)
        if view.record and view.stage not in OVER:
            words = f"{case_reference(case.pk)} is no longer asked of you: it was taken back."
            key = f"case-{case.pk}:hand-off-{hand_off.pk}:taken-back"
            bonds.say(bond, about(case, hand_off.sender), words, key=key, at=at)
            bonds.finish(bond, "Taken back by its sender.", at=at)
        else:
            bonds.end(bond, "Taken back by its sender.", at=at)


def _bonds_of_hand_off(case: CaseRow, hand_off: HandOffRow) -> list[int]:
    return bonds.of_hand_off((SUBJECT, case.pk), hand_off.pk)


@transaction.atomic
def say(actor: Actor, bond: int, text: str, *, at: datetime) -> Saved:
    """Say something on the record, as a comment there. Whoever works on the case may."""
    change = take_bond(actor, bond, at=at)
    must_hold(change)
    if not text.strip() or len(text) > LONGEST_TEXT or "\x00" in text:
        raise Unusable("Write what they are to read there, in plain words.", {"text": "Write something."})
    change.case.answered_for = None
    saved = change.save("partner-told", bond=bond, system=record_of(bond).system, text=text.strip())
    whose = about(change.case, _sender(actor, change.case))
    bonds.say(bond, whose, text.strip(), key=f"case-{change.case.pk}:bond-{bond}:said-{saved.fact}", at=at)
    return saved


def answer_partner(change: Change, question: str, answer: str) -> None:
    """The answer to a question of the partner's has come back to them as the holder: say it where they asked it."""
    case = change.case
    if case.restricted_to:
        return
    for bond, outward, receiver, _, stage in open_bonds_of((SUBJECT, case.pk)):
        if not outward or receiver != case.holder or Stage(stage) in OVER:
            continue
        sender = case.recorded_by or case.holder
        words = answer_text(question, answer, planbook_in_force().planbook.team_label(sender))
        key = f"case-{case.pk}:bond-{bond}:answer-{case.round_trips}-{case.version}"
        bonds.say(bond, about(case, sender), words, key=key, at=change.at)


def touch(change: Change) -> None:
    """Somebody here begins with a case that came from a partner's system, or hands it on: say so there."""
    _tell_origin(change, {"stage": Stage.IN_PROGRESS.value}, "begun")


def pass_down(change: Change, words: str, system: str | None, queue: str, *, key: str) -> None:
    """A question or a telling goes on by ticket: on the record the case came from, its words are said and it is put in
    the other team's queue."""
    case = change.case
    for bond, outward, _, named, stage in _crossing_bonds(case):
        if not outward and named == system and queue and Stage(stage) not in OVER:
            whose = about(case, case.holder)
            bonds.change(bond, whose, {"queue": queue}, key=key, at=change.at)
            bonds.say(bond, whose, words, key=f"{key}:words", at=change.at)


def tell_origin_closed(change: Change, told: str) -> None:
    """A case that came from a partner's system is closed here, its reporter told: it is solved there, too."""
    case = change.case
    for bond, outward, _, _, stage in _crossing_bonds(case):
        if not outward and Stage(stage) not in OVER:
            key = f"case-{case.pk}:bond-{bond}:closed-{case.version}"
            wanted = {"stage": Stage.SOLVED.value, "close_notes": told}
            bonds.change(bond, about(case, case.holder), wanted, key=key, at=change.at)


def end_what_is_done(change: Change, told: str) -> None:
    """The case is closed: bonds whose last step was its own are over."""
    tell_origin_closed(change, told)
    for bond in bonds.done_of((SUBJECT, change.case.pk)):
        bonds.end(bond, "The reporter was told and the case is closed.", at=change.at)


def _tell_origin(change: Change, wanted: dict[str, str], what: str) -> None:
    case = change.case
    for bond, outward, _, _, stage in _crossing_bonds(case):
        if not outward and Stage(stage) not in (*OVER, Stage.IN_PROGRESS):
            key = f"case-{case.pk}:bond-{bond}:{what}-{case.version}"
            bonds.change(bond, about(case, case.holder), wanted, key=key, at=change.at)


def _crossing_bonds(case: CaseRow) -> list[tuple[int, bool, str, str, str]]:
    return [] if case.restricted_to else open_bonds_of((SUBJECT, case.pk))


def reopen_there(change: Change, reason: str, *, bond: int | None = None) -> None:
    """Open the records of a case again that are over there, with the reason; every other case on them is told."""
    case = change.case
    for one, outward, receiver, system, stage in _reopenable(case):
        if not outward or Stage(stage) not in OVER or (bond is not None and one != bond):
            continue
        whose = about(case, case.recorded_by or case.holder)
        key = f"case-{case.pk}:bond-{one}:still-happens-{case.version}"
        words = f"{case_reference(case.pk)}: it still happens.\n\n{reason.strip()}"
        # The change first: our own words would make the picture it is based on an old one.
        bonds.change(one, whose, {"stage": Stage.IN_PROGRESS.value}, key=key, at=change.at)
        bonds.say(one, whose, words, key=f"{key}:words", at=change.at)
        bonds.reopen(one, "It still happens.", at=change.at)
        _tell_the_others(one, case, system, reason, at=change.at)
        del receiver


def _reopenable(case: CaseRow) -> list[tuple[int, bool, str, str, str]]:
    return [] if case.restricted_to else open_bonds_of((SUBJECT, case.pk), ended=True)


def _tell_the_others(bond: int, case: CaseRow, system: str, reason: str, *, at: datetime) -> None:
    number = record_of(bond).number
    for other, (kind, subject) in others_of(bond):
        if kind == SUBJECT:
            bonds.reopen(other, "It still happens on another case.", at=at)
            record(
                SUBJECT, subject, "still-happens-elsewhere", actor=TIERLINE, at=at, bond=other, system=system,
                number=number, case=case.pk,
            )  # fmt: skip
    del reason


@transaction.atomic
def send_again(actor: Actor, bond: int, *, at: datetime) -> int:
    """Let every message of the bond that did not arrive try again, at once. Returns how many."""
    change = take_bond(actor, bond, at=at)
    must_hold(change)
    ways = ways_of(effects_of(bond))
    stuck = (way for way in ways.values() if way.state in (EffectState.HELD, EffectState.FAILED))
    waiting = [way.effect for way in stuck if not way.guarded]  # what the guard holds needs other words
    for effect in waiting:
        outbox.release(actor, effect, at=at)
    return len(waiting)


@transaction.atomic
def choose(actor: Actor, bond: int, effect: int, *, ours: bool, at: datetime) -> None:
    """Decide about a change that ran into one of theirs: ours is made on top of theirs, or theirs stands."""
    change = take_bond(actor, bond, at=at)
    must_hold(change)
    if effect not in effects_of(bond):
        raise NotFound("There is no such message on this bond.")
    if ours:
        outbox.rewrite(actor, effect, {"if_revision": record_of(bond).revision}, at=at)
        bonds.rebase(effect)
    else:
        outbox.withdraw(actor, effect, at=at)
    record(
        SUBJECT, change.case.pk, "conflict-settled", actor=actor, at=at, bond=bond, effect=effect,
        stands="ours" if ours else "theirs",
    )  # fmt: skip


def take_bond(actor: Actor, bond: int, *, at: datetime) -> Change:
    """The case of a bond, under lock. Refuses a restricted one: nothing of it crosses."""
    kind, number = subject_of(actor, bond)
    if kind != SUBJECT:
        raise NotFound("There is no such bond that you may see.")
    change = take(actor, number, at=at)
    if change.case.restricted_to:
        raise NotAllowed("This case is restricted (security or privacy): nothing of it crosses any more.")
    return change


def _sender(actor: Actor, case: CaseRow) -> str:
    """The team that says it: the actor's own of those at work on the case."""
    return next(
        (team for team in (case.recorded_by, case.holder) if team in actor.teams), case.recorded_by or case.holder
    )
