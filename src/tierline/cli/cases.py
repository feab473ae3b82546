"""``tierline cases import FILE --source NAME``: another system's export, judged row by row and taken in.

A dry run needs no database and imports no Django. Refuses a file that is no table of the source's columns and plans
that cannot be read (exit status 2); refused rows are told line by line (status 1), never lost in silence.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tierline.cases.importing.judging import Judge, Judged, Tally
from tierline.cases.importing.mapping import SourceMapping, load_source
from tierline.cases.importing.seen import Seen
from tierline.cli.output import DONE, FOUND, refuse, until_nobody_reads
from tierline.foundation import clock
from tierline.foundation.tables import Export
from tierline.foundation.trouble import Refusal, Unusable
from tierline.plans.findings import PlanUnreadable
from tierline.plans.loading import SHIPPED, load_planbook

FLUSH_AFTER = 200  # lines; a pipe's reader gets them in bundles


class Teller(Protocol):
    """Writes the report: a row at a time, then the summary."""

    def row(self, judged: Judged) -> None:
        """Tell one row."""

    def end(self, tally: Tally, imported: int | None) -> None:
        """Tell the counts; ``imported`` is None in a dry run."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="tierline cases", description="Cases from other systems.")
    verbs = options.add_subparsers(dest="verb", required=True)
    imports = verbs.add_parser("import", help="take in an export, or say what that would do")
    imports.add_argument("file", metavar="FILE", help="CSV or JSON Lines; - for standard input")
    imports.add_argument("--source", required=True, help="dynamics, or the path of a mapping file (.yaml)")
    imports.add_argument("--dry-run", action="store_true", help="judge every row and change nothing; needs no database")
    imports.add_argument("--json", action="store_true", help="write JSON Lines")
    imports.add_argument(
        "--on-refusal",
        choices=("skip", "stop"),
        default="skip",
        help="skip refused rows, or import nothing at all then",
    )
    imports.add_argument("--plans", metavar="DIR", help="plans to judge a dry run by (default: shipped)")
    return options


def main(arguments: Sequence[str]) -> int:
    """Import; the exit status."""
    given = parser().parse_args(arguments)
    return until_nobody_reads(lambda: import_cases(given))


def import_cases(given: argparse.Namespace) -> int:
    """Judge the file and, unless it is a dry run, take in what was accepted; the exit status."""
    if given.plans and not given.dry_run:
        return refuse(
            "--plans goes with --dry-run only: cases are taken in by the plans in force. Publish the plans first."
        )
    teller: Teller = _JsonTeller() if given.json else _TextTeller()
    try:
        return _judge_file(given, load_source(given.source), teller)
    except Refusal as refusal:
        return refuse(str(refusal))
    except PlanUnreadable as refusal:
        return refuse(str(refusal))
    except sqlite3.Error as error:
        return refuse(f"The numbers seen so far cannot be kept in a temporary file: {error}. Make room on the disk.")


def _judge_file(given: argparse.Namespace, mapping: SourceMapping, teller: Teller) -> int:
    try:
        with _opened(given.file) as stream:
            export = Export(stream, mapping.columns, mapping.file)
            try:
                work = _dry_run if given.dry_run else _import
                return work(given, mapping, export, teller)
            finally:
                for remark in export.remarks:
                    _remark(remark)
    except Unusable as refusal:
        return refuse(f"{given.file}: {refusal}")
    except BrokenPipeError:
        raise
    except OSError as error:
        return refuse(f"{given.file}: the file cannot be read: {error.strerror}. Give a CSV or JSON Lines file, or -.")


def _dry_run(given: argparse.Namespace, mapping: SourceMapping, export: Export, teller: Teller) -> int:
    judge = Judge(mapping, load_planbook(Path(given.plans) if given.plans else SHIPPED), at=clock.now())
    tally = Tally()
    with Seen() as seen:
        for judged in judge.judge(export.rows(), seen.before):
            _tell(judged, tally, teller)
    teller.end(tally, None)
    return _status(tally)


def _import(given: argparse.Namespace, mapping: SourceMapping, export: Export, teller: Teller) -> int:
    from tierline.cli.database import lost_database, set_up  # noqa: PLC0415 - a dry run must not need it

    set_up()
    from tierline.cases.actions.importing import Importing, take_in  # noqa: PLC0415 - needs the set-up above
    from tierline.directory.actor import TIERLINE  # noqa: PLC0415 - the same
    from tierline.plans.queries import planbook_in_force  # noqa: PLC0415 - the same

    importing = Importing(TIERLINE, mapping.system, planbook_in_force(), clock.now())
    judge = Judge(mapping, importing.in_force.planbook, at=importing.at)
    tally = Tally()
    stopping = given.on_refusal == "stop"
    kept = "Nothing was imported" if stopping else "What was taken in stays"
    with Seen() as seen, lost_database(f"{kept}; import the same file again when it is back."):
        taken = take_in(
            importing,
            judge.judge(export.rows(), seen.before),
            told=lambda judged: _tell(judged, tally, teller),
            stop_on_refusal=stopping,
        )
    teller.end(tally, taken.imported)
    if taken.stopped:
        return refuse(
            f"{given.file}: nothing was imported: refused rows ({tally.refused}) stop it all, as --on-refusal says. "
            "Mend them, or import the others with --on-refusal skip."
        )
    return _status(tally)


def _tell(judged: Judged, tally: Tally, teller: Teller) -> None:
    tally.count(judged)
    if judged.remark:
        _remark(f"Line {judged.line}: {judged.remark}")
    teller.row(judged)


def _status(tally: Tally) -> int:
    return FOUND if tally.refused else DONE


def _remark(sentence: str) -> None:
    sys.stderr.write(f"tierline: {sentence}\n")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """A file, or standard input for ``-``, for reading lines of bytes."""
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


class _JsonTeller:
    """The contract's JSON Lines."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def row(self, judged: Judged) -> None:
        self._waiting.append(json.dumps(judged.as_json()))
        if len(self._waiting) >= FLUSH_AFTER:
            self._flush()

    def end(self, tally: Tally, imported: int | None) -> None:
        counts = tally.as_json() | ({} if imported is None else {"imported": imported})
        self._waiting.append(json.dumps({"summary": counts}))
        self._flush()

    def _flush(self) -> None:
        sys.stdout.write("\n".join(self._waiting) + "\n")
        sys.stdout.flush()
        self._waiting.clear()


class _TextTeller:
    """For people: what needs a look, then the counts."""

    def row(self, judged: Judged) -> None:
        if judged.status != "accepted":
            sys.stdout.write(f"line {judged.line}: {judged.record or 'no number'}: {judged.status}. {judged.reason}\n")

    def end(self, tally: Tally, imported: int | None) -> None:
        counts = tally.as_json()
        lines = [f"{counts.pop('rows')} rows: " + ", ".join(f"{number} {word}" for word, number in counts.items())]
        lines += [f"  {number:>6} {outcome}" for outcome, number in sorted(tally.outcomes.items())]
        lines.append(
            "Nothing was changed: this was a dry run." if imported is None else f"{imported} cases were taken in."
        )
        sys.stdout.write("\n".join(lines) + "\n")
