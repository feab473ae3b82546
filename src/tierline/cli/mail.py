"""``tierline mail``: ways in for mail beside fetching it: ``take`` one message from a pipe, ``lmtp`` for a mail server.

What cannot be kept now ends with status 75 (try again later, as mail servers read it); a message that is kept, whatever
is in it, with 0. Refuses a socket that somebody else listens on (status 2).
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tierline.channels.lmtp import CannotListen, Server
from tierline.cli.database import set_up
from tierline.cli.output import DONE, refuse, write
from tierline.foundation import clock
from tierline.foundation.trouble import Refusal

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the message and tries again


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="tierline mail", description="Take in mail.")
    commands = options.add_subparsers(dest="command", required=True, metavar="COMMAND")
    take = commands.add_parser("take", help="take in one message from standard input, for a mail server's pipe")
    take.add_argument(
        "--to", action="append", default=[], metavar="ADDRESS", help="whom it was sent to, when the headers do not say"
    )
    lmtp = commands.add_parser("lmtp", help="take in messages by LMTP on a Unix socket, until stopped")
    lmtp.add_argument("--socket", type=Path, required=True, metavar="PATH", help="the socket's file")
    return options


def main(arguments: Sequence[str]) -> int:
    """0 when kept, 75 to be tried again later, 2 when it cannot be used."""
    given = parser().parse_args(arguments)
    return _take(given.to) if given.command == "take" else _serve(given.socket)


def _take(envelope: list[str]) -> int:
    from tierline.mail.reading import LARGEST  # noqa: PLC0415 - after the options were understood

    raw = sys.stdin.buffer.read(LARGEST + 1)
    try:
        set_up()
        from tierline.mail.actions import take_mail  # noqa: PLC0415 - after Django is set up

        taken = take_mail(raw, came_by="pipe", at=clock.now(), envelope=envelope)
    except Refusal as refusal:
        refuse(str(refusal))
        return TRY_AGAIN
    except Exception as trouble:  # noqa: BLE001 - whatever kept it from being kept, the mail server has to try again
        refuse(f"The mail could not be kept ({type(trouble).__name__}). Hand it over again.")
        return TRY_AGAIN
    where = f"on TL-{taken.case}" if taken.case else "kept"
    write(f"Mail {taken.id}: {taken.verdict}, {where}{', as before' if taken.again else ''}.\n")
    return DONE


def _serve(path: Path) -> int:
    try:
        set_up()
        with Server(path, _keep, largest=_largest()) as server:
            stop = threading.Event()
            for asked in (signal.SIGINT, signal.SIGTERM):
                signal.signal(asked, lambda *_: stop.set())
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            write(f"Takes mail by LMTP on {path}.\n")
            stop.wait()
            server.shutdown()
    except (Refusal, CannotListen) as refusal:
        return refuse(str(refusal))
    return DONE


def _largest() -> int:
    from tierline.mail.reading import LARGEST  # noqa: PLC0415 - after Django is set up

    return LARGEST + 1


def _keep(raw: bytes, recipients: Sequence[str]) -> None:
    """Keep one message; its thread's line to the database is given back afterwards."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    from tierline.mail.actions import take_mail  # noqa: PLC0415 - the same

    try:
        connection.close_if_unusable_or_obsolete()
        take_mail(raw, came_by="lmtp", at=clock.now(), envelope=recipients)
    finally:
        connection.close()
