"""A question as pages show it: what is asked of whoever looks, its ladder, its attempts, the forms it needs. Pure.

Offers only the moves the query found for this actor; refuses nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from tierline.cases.actions.corresponding import is_address
from tierline.cases.inquiry_life import InquiryKind, InquiryMove, InquiryState
from tierline.cases.inquiry_queries import InquiryView, StepView
from tierline.cases.lifecycle import CaseMove, CaseState, HandOffState
from tierline.cases.queries import CaseView
from tierline.directory.actor import Actor
from tierline.plans.decision import Outcome, Reason
from tierline.plans.planbook import Planbook
from tierline.web.moments import Moment, past
from tierline.web.rows import intake_label, short_team
from tierline.web.words import ATTEMPTED_BY, OUTCOMES, PERSONS, Tag, way_words


@dataclass(frozen=True, slots=True)
class Rung:
    """One team on the ladder: ``standing`` says how it stands there; ``here`` marks whose turn it is."""

    team: str
    standing: str
    here: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One passing down, in words."""

    way: str
    moment: Moment
    outcome: str
    refusal: str
    note: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, in words."""

    number: int
    way: str
    outcome: str
    moment: Moment
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What came back by mail while it is under way, to be taken as the answer. ``elsewhere``: not their address."""

    fact: int
    sender: str
    text: str
    moment: Moment
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class InquiryAct:
    """One button with its form. ``form`` names which fields it has: none, reason, words, attempt, answer or note."""

    move: str
    label: str
    form: str
    primary: bool


@dataclass(frozen=True, slots=True)
class InquiryOnPage:
    """A question, every word ready. ``fresh``: it has just come back, so its answer is shown at once."""

    id: int
    open: bool
    telling: bool
    fresh: bool
    headline: str
    short: str
    standing: Tag
    person: str
    words: str
    note: str
    answer: str
    ending: str
    asked: Moment
    asked_by: str
    ladder: tuple[Rung, ...]
    steps: tuple[Step, ...]
    attempts: tuple[Attempt, ...]
    next_attempt: str
    by_oneself: str
    rule: Reason | None
    because: tuple[Reason, ...]
    stuck: str
    errand: str
    acts: tuple[InquiryAct, ...]
    letters: tuple[Letter, ...]
    outcomes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskForm:
    """What the form for a question says: whose way it goes, why, and words to begin with."""

    way: str
    because: tuple[Reason, ...]
    person: str
    words: str


SEND = "send"
TAKE_MAIL = "take-mail"
_STANDINGS = {
    InquiryState.TRAVELLING: Tag("On its way down", "offered"),
    InquiryState.TO_BE_ASKED: Tag("To be asked", "new"),
    InquiryState.ATTEMPTING: Tag("Being asked", "doing"),
    InquiryState.ANSWERED: Tag("Answer on its way back", "offered"),
    InquiryState.LANDED: Tag("Answered", "solved"),
    InquiryState.EXHAUSTED: Tag("Nobody reached", "flag"),
    InquiryState.WITHDRAWN: Tag("Taken back", "waiting"),
}
_TOLD_STANDINGS = {
    InquiryState.TO_BE_ASKED: Tag("To be told", "new"),
    InquiryState.ATTEMPTING: Tag("Being told", "doing"),
    InquiryState.LANDED: Tag("Told", "solved"),
}


def inquiries_on_page(case: CaseView, planbook: Planbook, actor: Actor, at: datetime) -> tuple[InquiryOnPage, ...]:
    """All questions and tellings of a case for whoever looks, newest first."""
    return tuple(
        replace(
            _on_page(one, planbook, actor, at, fresh=_just_back(case, one, place), writes=_can_write(case, one)),
            letters=_letters(case, one, at),
        )
        for place, one in enumerate(case.inquiries)
    )


def _just_back(case: CaseView, view: InquiryView, place: int) -> bool:
    """The newest question's end is why the case is new work again."""
    return (
        place == 0 and not view.whereabouts.open and case.line.state is CaseState.NEW and view.kind is InquiryKind.ASK
    )


def _letters(case: CaseView, view: InquiryView, at: datetime) -> tuple[Letter, ...]:
    """The mails that answer it, newest first, for whoever may write the answer down."""
    if InquiryMove.ANSWER not in view.moves:
        return ()
    return tuple(
        Letter(fact.id, fact.said["sender"], fact.said["text"], past(fact.at, at, settings.TIME_ZONE),
               elsewhere=not fact.said.get("expected"))
        for fact in reversed(case.story)
        if fact.kind == "reply-received" and fact.said.get("inquiry") == view.id
    )  # fmt: skip


def _can_write(case: CaseView, view: InquiryView) -> bool:
    """Whether Tierline can make the next attempt itself: by e-mail, to the address the case knows of the person."""
    of_reporter = view.of_whom == ("reporter" if case.audience == "staff" else "veteran")
    return view.next_channel == "email" and of_reporter and is_address(case.reporter_contact)


