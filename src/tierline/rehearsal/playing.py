"""What the people of a rehearsal partner do of their own accord, by a script: take an issue up, ask, solve it.

A script says, for issues whose title or text holds some words, what is done how many seconds after they came. Refuses
verbs the partner does not have. What was done is remembered with the partner's state, so that nothing is done twice.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tierline.rehearsal.github_issues import GitHubIssues, Issue

EVERY_SECONDS: Final = 1.0
VERBS: Final = frozenset({"assigns", "comments", "relabels", "closes", "reopens"})


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody there does, so many seconds after the issue came."""

    after: float
    does: str
    words: tuple[str, ...] = ()
    by: str = "ada-q"

    def __post_init__(self) -> None:
        if self.does not in VERBS:
            raise ValueError(f"Nobody at a rehearsal partner can {self.does!a}. They can: {', '.join(sorted(VERBS))}.")


@dataclass(frozen=True, slots=True)
class Part:
    """What is done with issues that hold the words."""

    when: str
    acts: tuple[Act, ...]


def parts_of(script: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The parts of a script as a file writes it."""
    return tuple(
        Part(
            str(part["when"]),
            tuple(
                Act(float(act["after"]), act["does"], tuple(act.get("words", ())), act.get("by", "ada-q"))
                for act in part["then"]
            ),
        )
        for part in script
    )


@dataclass
class Player:
    """Plays the parts at one GitHub. ``done`` counts, by issue, how many acts of its part are over."""

    github: GitHubIssues
    parts: tuple[Part, ...]
    done: dict[int, int] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def play(self) -> int:
        """Do what is due now; how many acts that were."""
        acted = 0
        for issue in list(self.github.issues.values()):
            part = next((part for part in self.parts if part.when in issue.title or part.when in issue.body), None)
            acted += self._go_on(issue, part) if part else 0
        return acted

    def _go_on(self, issue: Issue, part: Part) -> int:
        age = (self.github.clock.now() - issue.created_at).total_seconds()
        due = [act for act in part.acts[self.done.get(issue.number, 0) :] if act.after <= age]
        for act in due:
            self._do(issue, act)
            self.done[issue.number] = self.done.get(issue.number, 0) + 1
        return len(due)

    def _do(self, issue: Issue, act: Act) -> None:
        words = [*issue.labels, *act.words] if act.does == "relabels" else act.words
        getattr(self.github, act.does)(issue.number, *words, by=act.by)

    def start(self) -> None:
        """Play from now on, in a thread of its own."""
        threading.Thread(target=self._keep_playing, daemon=True, name="player").start()

    def stop(self) -> None:
        """Play no more."""
        self._ended.set()

    def _keep_playing(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.play()
