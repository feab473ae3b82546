"""What the worker and the partners do while planned work is played: messages leave at their moment, answers are read
back, and the partners' clocks stand at the instant that is played.

Without partners to rehearse with nothing leaves, and what is set or decided elsewhere is written down by hand. Refuses
to let word of the demonstration leave for any system but those partners: it is withdrawn, and mail waits as any does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from tierline.channels.email import Email
from tierline.channels.paging_windows import KeepsWindows
from tierline.downtime.actions.changing import read_changes_back
from tierline.downtime.actions.windowing import read_windows_back
from tierline.foundation.clock import stopped
from tierline.outbox.actions import carry_out, withdraw_by_key
from tierline.outbox.queries import keys_to_try, to_try
from tierline.outbox.registry import keeps_windows
from tierline.rehearsal.directing import Director

SUBJECT: Final = "downtime"
ROUNDS: Final = 4  # an answer that is read back may send another message


class Partners:
    """The partners beside the house, as far as there are any."""

    def __init__(self, director: Director | None) -> None:
        self._director = director
        addresses = director.addresses() if director else {}
        self.ways = _ways_to(addresses)

    def begin(self) -> None:
        """Nothing of planned work is there yet."""
        if self._director:
            self._director.begin_anew()

    def come_to(self, at: datetime) -> None:
        """It is ``at`` with all of them."""
        if self._director:
            self._director.stand_at(at)

    def run_on(self) -> None:
        """Their clocks tell the machine's time again."""
        if self._director:
            self._director.run_on()

    def keep_changes(self) -> bool:
        """Whether approvals are given in a change at one of them."""
        return any(_told(settings.TRACKERS.get(way)).get("table") == "change_request" for way in self.ways)

    def keep_windows(self) -> bool:
        """Whether windows are set at one of them, and read back."""
        return any(isinstance(keeps_windows(way), KeepsWindows) for way in self.ways)

    def decide(self, change: str, who: str, *, approve: bool, words: str) -> None:
        """Somebody there approves or rejects a change."""
        if self._director:
            self._director.decide(change, who, approve=approve, words=words)

    def carry_out(self, at: datetime) -> None:
        """What the worker does by ``at``: messages leave, and what was answered is read back."""
        if not self.ways:
            return
        with stopped(at):
            for _ in range(ROUNDS):
                due = [effect for effect, way in to_try(SUBJECT, until=at) if way in self.ways]
                for effect in due:
                    carry_out(effect, at=at)
                if not due and not read_windows_back(at=at) + read_changes_back(at=at):
                    return

    def withdraw_the_rest(self, at: datetime) -> None:
        """No word of the demonstration goes to a system that is no partner to rehearse with."""
        for key, way in keys_to_try(SUBJECT):
            if way not in self.ways and way != Email.name:
                withdraw_by_key(key, at=at)


@contextmanager
def partners_at(address: str) -> Iterator[Partners]:
    """The partners behind that page; without one there are none. Afterwards their clocks run on."""
    partners = Partners(Director(address) if address else None)
    try:
        yield partners
    finally:
        partners.run_on()


def _ways_to(addresses: dict[str, str]) -> frozenset[str]:
    """The ways out that lead to one of the partners and nowhere else."""
    there = tuple(f"{address}/" for address in addresses.values())
    accounts = {**settings.CHANNELS, **settings.TRACKERS}
    ways = {name for name, account in accounts.items() if f"{_told(account).get('address', '')}/".startswith(there)}
    return frozenset(ways | ({Email.name} if there and f"{settings.SMTP_URL}/" in there else set()))


def _told(account: Any) -> dict[str, Any]:
    return account if isinstance(account, dict) else {}
