"""From a folder, files or texts to a planbook; the only place that touches the disk for plans.

Refuses, with file, line and remedy: what cannot be read, what does not fit the schema, ids declared twice,
words that nothing declares, and a plan that overrides its charter. ``check`` in ``checking.py`` says the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tierline.plans import schema
from tierline.plans.findings import Finding, PlanUnreadable
from tierline.plans.planbook import Planbook, PlanFile
from tierline.plans.reading import LARGEST_FILE, read_plan
from tierline.plans.references import reference_findings

SHIPPED: Final = Path(__file__).parent / "shipped" / "va-health-portal"


def load_planbook(path: Path | str = SHIPPED) -> Planbook:
    """The planbook of a folder (its ``*.yaml`` files) or of one file; raises ``PlanUnreadable``."""
    return planbook_from_texts(texts_of([Path(path)]))


def planbook_from_texts(texts: Mapping[str, bytes]) -> Planbook:
    """The planbook of files already in memory, by file name; raises ``PlanUnreadable`` with every reason."""
    files, findings = read_files(texts)
    findings += reference_findings(files)
    if findings:
        raise PlanUnreadable(findings)
    return Planbook(files)


def texts_of(paths: Iterable[Path]) -> dict[str, bytes]:
    """The bytes of every plan file among the paths and directly in the folders; raises ``PlanUnreadable``."""
    texts: dict[str, bytes] = {}
    for path in paths:
        for file in _plan_files(path):
            try:
                with file.open("rb") as stream:
                    # One byte more than allowed is enough for the reader to refuse the file.
                    texts[str(file)] = stream.read(LARGEST_FILE + 1)
            except OSError as error:
                raise _unreadable(file, f"The file cannot be opened: {error.strerror}.") from None
    return texts


def _plan_files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())
        if not files:
            raise _unreadable(path, "The folder holds no plan.")
        return files
    if not path.is_file():
        raise _unreadable(path, "There is no such file or folder.")
    return [path]


def _unreadable(path: Path, message: str) -> PlanUnreadable:
    remedy = "Give a folder with *.yaml plans, or a plan's file."
    return PlanUnreadable([Finding("error", "unreadable", "", str(path), 1, message, remedy)])


def read_files(texts: Mapping[str, bytes]) -> tuple[list[PlanFile], list[Finding]]:
    """Every file that reads as a plan, and what stood in the way of the others."""
    files: list[PlanFile] = []
    findings: list[Finding] = []
    for name in sorted(texts):
        try:
            files.append(_read(name, texts[name]))
        except PlanUnreadable as refusal:
            findings.extend(refusal.findings)
    return files, findings


def _read(name: str, content: bytes) -> PlanFile:
    text = read_plan(name, content)
    try:
        return PlanFile(schema.Plan.model_validate(text.values), text)
    except ValidationError as error:
        plan = text.values.get("id") if isinstance(text.values, dict) else None
        findings = [
            _schema_finding(PlanProblem(plan, problem), name, text.line)
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise PlanUnreadable(findings) from None


class PlanProblem:
    """One of pydantic's errors as a sentence: which field, what is wrong, what would mend it."""

    def __init__(self, plan: object, problem: Any) -> None:
        self.plan = plan if isinstance(plan, str) else ""
        self.path = tuple(problem["loc"])
        self.kind = str(problem["type"])
        self.word = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")

    @property
    def field(self) -> str:
        """The field as a person finds it: ``clauses[3].then.to``."""
        shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return shown.removeprefix(".") or "the file"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.kind == "missing":
            return "Add it."
        if self.kind == "extra_forbidden":
            return "Take it away, or spell it as the plan reference does."
        return "Correct it as the plan reference says."


def _schema_finding(problem: PlanProblem, name: str, line_of: Any) -> Finding:
    message = f"{problem.field}: {problem.word[:1].lower()}{problem.word[1:]}."
    return Finding("error", "unreadable", problem.plan, name, line_of(problem.path), message, problem.remedy)
