"""A clock that stands still until the test moves it. Refuses instants without an offset."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from tierline.foundation import clock


class StoppedClock:
    """The one clock, standing still until the test moves it."""

    def __init__(self, at: datetime, moves: ExitStack) -> None:
        self._moves = moves
        self.at = at
        self.set(at)

    def set(self, at: datetime) -> datetime:
        """Let it be ``at``; the instant is returned for use as ``at=``."""
        self.at = at
        self._moves.enter_context(clock.stopped(at))
        return at

    def forward(self, **amount: float) -> datetime:
        """Let ``hours=2`` (any of timedelta's words) pass; the new instant is returned."""
        return self.set(self.at + timedelta(**amount))
