"""``tierline migrate``: take the tickets of one ticketing system across to another, queue by queue, and back.

``plan`` needs no database and changes nothing; ``run`` can be killed and run again; ``report`` says whether both sides
say the same (status 1 when they do not); ``back`` leads back. Refuses what the accounts or the move's file cannot mean
(status 2); rows that need a look are told one by one (status 1).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tierline.cases.importing.seen import Seen
from tierline.cli.output import DONE, FOUND, refuse, until_nobody_reads, write
from tierline.foundation import clock
from tierline.foundation.tables import Export
from tierline.foundation.trouble import Refusal, Unusable
from tierline.migration.cutting_over import CutOver, both_in_force, cut_overs
from tierline.migration.form import Move, load_move
from tierline.migration.mapping import Mapper
from tierline.migration.planning import field_moves, plan
from tierline.plans.findings import PlanUnreadable
from tierline.plans.loading import SHIPPED, load_planbook
from tierline.trackers.accounts import UnusableAccount, read_accounts, tracker_of
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.dataverse.web_api import WebApi
from tierline.trackers.service_desk_files.account import Account as Here

if TYPE_CHECKING:
    from tierline.migration.actions import Tally
    from tierline.plans.planbook import Planbook


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="tierline migrate", description="Take tickets from one system to another.")
    verbs = options.add_subparsers(dest="verb", required=True, metavar="COMMAND")
    plans = verbs.add_parser("plan", help="say what would go across, and how; changes nothing and needs no database")
    plans.add_argument("--plans", metavar="DIR", help="plans that name the days (default: shipped)")
    runs = verbs.add_parser("run", help="take the tickets across; killed, run it again")
    report = verbs.add_parser("report", help="say what is missing, doubled or differing over there")
    back = verbs.add_parser("back", help="the way back: write what changed there, or take back what was made")
    find = verbs.add_parser("find", help="both numbers of a ticket that went across, by either")
    find.add_argument("number", metavar="NUMBER")
    for verb in (plans, runs, report):
        verb.add_argument("file", metavar="EXPORT", help="the old system's export (CSV or JSON Lines)")
    back.add_argument("--changes", type=Path, metavar="FILE", help="write an import file for the old system")
    back.add_argument("--withdraw", action="store_true", help="remove the cases nobody worked on over there")
    back.add_argument("--dry-run", action="store_true", help="say what --withdraw would remove")
    for verb in (plans, runs, report, back):
        verb.add_argument("--move", default="nsd-to-dynamics", help="a shipped move, or the path of a .yaml file")
        verb.add_argument("--accounts", metavar="FILE", help="accounts (default: what TIERLINE_TRACKERS names)")
        verb.add_argument("--queue", action="append", default=[], metavar="NAME", help="only this queue (may repeat)")
    for verb in (plans, runs, report):
        verb.add_argument("--early", action="store_true", help="take queues across before the plans' day, too")
    for verb in (plans, runs, report, back, find):
        verb.add_argument("--json", action="store_true", help="write JSON Lines")
    return options


def main(arguments: Sequence[str]) -> int:
    """Move; the exit status."""
    given = parser().parse_args(arguments)
    verbs = {"plan": _plan, "run": _run, "report": _report, "back": _back, "find": _find}
    return until_nobody_reads(lambda: _guarded(given, verbs[given.verb]))


def _guarded(given: argparse.Namespace, verb: Callable[[argparse.Namespace], int]) -> int:
    try:
        return verb(given)
    except (Refusal, PlanUnreadable, UnusableAccount) as refusal:
        return refuse(str(refusal))
    except BrokenPipeError:
        raise
    except OSError as error:
        return refuse(f"{getattr(given, 'file', error.filename)}: it cannot be read: {error.strerror}.")


@dataclass(frozen=True, slots=True)
class _Scene:
    """The move, its two accounts, and how its queues stand."""

    move: Move
    here: Here
    there: There
    mapper: Mapper
    standings: tuple[CutOver, ...]
    queues: frozenset[str]


def _scene(given: argparse.Namespace, planbook: Planbook, at: datetime) -> _Scene:
    move = load_move(given.move)
    accounts = read_accounts(given.accounts or os.environ.get("TIERLINE_TRACKERS", ""))
    here, there = (_account(accounts, name) for name in (move.from_, move.to))
    if not isinstance(here, Here) or not isinstance(there, There):
        raise Unusable(
            f"{move.file} goes from '{move.from_}' to '{move.to}'; one of these accounts is of another kind."
        )
    standings = cut_overs(move, planbook, at)
    return _Scene(move, here, there, Mapper(move, here, there), standings, _chosen(given, standings))


def _account(accounts: dict[str, Any], name: str) -> object:
    if name not in accounts:
        raise Unusable(f"There is no account '{name}'. Add it to the file TIERLINE_TRACKERS names, or give --accounts.")
    return getattr(tracker_of(name, accounts[name]), "account", None)


def _chosen(given: argparse.Namespace, standings: tuple[CutOver, ...]) -> frozenset[str]:
    """The queues whose tickets go across: those asked for, of those whose day has come."""
    names = {one.queue.queue.casefold(): one for one in standings}
    for name in given.queue:
        if name.casefold() not in names:
            known = ", ".join(one.queue.queue for one in standings)
            raise Unusable(f"'{name}' is no queue of this move. Choose from {known}.")
    asked = [names[name.casefold()] for name in given.queue] or list(standings)
    early = getattr(given, "early", True)
    return frozenset(one.queue.queue for one in asked if early or one.standing == "after")


@contextmanager
def _opened(given: argparse.Namespace, scene: _Scene) -> Iterator[Export]:
    with Path(given.file).open("rb") as stream:
        export = Export(stream, scene.here.columns, f"the account '{scene.move.from_}'", delimiter=scene.here.delimiter)
        try:
            yield export
        except Unusable as refusal:
            raise Unusable(f"{given.file}: {refusal}") from None
        finally:
            for remark in export.remarks:
                sys.stderr.write(f"tierline: {remark}\n")


class _Teller:
    """Writes lines as they come: JSON, or sentences."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def json(self, told: Any) -> None:
        """A line for programs."""
        if self._as_json:
            write(json.dumps(told) + "\n")

    def text(self, line: str) -> None:
        """A line for people."""
        if not self._as_json:
            write(line + "\n")

    def row(self, line: int | None, number: str | None, status: str, reason: str, **more: Any) -> None:
        """A row that needs a look."""
        self.json({"line": line, "record": number, "status": status, "reason": reason, **more})
        where = f"line {line}: " if line else ""
        self.text(f"{where}{number or 'no number'}: {status}. {reason}")

    def standings(self, scene: _Scene) -> None:
        """How the queues stand."""
        told = [
            {"queue": one.queue.queue, "standing": one.standing, "day": one.day.isoformat() if one.day else None}
            for one in scene.standings
        ]
        self.json({"queues": told})
        for one in scene.standings:
            self.text(one.sentence(scene.move))
        if both_in_force(scene.standings):
            self.text("Both systems are in force for now.")


