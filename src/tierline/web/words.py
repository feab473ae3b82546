"""The desk's words for states, moves, outcomes, channels and facts. The glossary is the law; refuses nothing."""

from dataclasses import dataclass

from tierline.cases.inquiry_life import InquiryMove, Reached
from tierline.cases.lifecycle import CaseMove, CaseState
from tierline.plans.decision import Decision, Outcome
from tierline.plans.planbook import Planbook


@dataclass(frozen=True, slots=True)
class Tag:
    """A status as a word with a colour; ``tone`` names the colour, never the meaning alone."""

    word: str
    tone: str


STATES: dict[CaseState, Tag] = {
    CaseState.NEW: Tag("New", "new"),
    CaseState.IN_PROGRESS: Tag("In progress", "doing"),
    CaseState.OFFERED: Tag("Offered", "offered"),
    CaseState.WAITING: Tag("Waiting", "waiting"),
    CaseState.SOLVED: Tag("Solved", "solved"),
    CaseState.CLOSED: Tag("Closed", "closed"),
}
FLAGS: dict[str, Tag] = {
    "security-privacy": Tag("Security or privacy", "restricted"),
    "congressional": Tag("Congressional", "flag"),
    "patient-safety": Tag("Patient safety", "danger"),
}
REPORTED_BY = {
    "telephone": "By telephone",
    "email": "By e-mail",
    "chat": "By chat",
    "in-person": "In person",
    "web": "On a web page",
    "api": "Through the API",
    "import": "Imported",
}
AUDIENCES = {"veteran": "A Veteran", "staff": "A member of staff"}
CHANNELS = {
    "ticket": "by ticket",
    "email": "by e-mail",
    "call": "on the regular call",
    "issue": "by an engineering issue",
}
TABS = {
    "new": "New to us",
    "todo": "Ours to do",
    "waiting": "Waiting for others",
    "overdue": "Overdue",
}
FIELDS = {
    "service": "Service",
    "fault_in": "Fault in",
    "needs_tier": "Support tier needed",
    "flags": "Flags",
    "holder": "Holder",
    "offered_to": "Offered to",
    "assignee": "Worked on by",
    "state": "State",
    "summary": "Summary",
    "audience": "Reported by",
    "restricted_to": "Restricted to",
    "recorded_by": "Answers written down by",
    "answered_for": "Answer to be read by",
    "trail": "Way so far",
    "missing": "Still missing",
    "theirs": "Their status",
    "planbook": "Planbook version",
    "organisations": "Organisations that see it",
    "impacts": "Impact",
    "severity": "Severity",
    "workaround": "Way round",
    "reports": "Like reports in all",
    "reports_in_one_day": "Like reports on one day",
    "users_per_day": "People a day it hits",
}
WORKAROUND = {"": "Not known", "yes": "There is one", "no": "There is none"}


def spelt_out(word: str) -> str:
    """A word of a plan as people read it."""
    return word.replace("-", " ").capitalize()


def flag_tags(flags: tuple[str, ...]) -> tuple[Tag, ...]:
    """Flags as words with colours; an unknown one speaks for itself."""
    return tuple(FLAGS.get(flag, Tag(flag, "flag")) for flag in flags)


def suggestion(decision: Decision, planbook: Planbook) -> str:
    """What the plans suggest, in one sentence."""
    to = planbook.team_label(decision.to) if decision.to else ""
    way = f"{to}, Tier {decision.tier}, {way_words(decision.by, decision.system, planbook)}"
    sentences = {
        Outcome.KEEP: f"The plans leave this with {to}: it is theirs to solve.",
        Outcome.HAND_OFF: f"The plans hand this to {way}.",
        Outcome.NEEDS_INFORMATION: f"The plans hand this to {to} once {_answers(len(decision.missing))}.",
        Outcome.ASK_THROUGH: f"The question goes through {way}.",
        Outcome.ASK_DIRECTLY: "You may ask that person yourself.",
        Outcome.OUT_OF_SCOPE: f"The plans do not take this{f'; {to} does' if to else ''}.",
        Outcome.RESTRICTED: "Security or privacy: only the restricted path.",
        Outcome.NO_ROUTE: "No plan says where this goes next.",
    }
    return sentences[decision.outcome]


def way_words(by: str | None, system: str | None, planbook: Planbook) -> str:
    """The channel in words: "by ticket in Dynamics"."""
    words = CHANNELS.get(by or "", "")
    return f"{words} in {planbook.system_label(system)}" if by == "ticket" and system else words


def _answers(count: int) -> str:
    return "one more answer is there" if count == 1 else f"{count} more answers are there"


MOVE_DONE: dict[CaseMove, str] = {
    CaseMove.BEGIN: "{case} is yours and in progress. Not yours after all? “Give it back to the team”.",
    CaseMove.ACKNOWLEDGE: "{case} was taken over.",
    CaseMove.REFUSE: "{case} was refused and is its sender’s to do again.",
    CaseMove.HAND_BACK: "{case} was handed back and is its sender’s again, with your reason.",
    CaseMove.WITHDRAW: "The offer of {case} was taken back. Hand it off again whenever it is ready.",
    CaseMove.WAIT: "{case} is laid down until somebody answers. “Take it up again” brings it back.",
    CaseMove.RESUME: "{case} is in progress again.",
    CaseMove.SOLVE: "{case} is solved. The reporter is still to be told, then it can be closed: the top of the page "
    "says whose turn it is. “It still happens” opens it again.",
    CaseMove.CLOSE: "{case} is closed. “It still happens” opens it again.",
    CaseMove.REOPEN: "{case} is in progress again.",
    CaseMove.TELL: "The words for the reporter of {case} are on their way. Close it when they were told.",
}
ATTEMPTED_BY = {"email": "by e-mail", "telephone": "by telephone", "letter": "by letter"}
OUTCOMES: dict[Reached, str] = {
    Reached.REACHED: "They answered",
    Reached.WAITING: "Sent, or a word left; no answer yet",
    Reached.NO_ANSWER: "No answer",
    Reached.IMPOSSIBLE: "Cannot be reached this way",
}
PERSONS = {"veteran": "the Veteran", "reporter": "the person who reported it"}
INQUIRY_DONE: dict[InquiryMove, str] = {
    InquiryMove.ACKNOWLEDGE: "The question on {case} is yours now. What it asks and what to do next stands on top.",
    InquiryMove.REFUSE: "The question on {case} went back with your reason.",
    InquiryMove.PASS_ON: "The question on {case} is passed on. Its answer comes back to you.",
    InquiryMove.ATTEMPT: "The attempt is written down.",
    InquiryMove.ANSWER: "The answer is written down.",
    InquiryMove.GIVE_UP: "Whoever asked knows now that nobody could be reached.",
    InquiryMove.PASS_BACK: "The answer is on its way back.",
    InquiryMove.WITHDRAW: "The question on {case} was taken back; the case is in progress again.",
}
