"""Holding the export against what is over there: missing, doubled, differing. Pure.

Both sides are sorted by number here, on disk, because no two systems sort alike; then they are walked together, so that
memory does not grow. A text is held against a text by its digest.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import merge
from itertools import groupby, islice
from typing import Any, Final, Literal

RUN: Final = 20_000  # rows sorted in memory at a time
_DAY: Final = 10

Kind = Literal["missing", "doubled", "differing", "only-there"]


@dataclass(frozen=True, slots=True)
class Side:
    """A ticket on one side. ``mark``: the line of the export, or the revision over there. ``seen``: a digest for each
    compared column; None where nothing is expected."""

    number: str
    ident: str
    mark: str
    digest: str
    seen: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding: what the export has, what is there, and the columns that differ."""

    kind: Kind
    number: str
    here: Side | None
    there: tuple[Side, ...]
    columns: tuple[str, ...] = ()


def seen_in_ticket(
    expected: Mapping[str, Any], columns: Sequence[str], *, opened: str, created: str
) -> tuple[str | None, ...]:
    """The digests a ticket should have over there."""
    told = {**expected, **({created: str(expected[opened])[:_DAY]} if opened in expected else {})}
    return tuple(_digest(told[name]) if name in told else None for name in columns)


def seen_in_row(row: Mapping[str, Any], columns: Sequence[str], *, created: str) -> tuple[str | None, ...]:
    """The digests of a row over there. The day it was opened is compared as a day."""
    return tuple(_digest(str(row.get(n) or "")[:_DAY] if n == created else row.get(n)) for n in columns)


def differences(here: Iterable[Side], there: Iterable[Side], columns: Sequence[str]) -> Iterator[Difference]:
    """Every finding, in the order of numbers. Both sides may come in any order."""
    ours, theirs = _grouped(here), _grouped(there)
    left, right = next(ours, None), next(theirs, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None  # noqa: S101 - one of the two is there
            yield Difference("missing", left[0], left[1][0], ())
            left = next(ours, None)
        elif left is None or right[0] < left[0]:
            yield Difference("only-there", right[0], None, tuple(right[1]))
            right = next(theirs, None)
        else:
            yield from _pair(left[1][0], right[1], columns)
            left, right = next(ours, None), next(theirs, None)


def _pair(here: Side, there: list[Side], columns: Sequence[str]) -> Iterator[Difference]:
    if len(there) > 1:
        yield Difference("doubled", here.number, here, tuple(there))
    one = next((side for side in there if side.ident == here.ident), there[0])
    pairs = zip(columns, here.seen, one.seen, strict=True)
    differing = tuple(name for name, wanted, found in pairs if wanted is not None and wanted != found)
    if differing:
        yield Difference("differing", here.number, here, (one,), differing)


def _grouped(sides: Iterable[Side]) -> Iterator[tuple[str, list[Side]]]:
    for number, some in groupby(in_order(sides), key=lambda side: side.number):
        yield number, list(some)


def in_order(sides: Iterable[Side]) -> Iterator[Side]:
    """The rows sorted by number; what does not fit goes to temporary files."""
    rest = iter(sides)
    runs: list[Iterator[Side]] = []
    while run := sorted(islice(rest, RUN), key=_key):
        if len(run) < RUN and not runs:
            return iter(run)
        runs.append(_on_disk(run))
    return merge(*runs, key=_key)


def _key(side: Side) -> tuple[str, str]:
    return side.number, side.ident


def _on_disk(run: list[Side]) -> Iterator[Side]:
    stream = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by its reader below
    stream.writelines(json.dumps([s.number, s.ident, s.mark, s.digest, s.seen]) + "\n" for s in run)
    stream.seek(0)

    def rows() -> Iterator[Side]:
        with stream:
            for line in stream:
                number, ident, mark, digest, seen = json.loads(line)
                yield Side(number, ident, mark, digest, tuple(seen))

    return rows()


def _digest(value: Any) -> str:
    told = "" if value is None else str(value)
    return blake2b(told.encode("utf-8", "replace"), digest_size=6).hexdigest()