class _Progress:
    """Says on a terminal how far a long run is."""

    every = 10_000

    def __init__(self) -> None:
        self._next = self.every

    def __call__(self, tally: Tally) -> None:
        if tally.rows >= self._next and sys.stderr.isatty():
            sys.stderr.write(f"tierline: {tally.rows:,} rows read, {tally.created + tally.found:,} went across ...\n")
            self._next = tally.rows + self.every


def _plan(given: argparse.Namespace) -> int:
    at = clock.now()
    scene = _scene(given, load_planbook(Path(given.plans) if given.plans else SHIPPED), at)
    teller = _Teller(as_json=given.json)
    teller.standings(scene)
    fields = field_moves(scene.move, scene.here, scene.there)
    teller.json({"fields": [asdict(one) for one in fields]})
    for one in fields:
        room = f", {one.length:,} characters fit" if one.length else ""
        teller.text(f"  {one.heading} -> {one.column or '-'}{room}{f'; {one.remark}' if one.remark else ''}")
    with _opened(given, scene) as export, Seen() as seen:
        counts = plan(
            scene.mapper,
            export.rows(),
            open_queues=scene.queues,
            seen_before=seen.before,
            told=lambda one: teller.row(one.line, one.number, one.status, one.reason),
        )
    details = counts.details()
    teller.json({"summary": counts.as_json(), **details})
    for queue, statuses in details["queues"].items():
        for status, count in statuses.items():
            teller.text(f"  {count:>8,} {queue}: {status}")
    for name, cut in details["cut"].items():
        most = cut["characters-at-most"]
        kept = "; the whole text goes into a note" if name == "text" else ""
        teller.text(f"  {cut['tickets']:>8,} are cut in {name}, by up to {most:,} characters{kept}")
    teller.text(_counted(counts.as_json()) + " Nothing was changed: this was a dry run.")
    return FOUND if counts.refused or counts.duplicate else DONE


