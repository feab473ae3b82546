"""A case's facts told as a story: hand-offs, messages, notes, words for the reporter and plain facts kept apart. Pure.

Refuses to guess: a kind of fact nobody gave words to is shown by its own name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings

from tierline.bonds.systems import label_of
from tierline.cases.inquiry_life import Reached
from tierline.cases.lifecycle import CaseState
from tierline.foundation.ids import case_reference
from tierline.plans.planbook import Planbook
from tierline.timeline.fact import Fact
from tierline.web.moments import Moment, past
from tierline.web.promise_words import kind_words
from tierline.web.rows import intake_label
from tierline.web.words import (
    ATTEMPTED_BY,
    AUDIENCES,
    CHANNELS,
    FIELDS,
    FLAGS,
    OUTCOMES,
    PERSONS,
    REPORTED_BY,
    STATES,
    spelt_out,
)

#: Fields whose change the headline of a fact already tells.
TOLD_ALREADY = frozenset(
    (
        "state", "holder", "offered_to", "trail", "organisations", "assignee", "recorded_by", "planbook",
        "restricted_to", "answered_for", "question_to", "question_taken", "question_waiting", "questions",
        "round_trips", "tellings",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``room``: hand-off, message, reply, bounce, note, reporter, question or fact;
    pages show them apart. ``answers``: the hand-off a mail answers."""

    id: int
    room: str
    headline: str
    by: str
    moment: Moment
    back_then: str
    quotes: tuple[tuple[str, str], ...] = ()
    changes: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Mapping[str, str], ...] = ()
    effects: tuple[int, ...] = ()
    mail: int | None = None
    answers: int | None = None
    refused: tuple[str, ...] = ()


def entries(facts: Iterable[Fact], planbook: Planbook, at: datetime) -> list[Entry]:
    """The story, newest first; the same word about several messages is one entry."""
    told: list[Entry] = []
    for fact in facts:
        entry = _entry(fact, planbook, at)
        if told and entry.room == "message" and _says_the_same(told[-1], entry):
            entry = replace(entry, effects=tuple(sorted((*told.pop().effects, *entry.effects))))
        told.append(entry)
    return told[::-1]


def _says_the_same(one: Entry, other: Entry) -> bool:
    return (one.headline, one.by, one.quotes) == (other.headline, other.by, other.quotes)


def _entry(fact: Fact, planbook: Planbook, at: datetime) -> Entry:
    room, headline = _headline(fact, planbook)
    said = fact.said
    return Entry(
        id=fact.id,
        room=room,
        headline=headline,
        by=fact.actor,
        moment=past(fact.at, at, settings.TIME_ZONE),
        back_then=quote(fact.at.isoformat()),
        quotes=tuple((label, str(said[key])) for key, label in QUOTED if said.get(key)),
        changes=() if fact.kind == "entered" else _changes(said.get("changes", {}), planbook),
        reasons=tuple(said.get("decision", {}).get("because", ())),
        effects=(said["effect"],) if said.get("effect") else (),
        mail=said.get("mail"),
        answers=said.get("hand_off") if fact.kind == "reply-received" else None,
        refused=tuple(said.get("refused", ())),
    )


#: What somebody said, and how it is introduced; in this order.
QUOTED = (
    ("ask", "Asked"),
    ("override", "Against the plans, because"),
    ("reason", "Because"),
    ("text", ""),
    ("words", "Word for word"),
    ("answer", "They answered"),
    ("said", "They said"),
    ("for_what", "Waiting for"),
    ("solution", "Solution"),
    ("told", "The reporter was told"),
    ("note", "Internal note"),
    ("because", ""),
)


def _headline(fact: Fact, planbook: Planbook) -> tuple[str, str]:
    tell = HEADLINES.get(fact.kind)
    return tell(fact.said, planbook) if tell else ("fact", fact.kind.replace("-", " ").capitalize())


def _plain(room: str, headline: str) -> "Callable[[Mapping[str, Any], Planbook], tuple[str, str]]":
    return lambda _said, _planbook: (room, headline)


