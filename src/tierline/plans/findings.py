"""What a check of plans can find, and how a plan that cannot be used is refused.

A finding says what, where (file and line) and what would mend it. Refuses to hide: ``PlanUnreadable``
carries every finding that stood in the way, not only the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "gap", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``plan`` is empty while the file could not be read far enough to know its id."""

    severity: Severity
    code: str
    plan: str
    file: str
    line: int
    message: str
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """The finding as the contract writes it."""
        return {
            "severity": self.severity,
            "code": self.code,
            "plan": self.plan,
            "file": self.file,
            "line": self.line,
            "message": self.message,
            "remedy": self.remedy,
        }

    def place(self) -> str:
        """File and line."""
        return f"{self.file}, line {self.line}"

    def sentence(self) -> str:
        """One line for a person: where, what, what now."""
        return f"{self.place()}: {self.message} {self.remedy}"


class PlanUnreadable(ValueError):
    """Files that cannot be used as plans. ``findings`` holds every reason, in the order of the files."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{self.findings[0].sentence()}{more}")
