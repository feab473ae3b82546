"""The four gates beside a downtime's main line: approval, window, verification, communication. Pure.

Work starts when every gate is open, or by a named override with its reason, which the audience hears. Approval stands
or falls with the hash of what was approved; verification with the very window that was set. Refuses every move the
tables do not name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from tierline.foundation.trouble import MoveNotAllowed


class Gate(StrEnum):
    """The four."""

    APPROVAL = "approval"
    WINDOW = "window"
    VERIFICATION = "verification"
    COMMUNICATION = "communication"


class Approval(StrEnum):
    """Whether somebody who may has said yes to these very words. ``void``: they said yes to others."""

    NOT_REQUIRED = "not-required"
    OPEN = "open"
    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    VOID = "void"


class ApprovalMove(StrEnum):
    """What happens to an approval."""

    REQUEST = "request"
    APPROVE = "approve"
    REJECT = "reject"
    VOID = "void"


class Window(StrEnum):
    """The time in which alarms keep quiet, where it is set. ``drifted``: what is set is not what was planned."""

    NONE = "none"
    PENDING = "pending"
    SET = "set"
    VERIFIED = "verified"
    ENDED = "ended"
    DRIFTED = "drifted"


class WindowMove(StrEnum):
    """What happens to a window. ``plan``: it has to be set, anew or for the first time."""

    PLAN = "plan"
    SET = "set"
    VERIFY = "verify"
    DRIFT = "drift"
    END = "end"


class Verification(StrEnum):
    """Whether the engineer on call has looked at the window that is set. ``stale``: at another one."""

    NOT_REQUIRED = "not-required"
    NOT_ASKED = "not-asked"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    STALE = "stale"


class VerificationMove(StrEnum):
    """What happens to a verification. ``lapse``: the window, or who is on call, is another now."""

    ASK = "ask"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    LAPSE = "lapse"


A, AM = Approval, ApprovalMove
W, WM = Window, WindowMove
V, VM = Verification, VerificationMove

APPROVAL_TRANSITIONS: Final[dict[tuple[Approval, ApprovalMove], Approval]] = {
    (A.OPEN, AM.REQUEST): A.REQUESTED,
    (A.REQUESTED, AM.APPROVE): A.APPROVED,
    (A.REQUESTED, AM.REJECT): A.REJECTED,
    (A.REQUESTED, AM.VOID): A.VOID,
    (A.APPROVED, AM.VOID): A.VOID,
    (A.REJECTED, AM.REQUEST): A.REQUESTED,
    (A.VOID, AM.REQUEST): A.REQUESTED,
}

WINDOW_TRANSITIONS: Final[dict[tuple[Window, WindowMove], Window]] = {
    (W.NONE, WM.PLAN): W.PENDING,
    (W.PENDING, WM.PLAN): W.PENDING,
    (W.PENDING, WM.SET): W.SET,
    (W.PENDING, WM.END): W.ENDED,
    (W.SET, WM.PLAN): W.PENDING,
    (W.SET, WM.SET): W.SET,
    (W.SET, WM.VERIFY): W.VERIFIED,
    (W.SET, WM.DRIFT): W.DRIFTED,
    (W.SET, WM.END): W.ENDED,
    (W.VERIFIED, WM.PLAN): W.PENDING,
    (W.VERIFIED, WM.SET): W.SET,
    (W.VERIFIED, WM.DRIFT): W.DRIFTED,
    (W.VERIFIED, WM.END): W.ENDED,
    (W.DRIFTED, WM.PLAN): W.PENDING,
    (W.DRIFTED, WM.SET): W.SET,
    (W.DRIFTED, WM.END): W.ENDED,
    (W.ENDED, WM.PLAN): W.PENDING,
}

VERIFICATION_TRANSITIONS: Final[dict[tuple[Verification, VerificationMove], Verification]] = {
    (V.NOT_ASKED, VM.ASK): V.ASKED,
    (V.ASKED, VM.ASK): V.ASKED,
    (V.ASKED, VM.CONFIRM): V.CONFIRMED,
    (V.ASKED, VM.REFUSE): V.REFUSED,
    (V.ASKED, VM.LAPSE): V.STALE,
    (V.CONFIRMED, VM.LAPSE): V.STALE,
    (V.REFUSED, VM.ASK): V.ASKED,
    (V.REFUSED, VM.LAPSE): V.STALE,
    (V.STALE, VM.ASK): V.ASKED,
}

State = TypeVar("State", Approval, Window, Verification)
Move = TypeVar("Move", ApprovalMove, WindowMove, VerificationMove)


def after(table: Mapping[tuple[State, Move], State], state: State, move: Move) -> State:
    """The state a move leads to; raises MoveNotAllowed for every move the table does not name."""
    try:
        return table[state, move]
    except KeyError:
        name = type(state).__name__.lower()
        possible = ", ".join(known for (start, known) in table if start is state) or "nothing"
        raise MoveNotAllowed(f"The {name} is {state}; it cannot {move}. Possible now: {possible}.") from None


def may(table: Mapping[tuple[State, Move], State], state: State, move: Move) -> bool:
    """Whether the table names the move."""
    return (state, move) in table


@dataclass(frozen=True, slots=True)
class Gates:
    """How the four stand. ``approved_hash`` is of what was approved, ``behind`` are moments that should have been
    told by now and were not."""

    approval: Approval
    window: Window
    verification: Verification
    approved_hash: str = ""
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a gate is not open: a sentence that says what would open it."""

    gate: Gate
    sentence: str


