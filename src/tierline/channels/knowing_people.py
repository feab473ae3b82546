"""Channels that can be asked where they reach somebody, by e-mail address. Pure; refuses nothing."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tierline.channels.channel import NotConnected, Refused, TryAgain


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody the channel knows: what it calls them, and whether they have left it."""

    id: str
    left: bool = False


@runtime_checkable
class KnowsPeople(Protocol):
    """Can be asked who has an e-mail address. ``looks_people_up``: whether its account wants that to be done."""

    @property
    def looks_people_up(self) -> bool: ...

    def member(self, email: str) -> Member | TryAgain | Refused | NotConnected | None:
        """Who has this address there; None when nobody has."""
        ...
