"""How the plain commands speak: standard output for answers, one line on standard error for a refusal.

A reader that goes away (``| head``) is no error. Refuses nothing itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

UNUSABLE: Final = 2  # the call or its input cannot be used
FOUND: Final = 1  # done, and something was found
DONE: Final = 0


def refuse(sentence: str) -> int:
    """Say on one line of standard error what cannot be used; the exit status for it."""
    shown = " ".join(sentence.split())
    sys.stderr.write(f"tierline: {shown}\n")
    return UNUSABLE


def write(text: str) -> None:
    """Write an answer at once, so that who waits for it at the other end of a pipe has it."""
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def until_nobody_reads(work: Callable[[], int]) -> int:
    """Do the work; end quietly when the reader of standard output has gone away."""
    try:
        status = work()
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter would flush once more on its way out, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return status
