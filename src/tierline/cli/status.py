"""``tierline status FOLDER``: the public page of planned work and its feeds as files, to be served by anything.

Refuses a folder that cannot be written. The worker writes the same into its own home every five minutes.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from tierline.cli.database import set_up
from tierline.cli.output import DONE, refuse, write
from tierline.foundation.trouble import Refusal


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="tierline status", description="Write the public page of planned work and its feeds as files."
    )
    options.add_argument("folder", type=Path, help="where to write index.html, downtimes.ics and the rest")
    return options


def main(arguments: Sequence[str]) -> int:
    """0 when everything is written, 2 when the folder cannot be."""
    given = parser().parse_args(arguments)
    try:
        set_up()
        return _write(given.folder)
    except Refusal as refusal:
        return refuse(str(refusal))
    except OSError as error:
        return refuse(f"{given.folder} cannot be written: {error.strerror}.")


def _write(folder: Path) -> int:
    from tierline.downtime.publishing import write_files  # noqa: PLC0415 - after Django is set up
    from tierline.foundation.clock import now  # noqa: PLC0415 - the same

    for file in write_files(folder, at=now()):
        write(f"{file}\n")
    return DONE
