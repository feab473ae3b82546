"""What every verb shares: take the case under lock, check who asks and what they saw, write row, places and fact
together.

Refuses a second writer: whoever acts on an old version is told who changed what, and nothing is overwritten.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tierline.bonds import actions as bonds
from tierline.cases.actions.posting import BROUGHT_BACK, tell_rooms
from tierline.cases.actions.promise import moves_promises, promise_again
from tierline.cases.hands import Hands, acting_teams, may_change, may_make
from tierline.cases.happenings import happening_of
from tierline.cases.lifecycle import NOT_WHILE_ASKING, TRANSITIONS, CaseMove, CaseState, after
from tierline.cases.models import CaseRow, QueuePlace, SearchWords
from tierline.cases.places import places, sorted_by
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound
from tierline.timeline.actions import record
from tierline.timeline.queries import story

SUBJECT = "case"
UNWRITTEN_PATIENCE = timedelta(days=1)  # to acknowledge, where no plan has a clock for it
#: Fields whose values facts carry, so that a case can be read back as it stood at any instant.
REMEMBERED = (
    "state", "holder", "offered_to", "recorded_by", "assignee", "service", "fault_in", "needs_tier", "audience",
    "flags", "restricted_to", "summary", "trail", "organisations", "missing", "theirs", "planbook",
    "question_to", "question_taken", "question_waiting", "questions", "round_trips", "tellings", "answered_for",
)  # fmt: skip
#: Those of them that decide in whose queue the case stands.
PLACING = {
    "state", "holder", "offered_to", "recorded_by", "restricted_to", "answered_for",
    "question_to", "question_taken", "question_waiting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """What a verb leaves behind: which case, its version and state now, and the id of the fact that was written."""

    number: int
    version: int
    state: CaseState
    fact: int


@dataclass(slots=True)
class Change:
    """A case in the hands of one verb: the locked row, what it looked like, who changes it and when."""

    case: CaseRow
    actor: Actor
    at: datetime
    before: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    """What changed beside the row, in its report."""

    def move(self, move: CaseMove) -> None:
        """Let the case make a move, if the table has it and the actor's team may. Whoever moves it has read its
        answers."""
        hands = hands_of(self.case)
        if not may_make(self.actor, move, hands):
            others = " or ".join(acting_teams(move, hands))
            raise NotAllowed(f"{case_reference(self.case.pk)} is in other hands. Only {others} can {move} it.")
        if self.case.question_to is not None and move in NOT_WHILE_ASKING:
            raise Conflict(
                f"A question is under way on {case_reference(self.case.pk)}; it is {self.case.question_to}'s turn. "
                f"Wait for the answer, or take the question back, then {move} the case."
            )
        self.case.state = after(TRANSITIONS, CaseState(self.case.state), move)
        self.case.answered_for = None

    def save(self, kind: str, *, new_version: bool = True, **said: Any) -> Saved:
        """Write the row, its places and one fact with what changed.

        ``new_version=False`` is for what stands in nobody's way, such as a note: who is at work on the case meanwhile
        need not look again.
        """
        case = self.case
        now_says = _remembered(case)
        changes = {key: value for key, value in now_says.items() if value != self.before.get(key)}
        case.changed_at, case.version = self.at, case.version + new_version
        if moves_promises(kind, (*changes, *self.beside)):
            said_so = {**said, "changes": changes}
            promise_again(case, happening_of(self.at, kind, said_so), at=self.at)
        case.save(update_fields=[*changes, "due_at", "due_kind", "look_at", "changed_at", "version"])
        if PLACING & changes.keys() or self._promise_moved():
            place(case)
        if {"organisations", "restricted_to"} & changes.keys():
            SearchWords.objects.filter(pk=case.pk).update(
                organisations=case.organisations, restricted_to=case.restricted_to
            )
            bonds.seen_by((SUBJECT, case.pk), case.organisations, case.restricted_to, at=self.at)
        if changes or self.beside:
            said["changes"] = changes | self.beside
        if changes or self.beside or kind in BROUGHT_BACK or self._promise_moved():
            tell_rooms(case, kind, said, at=self.at)
        fact = record(SUBJECT, case.pk, kind, actor=self.actor, at=self.at, **said)
        self.before = now_says | {"due_at": case.due_at}
        return Saved(case.pk, case.version, CaseState(case.state), fact)

    def _promise_moved(self) -> bool:
        return self.before.get("due_at") != self.case.due_at


def take(actor: Actor, number: int, *, at: datetime, version: int | None = None) -> Change:
    """The case under lock. NotFound when the actor may not see it; Conflict when they looked at an older version."""
    row = CaseRow.objects.one_for(actor, number, lock=True)
    if row is None:
        raise NotFound(f"There is no case {case_reference(number)} that you may see.")
    if version is not None and version != row.version:
        raise Conflict(_who_was_faster(row))
    return Change(row, actor, at, _remembered(row) | {"due_at": row.due_at})


def must_hold(change: Change) -> None:
    """Refuse whoever is neither the holder nor writes down for it."""
    case = change.case
    if not may_change(change.actor, hands_of(case)):
        raise NotAllowed(f"{case_reference(case.pk)} is held by {case.holder}; only that team can change it.")


def place(case: CaseRow) -> None:
    """Put the case where ``places.places`` says, and nowhere else."""
    standing = case.standing()
    wanted = dict(places(standing))
    QueuePlace.objects.filter(case=case).exclude(team__in=wanted).delete()
    QueuePlace.objects.bulk_create(
        [
            QueuePlace(case=case, team=team, tab=tab, due_at=sorted_by(standing, team, case.due_at))
            for team, tab in wanted.items()
        ],
        update_conflicts=True,
        unique_fields=["case", "team"],
        update_fields=["tab", "due_at"],
    )


def hands_of(case: CaseRow) -> Hands:
    """In whose hands the case is now."""
    offered = case.offered_to is not None
    return Hands(
        case.holder,
        case.offered_to,
        case.recorded_by,
        frozenset(case.restricted_to),
        offered and case.hand_offs.filter(state="offered", sender_records=True).exists(),
    )


def _remembered(case: CaseRow) -> dict[str, Any]:
    return {key: _plain(getattr(case, key)) for key in REMEMBERED}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value


def _who_was_faster(row: CaseRow) -> str:
    last = story(SUBJECT, row.pk)[-1:]
    who = f"{last[0].actor} ({last[0].kind.replace('-', ' ')})" if last else "somebody"
    return (
        f"{case_reference(row.pk)} was changed by {who} while you were working on it. "
        "Nothing of yours was saved over it: look at what is new, then do it again."
    )
