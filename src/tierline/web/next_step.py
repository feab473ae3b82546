"""What can be done with a case now: one primary act, the one the plans suggest, and the others beside it. Pure.

Offers nothing that the transition table or the actor's teams do not allow: it only orders and names what
``CaseView.moves`` holds.
"""

from dataclasses import dataclass, replace

from tierline.cases.lifecycle import CaseMove, CaseState, HandOffState
from tierline.cases.queries import CaseView
from tierline.directory.actor import Actor
from tierline.plans.decision import Outcome, Reason
from tierline.plans.planbook import Planbook
from tierline.plans.schema import ReturnReason
from tierline.web.asking import Asked, CameBack, Errand, asked_of, came_back_of, errand_of
from tierline.web.words import suggestion


@dataclass(frozen=True, slots=True)
class Act:
    """One button. ``asks`` is the label of the text it needs, empty for none; ``page`` leads to a screen of its own.

    ``also`` is the label of a second text: words for the reporter.
    ``reasons`` are those a return has to choose one of; the text is then optional where the reason says enough.
    """

    move: str
    label: str
    asks: str = ""
    hint: str = ""
    page: str = ""
    also: str = ""
    reasons: tuple[ReturnReason, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStep:
    """What was asked, what the plans suggest, why, what is to be carried by hand, and the buttons.

    ``due_of_awaited``: what falls due first is what is awaited, so its time may stand beside it.
    """

    suggestion: str
    because: tuple[Reason, ...]
    primary: Act | None
    others: tuple[Act, ...]
    awaited: str
    due_of_awaited: bool
    missing: tuple[str, ...]
    came_back: CameBack | None
    asked: Asked | None
    errand: Errand | None


_ACTS: dict[CaseMove, Act] = {
    CaseMove.BEGIN: Act("begin", "Begin work"),
    CaseMove.OFFER: Act("offer", "Hand off", page="case-hand-off"),
    CaseMove.ACKNOWLEDGE: Act("acknowledge", "Take it over"),
    CaseMove.REFUSE: Act("refuse", "Refuse", "In your words", "The sender reads this and has to act on it."),
    CaseMove.HAND_BACK: Act(
        "hand-back", "Hand it back", "In your words", "The sender reads this and has to act on it."
    ),
    CaseMove.WITHDRAW: Act("withdraw", "Take the offer back"),
    CaseMove.WAIT: Act("wait", "Wait for an answer", "What are you waiting for", "From whom, and for what."),
    CaseMove.RESUME: Act("resume", "Take it up again"),
    CaseMove.SOLVE: Act("solve", "Solve", "What solved it", "In words that the team that tells the reporter can use."),
    CaseMove.CLOSE: Act("close", "Close", "How was the reporter told", "Or why they could not be."),
    CaseMove.ASK: Act("ask", "Ask a question", page="#question"),
    CaseMove.TELL: Act("tell", "Have the reporter told", "Words for the reporter", "Passed on word for word."),
    CaseMove.REOPEN: Act("reopen", "It still happens", "What happens still"),
}
_GIVE_BACK = Act("give-back", "Give it back to the team")
_TAKE_OFF = "Take it off {name}"
_FILL_IN = Act("fill-in", "Fill in what is missing", page="#correct")
#: What to reach for first, by state, when the plans do not say better.
_FIRST: dict[CaseState, tuple[CaseMove, ...]] = {
    CaseState.NEW: (CaseMove.BEGIN,),
    CaseState.IN_PROGRESS: (CaseMove.SOLVE,),
    CaseState.OFFERED: (CaseMove.ACKNOWLEDGE,),
    CaseState.WAITING: (CaseMove.RESUME,),
    CaseState.SOLVED: (CaseMove.CLOSE, CaseMove.TELL),
    CaseState.CLOSED: (),
}

#: What stands in place of the plans' word once there is nothing left to route.
_OVER = {
    CaseState.SOLVED: "Solved. The reporter is still to be told; then it can be closed.",
    CaseState.CLOSED: "Closed. Nothing is left to do.",
}


def next_step(view: CaseView, planbook: Planbook, actor: Actor) -> NextStep:
    """The next step for this actor."""
    acts = [_act(move, view, planbook, actor) for move in view.moves if not _leads_nowhere(move, view)]
    primary = _primary(view, acts)
    if primary is not None and primary.move == CaseMove.ASK:
        acts.append(_FILL_IN)  # somebody may know it all the same
    if view.line.holder in actor.teams and view.line.assignee and view.line.state is not CaseState.CLOSED:
        mine = view.line.assignee == actor.name
        acts.append(_GIVE_BACK if mine else replace(_GIVE_BACK, label=_TAKE_OFF.format(name=view.line.assignee)))
    return NextStep(
        suggestion=_over(view) or suggestion(view.decision, planbook),
        because=() if view.line.state in _OVER else view.decision.because,
        primary=primary,
        others=tuple(act for act in acts if act != primary),
        awaited=_awaited(view, planbook, actor),
        due_of_awaited=_falls_due(view, actor),
        missing=view.line.missing if view.line.state is not CaseState.CLOSED else (),
        came_back=came_back_of(view, planbook),
        asked=asked_of(view, planbook, actor),
        errand=errand_of(view, planbook, actor),
    )


def with_first(step: NextStep, move: CaseMove) -> NextStep:
    """The same step with another act on top, where that act is there."""
    acts = [act for act in (step.primary, *step.others) if act is not None]
    first = next((act for act in acts if act.move == move), None)
    return step if first is None else replace(step, primary=first, others=tuple(act for act in acts if act != first))


def _over(view: CaseView) -> str:
    told = view.contact.outcome is Outcome.ASK_THROUGH and CaseMove.CLOSE in view.moves
    if view.line.state is CaseState.SOLVED and told:
        return "Solved, and the telling has ended: it can be closed."
    return _OVER.get(view.line.state, "")


def _act(move: CaseMove, view: CaseView, planbook: Planbook, actor: Actor) -> Act:
    act = _ACTS[move]
    if move in (CaseMove.REFUSE, CaseMove.HAND_BACK):
        act = replace(act, reasons=tuple(planbook.return_reasons.values()))
    other = view.line.offered_to
    if move in (CaseMove.ACKNOWLEDGE, CaseMove.REFUSE) and other and other not in actor.teams:
        name = planbook.team_label(other)
        if move is CaseMove.ACKNOWLEDGE:
            return Act("acknowledge", f"{name} took it", "What they said", "Their answer, as they gave it.")
        return replace(act, label=f"{name} refused", asks="What they said", hint="Their reason, as they gave it.")
    if move is CaseMove.HAND_BACK:
        return _hand_back(act, view, planbook, actor)
    if move is CaseMove.OFFER and _planned(view):
        return Act("offer", f"Hand off to {planbook.team_label(view.decision.to or '')}", page="case-hand-off")
    return _told_by_others(act) if view.contact.outcome is Outcome.ASK_THROUGH else act


def _told_by_others(act: Act) -> Act:
    """Solving and closing for whoever may not contact the reporter."""
    if act.move == CaseMove.SOLVE:
        return replace(act, hint="For us and the next who meets it.", also="Words for the reporter, word for word")
    return Act("close", "Close: the telling has ended") if act.move == CaseMove.CLOSE else act


def _hand_back(act: Act, view: CaseView, planbook: Planbook, actor: Actor) -> Act:
    """To whom it goes back; in the words of who writes down for a desk without access, what that desk did."""
    brought = next((h for h in reversed(view.hand_offs) if h.state is HandOffState.ACKNOWLEDGED), None)
    sender = planbook.team_label(brought.sender) if brought else "its sender"
    if view.line.holder in actor.teams:
        return replace(act, label=f"Hand it back to {sender}")
    holder = planbook.team_label(view.line.holder)
    return replace(act, label=f"{holder} gave it back", asks="What they said", hint="Their reason, as they gave it.")


def _leads_nowhere(move: CaseMove, view: CaseView) -> bool:
    """A restricted case leaves by no channel, so the button that would be refused is not there."""
    return move is CaseMove.OFFER and (view.line.restricted or view.decision.outcome is Outcome.RESTRICTED)


def _planned(view: CaseView) -> bool:
    return view.decision.outcome in (Outcome.HAND_OFF, Outcome.NEEDS_INFORMATION) and view.decision.to is not None


def _primary(view: CaseView, acts: list[Act]) -> Act | None:
    """The act the plans suggest where they suggest one, else the usual next one of the state."""
    by_move = {act.move: act for act in acts}
    if view.line.state in (CaseState.NEW, CaseState.IN_PROGRESS) and view.may_change:
        if view.decision.outcome is Outcome.HAND_OFF and "offer" in by_move:
            return by_move["offer"]
        if view.decision.outcome is Outcome.NEEDS_INFORMATION:
            may_not_ask = view.contact.outcome is Outcome.ASK_THROUGH
            return by_move["ask"] if may_not_ask and "ask" in by_move else _FILL_IN
    return next((by_move[move.value] for move in _FIRST[view.line.state] if move.value in by_move), None)


def _awaited(view: CaseView, planbook: Planbook, actor: Actor) -> str:
    """For whose answer the case stands still, as seen by this actor; empty when it is theirs to act."""
    line = view.line
    if line.state is CaseState.OFFERED and line.offered_to and line.offered_to not in actor.teams:
        return f"{planbook.team_label(line.offered_to)} has to answer"
    if line.state is CaseState.OFFERED:
        return f"{planbook.team_label(line.holder)} asks you to take this over"
    if line.question_to and line.question_to not in actor.teams:
        what = "The reporter is still to be told" if line.state is CaseState.SOLVED else "A question is under way"
        return f"{what}; it is the turn of {planbook.team_label(line.question_to)}"
    if line.recorded_by in actor.teams and line.holder not in actor.teams and line.state not in _OVER:
        return f"{planbook.team_label(line.holder)} has this; you write down what they answer"
    if not view.may_change and line.state is not CaseState.CLOSED:
        return f"{planbook.team_label(line.holder)} holds this; you can read it and write notes"
    return ""


def _falls_due(view: CaseView, actor: Actor) -> bool:
    """Whether the case's due time is that of the answer it stands still for, and not of something of the actor's own.

    While a question is this actor's, its time stands with the question; beside a case one can only read it says
    nothing.
    """
    if view.line.state is CaseState.OFFERED:
        return True
    if view.line.question_to:
        return view.line.question_to not in actor.teams
    return view.line.recorded_by in actor.teams
