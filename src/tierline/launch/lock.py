"""One supervisor per home: a lock the kernel keeps for as long as its holder lives, however it ends.

Refuses a second holder, and says who the first one is and since when.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path
from types import TracebackType

from tierline.foundation.trouble import Refusal


class HomeInUse(Refusal):
    """Somebody else runs on this home."""


class HomeLock:
    """Held from ``with`` to the end of the block or process; never removed: nobody locks a dead file."""

    def __init__(self, file: Path, *, since: datetime, purpose: str) -> None:
        self._file = file
        self._words = f"{os.getpid()}\n{since.isoformat(timespec='seconds')}\n{purpose}\n"
        self._handle: int | None = None

    def __enter__(self) -> "HomeLock":
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise HomeInUse(self._who()) from None
        os.ftruncate(handle, 0)
        os.write(handle, self._words.encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _who(self) -> str:
        home = self._file.parent
        try:
            pid, since, purpose = self._file.read_text().splitlines()[:3]
        except (OSError, ValueError):
            return f"{home} is in use by another Tierline. Stop that one, or name another folder with --home."
        return (
            f"{home} is in use by process {pid} ({purpose}) since {since}. "
            "Use that one, stop it with Ctrl-C where it runs, or name another folder with --home."
        )
