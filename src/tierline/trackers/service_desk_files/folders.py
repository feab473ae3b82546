"""Files between two desks: which exports are new and whole, and laying down a file once.

Another program writes into these folders, maybe from another machine: a file is read only when it has rested and ends
with a line's end, and is known by name, size and time, so that one written anew is read anew. Refuses to write over a
file that lies there.
"""

import csv
import io
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

MOST_REMEMBERED = 5000


@dataclass
class Reading:
    """How far the folder was read: files that are done, and the one under way with the rows taken of it.

    ``resting``: files that were there at the last look and may have been half written.
    """

    done: dict[str, str] = field(default_factory=dict)
    under_way: str = ""
    rows: int = 0
    resting: dict[str, str] = field(default_factory=dict)

    def written(self) -> str:
        """As a cursor."""
        told = {"done": self.done, "under_way": self.under_way, "rows": self.rows, "resting": self.resting}
        return json.dumps(told, separators=(",", ":"))


def reading_of(cursor: str) -> Reading | None:
    """The reading a cursor leads to; None when it begins."""
    try:
        told = json.loads(cursor)
        return Reading(dict(told["done"]), str(told["under_way"]), int(told["rows"]), dict(told["resting"]))
    except (ValueError, TypeError, KeyError):
        return None


def exports_in(folder: Path, pattern: str) -> dict[Path, str]:
    """The export files that are there, oldest first, each with the mark of its present state. Raises OSError."""
    found = []
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    for path in folder.glob(pattern):
        if path.is_file() and not path.name.startswith("."):
            told = path.stat()
            found.append((told.st_mtime_ns, path.name, path, f"{told.st_size}-{told.st_mtime_ns}"))
    return {path: mark for _, _, path, mark in sorted(found)[-MOST_REMEMBERED:]}


def older_than(path: Path, at: datetime) -> bool:
    """Whether a file was last written before ``at``."""
    return path.stat().st_mtime < at.timestamp()


def is_whole(path: Path, mark: str, reading: Reading, *, at: datetime, quiet_seconds: float) -> bool:
    """Whether a file ends with a line's end and has rested: for some seconds, or since the last look."""
    told = path.stat()
    rested = at.timestamp() - told.st_mtime >= quiet_seconds or reading.resting.get(path.name) == mark
    return rested and ends_with_a_line(path)


def ends_with_a_line(path: Path) -> bool:
    """Whether the last byte ends a line; an empty file does not."""
    with path.open("rb") as stream:
        if stream.seek(0, os.SEEK_END) == 0:
            return False
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) in (b"\n", b"\r")


def lay_down(path: Path, content: bytes) -> bool:
    """Put a whole file there, never a part of one; False when one of that name lies there already. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError:  # a share without hard links; under this name every try writes the same
            draft.replace(path)
        return True
    finally:
        draft.unlink(missing_ok=True)


def as_table(headings: Sequence[str], rows: Iterable[Mapping[str, str]], *, delimiter: str = ",") -> bytes:
    """Rows as CSV with headings, in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(headings), delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
