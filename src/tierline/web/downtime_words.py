"""Words and colours of planned work for the pages, and its parts made ready to be shown. Refuses nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from tierline.cases.wording import written
from tierline.directory.actor import TIERLINE
from tierline.downtime.conflicts import Conflict, Weight
from tierline.downtime.content import FIELD_LABELS, LEVEL_LABELS, Content, Field
from tierline.downtime.gates import Approval, Gate, Verification, Window
from tierline.downtime.lifecycle import DowntimeMove, DowntimeState
from tierline.downtime.queries import DowntimeView, Line
from tierline.downtime.timing import frame_in_words
from tierline.notices.audience import KIND_LABELS
from tierline.notices.moments import Moment, Standing
from tierline.notices.queries import ObligationView
from tierline.plans.planbook import Planbook
from tierline.timeline.fact import Fact
from tierline.web.moments import past, promise
from tierline.web.words import Tag, spelt_out

STATES: dict[DowntimeState, Tag] = {
    DowntimeState.DRAFT: Tag("Draft", "waiting"),
    DowntimeState.PLANNING: Tag("Planning", "new"),
    DowntimeState.AWAITING_APPROVAL: Tag("Awaiting approval", "offered"),
    DowntimeState.SCHEDULED: Tag("Scheduled", "doing"),
    DowntimeState.IN_PROGRESS: Tag("In progress", "danger"),
    DowntimeState.VERIFYING: Tag("Verifying", "flag"),
    DowntimeState.CONCLUDED: Tag("Concluded", "solved"),
    DowntimeState.CANCELLED: Tag("Cancelled", "closed"),
    DowntimeState.POSTPONED: Tag("Postponed", "closed"),
}
RESULTS = {"success": "done", "rolled-back": "rolled back", "partial": "done in part"}
APPROVALS: dict[Approval, Tag] = {
    Approval.NOT_REQUIRED: Tag("Not required", "waiting"),
    Approval.OPEN: Tag("Not asked for", "waiting"),
    Approval.REQUESTED: Tag("Asked for", "offered"),
    Approval.APPROVED: Tag("Approved", "solved"),
    Approval.REJECTED: Tag("Rejected", "danger"),
    Approval.VOID: Tag("Void: the words changed", "danger"),
}
WINDOWS: dict[Window, Tag] = {
    Window.NONE: Tag("None yet", "waiting"),
    Window.PENDING: Tag("To be set", "flag"),
    Window.SET: Tag("Set", "doing"),
    Window.VERIFIED: Tag("Verified", "solved"),
    Window.ENDED: Tag("Ended", "closed"),
    Window.DRIFTED: Tag("Not as planned", "danger"),
}
VERIFICATIONS: dict[Verification, Tag] = {
    Verification.NOT_REQUIRED: Tag("Not required", "waiting"),
    Verification.NOT_ASKED: Tag("Not asked for", "waiting"),
    Verification.ASKED: Tag("Asked for", "offered"),
    Verification.CONFIRMED: Tag("Confirmed", "solved"),
    Verification.REFUSED: Tag("Found wrong", "danger"),
    Verification.STALE: Tag("Of another window", "danger"),
}
STANDINGS: dict[Standing, str] = {
    Standing.COMING: "waiting",
    Standing.LATE: "danger",
    Standing.ON_TIME: "solved",
    Standing.TOLD_LATE: "flag",
    Standing.MERGED: "solved",
    Standing.WAIVED: "closed",
    Standing.SUPERSEDED: "closed",
}
WEIGHTS: dict[Weight, Tag] = {
    Weight.BLOCK: Tag("Stops it", "danger"),
    Weight.WARN: Tag("Mind this", "flag"),
    Weight.INFO: Tag("To know", "waiting"),
}
MAIN_LINE = (
    DowntimeState.PLANNING,
    DowntimeState.AWAITING_APPROVAL,
    DowntimeState.SCHEDULED,
    DowntimeState.IN_PROGRESS,
    DowntimeState.VERIFYING,
    DowntimeState.CONCLUDED,
)
#: The words on a button, and whether a text goes with the move.
MOVES: dict[DowntimeMove, tuple[str, str]] = {
    DowntimeMove.PLAN: ("Begin planning and tell everybody", ""),
    DowntimeMove.SUBMIT: ("Submit for approval", ""),
    DowntimeMove.SCHEDULE: ("Schedule it", ""),
    DowntimeMove.START: ("Start the work", "If a gate is closed: why it has to start all the same"),
    DowntimeMove.EXTEND: ("Give it a later end", "Why it takes longer"),
    DowntimeMove.ROLL_BACK: ("Roll it back", "Why it is rolled back"),
    DowntimeMove.FINISH: ("The work is done: verify it", ""),
    DowntimeMove.RESUME: ("It does not work yet: go on", "What does not work"),
    DowntimeMove.CONCLUDE: ("Conclude it and tell everybody", "What people should know about the end"),
    DowntimeMove.CANCEL: ("Cancel it", "Why it is cancelled; everybody told will read this"),
    DowntimeMove.POSTPONE: ("Postpone it", "Why it is put off; everybody told will read this"),
}
#: What comes first on the page, in each state.
PRIMARY: dict[DowntimeState, DowntimeMove] = {
    DowntimeState.DRAFT: DowntimeMove.PLAN,
    DowntimeState.PLANNING: DowntimeMove.SUBMIT,
    DowntimeState.SCHEDULED: DowntimeMove.START,
    DowntimeState.IN_PROGRESS: DowntimeMove.FINISH,
    DowntimeState.VERIFYING: DowntimeMove.CONCLUDE,
}
FACTS = {
    "downtime-drafted": "wrote it down",
    "downtime-planned": "began planning",
    "downtime-corrected": "corrected its words",
    "downtime-changed": "changed it",
    "downtime-postponed": "postponed it",
    "downtime-cancelled": "cancelled it",
    "downtime-replanned": "gave it a new time",
    "downtime-scheduled": "scheduled it",
    "approval-requested": "asked for approval",
    "approval-carried": "kept the approval: only corrections",
    "downtime-approved": "approved it",
    "downtime-rejected": "rejected it",
    "change-opened": "opened the change that documents the approval",
    "approval-not-taken": "did not take the approval",
    "window-set": "wrote down the window that is set",
    "window-drifted": "found that the window is not as planned",
    "window-verified": "looked at the window: it is right",
    "window-refused": "looked at the window: it is wrong",
    "on-call-changed": "found somebody else on call at the window's time",
    "verification-asked": "asked whoever is on call to look at the window",
    "work-started": "started the work",
    "work-extended": "gave it a later end",
    "work-rolling-back": "began to roll it back",
    "work-finished": "said that the work is done",
    "work-resumed": "went on with the work",
    "downtime-concluded": "concluded it",
    "upstream-changed": "heard that the notice it rests on has changed",
    "upstream-looked-at": "looked at what changed in the notice it rests on",
    "conflict-answered": "gave a reason for a conflict",
    "audience-answered": "answered for somebody to be told",
    "announced": "told everybody",
    "reached-otherwise": "reached people another way whom no channel had",
    "called": "called somebody whom no channel had reached",
    "called-in-vain": "called somebody in vain",
    "still-burning": "found something still broken there",
    "window-lapsed": "found that the window ended before the work did",
    "word-waived": "decided that nobody is told",
    "relay-confirmed": "passed word on",
    "relay-declined": "did not pass word on",
    "message-sent": "message left",
    "message-held": "message is held",
    "message-failed": "message failed",
    "message-withdrawn": "message was taken back",
    "reply-received": "got an answer by mail, which waits on the page of mail",
}
KINDS = {kind: label for kind, label in KIND_LABELS.items() if kind != "not-on-it"}


def label_of(planbook: Planbook, word: str) -> str:
    """The name of a service or system."""
    return planbook.service_label(word) if word in planbook.services else planbook.system_label(word)


def line_words(line: Line, planbook: Planbook, at: datetime) -> dict[str, Any]:
    """A row of the board."""
    return {
        "line": line,
        "state": STATES[line.state],
        "result": RESULTS.get(line.result, ""),
        "services": ", ".join(label_of(planbook, word) for word in line.services),
        "level": LEVEL_LABELS[line.level] if line.level is not None else "",
        "starts": written(line.starts_at, settings.TIME_ZONE) if line.starts_at else "no time yet",
        "ends": written(line.ends_at, settings.TIME_ZONE) if line.ends_at else "",
        "when": promise(line.starts_at, at, settings.TIME_ZONE) if line.starts_at and line.starts_at > at else None,
    }


def main_line(state: DowntimeState, *, approved: bool) -> list[dict[str, Any]]:
    """The steps of the main line with where it stands; without approval where nobody has to give it."""
    line = [step for step in MAIN_LINE if approved or step is not DowntimeState.AWAITING_APPROVAL]
    place = line.index(state) if state in line else -1
    return [
        {"word": STATES[step].word, "done": number < place, "here": number == place} for number, step in enumerate(line)
    ]


def gates_words(view: DowntimeView, planbook: Planbook, not_left: int) -> list[dict[str, Any]]:
    """The four gates, each with its state, who opens it and what keeps it closed; ``not_left`` messages have not."""
    procedure = view.procedural.procedure
    behind = any(one.standing is Standing.LATE for one in view.obligations)
    told = Tag("Late", "danger") if behind else Tag("On time", "solved")
    if not view.obligations:
        told = Tag("Nothing owed yet", "waiting")
    elif not_left and not behind:
        told = Tag(f"{not_left} not left yet", "flag")
    elif not behind and any(owed_now(one) for one in view.obligations):
        told = Tag("Owed now", "flag")
    rows = (
        (Gate.APPROVAL, "Approval", APPROVALS[view.gates.approval], procedure.approval),
        (Gate.WINDOW, "Window", WINDOWS[view.gates.window], procedure.window_by),
        (
            Gate.VERIFICATION,
            "Verification on call",
            VERIFICATIONS[view.gates.verification],
            procedure.window_verified_by,
        ),
        (Gate.COMMUNICATION, "Communication", told, procedure.sender),
    )
    return [
        {
            "label": label,
            "tag": tag,
            "by": planbook.duty_label(duty) if duty else "nobody",
            "closed": [hindrance.sentence for hindrance in view.closed if hindrance.gate is gate],
        }
        for gate, label, tag, duty in rows
    ]


def owed_now(owed: ObligationView) -> bool:
    """Whether word is to be sent now by somebody; word of the day before leaves by itself, at its hour."""
    return owed.is_owed and not owed.merged_into and owed.moment is not Moment.DAY_BEFORE


def obligation_words(
    owed: ObligationView, view: DowntimeView, not_left: Mapping[tuple[str, int], int], at: datetime
) -> dict[str, Any]:
    """A moment that is owed, told, merged or waived; of what was told, how many messages have not left."""
    told = next((one for one in view.announcements if one.id == owed.announcement), None)
    missing = not_left.get((told.moment, told.revision), 0) if told else 0
    standing = Tag(owed.standing.capitalize(), STANDINGS[owed.standing])
    return {
        "not_left": missing,
        "owed": owed,
        "label": view.procedural.moment_label(owed.moment),
        "tag": Tag("Written, not all has left", "flag") if missing else standing,
        "due": promise(owed.due_at, at, settings.TIME_ZONE),
        "settled": past(owed.settled_at, at, settings.TIME_ZONE) if owed.settled_at else None,
        "with": view.procedural.moment_label(owed.merged_into) if owed.merged_into else "",
        "can_be_told": view.tells and owed.is_owed and not owed.merged_into,
    }


def conflict_words(conflict: Conflict, answered: Mapping[str, Any]) -> dict[str, Any]:
    """A conflict with its weight, the reason somebody gave for it, and the number of the other work where it is one."""
    return {
        "conflict": conflict,
        "tag": Tag("Answered", "solved") if conflict.key in answered else WEIGHTS[conflict.weight],
        "answer": answered.get(conflict.key),
        "other": conflict.other.rpartition("-")[2],
    }


#: What Tierline only read where somebody decided it; who that was stands in the words.
READ_BACK = {
    "downtime-approved": "read back that it is approved",
    "downtime-rejected": "read back that it is rejected",
}
#: Facts whose doer says so by a signed link, without an account.
BY_SOMEBODY_ELSE = frozenset({"relay-confirmed", "relay-declined"})


def content_words(content: Content, planbook: Planbook, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The four fields as the page shows them."""
    users = "not known yet" if content.users is None else f"{content.users:,}"
    level = LEVEL_LABELS[content.level] if content.level is not None else "not settled"
    impact = [
        ", ".join(label_of(planbook, word) for word in content.services) or "no service named",
        f"{level}. People affected: {users}.",
        *([content.impact] if content.impact else []),
        *[labels.get(answer, answer) for answer in content.answers],
    ]
    texts = {
        Field.REASON: [content.reason],
        Field.IMPACT: impact,
        Field.TIME_FRAME: list(frame_in_words(content.frame).lines) if content.frame else ["no time yet"],
        Field.ROLLBACK: [content.rollback],
    }
    return [{"label": FIELD_LABELS[name], "lines": texts[name], "doubt": content.tentative.get(name)} for name in Field]


def fact_words(fact: Fact, at: datetime) -> dict[str, Any]:
    """A line of the story."""
    said = [str(fact.said[key]) for key in ("because", "override", "words", "record") if fact.said.get(key)]
    moment = fact.said.get("moment")
    facts = FACTS | READ_BACK if fact.actor == TIERLINE.name else FACTS
    return {
        "who": str(fact.said.get("by") or fact.actor) if fact.kind in BY_SOMEBODY_ELSE else fact.actor,
        "what": facts.get(fact.kind, spelt_out(fact.kind).lower()),
        "moment": spelt_out(moment) if moment else "",
        "said": " · ".join(said),
        "when": past(fact.at, at, settings.TIME_ZONE),
    }
