"""The accounts at partners' systems: the folder's kinds of tracker, read from the file TIERLINE_TRACKERS names.

Refuses what ``channels/accounts.py`` refuses, in the words of this folder.
"""

from collections.abc import Mapping
from typing import Any

from tierline.channels.accounts import AccountBook, Kind, UnusableAccount
from tierline.trackers.tracker import Tracker

__all__ = ["BOOK", "UnusableAccount", "kinds", "read_accounts", "read_accounts_or_trouble", "tracker_of", "troubles"]

#: What an account says of itself that is no tracker's: what crossings mean here (``crossing/terms.py``).
CROSSING = "crossing"
BOOK = AccountBook("tierline.trackers", variable="TIERLINE_TRACKERS", page="docs/how-to/trackers.md", what="tracker")


def kinds() -> Mapping[str, Kind]:
    """Every kind of tracker there is: its class and the form of its account."""
    return BOOK.kinds()


def read_accounts(path: str) -> dict[str, Any]:
    """The accounts of a YAML file, not yet judged. Raises UnusableAccount when it cannot be read."""
    return BOOK.read(path)


def read_accounts_or_trouble(path: str) -> tuple[dict[str, Any], str]:
    """``read_accounts``, and in place of what it raises no account and the sentence."""
    return BOOK.read_or_trouble(path)


def tracker_of(name: str, told: Any) -> Tracker:
    """The tracker of one account. Raises UnusableAccount."""
    built: Tracker = BOOK.built(name, _without_crossing(told))
    return built


def troubles(accounts: Mapping[str, Any]) -> list[str]:
    """What is wrong with the accounts, a sentence each; empty when all can be used."""
    return BOOK.troubles({name: _without_crossing(told) for name, told in accounts.items()})


def _without_crossing(told: Any) -> Any:
    return {field: value for field, value in told.items() if field != CROSSING} if isinstance(told, Mapping) else told