def _on_page(
    view: InquiryView, planbook: Planbook, actor: Actor, at: datetime, *, fresh: bool, writes: bool
) -> InquiryOnPage:
    telling, zone = view.kind is InquiryKind.TELL, settings.TIME_ZONE
    person = PERSONS[view.of_whom]
    standing = (_TOLD_STANDINGS if telling else {}).get(view.state, _STANDINGS[view.state])
    asking = view.state in (InquiryState.TO_BE_ASKED, InquiryState.ATTEMPTING)
    stuck = view.next_step is not None and view.next_step.outcome is not Outcome.ASK_THROUGH
    return InquiryOnPage(
        id=view.id,
        open=view.whereabouts.open,
        telling=telling,
        fresh=fresh,
        headline=_headline(view, planbook, actor, person),
        short=f"{planbook.team_label(view.asker)} {'had' if telling else 'asked'} {person}{' told' if telling else ''}",
        standing=standing,
        person=person,
        words=view.words,
        note=view.note,
        answer=view.answer,
        ending=view.ending,
        asked=past(view.asked_at, at, zone),
        asked_by=view.asked_by,
        ladder=_ladder(view, planbook),
        steps=tuple(_step(step, planbook, at) for step in view.steps),
        attempts=tuple(
            Attempt(n, ATTEMPTED_BY[a.by], OUTCOMES[a.outcome], past(a.made_at, at, zone), a.written_by, a.note)
            for n, a in enumerate(view.attempts, 1)
        ),
        next_attempt=_next_attempt(view) if asking else "",
        by_oneself=_by_oneself(view, writes=writes),
        rule=view.rule if asking or view.attempts else None,
        because=view.next_step.because if view.next_step else (),
        stuck=f"No plan says through whom {planbook.team_label(view.whereabouts.hands.team)} may ask." if stuck else "",
        errand=_errand(view, planbook, actor),
        acts=_acts(view, planbook, writes=writes),
        letters=(),
        outcomes=tuple((reached.value, label) for reached, label in OUTCOMES.items()),
    )


def _headline(view: InquiryView, planbook: Planbook, actor: Actor, person: str) -> str:
    """What is asked of whoever looks, or whose turn it is."""
    now = view.whereabouts
    asker, turn = planbook.team_label(view.asker), planbook.team_label(now.step.team)
    verb = "tell" if view.kind is InquiryKind.TELL else "ask"
    sender = planbook.team_label(now.hands.team)
    if now.step.team not in actor.teams and not view.moves:
        return f"{asker} wants to {verb} {person}: it is the turn of {turn}"
    match view.state:
        case InquiryState.TRAVELLING if now.offered is not None:
            return f"{sender} asks {'you' if now.step.team in actor.teams else turn} to {verb} {person}"
        case InquiryState.TRAVELLING if now.place == 0:
            return "Your question came back: better it, pass it on again or take it back"
        case InquiryState.TRAVELLING:
            return f"{asker} wants to {verb} {person}; pass it on to whoever may"
        case InquiryState.ANSWERED:
            return f"{person[:1].upper()}{person[1:]} answered: pass it back"
        case _:
            return f"Please {verb} {person}{'' if now.place == 0 else f' for {asker}'}"


def _errand(view: InquiryView, planbook: Planbook, actor: Actor) -> str:
    """What whoever writes down for a desk without access has to carry; empty for everybody else."""
    rung = view.whereabouts.step
    if not view.whereabouts.open or not rung.recorder or rung.recorder not in actor.teams or not view.steps:
        return ""
    step, team = view.steps[-1], planbook.team_label(rung.team)
    if step.by == "email":
        return f"{team} does not work here; it got the question by e-mail. Write down here what it answers."
    way = way_words(step.by, step.system, planbook)
    return f"{team} does not work here: give it the words {way} yourself, and write down here what it answers."


def _ladder(view: InquiryView, planbook: Planbook) -> tuple[Rung, ...]:
    now = view.whereabouts
    rungs = [
        Rung(
            short_team(rung.team, planbook),
            _rung_words(view, place),
            now.open and now.offered is None and place == now.place,
        )
        for place, rung in enumerate(now.ladder)
    ]
    if now.offered is not None:
        rungs.append(Rung(short_team(now.offered.team, planbook), "offered, not taken up yet", here=True))
    return tuple(rungs)


def _rung_words(view: InquiryView, place: int) -> str:
    now = view.whereabouts
    if not now.open:
        return "asked" if place == 0 else "passed it on" if place < len(now.ladder) - 1 else "spoke with them"
    if place == now.place:
        return "has it" if now.offered is None else "waits until it is taken up"
    return "waits for the answer" if place < now.place or place == 0 else "passed the answer back"


