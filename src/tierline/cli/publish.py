"""``tierline publish DIR``: put a planbook in force for everybody. Refuses one with an error, and says all of them.

For whoever runs Tierline; on the desk the same is done by the holder of the plan editor's duty.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tierline.cli.database import set_up
from tierline.cli.output import DONE, FOUND, refuse, write
from tierline.foundation.clock import now
from tierline.foundation.trouble import Refusal
from tierline.plans.findings import PlanUnreadable
from tierline.plans.loading import texts_of


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="tierline publish", description="Put a planbook in force for everybody.")
    options.add_argument("paths", nargs="+", metavar="DIR|FILE", help="the plans and charters of the planbook")
    options.add_argument("--remark", default="", help="why, in a sentence; kept with the version")
    return options


def main(arguments: Sequence[str]) -> int:
    """0 when the planbook is in force, 1 when it has errors, 2 when a file or the database cannot be used."""
    given = parser().parse_args(arguments)
    try:
        set_up()
        texts = texts_of([Path(path) for path in given.paths])
    except (Refusal, PlanUnreadable) as refusal:
        return refuse(str(refusal))
    from tierline.directory.actor import TIERLINE  # noqa: PLC0415 - after Django is set up
    from tierline.plans.actions import PlanRefused, publish_planbook  # noqa: PLC0415 - the same

    try:
        number = publish_planbook(TIERLINE, texts, at=now(), remark=given.remark)
    except PlanRefused as refusal:
        for finding in refusal.findings:
            sys.stderr.write(f"{finding.file}:{finding.line}: {finding.message} {finding.remedy}\n")
        sys.stderr.write(f"tierline: {refusal}\n")
        return FOUND
    except Refusal as refusal:
        return refuse(str(refusal))
    write(f"Planbook version {number} is in force.\n")
    return DONE
