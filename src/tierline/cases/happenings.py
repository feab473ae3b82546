"""What promises of time have to know of a case's story: when it came to its holder, was answered, waited, was solved.

Pure. Read off the facts alone, so that the promises of any instant can be told again. A new kind of fact needs no word
here: a state that a fact changed says whether the case waits, is worked on or is solved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from tierline.cases.lifecycle import CaseState
from tierline.cases.promising import Offer, Standstill
from tierline.plans.decision import By
from tierline.timeline.fact import Fact

OFFERED: Final = "hand-off-offered"
ACKNOWLEDGED: Final = "hand-off-acknowledged"
UNANSWERED: Final = frozenset({"hand-off-refused", "hand-off-withdrawn"})
HANDED_BACK: Final = "handed-back"
CAME: Final = frozenset({ACKNOWLEDGED, HANDED_BACK})  # the case came to another holder
ENDED: Final = UNANSWERED | CAME
ASKED: Final = "inquiry-asked"
QUESTION_OFFERED: Final = frozenset({ASKED, "telling-begun", "inquiry-passed-on", "telling-passed-on"})
QUESTION_TAKEN: Final = frozenset({"inquiry-acknowledged", "telling-acknowledged"})
QUESTION_GIVEN_BACK: Final = frozenset({"inquiry-refused", "telling-refused", "inquiry-withdrawn", "telling-withdrawn"})
WORD: Final = "word-for-reporter"
CARRIED_OUT: Final = frozenset({"nudged", "promise-escalated"})  # their ``keys`` say what was carried out
_OF_QUESTIONS: Final = QUESTION_OFFERED | QUESTION_TAKEN | QUESTION_GIVEN_BACK
KINDS: Final = (OFFERED, *sorted(ENDED), *sorted(_OF_QUESTIONS), WORD, *sorted(CARRIED_OUT))
_OVER: Final = frozenset({CaseState.SOLVED, CaseState.CLOSED})


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact as far as promises ask: its kind, the state it led to, to whom and by what a case was offered."""

    at: datetime
    kind: str
    state: str | None = None
    to: str = ""
    by: By | None = None
    keys: tuple[str, ...] = ()
    answer_by: datetime | None = None


def happening_of(at: datetime, kind: str, said: Mapping[str, Any]) -> Happening:
    """The same of a fact, or of one about to be written."""
    state = said.get("changes", {}).get("state")
    answer_by = said.get("acknowledge_by") if kind == OFFERED or kind in QUESTION_OFFERED else None
    return Happening(
        at,
        kind,
        state,
        to=str(said.get("to") or ""),
        by=said.get("by"),
        keys=tuple(said.get("keys", ())),
        answer_by=datetime.fromisoformat(answer_by) if answer_by else None,
    )


def happenings_in(story: Iterable[Fact]) -> list[Happening]:
    """The facts of a story that matter here."""
    return [
        happening_of(fact.at, fact.kind, fact.said)
        for fact in story
        if fact.kind in KINDS or "state" in fact.said.get("changes", {})
    ]


@dataclass(slots=True)
class Course:
    """How a case went so far. ``entered``: when it came to its holder, ``by`` which channel.

    ``answer_by``: until when the receiver of an open offer was asked to answer. ``question`` and ``take_up_by`` are the
    same of a question (or a telling) on its way.
    """

    entered: datetime
    by: By | None = None
    offer: Offer | None = None
    answer_by: datetime | None = None
    question: Offer | None = None
    take_up_by: datetime | None = None
    first_responded: datetime | None = None
    resolved: datetime | None = None
    standstills: list[Standstill] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)


def course_of(opened_at: datetime, happenings: Iterable[Happening]) -> Course:
    """The course after everything that happened, in its order.

    The first response is whatever the holder does first: begin, ask, pass on, write to the reporter, solve. A case
    that is opened again is promised anew from then. It waits for its reporter while something is asked of them; laid
    down for anything else, it is on hold.
    """
    course = Course(opened_at)
    for one in happenings:
        course.recorded.update(one.keys)
        _hand_off(course, one)
        _question(course, one)
        if one.kind == WORD and course.first_responded is None:
            course.first_responded = one.at
        # Asking something of a case that was laid down already leaves its state as it is.
        state = CaseState.WAITING if one.kind == ASKED else one.state
        if state is not None and one.kind not in CAME:
            _state(course, CaseState(state), one)
    return course


def _hand_off(course: Course, one: Happening) -> None:
    if one.kind == OFFERED:
        course.offer, course.answer_by = Offer(one.to, one.by, one.at), one.answer_by
        return
    if one.kind not in ENDED:
        return
    course.answer_by = None
    if one.kind in CAME:
        accepted = course.offer if one.kind == ACKNOWLEDGED else None
        course.offer = replace(accepted, acknowledged=one.at) if accepted else None
        course.entered, course.by = one.at, accepted.by if accepted else None
        course.first_responded = course.resolved = None
        course.question = course.take_up_by = None
        course.standstills.clear()
    else:
        course.offer = None


def _question(course: Course, one: Happening) -> None:
    if one.kind in QUESTION_OFFERED:
        course.question = Offer(one.to, one.by, one.at) if one.answer_by else None
        course.take_up_by = one.answer_by
    elif one.kind in QUESTION_TAKEN:
        course.question = replace(course.question, acknowledged=one.at) if course.question else None
        course.take_up_by = None
    elif one.kind in QUESTION_GIVEN_BACK:
        course.question = course.take_up_by = None


def _state(course: Course, state: CaseState, one: Happening) -> None:
    at = one.at
    waits = bool(course.standstills) and course.standstills[-1].ends is None
    if waits:
        course.standstills[-1] = replace(course.standstills[-1], ends=at)
    if state is CaseState.WAITING:
        course.standstills.append(Standstill("waiting-for-reporter" if one.kind == ASKED else "on-hold", at))
    if state in _OVER:
        course.resolved = course.resolved or at
    elif course.resolved is not None:
        course.resolved, course.entered = None, at
        course.first_responded = None
    if state is not CaseState.NEW and course.first_responded is None:
        course.first_responded = at
