"""The command ``tierline``: looks at its first word and hands over; imports nothing a sub-command does not need.

A sub-command is one line in ``COMMANDS``: its module, which has ``main(arguments) -> exit status``, and what it
does. Refuses an unknown word with the list of known ones and exit status 2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("tierline.cli.run", "start everything here and keep it up until Ctrl-C"),
    "route": ("tierline.cli.route", "decide by the plans where cases go, with reasons"),
    "plans": ("tierline.cli.plans", "check, render, compare and replay support plans"),
    "publish": ("tierline.cli.publish", "put a planbook in force for everybody"),
    "people": ("tierline.cli.people", "let people sign in"),
    "cases": ("tierline.cli.cases", "import cases, or say what importing them would do"),
    "redact": ("tierline.cli.redact", "take what is private out of texts"),
    "mail": ("tierline.cli.mail", "take in mail: one message from standard input, or all from a mail server here"),
    "status": ("tierline.cli.status", "write the public page of planned work and its feeds as files"),
    "migrate": ("tierline.cli.migrate", "take tickets from one ticketing system to another, and back"),
    "rehearse": ("tierline.cli.rehearse", "stand up partner systems to rehearse with, on this machine"),
    "demonstration": ("tierline.cli.demonstration", "invented people and cases: load them, say who can sign in"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command; the exit status is 0 (done), 1 (done, and something was found) or 2 (unusable)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0 if words else 2
    command = COMMANDS.get(words[0])
    if command is None:
        print(f"tierline: {words[0]!a} is no command. Use one of: {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    try:
        status: int = import_module(command[0]).main(words[1:])
    except KeyboardInterrupt:
        return 130  # what a shell expects of a command that was interrupted
    return status


def _usage() -> str:
    lines = [f"  {name:<14} {does}" for name, (_, does) in COMMANDS.items()]
    return "\n".join(["Usage: tierline COMMAND ...", "", *lines, "", "tierline COMMAND --help says more."])


if __name__ == "__main__":
    sys.exit(main())