def _run(given: argparse.Namespace) -> int:
    at = clock.now()
    scene = _scene_in_force(given, at)
    from tierline.cli.database import lost_database  # noqa: PLC0415 - Django is set up by now
    from tierline.migration.actions import Running, run  # noqa: PLC0415 - the same
    from tierline.migration.sending import Patience, Sender  # noqa: PLC0415 - the same

    teller = _Teller(as_json=given.json)
    teller.standings(scene)
    sender = Sender(WebApi(scene.there), Patience(), created_column=scene.move.created_column)
    running = Running(scene.move, scene.mapper, sender, scene.queues, at)
    consolation = "What went across stays; run it again when it is back."
    with _opened(given, scene) as export, Seen() as seen, lost_database(consolation):
        tally = run(
            running,
            export.rows(),
            seen_before=seen.before,
            told=lambda one: teller.row(one.line, one.number, one.status, one.reason),
            progress=_Progress(),
        )
    teller.json({"summary": tally.as_json(), "by-queue": tally.queues})
    teller.text(_counted(tally.as_json()))
    return FOUND if tally.refused or tally.conflict or tally.duplicate else DONE


def _report(given: argparse.Namespace) -> int:
    scene = _scene_in_force(given, clock.now())
    from tierline.cli.database import lost_database  # noqa: PLC0415 - Django is set up by now
    from tierline.migration.reporting import Reporting, report  # noqa: PLC0415 - the same

    teller = _Teller(as_json=given.json)
    reporting = Reporting(scene.move, scene.mapper, WebApi(scene.there))
    with _opened(given, scene) as export, lost_database("Ask for the report again when it is back."):
        found = report(
            reporting,
            export.rows(),
            scene.queues,
            lambda one: teller.row(
                int(one.line) if one.line else None, one.number, one.kind, one.sentence, columns=list(one.columns)
            ),
        )
    teller.json({"summary": found.as_json()})
    clean = " Both sides say the same." if found.clean else ""
    teller.text(_counted(found.as_json()) + clean)
    return DONE if found.clean else FOUND


def _back(given: argparse.Namespace) -> int:
    if bool(given.changes) == given.withdraw:
        raise Unusable("Say either --changes FILE (what changed there, for the old system) or --withdraw.")
    at = clock.now()
    scene = _scene_in_force(given, at)
    from tierline.migration.going_back import take_back, write_changes  # noqa: PLC0415 - Django is set up by now
    from tierline.migration.reporting import Reporting  # noqa: PLC0415 - the same
    from tierline.migration.sending import Patience  # noqa: PLC0415 - the same

    teller, api = _Teller(as_json=given.json), WebApi(scene.there)
    if given.changes:
        days = [one.day for one in scene.standings if one.day and one.queue.queue in scene.queues]
        reporting = Reporting(scene.move, scene.mapper, api)
        counts = write_changes(reporting, scene.here, given.changes, since=min(days, default=at))
        teller.json({"summary": asdict(counts), "file": str(given.changes)})
        teller.text(
            f"{given.changes}: {counts.changed:,} tickets that changed there, {counts.new:,} that are new there."
        )
        return DONE
    taken = take_back(
        api,
        scene.move.id,
        Patience(),
        queues=scene.queues,
        at=at,
        dry_run=given.dry_run,
        told=lambda number, said: teller.row(None, number, "stays", said),
    )
    teller.json({"summary": asdict(taken), "dry-run": given.dry_run})
    teller.text(_counted(asdict(taken)) + (" Nothing was changed: this was a dry run." if given.dry_run else ""))
    return FOUND if taken.stays else DONE


def _find(given: argparse.Namespace) -> int:
    from tierline.cli.database import set_up  # noqa: PLC0415 - the pure commands start without it

    set_up()
    from tierline.migration import ledger  # noqa: PLC0415 - needs the set-up above

    teller, found = _Teller(as_json=given.json), ledger.find(given.number)
    for one in found:
        told = {"record": one.number, "new": one.new_number, "id": one.ident, "queue": one.queue, "state": one.state}
        teller.json({**told, "at": one.moved_at.isoformat()})
        teller.text(
            f"{one.number} is {one.new_number or 'without a number'} now ({one.state}, {one.moved_at:%Y-%m-%d})."
        )
    if not found:
        teller.text(f"No ticket of the number {given.number} went across.")
    return DONE if found else FOUND


def _scene_in_force(given: argparse.Namespace, at: datetime) -> _Scene:
    from tierline.cli.database import set_up  # noqa: PLC0415 - the pure commands start without it

    set_up()
    from tierline.plans.queries import planbook_in_force  # noqa: PLC0415 - needs the set-up above

    return _scene(given, planbook_in_force().planbook, at)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ').replace('-', ' ')}" for name, count in counts.items()) + "."