def _offered(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    way = CHANNELS.get(said.get("by", ""), "")
    return "hand-off", f"Offered to {planbook.team_label(said.get('to', ''))}, Tier {said.get('tier')}, {way}"


def _overdue(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    return "hand-off", f"{planbook.team_label(said.get('to', ''))} did not answer in time"


def _taken(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    holder = said.get("changes", {}).get("holder")
    return "hand-off", f"Taken over by {planbook.team_label(holder)}" if holder else "Taken over"


def _entered(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    holder = said.get("changes", {}).get("holder", "")
    how = REPORTED_BY.get(said.get("reported_by", ""), "")
    return "fact", f"Taken in by {planbook.team_label(holder)}{f', {how[0].lower()}{how[1:]}' if how else ''}"


def _assigned(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "fact", f"Given to {said['to']}" if said.get("to") else "Given back to the team"


def _came_back(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    """Facts from before there were reasons carry words alone."""
    reason = f": {planbook.return_label(said['return_reason'])}" if said.get("return_reason") else ""
    if to := said.get("to"):
        return "hand-off", f"Handed back to {planbook.team_label(to)}{reason}"
    return "hand-off", f"Refused; back to its sender{reason}"


def _number(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    return "fact", f"Number elsewhere: {said.get('number')} ({planbook.system_label(str(said.get('system')))})"


def _file(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "fact", f"File attached: {said.get('name')}"


def _nudged(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "message", f"Reminded after {said.get('after')}: still open{_named(said)}"


def _escalated(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    duty = planbook.duty_label(str(said.get("duty", "")))
    whom = f"the deputy of {duty}" if said.get("deputy") else duty
    late = kind_words(str(said.get("promise", "")))
    return "hand-off", f"Told {whom}: the {late} is late{_named(said)}"


def _named(said: Mapping[str, Any]) -> str:
    people = said.get("to_people", ())
    return f" ({', '.join(people)})" if people else " (nobody is named for it)"


def _asked(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    return "question", f"Question to {PERSONS.get(said.get('of_whom', ''), 'the reporter')}{_through(said, planbook)}"


def _begun_telling(said: Mapping[str, Any], planbook: Planbook) -> tuple[str, str]:
    return "question", f"The reporter is to be told{_through(said, planbook)}"


def _through(said: Mapping[str, Any], planbook: Planbook) -> str:
    if not said.get("to"):
        return ""
    return f", through {planbook.team_label(said['to'])}, {CHANNELS.get(said.get('by', ''), '')}"


def _at(words: str, key: str = "team") -> "Callable[[Mapping[str, Any], Planbook], tuple[str, str]]":
    """A headline that names a team."""
    return lambda said, planbook: ("question", words.format(team=planbook.team_label(str(said.get(key, "")))))


def _attempted(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    way = ATTEMPTED_BY.get(said.get("by", ""), "")
    outcome = OUTCOMES[Reached(said["outcome"])] if said.get("outcome") else ""
    return "question", f"Attempt {said.get('attempt')} of {said.get('of')}, {way}: {outcome[:1].lower()}{outcome[1:]}"


INQUIRY_HEADLINES: dict[str, "Callable[[Mapping[str, Any], Planbook], tuple[str, str]]"] = {
    "inquiry-asked": _asked,
    "telling-begun": _begun_telling,
    "inquiry-answered": _plain("question", "Answered"),
    "telling-told": _plain("question", "The reporter was told"),
    "inquiry-passed-back": _at("Answer passed back to {team}", "to"),
    "inquiry-landed": _plain("question", "The answer is back with whoever asked"),
    "telling-landed": _plain("question", "The case can be closed"),
    "inquiry-overdue": _at("{team} did not take the question up in time", "to"),
    **{f"{kind}-acknowledged": _at("Question taken up by {team}") for kind in ("inquiry", "telling")},
    **{f"{kind}-passed-on": _at("Question passed on to {team}", "to") for kind in ("inquiry", "telling")},
    **{f"{kind}-refused": _at("Question given back by {team}") for kind in ("inquiry", "telling")},
    **{f"{kind}-attempted": _attempted for kind in ("inquiry", "telling")},
    **{f"{kind}-exhausted": _plain("question", "Nobody could be reached") for kind in ("inquiry", "telling")},
    **{f"{kind}-withdrawn": _plain("question", "Question taken back") for kind in ("inquiry", "telling")},
}


def _reply(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    elsewhere = ""
    if not said.get("expected") and said.get("hand_off"):
        elsewhere = ", an address the plans do not give for them"
    elif not said.get("expected") and said.get("inquiry"):
        elsewhere = ", not the address on the case"
    return "reply", f"Answer by mail from {said.get('sender')}{elsewhere}"


def _auto_reply(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "message", f"A machine answered for {said.get('sender')}"


def _there(said: Mapping[str, Any]) -> str:
    return f"{label_of(str(said.get('system', '')))} {said.get('number', '')}".strip()


def _crossed(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "hand-off", f"It is there: {_there(said)}"


def _partner(words: str, *, room: str = "reply") -> "Callable[[Mapping[str, Any], Planbook], tuple[str, str]]":
    """A headline about what a partner's system said, or what was said there."""

    def told(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
        by = f", {said['sender']}" if said.get("sender") else ""
        return room, f"{words}: {_there(said)}{by}"

    return told


def _partner_status(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "fact", f"Their status is now “{said.get('status')}”: {_there(said)}"


def _still_elsewhere(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "hand-off", f"Opened again there, because it still happens on {case_reference(said['case'])}: {_there(said)}"


def _settled(said: Mapping[str, Any], _planbook: Planbook) -> tuple[str, str]:
    return "fact", "Both sides had changed it: " + (
        "ours was made again" if said.get("stands") == "ours" else "theirs stands"
    )


HEADLINES: dict[str, "Callable[[Mapping[str, Any], Planbook], tuple[str, str]]"] = {
    "entered": _entered,
    "begun": _plain("fact", "Work began"),
    "assigned": _assigned,
    "note": _plain("note", "Internal note"),
    "word-for-reporter": _plain("reporter", "For the reporter"),
    "facts-corrected": _plain("fact", "Facts corrected"),
    "reporter-corrected": _plain("fact", "Who reported it, or how to reach them, was corrected"),
    "waiting": _plain("question", "Waiting for an answer"),
    "resumed": _plain("question", "Taken up again"),
    "solved": _plain("reporter", "Solved"),
    "closed": _plain("reporter", "Closed"),
    "reopened": _plain("fact", "Opened again"),
    "number-added": _number,
    "file-attached": _file,
    "hand-off-offered": _offered,
    "hand-off-acknowledged": _taken,
    "hand-off-refused": _came_back,
    "handed-back": _came_back,
    "hand-off-withdrawn": _plain("hand-off", "Offer taken back"),
    "hand-off-overdue": _overdue,
    "nudged": _nudged,
    "promise-escalated": _escalated,
    "message-sent": _plain("message", "Message sent"),
    "message-held": _plain("message", "Message held: nothing leaves this machine"),
    "message-failed": _plain("message", "Message could not be sent"),
    "message-bounced": _plain("bounce", "Message came back: it was never delivered"),
    "reply-received": _reply,
    "reply-read": _plain("fact", "Answer read; nothing follows from it"),
    "auto-reply-received": _auto_reply,
    "message-released": _plain("message", "Message released"),
    "message-withdrawn": _plain("message", "Message withdrawn"),
    "message-guarded": _plain("message", "Message held: the privacy guard found something private in it"),
    "message-redacted": _plain("message", "What was private was taken out of the message"),
    "message-rewritten": _plain("message", "Message written anew"),
    "message-cleared": _plain("message", "Message let leave as it is"),
    "crossed": _crossed,
    "partner-said": _partner("They wrote"),
    "partner-asked": _partner("They ask"),
    "partner-solved": _partner("Solved there"),
    "partner-closed": _partner("Closed there by the system; nobody said it is solved"),
    "partner-cancelled": _partner("Not taken there"),
    "partner-reopened": _partner("Opened again there"),
    "partner-returned": _partner("Back in our queue"),
    "partner-status": _partner_status,
    "partner-told": _partner("Said there", room="message"),
    "still-happens": _plain("hand-off", "It still happens; opened again there"),
    "still-happens-elsewhere": _still_elsewhere,
    "conflict-settled": _settled,
    **INQUIRY_HEADLINES,
}


def _changes(changes: Mapping[str, Any], planbook: Planbook) -> tuple[tuple[str, str], ...]:
    return tuple(
        (FIELDS.get(field, field), value_words(field, value, planbook))
        for field, value in changes.items()
        if field not in TOLD_ALREADY
    )


def value_words(field: str, value: Any, planbook: Planbook) -> str:
    """A remembered value as people read it."""
    named: dict[str, Callable[[str], str]] = {
        "service": planbook.service_label,
        "fault_in": planbook.system_label,
        "holder": planbook.team_label,
        "offered_to": planbook.team_label,
        "recorded_by": planbook.team_label,
        "trail": planbook.team_label,
        "missing": lambda word: intake_label(word, planbook),
        "flags": lambda word: FLAGS[word].word if word in FLAGS else word,
        "restricted_to": planbook.duty_label,
        "state": lambda word: STATES[CaseState(word)].word,
        "audience": lambda word: AUDIENCES.get(word, word),
        "needs_tier": lambda word: f"Tier {word}",
        "impacts": spelt_out,
        "severity": spelt_out,
        "workaround": lambda word: {"True": "there is one", "False": "there is none"}.get(word, word),
    }
    words = named.get(field, str)
    if isinstance(value, list):
        return (" › " if field == "trail" else ", ").join(words(item) for item in value) or "none"
    return words(str(value)) if value not in (None, "") else "nobody" if field in ("assignee", "offered_to") else "–"
