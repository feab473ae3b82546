"""Makes exports of a service desk of any length, for rehearsing a move; the same seed gives the same file.

Everybody and everything in it is invented. Refuses nothing.
"""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

HEADINGS: Final = (
    "Ref Num", "Summary", "Description", "Status", "Assignee", "Group", "Open Date", "Last Modified Date", "Category",
    "Log", "Resolution", "External Reference",
)  # fmt: skip
_STATUSES: Final = (
    ("Closed", 60),
    ("Resolved", 8),
    ("Open", 12),
    ("Work In Progress", 12),
    ("Hold", 5),
    ("Cancelled", 3),
)
_QUEUES: Final = ("MHV Tier 3", "MHV Help Desk", "Vets.gov Tier 2", "HRC")
_AREAS: Final = ("Pharmacy", "Secure Messaging", "Medical Records", "Portal", "Claims")
_WHAT: Final = ("the page stays white", "an error is shown", "nothing happens", "it loads for ever", "a list is empty")
_WHERE: Final = ("after Refill", "when signing in", "in the inbox", "on the results page", "after Download")
_WHO: Final = ("Ottilie Farrow", "Desmond Vale", "Noemi Sandoval", "", "Yusra Bellamy")
_TRIED: Final = ("Cleared cookies and cache.", "Tried another browser.", "Signed out and in.", "Nothing yet.")
_TIMES: Final = "%m/%d/%Y %I:%M:%S %p"
_FIRST: Final = datetime(2023, 1, 2, 8, 0)  # noqa: DTZ001 - exports write no zone


def rows(count: int, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """The tickets, in the order of their numbers."""
    chance = random.Random(seed)  # noqa: S311 - made-up tickets, no secret
    statuses, weights = zip(*_STATUSES, strict=True)
    for place in range(count):
        opened = _FIRST + timedelta(minutes=5 * place + chance.randrange(5))
        status = chance.choices(statuses, weights)[0]
        told = f"{chance.choice(_WHAT)} {chance.choice(_WHERE)}"
        sentences = [f"Caller says: {told}.", *(chance.choice(_TRIED) for _ in range(chance.randrange(1, 8)))]
        over = status in ("Closed", "Resolved")
        yield {
            "Ref Num": f"{70_001 + place:07}",
            "Summary": told.capitalize(),
            "Description": " ".join(sentences) * (40 if chance.random() < 0.01 else 1),
            "Status": status,
            "Assignee": chance.choice(_WHO),
            "Group": _QUEUES[place % len(_QUEUES)],
            "Open Date": opened.strftime(_TIMES),
            "Last Modified Date": (opened + timedelta(hours=chance.randrange(1, 90))).strftime(_TIMES),
            "Category": chance.choice(_AREAS),
            "Log": f"{opened.strftime(_TIMES)}: {chance.choice(_TRIED)}",
            "Resolution": "Repaired with the last release." if over else "",
            "External Reference": "",
        }


def write_export(path: Path, count: int, *, seed: int = 1) -> None:
    """Write ``count`` tickets as an export."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADINGS)
        writer.writeheader()
        writer.writerows(rows(count, seed=seed))