_APPROVAL_SAYS: Final = {
    A.OPEN: "It has not been put before whoever approves it. Submit it.",
    A.REQUESTED: "Approval is asked for and not given yet.",
    A.REJECTED: "It was not approved. Change it, and submit it again.",
    A.VOID: "What was approved has changed since. Submit it again.",
}
_WINDOW_SAYS: Final = {
    W.NONE: "No window is planned yet.",
    W.PENDING: "The window that keeps alarms quiet is not set. Set it, or write down that it is.",
    W.ENDED: "The window has ended already. Plan it anew.",
    W.DRIFTED: "The window that is set is not the one planned. Set it right, and have it looked at again.",
}
_VERIFICATION_SAYS: Final = {
    V.NOT_ASKED: "Nobody on call was asked to look at the window.",
    V.ASKED: "Whoever is on call has not looked at the window yet.",
    V.REFUSED: "Whoever is on call found the window wrong.",
    V.STALE: "The window, or who is on call, has changed since it was looked at. Ask again.",
}


def hindrances(gates: Gates, content_hash: str) -> tuple[Hindrance, ...]:
    """What keeps the work from starting now; empty when every gate is open."""
    found: list[Hindrance] = []
    if gates.approval in _APPROVAL_SAYS:
        found.append(Hindrance(Gate.APPROVAL, _APPROVAL_SAYS[gates.approval]))
    elif gates.approval is A.APPROVED and gates.approved_hash != content_hash:
        found.append(Hindrance(Gate.APPROVAL, _APPROVAL_SAYS[A.VOID]))
    verified = gates.verification in (V.CONFIRMED, V.NOT_REQUIRED)
    if gates.window in _WINDOW_SAYS:
        found.append(Hindrance(Gate.WINDOW, _WINDOW_SAYS[gates.window]))
    elif gates.window is W.SET and gates.verification is V.CONFIRMED:
        found.append(Hindrance(Gate.WINDOW, "The window was set again after it was looked at. Ask again."))
    if not verified:
        found.append(Hindrance(Gate.VERIFICATION, _VERIFICATION_SAYS[gates.verification]))
    untold = "should have been told by now, and was not. Send it, or say why not."
    found += [Hindrance(Gate.COMMUNICATION, f"{moment}: {untold}") for moment in gates.behind]
    return tuple(found)
