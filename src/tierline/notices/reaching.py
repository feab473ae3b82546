"""Who should have been reached by now and was not, on any channel. Pure.

Required is everybody to whom a message was addressed at all; whom somebody answered for is told otherwise. Refuses to
call anybody reached whose message no provider has accepted.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol


class Reach(Protocol):
    """One person on one channel of one announcement."""

    @property
    def moment(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def person(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def went(self) -> bool: ...


def at_risk(
    told: Iterable[Reach], due: Mapping[tuple[str, int], datetime], at: datetime
) -> dict[tuple[str, int], tuple[str, ...]]:
    """By announcement (moment, revision), the names of those no channel has reached though word was ``due``.

    An announcement without an instant in ``due`` is due at once.
    """
    reached: dict[tuple[str, int], dict[str, bool]] = {}
    names: dict[str, str] = {}
    for one in told:
        about = (one.moment, one.revision)
        if not one.address or due.get(about, at) > at:
            continue
        names[one.person] = one.name
        people = reached.setdefault(about, {})
        people[one.person] = people.get(one.person, False) or one.went
    missing = {about: [p for p, went in people.items() if not went] for about, people in reached.items()}
    return {about: tuple(sorted(names[p] for p in people)) for about, people in missing.items() if people}
