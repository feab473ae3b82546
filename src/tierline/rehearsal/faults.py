"""What can go wrong with a partner system, as values, and the list of what goes wrong next. Pure.

``desk.faults.next(LostAnswer(), method="POST")`` arms one; it is used up by the next calls that match. One fault a
call, in the order they were armed.
"""

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Throttled:
    """429. ``after``: Retry-After in seconds, or as a date when it is an instant; None leaves it out."""

    after: float | datetime | None = 1.0


@dataclass(frozen=True, slots=True)
class Unavailable:
    """503, with Retry-After when ``after`` is given."""

    after: float | datetime | None = None


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """The thing is done; the line breaks before a byte of the answer is sent."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The line breaks before anything is done, having hung for ``seconds``."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Slow:
    """The thing is done and answered ``seconds`` late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ExpiredToken:
    """The token the call carries is worth nothing from now on: 401 until the caller fetches another."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """An answer nobody expects: ``body`` under ``status``. Nothing is done."""

    body: bytes = b"<html>A proxy's own page</html>"
    status: int = 200
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Answering:
    """A refusal of the vendor's own making: ``json`` under ``status``. Nothing is done."""

    status: int
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldTwice:
    """The next webhook is delivered a second time under the same delivery id. No call is touched."""


Fault = Throttled | Unavailable | LostAnswer | Reset | Slow | ExpiredToken | Garbage | Answering | ToldTwice


@dataclass
class _Armed:
    fault: Fault
    times: int
    method: str | None
    path: re.Pattern[str]

    def meets(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in (None, method) and self.path.search(path) is not None


class Faults:
    """What goes wrong next, first armed first used. May be asked from many threads."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def next(self, fault: Fault, *, times: int = 1, method: str | None = None, path: str = "") -> None:
        """Arm ``fault`` for the next ``times`` calls of ``method`` whose path the pattern ``path`` is found in."""
        with self._lock:
            self._armed.append(_Armed(fault, times, method, re.compile(path)))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._armed.clear()

    @property
    def armed(self) -> int:
        """How many calls are still to go wrong: zero when a test's faults all happened."""
        with self._lock:
            return sum(one.times for one in self._armed)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault of this call, used up; None when it goes well."""
        return self._take(lambda one: not isinstance(one.fault, ToldTwice) and one.meets(method, path))

    def take_told_twice(self) -> bool:
        """Whether the next webhook goes out twice, used up."""
        return self._take(lambda one: isinstance(one.fault, ToldTwice)) is not None

    def _take(self, fits: "Any") -> Fault | None:
        with self._lock:
            for one in self._armed:
                if fits(one):
                    one.times -= 1
                    self._armed = [other for other in self._armed if other.times > 0]
                    return one.fault
        return None
