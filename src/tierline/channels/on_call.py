"""Who is on call, whoever knows it: a paging service's schedule, a chat group, or a list somebody keeps. Pure.

Every source answers with the same values. Refuses to guess: a source that cannot be asked now says so, and an answer
without anybody is an empty sequence, never the last one known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from tierline.channels.channel import NotConnected, Refused, TryAgain


@dataclass(frozen=True, slots=True)
class OnCall:
    """One person on call. ``person`` is what the source calls them; ``since`` and ``until`` are None where the source
    tells no turn; ``level`` 1 is asked first."""

    person: str
    name: str = ""
    email: str = ""
    since: datetime | None = None
    until: datetime | None = None
    level: int = 1
    source: str = ""


@runtime_checkable
class KnowsOnCall(Protocol):
    """Can be asked who is on call."""

    def on_call(self, of: str, at: datetime) -> Sequence[OnCall] | TryAgain | Refused | NotConnected:
        """Who is on call at that instant. ``of`` is what this source asks by: a schedule, a group, nothing."""
        ...


@dataclass(frozen=True, slots=True)
class FixedList:
    """A list somebody keeps: the same people at every instant."""

    people: tuple[OnCall, ...]

    def on_call(self, of: str, at: datetime) -> Sequence[OnCall]:  # noqa: ARG002 - as every source is asked
        """Everybody of the list."""
        return self.people