def _step(step: StepView, planbook: Planbook, at: datetime) -> Step:
    way = way_words(step.by, step.system, planbook)
    outcome = {
        HandOffState.OFFERED: "not taken up yet",
        HandOffState.ACKNOWLEDGED: "taken up",
        HandOffState.REFUSED: "given back",
        HandOffState.WITHDRAWN: "taken back",
    }[step.state]
    if step.answered_at is not None:
        outcome = f"{outcome} {past(step.answered_at, at, settings.TIME_ZONE).short} by {step.answered_by}"
    names = f"{short_team(step.sender, planbook)} › {short_team(step.receiver, planbook)}"
    return Step(f"{names}, {way}", past(step.offered_at, at, settings.TIME_ZONE), outcome, step.refusal, step.note)


def _by_oneself(view: InquiryView, *, writes: bool) -> str:
    """What whoever is to write to the person has to do where Tierline cannot; empty where it can, or need not."""
    if writes or view.next_channel != "email" or InquiryMove.ATTEMPT not in view.moves:
        return ""
    return (
        "This case knows no e-mail address of theirs. Copy the words and write to them from your own desk; then write "
        "down here how it ended."
    )


def _next_attempt(view: InquiryView) -> str:
    made, of = len(view.attempts), len(view.channels)
    if view.next_channel is None:
        return f"All {of} attempts are made"
    return f"Attempt {made + 1} of {of}: {ATTEMPTED_BY[view.next_channel]}"


_FORMS = {
    InquiryMove.ACKNOWLEDGE: "none",
    InquiryMove.REFUSE: "reason",
    InquiryMove.PASS_ON: "words",
    InquiryMove.ATTEMPT: "attempt",
    InquiryMove.ANSWER: "answer",
    InquiryMove.GIVE_UP: "note",
    InquiryMove.PASS_BACK: "note",
    InquiryMove.WITHDRAW: "reason",
}
#: What to reach for first.
_FIRST = (InquiryMove.ACKNOWLEDGE, InquiryMove.PASS_ON, InquiryMove.PASS_BACK, InquiryMove.ATTEMPT, InquiryMove.ANSWER)


def _acts(view: InquiryView, planbook: Planbook, *, writes: bool) -> tuple[InquiryAct, ...]:
    moves = [move for move in view.moves if move is not InquiryMove.PASS_ON or _goes_on(view)]
    first = next((move for move in _FIRST if move in moves), None)
    ordered = [*([first] if first else []), *(move for move in moves if move is not first)]
    sends = writes and first is InquiryMove.ATTEMPT
    acts = (
        InquiryAct(move, _label(move, view, planbook), _FORMS[move], move is first and not sends) for move in ordered
    )
    return (*([_send(view)] if sends else []), *acts)


def _send(view: InquiryView) -> InquiryAct:
    number = f"attempt {len(view.attempts) + 1} of {len(view.channels)}"
    return InquiryAct(SEND, f"E-mail them the words now ({number})", "none", primary=True)


def _goes_on(view: InquiryView) -> bool:
    return view.next_step is None or view.next_step.outcome in (Outcome.ASK_THROUGH, Outcome.ASK_DIRECTLY)


def _label(move: InquiryMove, view: InquiryView, planbook: Planbook) -> str:
    now, telling = view.whereabouts, view.kind is InquiryKind.TELL
    to = view.next_step.to if view.next_step else None
    labels = {
        InquiryMove.ACKNOWLEDGE: "Take it up",
        InquiryMove.REFUSE: "Give it back",
        InquiryMove.PASS_ON: f"Pass on to {planbook.team_label(to or '')}",
        InquiryMove.ATTEMPT: _next_attempt(view),
        InquiryMove.ANSWER: "They were told" if telling else "Write down their answer",
        InquiryMove.GIVE_UP: "Nobody could be reached",
        InquiryMove.PASS_BACK: f"Pass the answer back to {planbook.team_label(now.ladder[max(now.place - 1, 0)].team)}",
        InquiryMove.WITHDRAW: "Take the question back",
    }
    return labels[move]


def round_trips_words(questions: int, round_trips: int) -> str:
    """How often was asked and how often the answer came back; empty before the first question."""
    return f"{questions} asked, {round_trips} answered" if questions else ""


def ask_form(view: CaseView, planbook: Planbook, *, asked_there: str = "") -> AskForm | None:
    """The form for a question, when this actor may ask one now.

    ``asked_there`` is what a partner asks on their record: the words to begin with.
    """
    if CaseMove.ASK not in view.moves:
        return None
    decision = view.contact
    way = {
        Outcome.ASK_DIRECTLY: "You may ask them yourself: the attempts begin at once.",
        Outcome.RESTRICTED: "This case is restricted: the question stays with the duties that handle it.",
    }.get(decision.outcome)
    if way is None:
        channel = way_words(decision.by, decision.system, planbook)
        way = f"Your question goes to {planbook.team_label(decision.to or '')}, {channel}, and down to whoever may ask."
    missing = (
        [intake_label(field, planbook) for field in view.line.missing]
        if view.line.state is not CaseState.CLOSED
        else []
    )
    words = "\n".join(["Please tell us:", *(f"- {label}" for label in missing)]) if missing else ""
    words = asked_there or words
    return AskForm(way, decision.because, PERSONS["reporter" if view.audience == "staff" else "veteran"], words)
