"""``tierline demonstration load|sign-ins``: invented people and cases to walk through, and who can sign in to them.

Loading twice is loading once. Refuses (status 2) a database that does not answer, or in which other people work.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from tierline.cli.database import set_up
from tierline.cli.output import DONE, refuse, until_nobody_reads, write
from tierline.foundation import clock
from tierline.foundation.trouble import Refusal


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="tierline demonstration", description="Invented people and two weeks of cases, to try everything on."
    )
    verbs = options.add_subparsers(dest="verb", required=True)
    verbs.add_parser("load", help="load it if it is not there yet, and print who can sign in")
    verbs.add_parser("sign-ins", help="print who can sign in")
    return options


def main(arguments: Sequence[str]) -> int:
    """Load or print; the exit status."""
    given = parser().parse_args(arguments)
    return until_nobody_reads(lambda: _load() if given.verb == "load" else _print_sign_ins())


def _load() -> int:
    try:
        set_up()
        from django.conf import settings  # noqa: PLC0415 - the same

        from tierline.demonstration.loading import load  # noqa: PLC0415 - needs the set-up above

        load(at=clock.now(), rehearsal=settings.REHEARSAL)
    except Refusal as refusal:
        return refuse(str(refusal))
    return _print_sign_ins()


def _print_sign_ins() -> int:
    try:
        set_up()
    except Refusal as refusal:
        return refuse(str(refusal))
    from tierline.demonstration.cast import sign_ins  # noqa: PLC0415 - needs the set-up above
    from tierline.plans.loading import load_planbook  # noqa: PLC0415 - the same

    write(sign_ins(load_planbook()))
    return DONE
