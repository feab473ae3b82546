"""Makes ``queue-export.csv`` of the words in ``queue-export.yaml``; the same words give the same file, byte for byte.

    python -m tierline.demonstration.queue_export

Run it again after changing the words. Refuses nothing; nobody else calls it.
"""

import csv
import io
import random
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
CSV: Final = HERE / "queue-export.csv"
COLUMNS: Final = (
    "Record #", "Entered Queue", "Status Reason", "Owner", "Area", "Sub Area", "Contact Type", "Facility",
    "Description", "Case Notes",
)  # fmt: skip


class Queue:
    """A queue being made up: the words, and a source of chance that always begins alike."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.words = words
        self.chance = random.Random(words["seed"])  # noqa: S311 - a made-up queue, no secret

    def table(self) -> list[tuple[str, ...]]:
        """The rows in the order they entered the queue; some are listed twice, as exports do."""
        entered = sorted(self._moment() for _ in range(self.words["rows"]))
        rows = [self._row(moment) for moment in entered]
        for place in sorted(self.chance.sample(range(len(rows)), self.words["listed-twice"]), reverse=True):
            rows.insert(place + 1, rows[place])
        return rows

    def _moment(self) -> datetime:
        day = self.words["first-day"] + timedelta(days=self.chance.randrange(self.words["days"]))
        return datetime.combine(day, time(8)) + timedelta(minutes=self.chance.randrange(10 * 60))

    def _row(self, entered: datetime) -> tuple[str, ...]:
        symptoms = self.words["symptoms"]
        symptom = self.chance.choices(symptoms, [entry["weight"] for entry in symptoms])[0]
        return (
            self._number(entered),
            f"{entered:%m/%d/%Y %I:%M %p}",
            self._any("statuses"),
            self._any("owners"),
            symptom["area"],
            symptom["sub-area"],
            symptom.get("contact", "Veteran"),
            self._any("facilities"),
            self._description(symptom, entered),
            self._any("notes").format(tried=self._any("tried")),
        )

    def _number(self, entered: datetime) -> str:
        digits = self.chance.randrange
        if entered.date() < self.words["renumbered-on"]:
            return f"25-HRC-HD-{digits(10, 99)}-{digits(10**7, 10**8)}"
        return f"HRC-HD-{self.chance.choice('KLM')}{digits(1, 10)}-{digits(10**10):010d}"

    def _description(self, symptom: dict[str, Any], entered: datetime) -> str:
        lead, told = self._any("lead-ins"), self.chance.choice(symptom["says"])
        parts = [lead + told + "." if lead else told[0].upper() + told[1:] + "."]
        if self._perhaps(0.7):
            noticed = entered - timedelta(days=self.chance.randrange(1, 9))
            parts.append(f"{self.chance.choice(['First noticed', 'Started', 'Since'])} {noticed:%m/%d/%Y}.")
        if self._perhaps(0.65):
            parts.append(f"Device: {self._any('devices')}, browser: {self._any('browsers')}.")
        if self._perhaps(0.6):
            parts.append(f"Tier 1 {' and '.join(self.chance.sample(self.words['tried'], 2))}, no change.")
        if self._perhaps(0.4):
            steps, expected, actual = self.chance.choice(self.words["passages"])
            parts.append(f"Steps: {steps}. Expected: {expected}. Actual: {actual}.")
        if self._perhaps(0.15):
            parts.append(self._private())
        text = " ".join(parts)
        # Somebody typed in a hurry.
        return text.replace("the", "teh", 1).replace(".", "..", 1) if self._perhaps(0.1) else text

    def _private(self) -> str:
        name = self._any("names")
        form = self._any("private")
        return form.format(n=self.chance.randrange(100), name=name, mail=name.split()[0].lower())

    def _any(self, key: str) -> str:
        word: str = self.chance.choice(self.words[key])
        return word

    def _perhaps(self, share: float) -> bool:
        return self.chance.random() < share


def made_up() -> str:
    """The whole file as text."""
    words = yaml.safe_load((HERE / "queue-export.yaml").read_text(encoding="utf-8"))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(Queue(words).table())
    return text.getvalue()


if __name__ == "__main__":
    CSV.write_text(made_up(), encoding="utf-8", newline="")
