"""Running the command as its caller does: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ran:
    """How a call of the command ended."""

    status: int
    out: str
    err: str


def tierline(*words: str, given: bytes = b"") -> Ran:
    """Call ``tierline`` with these words and this standard input."""
    command = [sys.executable, "-m", "tierline.cli.main", *words]
    ended = subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
