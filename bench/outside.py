"""What is measured without the web server: the sweep over promises, an import, routing from the command line.

Refuses a command that does not end well.
"""

import csv
import itertools
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection

import tierline.demonstration
from bench.result import Result
from bench.scene import Scene
from tierline.cases.actions.chasing import chase_overdue_hand_offs
from tierline.foundation.clock import now

TIERLINE = Path(sys.executable).with_name("tierline")
MB = 1_000_000
MOST_SWEPT = 20_000
SWEEPS = 3
IMPORTED = 10_000
ROUTED = 400_000
EXPORT = Path(tierline.demonstration.__file__).with_name("queue-export.csv")
ROUTING = Path(__file__).parents[1] / "tests" / "plans" / "routing.jsonl"
#: Hand-offs of cases that have no open one, all due an hour ago.
_OFFER = """
INSERT INTO cases_handoff (case_id, state, sender, service, receiver, tier, by, sender_records, ask, note, decision,
    override, planbook, offered_by, offered_at, acknowledge_by, answered_by, answered_at,
    return_reason, return_words, returned_by, chased_at)
SELECT id, 'offered', holder, service, %(to)s, 2, 'ticket', false, summary, '', '{}', '', planbook, 'Bench Writer',
    %(at)s - interval '2 days', %(at)s - interval '1 hour', '', NULL, '', '', '', NULL
FROM cases_case c WHERE NOT EXISTS (SELECT FROM cases_handoff h WHERE h.case_id = c.id AND h.state = 'offered')
LIMIT %(most)s
"""


def sweep(scene: Scene) -> Iterator[Result]:
    """The minute's sweep, when up to 20,000 hand-offs have just become overdue."""
    with connection.cursor() as cursor:
        cursor.execute(_OFFER, {"to": scene.kinds.desks[-1], "at": now(), "most": MOST_SWEPT})
        cursor.execute("ANALYZE cases_handoff")
    rates, swept = [], 0
    for _ in range(SWEEPS):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_handoff SET chased_at = NULL WHERE state = 'offered' AND chased_at IS NOT NULL"
            )
        began = time.perf_counter()
        swept = chase_overdue_hand_offs(at=now())
        rates.append(swept / (time.perf_counter() - began))
    yield Result(
        "sweep", scene.size, rate=statistics.median(rates), load=os.getloadavg()[0], remark=f"{swept:,} overdue at once"
    )
    began = time.perf_counter()
    for _ in range(20):
        chase_overdue_hand_offs(at=now())
    yield Result("sweep-nothing-due", scene.size, p50=(time.perf_counter() - began) / 20 * 1000)


def import_(scene: Scene) -> Iterator[Result]:
    """``tierline cases import`` of 10,000 rows, from the start of the command to its end."""
    export = scene.house.home / "export.csv"
    _write_export(export)
    command = [str(TIERLINE), "cases", "import", str(export), "--source", "dynamics", "--json"]
    seconds, said = _run(command, scene.house.environment(scene.database))
    taken = json.loads(said.splitlines()[-1])["summary"]["imported"]
    assert taken == IMPORTED, f"only {taken} of {IMPORTED} rows were taken in"
    yield Result("import", scene.size, rate=taken / seconds, load=os.getloadavg()[0], remark=f"{taken:,} rows")


def route(folder: Path) -> Iterator[Result]:
    """``tierline route`` of 400,000 lines, end to end on one core."""
    facts = folder / "facts.jsonl"
    lines = [json.dumps(json.loads(line)["facts"]) for line in ROUTING.read_text().splitlines()]
    with facts.open("w") as file:
        file.writelines(f"{line}\n" for line in itertools.islice(itertools.cycle(lines), ROUTED))
    seconds, said = _run([str(TIERLINE), "route", str(facts), "--json"], dict(os.environ), into=folder / "routed.jsonl")
    assert not said
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MB
    remark = f"{ROUTED:,} lines; no child of the bench held more than {most:.0f} MB"
    yield Result("route", 0, rate=ROUTED / seconds, load=os.getloadavg()[0], remark=remark)


def _run(command: list[str], environment: dict[str, str], *, into: Path | None = None) -> tuple[float, str]:
    """Seconds a command took, and what it wrote."""
    began = time.perf_counter()
    with (into or Path(os.devnull)).open("wb") as file:
        done = subprocess.run(command, env=environment, check=False, stdout=file if into else subprocess.PIPE)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}.")
    return seconds, "" if into else done.stdout.decode()


def _write_export(path: Path) -> None:
    """The demonstration's export over and over, every row under a new number."""
    with EXPORT.open(newline="") as file:
        heading, *rows = list(csv.reader(file))
    good = [row for row in rows if re.fullmatch(r"\d{2}-HRC-HD-\d{2}-\d{8}", row[0])]
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for nth, row in enumerate(itertools.islice(itertools.cycle(good), IMPORTED)):
            writer.writerow([f"{row[0][:-8]}{nth:08d}", *row[1:]])


ON_THE_DATABASE: dict[str, Callable[[Scene], Iterator[Result]]] = {"import": import_, "sweep": sweep}
