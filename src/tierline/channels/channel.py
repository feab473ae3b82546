"""What every way out declares and answers. Pure; a channel of its own lives in the file of its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Delivered:
    """The provider took it. ``evidence`` is its answer, kept as proof."""

    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It did not work this time. ``because`` is a sentence; ``after`` seconds when the provider named a pause."""

    because: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider will never take this. ``because`` is a sentence."""

    because: str


@dataclass(frozen=True, slots=True)
class NotConnected:
    """No account is set up: nothing leaves this machine."""

    because: str


Answer = Delivered | TryAgain | Refused | NotConnected

#: How a channel sends: ``deliver``, for one that is handed another's.
Send = Callable[[str, Mapping[str, Any]], Answer]


class Channel(Protocol):
    """A way out. One instance may be used by several workers at once."""

    name: ClassVar[str]
    label: ClassVar[str]

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Send once. ``key`` is the same for every try of the same effect, so that a repeat can be recognised."""
        ...
