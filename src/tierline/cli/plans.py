"""``tierline plans check|render|guide|diff|replay``: what plans say, leave open, and would decide otherwise. Pure.

Exit status 0 when nothing was found, 1 when a check has errors or something differs, 2 with one line on standard
error when a file cannot be read. Needs no database and no server.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tierline.cli.output import DONE, FOUND, UNUSABLE, refuse, until_nobody_reads, write
from tierline.cli.route import line_sentence, opened, told
from tierline.foundation import clock
from tierline.foundation.trouble import NotFound
from tierline.plans import comparing, schema
from tierline.plans.answering import LineRefused
from tierline.plans.checking import Check, check_texts
from tierline.plans.findings import Finding, PlanUnreadable
from tierline.plans.guide_rendering import guide_to_html, guide_to_markdown
from tierline.plans.guides import Guide, guide_to
from tierline.plans.loading import SHIPPED, load_planbook, planbook_from_texts, texts_of
from tierline.plans.planbook import Planbook
from tierline.plans.rendering import to_html, to_markdown

#: Said once: every gap has the same remedy.
ABOUT_GAPS: Final = (
    "Gaps are what the documents leave open. Ask who owns the document, and write the answer as a clause in its place."
)
EXAMPLES: Final = 10  # differing combinations shown by ``diff``
_WRITERS: Final[dict[str, tuple[str, Callable[[Planbook, schema.Plan], str]]]] = {
    "markdown": (".md", to_markdown),
    "html": (".html", to_html),
}

_GUIDE_WRITERS: Final[dict[str, Callable[[Guide], str]]] = {"markdown": guide_to_markdown, "html": guide_to_html}


def parser() -> argparse.ArgumentParser:
    """The options of the commands."""
    options = argparse.ArgumentParser(prog="tierline plans", description="Check, render, compare and replay plans.")
    commands = options.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="say what is wrong with plans, and what they leave open")
    check.add_argument("paths", nargs="*", metavar="DIR|FILE", help="plans (default: those shipped)")
    render = commands.add_parser("render", help="write plans back as documents")
    render.add_argument("paths", nargs="*", metavar="DIR|FILE", help="plans (default: those shipped)")
    render.add_argument("--plan", metavar="ID", help="only this plan")
    render.add_argument("--format", choices=sorted(_WRITERS), default="markdown")
    render.add_argument("--out", metavar="DIR", help="write one file a plan into this folder")
    guide = commands.add_parser("guide", help="write the guide to a service, as far as the plans tell it")
    guide.add_argument("paths", nargs="*", metavar="DIR|FILE", help="plans (default: those shipped)")
    guide.add_argument("--service", metavar="ID", required=True, help="the service")
    guide.add_argument("--format", choices=sorted(_GUIDE_WRITERS), default="markdown")
    diff = commands.add_parser("diff", help="say what differs between two sets of plans")
    replay = commands.add_parser("replay", help="say which past facts the changed plans decide otherwise")
    replay.add_argument("facts", metavar="FACTS.jsonl", help="facts, one JSON object a line; - for standard input")
    for comparing_command in (diff, replay):
        comparing_command.add_argument("--from", dest="before", metavar="DIR", required=True, help="plans as they are")
        comparing_command.add_argument("--to", dest="after", metavar="DIR", required=True, help="plans as changed")
    for command in (check, render, guide, diff, replay):
        command.add_argument("--json", action="store_true", help="write JSON")
    return options


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; the exit status."""
    given = parser().parse_args(arguments)
    commands = {"check": _check, "render": _render, "guide": _guide, "diff": _diff, "replay": _replay}

    def work() -> int:
        try:
            return commands[given.command](given)
        except (PlanUnreadable, NotFound) as refusal:
            return refuse(str(refusal))

    return until_nobody_reads(work)


def _paths(given: argparse.Namespace) -> list[Path]:
    return [Path(path) for path in given.paths] or [SHIPPED]


def _dump(value: Any) -> str:
    return f"{json.dumps(value)}\n"


def _check(given: argparse.Namespace) -> int:
    result = check_texts(texts_of(_paths(given)), clock.now())
    write(_dump(result.as_json()) if given.json else _told_check(result))
    if result.unreadable:
        unreadable = [finding for finding in result.findings if finding.code == "unreadable"]
        refuse(unreadable[0].sentence())
        return UNUSABLE
    return FOUND if result.errors else DONE


