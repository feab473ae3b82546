"""How far a partner's changes have been read, so that none is lost and none comes twice. Pure.

A partner's stamps are coarse and may become visible late, so a sweep begins ``OVERLAP`` before the newest stamp seen,
and what was given already is known by id and revision. The cursor is text that only this file reads; one that cannot be
read begins anew, which repeats and never loses.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

OVERLAP = timedelta(seconds=90)


@dataclass
class Sweep:
    """One visit: what to ask for (``since``), what is new (``is_new``), where the next begins (``cursor``)."""

    newest: datetime | None = None
    midway: bool = False  # the last visit stopped before the end; go on from ``newest`` itself
    seen: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    @property
    def since(self) -> datetime | None:
        """Ask for changes at or after this; None when nothing is known yet."""
        if self.newest is None:
            return None
        return self.newest if self.midway else self.newest - OVERLAP

    def is_new(self, record: str, stamp: datetime, revision: str) -> bool:
        """Whether this revision of a record was not given before; from now on it was. Call in the order of stamps."""
        digest = _digest(revision)
        known = self.seen.get(record)
        self.seen[record] = (stamp, digest)
        if self.newest is None or stamp > self.newest:
            self.newest = stamp
        return known is None or known[1] != digest

    def written(self, *, midway: bool) -> str:
        """The cursor for the next visit. ``midway``: there is more to be had at once."""
        if self.newest is None:
            return ""
        kept = self.newest - OVERLAP
        rows = {record: [_second(stamp), digest] for record, (stamp, digest) in self.seen.items() if stamp >= kept}
        return json.dumps({"newest": self.newest.isoformat(), "midway": midway, "seen": rows}, separators=(",", ":"))


def begun(cursor: str, *, otherwise: datetime | None = None) -> Sweep:
    """The visit a cursor leads to; ``otherwise`` is where one begins that has none."""
    try:
        told = json.loads(cursor)
        newest = datetime.fromisoformat(told["newest"]).astimezone(UTC)
        seen = {str(record): (_instant(second), str(digest)) for record, (second, digest) in told["seen"].items()}
        return Sweep(newest, bool(told["midway"]), seen)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return Sweep(otherwise, midway=True)


def _digest(revision: str) -> str:
    return blake2b(revision.encode(), digest_size=6).hexdigest()


def _second(stamp: datetime) -> float:
    return stamp.timestamp()


def _instant(second: float) -> datetime:
    return datetime.fromtimestamp(float(second), UTC)
