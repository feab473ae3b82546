"""Which moves of a downtime somebody can make now, and of each other one why not, told from its view.

Claims no more than was looked at: the move itself looks again. Refuses nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import unready_to_announce, unready_to_approve
from tierline.downtime.gates import Approval
from tierline.downtime.lifecycle import DowntimeMove, moves_from
from tierline.downtime.queries import DowntimeView


@dataclass(frozen=True, slots=True)
class Permitted:
    """A move: whether it can be made, and the sentences that say why not. ``by_override``: it can be made all the
    same, by whoever writes down why it has to be, and everybody who is told reads that."""

    move: DowntimeMove
    allowed: bool
    because: tuple[str, ...] = ()
    by_override: bool = False


def permitted(view: DowntimeView, *, blocks: tuple[str, ...] = (), approver: str = "") -> tuple[Permitted, ...]:
    """Every move there is. ``blocks`` is why not everybody can be told, ``approver`` the name of the duty that says
    yes."""
    return tuple(_one(move, view, blocks, approver) for move in DowntimeMove)


def _one(move: DowntimeMove, view: DowntimeView, blocks: tuple[str, ...], approver: str) -> Permitted:
    possible = moves_from(view.line.state)
    if move not in possible:
        known = ", ".join(possible) or "nothing more"
        return Permitted(move, allowed=False, because=(f"It is {view.line.state}. Possible now: {known}.",))
    why = _not_theirs(move, view, approver)
    if why:
        return Permitted(move, allowed=False, because=(why,))
    because = _NOT_YET.get(move, _nothing)(view, blocks)
    return Permitted(move, not because, because, move is DowntimeMove.START and bool(because))


def _not_theirs(move: DowntimeMove, view: DowntimeView, approver: str) -> str:
    """Why a move that is possible is not this actor's; empty when it is."""
    if move in (DowntimeMove.APPROVE, DowntimeMove.REJECT):
        return _not_their_yes(move, view, approver)
    needless = view.gates.approval is Approval.NOT_REQUIRED
    why = ""
    if not view.leads:
        why = f"Only those who work by “{view.procedural.procedure.label}” can do this."
    elif move is DowntimeMove.SUBMIT and needless:
        why = "Nobody has to approve it: schedule it."
    elif move is DowntimeMove.SCHEDULE and not needless:
        why = f"It has to be approved first, by {approver}: submit it."
    return why


def _not_their_yes(move: DowntimeMove, view: DowntimeView, approver: str) -> str:
    if not view.approves:
        return f"This is for {approver}. Ask them." if approver else "Nobody has to approve it."
    if move is DowntimeMove.APPROVE and view.approval["read_back"]:
        return f"This is approved in {view.approval['change']['number']}, and read back from there. Say yes in it."
    return ""


def _nothing(_view: DowntimeView, _blocks: tuple[str, ...]) -> tuple[str, ...]:
    return ()


def _in_its_way(view: DowntimeView) -> tuple[str, ...]:
    return tuple(conflict.sentence for conflict in unanswered(view.conflicts, view.answered))


def _to_plan(view: DowntimeView, _blocks: tuple[str, ...]) -> tuple[str, ...]:
    return (*unready_to_announce(view.content), *_in_its_way(view))


def _to_submit(view: DowntimeView, blocks: tuple[str, ...]) -> tuple[str, ...]:
    return (*unready_to_approve(view.content), *blocks, *_in_its_way(view))


def _to_start(view: DowntimeView, _blocks: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(hindrance.sentence for hindrance in view.closed)


def _to_roll_back(view: DowntimeView, _blocks: tuple[str, ...]) -> tuple[str, ...]:
    return ("It is being rolled back already.",) if view.rolled_back else ()


def _to_extend(view: DowntimeView, _blocks: tuple[str, ...]) -> tuple[str, ...]:
    return () if view.content.frame else ("It has no time frame to extend.",)


_NOT_YET: dict[DowntimeMove, Callable[[DowntimeView, tuple[str, ...]], tuple[str, ...]]] = {
    DowntimeMove.PLAN: _to_plan,
    DowntimeMove.SUBMIT: _to_submit,
    DowntimeMove.SCHEDULE: _to_submit,
    DowntimeMove.START: _to_start,
    DowntimeMove.ROLL_BACK: _to_roll_back,
    DowntimeMove.EXTEND: _to_extend,
}
