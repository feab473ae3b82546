"""``tierline route FACTS.jsonl [--plans DIR] --json``: one decision a line, pure, streaming.

Refuses a line that is no usable facts with file, line, field and remedy (exit status 2); what stood before it
is decided and written. Needs no database and no server.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from tierline.cli.output import DONE, refuse, until_nobody_reads, write
from tierline.foundation import clock
from tierline.plans.answering import Answers, LineRefused, Readable, answer_all, values_of
from tierline.plans.decision import Decision, Outcome
from tierline.plans.facts import FactsRefused, id_from_json
from tierline.plans.findings import PlanUnreadable
from tierline.plans.loading import SHIPPED, load_planbook


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="tierline route", description="Decide by the support plans where cases go next, and say why."
    )
    options.add_argument("facts", metavar="FACTS.jsonl", help="facts, one JSON object a line; - for standard input")
    options.add_argument("--plans", metavar="DIR", default=str(SHIPPED), help="plans to decide by (default: shipped)")
    options.add_argument("--json", action="store_true", help="write JSON Lines")
    return options


def main(arguments: Sequence[str]) -> int:
    """Route the facts; the exit status."""
    given = parser().parse_args(arguments)
    return until_nobody_reads(lambda: route(given.facts, Path(given.plans), as_json=given.json))


def route(facts: str, plans: Path, *, as_json: bool) -> int:
    """Decide every line of a file (``-``: standard input) by the plans at a path; the exit status."""
    try:
        answers = Answers(load_planbook(plans), clock.now())
        with opened(facts) as source:
            if as_json:
                answer_all(answers, source, write)
            else:
                _tell_all(answers, source)
    except PlanUnreadable as refusal:
        return refuse(str(refusal))
    except LineRefused as refused:
        return refuse(line_sentence(facts, refused))
    except BrokenPipeError:
        raise
    except OSError as error:
        return refuse(f"{facts}: the file cannot be read: {error.strerror}. Give a file of facts, or - for input.")
    return DONE


@contextmanager
def opened(name: str) -> Iterator[Readable]:
    """A file, or standard input for ``-``, for reading bytes as they come."""
    if name == "-":
        yield cast("Readable", sys.stdin.buffer)
        return
    stream: BinaryIO
    with Path(name).open("rb") as stream:
        yield cast("Readable", stream)


def line_sentence(name: str, refused: LineRefused) -> str:
    """One line: file, line, field, what is wrong, what would mend it."""
    file = "standard input" if name == "-" else name
    refusal = refused.refusal
    if refusal.field == "line":
        return f"{file}, line {refused.line}: {refusal.problem}; {refusal.remedy}."
    return f"{file}, line {refused.line}, {refusal.field}: {refusal.problem}; {refusal.remedy}."


def _tell_all(answers: Answers, source: Readable) -> None:
    for batch in values_of(source):
        for number, value in batch:
            write(_for_people(value, answers, number))


def _for_people(value: object, answers: Answers, number: int) -> str:
    try:
        decision = answers.decision(value)
        own = id_from_json(cast("dict[str, object]", value))
    except FactsRefused as refusal:
        raise LineRefused(number, refusal) from None
    return told(f"{number}" if own is None else str(own), decision)


_WORDS: dict[Outcome, Callable[[Decision], str]] = {
    Outcome.KEEP: lambda d: f"{d.to} keeps it, at tier {d.tier}",
    Outcome.HAND_OFF: lambda d: f"hand-off to {d.to} at tier {d.tier}, by {_channel(d)}",
    Outcome.NEEDS_INFORMATION: lambda d: f"not handed to {d.to} yet; missing: {', '.join(d.missing)}",
    Outcome.ASK_THROUGH: lambda d: f"ask through {d.to}, by {_channel(d)}",
    Outcome.ASK_DIRECTLY: lambda d: f"{d.to} may ask directly",
    Outcome.OUT_OF_SCOPE: lambda d: f"out of scope; taken by {d.to or 'nobody a plan names'}",
    Outcome.RESTRICTED: lambda _: "restricted path only",
    Outcome.NO_ROUTE: lambda _: "no route",
}


def told(name: str, decision: Decision) -> str:
    """A decision for people: what happens, whom to tell, because of which sentences."""
    tell = f"; tell {', '.join(decision.tell)}" if decision.tell else ""
    lines = [f"{name}: {_WORDS[decision.outcome](decision)}{tell}"]
    lines += [f"    {r.plan}/{r.clause} ({r.source}): {r.text}" for r in decision.because]
    return "\n".join(lines) + "\n"


def _channel(decision: Decision) -> str:
    return f"{decision.by} in {decision.system}" if decision.system else str(decision.by)
