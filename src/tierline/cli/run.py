"""``tierline run``: start everything here and keep it up until Ctrl-C. Refuses a home or a port in use (status 2)."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tierline.cli.main import COMMANDS
from tierline.foundation.trouble import Refusal
from tierline.launch.processes import die_with_parent
from tierline.launch.supervisor import Launch, Supervisor

_PACKAGE = Path(__file__).resolve().parents[1]


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    words = argparse.ArgumentParser(
        prog="tierline run",
        description="Start PostgreSQL, the pages and the worker on this machine, and keep them up until Ctrl-C.",
        epilog="DATABASE_URL names an external PostgreSQL (15 or newer) instead of the embedded one; "
        "SMTP_URL names the mail server, without which mail is held in the outbox or, with the demonstration, kept by "
        "one to rehearse with; IMAP_URL the mailbox that answers are fetched from; LMTP_SOCKET a socket on which mail "
        "is taken in.",
    )
    words.add_argument("--port", type=int, default=8080, help="the port of the pages on 127.0.0.1 (default 8080)")
    words.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("TIERLINE_HOME") or ".tierline"),
        help="the folder in which everything is kept (default: TIERLINE_HOME, else .tierline)",
    )
    words.add_argument(
        "--no-demonstration", action="store_true", help="start with what is there, without invented people and cases"
    )
    words.add_argument(
        "--only-database", action="store_true", help="start only the embedded PostgreSQL, to restore a backup into it"
    )
    words.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until asked to stop; the exit status is 0 then, and 2 when it could not start."""
    given = parser().parse_args(arguments)
    if given.with_parent:
        die_with_parent(os.getppid(), signal.SIGTERM)
    launch = Launch(
        home=given.home,
        port=given.port,
        database_url=os.environ.get("DATABASE_URL") or None,
        demonstration=() if given.no_demonstration else _demonstration_command(),
        only_database=given.only_database,
        rehearsal=() if given.no_demonstration or given.only_database else _rehearsal_command(given.home),
        demonstration_sources=(_PACKAGE / "demonstration", _PACKAGE / "plans" / "shipped"),
    )
    try:
        return Supervisor(launch).run()
    except Refusal as trouble:
        print(trouble, file=sys.stderr)
    except OSError as error:
        print(
            f"{error.filename or given.home} cannot be used: {error.strerror}. Mend that, or name another folder "
            "with --home.",
            file=sys.stderr,
        )
    return 2


def _rehearsal_command(home: Path) -> Sequence[str]:
    """How partners to rehearse with are stood up; not beside accounts of real ones, nor without a demonstration."""
    if os.environ.get("TIERLINE_TRACKERS") or os.environ.get("TIERLINE_CHANNELS") or not _demonstration_command():
        return ()
    return (sys.executable, "-m", "tierline.cli.main", "rehearse", "--home", str(home))


def _demonstration_command() -> Sequence[str]:
    """How the demonstration is loaded, when this installation has one."""
    if "demonstration" not in COMMANDS:
        return ()
    return (sys.executable, "-m", "tierline.cli.main", "demonstration", "load")