def _told_check(result: Check) -> str:
    order = {"error": 0, "note": 1, "gap": 2}
    findings = sorted(result.findings, key=lambda finding: order[finding.severity])
    lines = [f"gap: {f.place()}: {f.message}" if f.severity == "gap" else _told(f) for f in findings]
    counts = {severity: sum(f.severity == severity for f in findings) for severity in order}
    covered = result.covered
    lines += [ABOUT_GAPS] if counts["gap"] else []
    lines.append(f"{counts['error']} errors, {counts['note']} notes, {counts['gap']} gaps.")
    lines.append(f"Of {covered.combinations} combinations {covered.routed} are routed, {covered.no_route} are not.")
    return "\n".join(lines) + "\n"


def _told(finding: Finding) -> str:
    return f"{finding.severity} {finding.code}: {finding.sentence()}"


def _render(given: argparse.Namespace) -> int:
    planbook = planbook_from_texts(texts_of(_paths(given)))
    plans = [plan for plan in planbook.plans.values() if given.plan in (None, plan.id)]
    if not plans:
        return refuse(f"--plan: no plan has the id {given.plan!a}; use one of {', '.join(planbook.plans)}.")
    ending, writer = _WRITERS[given.format]
    written = {plan.id: writer(planbook, plan) for plan in plans}
    if given.out:
        return _write_files(Path(given.out), {f"{plan_id}{ending}": text for plan_id, text in written.items()})
    if given.json:
        write("".join(_dump({"plan": name, "format": given.format, "text": text}) for name, text in written.items()))
    else:
        write("\n".join(written.values()))
    return DONE


def _guide(given: argparse.Namespace) -> int:
    planbook = planbook_from_texts(texts_of(_paths(given)))
    text = _GUIDE_WRITERS[given.format](guide_to(planbook, given.service, clock.now()))
    write(_dump({"service": given.service, "format": given.format, "text": text}) if given.json else text)
    return DONE


def _write_files(folder: Path, files: dict[str, str]) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        return refuse(f"--out: {folder} cannot be written: {error.strerror}. Give a folder that can.")
    return DONE


def _diff(given: argparse.Namespace) -> int:
    before, after = load_planbook(given.before), load_planbook(given.after)
    changes = comparing.changes(before, after)
    differing = list(comparing.otherwise(before, after, clock.now()))
    if given.json:
        examples = [{"facts": one.facts.as_json(), **one.as_json()} for one in differing[:EXAMPLES]]
        counted = {"changed": len(differing), "examples": examples}
        write(_dump({"changes": [change.as_json() for change in changes], "combinations": counted}))
    else:
        lines = [f"{c.change} {c.section} {c.plan}/{c.entry} {', '.join(c.fields)}".rstrip() for c in changes]
        write("\n".join([*lines, f"{len(differing)} combinations are decided otherwise."]) + "\n")
        write("".join(_told_otherwise(one) for one in differing[:EXAMPLES]))
    return FOUND if changes or differing else DONE


def _told_otherwise(one: comparing.Otherwise) -> str:
    facts = ", ".join(f"{key} {value}" for key, value in one.facts.as_json().items())
    name = facts if one.own is None else f"{one.own} ({facts})"
    return f"{name}\n  {told('before', one.before)}  {told('after', one.after)}"


def _replay(given: argparse.Namespace) -> int:
    before, after = load_planbook(given.before), load_planbook(given.after)
    tally = comparing.Tally()
    try:
        with opened(given.facts) as source:
            for one in comparing.replay(before, after, source, clock.now(), tally):
                write(_dump(one.as_json()) if given.json else _told_otherwise(one))
    except LineRefused as refused:
        return refuse(line_sentence(given.facts, refused))
    except BrokenPipeError:
        raise
    except OSError as error:
        return refuse(f"{given.facts}: the file cannot be read: {error.strerror}. Give a file of facts.")
    summary = {"decided": tally.decided, "changed": tally.changed}
    ending = f"{tally.decided} decided, {tally.changed} of them otherwise.\n"
    write(_dump({"summary": summary}) if given.json else ending)
    return FOUND if tally.changed else DONE
