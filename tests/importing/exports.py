"""Small exports for tests: invented rows in the shape of the Dynamics queue."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache

from tierline.cases.importing.judging import Judge, Judged
from tierline.cases.importing.mapping import SourceMapping, load_source
from tierline.cases.importing.seen import Seen
from tierline.foundation.tables import BrokenRow, Export, Row
from tierline.plans.loading import load_planbook
from tierline.plans.planbook import Planbook

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
THOROUGH = (
    "Veteran reports: the page stays white after Refill. First noticed 11/03/2026. Device: iPhone 15, browser: Safari. "
    "Tier 1 cleared cookies and cache, no change. Steps: sign in, open Medications. Expected: a list. Actual: white."
)


@cache
def dynamics() -> SourceMapping:
    """The shipped mapping."""
    return load_source("dynamics")


@cache
def shipped_plans() -> Planbook:
    """The shipped planbook."""
    return load_planbook()


def a_row(**other: str) -> dict[str, str]:
    """A row of the export by heading; name what differs by meaning (``sub_area`` for Sub Area)."""
    row = {
        "record": "25-HRC-HD-11-10000001",
        "entered": "11/05/2026 09:15 AM",
        "status": "New",
        "owner": "",
        "area": "Pharmacy",
        "sub-area": "Refill",
        "contact": "Veteran",
        "place": "Harrow Bend clinic",
        "description": "Vet says: refill button is gone.",
        "notes": "",
    } | {key.replace("_", "-"): value for key, value in other.items()}
    return {dict(dynamics().columns)[meaning]: cell for meaning, cell in row.items()}  # type: ignore[index]


def as_csv(*rows: Mapping[str, str]) -> bytes:
    """The rows as CSV with headings."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dynamics().columns.values()))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json_lines(*rows: Mapping[str, str]) -> bytes:
    """The rows as JSON Lines."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def opened(content: bytes) -> Export:
    """The export in some bytes."""
    return Export(io.BytesIO(content), dynamics().columns, dynamics().file)


def read(content: bytes) -> list[Row | BrokenRow]:
    """All its records."""
    return list(opened(content).rows())


def judged(content: bytes) -> list[Judged]:
    """All its rows, judged by the shipped plans."""
    return list(_judged(content))


def _judged(content: bytes) -> Iterator[Judged]:
    with Seen() as seen:
        yield from Judge(dynamics(), shipped_plans(), at=AT).judge(opened(content).rows(), seen.before)


def judge_one(**other: str) -> Judged:
    """One row, judged."""
    return judged(as_csv(a_row(**other)))[0]
