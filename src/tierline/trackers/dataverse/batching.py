"""Many changes in one request: OData's multipart/mixed batch, written and read. Pure.

Every operation stands on its own unless it is in a *change set*, which happens as a whole or not at all; the batch goes
on after an operation that fails. Refuses more operations than the service takes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_OPERATIONS: Final = 1000
_BOUNDARY: Final = "tierline_batch"
_SET: Final = "tierline_set"
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3})")
_NAMED: Final = re.compile(rb'boundary="?([^";\r\n]+)')


@dataclass(frozen=True, slots=True)
class Operation:
    """One request within a batch. ``path`` is relative to the interface's base, such as ``incidents(...)``."""

    method: str
    path: str
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation."""

    status: int
    json: Any = None

    @property
    def done(self) -> bool:
        """Whether it happened."""
        return self.status < 300

    @property
    def code(self) -> str:
        """The service's code of a refusal; empty when it gave none."""
        return _error(self.json).get("code") or ""

    @property
    def words(self) -> str:
        """What the service said of a refusal."""
        return _error(self.json).get("message") or ""


#: One operation, or several that happen together.
Step = Operation | tuple[Operation, ...]


def content_type() -> str:
    """The header of a batch."""
    return f'multipart/mixed; boundary="{_BOUNDARY}"'


def written(steps: Sequence[Step]) -> bytes:
    """The body of a batch."""
    if count(steps) > MOST_OPERATIONS:
        raise ValueError(f"a batch takes {MOST_OPERATIONS} operations, not {count(steps)}")
    parts: list[str] = []
    for place, step in enumerate(steps):
        if isinstance(step, Operation):
            parts.append(f"--{_BOUNDARY}\r\n{_part(step, None)}")
        else:
            parts.append(f"--{_BOUNDARY}\r\nContent-Type: multipart/mixed; boundary={_SET}{place}\r\n\r\n")
            parts += [f"--{_SET}{place}\r\n{_part(one, number)}" for number, one in enumerate(step, 1)]
            parts.append(f"--{_SET}{place}--\r\n")
    parts.append(f"--{_BOUNDARY}--\r\n")
    return "".join(parts).encode()


def count(steps: Sequence[Step]) -> int:
    """How many operations these are."""
    return sum(1 if isinstance(step, Operation) else len(step) for step in steps)


def _part(one: Operation, number: int | None) -> str:
    named = "" if number is None else f"Content-ID: {number}\r\n"
    headers = "".join(f"{name}: {value}\r\n" for name, value in one.headers.items())
    body = "" if one.json is None else json.dumps(one.json)
    kind = "Content-Type: application/json\r\n" if body else ""
    head = f"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{named}\r\n"
    return f"{head}{one.method} {one.path} HTTP/1.1\r\n{kind}{headers}\r\n{body}\r\n"


def read(body: bytes, header: str, steps: Sequence[Step]) -> list[tuple[Outcome, ...]]:
    """The outcomes of each step, in order. A change set that failed has one outcome: why.

    Steps without an outcome (the service stopped before them) are missing at the end. Raises ValueError when the body
    is no answer to a batch.
    """
    named = _NAMED.search(header.encode())
    if named is None:
        raise ValueError("the answer to a batch names no boundary")
    return [tuple(_outcomes(part)) for part in _parts(body, named[1])][: len(steps)]


def _parts(body: bytes, boundary: bytes) -> Iterator[bytes]:
    # A boundary begins a line; JSON writes no line ends inside its texts.
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            return
        yield part


def _outcomes(part: bytes) -> Iterator[Outcome]:
    head, _, rest = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
    inner = _NAMED.search(head)
    if inner is not None and b"multipart/mixed" in head:
        for one in _parts(rest, inner[1]):
            yield from _outcomes(one)
        return
    found = _STATUS.search(rest)
    if found is None:
        raise ValueError("a part of the answer to a batch has no status")
    content = rest.partition(b"\r\n\r\n")[2].strip()
    yield Outcome(int(found[1]), _json(content))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _error(told: Any) -> Mapping[str, str]:
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else {}
