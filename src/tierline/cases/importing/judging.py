"""A row of an export judged: accepted with its facts and the plans' decision, a duplicate, or refused with the
reason. Pure.

Refuses numbers of no known form, areas and contact words the mapping does not name, times that fit no form, texts that
are too long or cannot be stored. What is refused keeps its line number, so that whoever sent it can mend it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from tierline.cases.importing.mapping import FreeText, SourceMapping
from tierline.cases.importing.recognising import MOST_REMEMBERED, SHORT, Recognised, Recogniser
from tierline.foundation.local_time import LocalTime, instant_of
from tierline.foundation.tables import BrokenRow, Row
from tierline.plans.decision import Decision
from tierline.plans.facts import Audience, Facts, Flag
from tierline.plans.planbook import Planbook

LONGEST: Final = {"record": 80, "status": 40, "owner": 120, "place": 200, "description": 20_000, "notes": 20_000}
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")

FREE_TEXT: Final[tuple[FreeText, ...]] = ("area", "sub-area", "description", "notes")
_DASHES: Final = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")

Status = Literal["accepted", "duplicate", "refused"]
#: The line on which a number was first seen in this file, remembering it; None the first time.
SeenBefore = Callable[[str, int], int | None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row that can become a case. ``place`` is the facility; ``notes`` are theirs, word for word."""

    record: str
    opened_at: datetime
    facts: Facts
    summary: str
    description: str
    notes: str
    answers: Mapping[str, str]
    theirs: str
    assignee: str
    place: str
    reporter_name: str
    reporter_contact: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One row's line of the report. ``incoming`` is there unless the row was refused."""

    line: int
    record: str | None
    status: Status
    reason: str | None = None
    incoming: Incoming | None = None
    decision: Decision | None = None
    remark: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The line as the contract writes it."""
        return {
            "line": self.line,
            "record": self.record,
            "status": self.status,
            "reason": self.reason,
            "facts": {"id": self.record, **self.incoming.facts.as_json()} if self.incoming else None,
            "decision": self.decision.as_json() if self.decision else None,
        }


@dataclass(slots=True)
class Tally:
    """How many rows came out how."""

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def count(self, judged: Judged) -> None:
        """Take one row into account."""
        setattr(self, judged.status, getattr(self, judged.status) + 1)
        if judged.status == "accepted" and judged.decision:
            outcome = judged.decision.outcome.value
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def as_json(self) -> dict[str, int]:
        """The counts as the contract writes them."""
        rows = self.accepted + self.duplicate + self.refused
        return {"rows": rows, "accepted": self.accepted, "duplicate": self.duplicate, "refused": self.refused}


class RowRefused(ValueError):
    """A row that cannot become a case; the text says why and what would mend it."""


class Judge:
    """A mapping and a planbook, ready to judge rows at one instant."""

    def __init__(self, mapping: SourceMapping, planbook: Planbook, *, at: datetime) -> None:
        self._mapping, self._planbook, self._at = mapping, planbook, at
        self._column: dict[str, str] = {str(meaning): name for meaning, name in mapping.columns.items()}
        self._recogniser = Recogniser(mapping)
        self._zone = ZoneInfo(mapping.times.zone)
        self._record_forms = [re.compile(known.form) for known in mapping.records]
        self._flags = [(rule, re.compile(rule.pattern, re.IGNORECASE)) for rule in mapping.flags]
        # Areas, sub-areas and notes say the same few things over and over.
        self._mended_and_flags = lru_cache(MOST_REMEMBERED)(self._mend_and_flag)
        self._audiences = {
            word.casefold(): audience for audience, words in mapping.audience.words.items() for word in words
        }

    def judge(self, rows: Iterable[Row | BrokenRow], seen_before: SeenBefore) -> Iterator[Judged]:
        """Every row judged, in order."""
        for row in rows:
            yield self.judge_row(row, seen_before)

    def judge_row(self, row: Row | BrokenRow, seen_before: SeenBefore) -> Judged:
        """One row judged."""
        if isinstance(row, BrokenRow):
            return Judged(row.line, None, "refused", _sentence(row.reason))
        record = _number(row.cells["record"])
        try:
            incoming, remark = self._incoming(record, row.cells)
        except RowRefused as refusal:
            return Judged(row.line, record[:80] or None, "refused", _sentence(str(refusal)))
        decision = self._planbook.decide(incoming.facts, self._at)
        first = seen_before(record, row.line)
        if first is not None:
            reason = f"The record is in this file already, on line {first}; that one counts."
            return Judged(row.line, record, "duplicate", reason, incoming, decision, remark)
        return Judged(row.line, record, "accepted", None, incoming, decision, remark)

    def _incoming(self, record: str, cells: Mapping[str, str]) -> tuple[Incoming, str | None]:
        self._check_texts(cells)
        self._check_record(record)
        entered = self._entered(cells["entered"])
        found = {column: self._read(column, cells[column]) for column in FREE_TEXT}
        recognised = self._recogniser.recognise(found["description"][0], found["notes"][0])
        answers = {**recognised.answers, "ticket-numbers": record}
        facts = Facts(
            service=self._service(cells),
            holder=self._mapping.holder,
            needs_tier=self._mapping.needs_tier,
            audience=self._audience(cells["contact"]),
            flags=frozenset().union(*(flags for _, flags in found.values())),
            supplied=frozenset(answers),
        )
        return _incoming(record, cells, opened_at=entered.at, facts=facts, said=(recognised, answers)), entered.remark

    def _read(self, column: FreeText, text: str) -> tuple[str, frozenset[Flag]]:
        """A text without typing errors, and the flags it sets; what is short is remembered."""
        return self._mended_and_flags(column, text) if len(text) <= SHORT else self._mend_and_flag(column, text)

    def _mend_and_flag(self, column: FreeText, text: str) -> tuple[str, frozenset[Flag]]:
        mended = self._recogniser.mended(text)
        flags = (rule.flag for rule, pattern in self._flags if column in rule.in_ and pattern.search(mended))
        return mended, frozenset(flags)

    def _check_texts(self, cells: Mapping[str, str]) -> None:
        for meaning, cell in cells.items():
            longest = LONGEST.get(meaning, 200)
            if len(cell) > longest:
                raise RowRefused(f"{self._column[meaning]} has {len(cell):,} characters, {longest:,} fit; shorten it")
            if _UNSTORABLE.search(cell):
                strange = "a character that cannot be stored (NUL or half a character)"
                raise RowRefused(f"{self._column[meaning]} holds {strange}; remove it")

    def _check_record(self, record: str) -> None:
        if not record:
            raise RowRefused(f"{self._column['record']} is empty; give the record's number")
        if not any(form.fullmatch(record) for form in self._record_forms):
            known = " or ".join(known.example for known in self._mapping.records)
            raise RowRefused(
                f"{self._column['record']} '{record[:80]}' has no known form (like {known}); "
                f"correct the number, or add its form to {self._mapping.file}"
            )

    def _entered(self, text: str) -> LocalTime:
        written = " ".join(text.split())
        entered = instant_of(written, self._mapping.times.forms, self._zone)
        if entered is None:
            raise RowRefused(
                f"{self._column['entered']} '{written[:40]}' is not a time like 11/20/2026 08:10 AM; "
                f"correct it, or add its form to {self._mapping.file}"
            )
        return entered

    def _service(self, cells: Mapping[str, str]) -> str:
        area, sub_area = (" ".join(cells[column].split()).casefold() for column in ("area", "sub-area"))
        services = self._mapping.service_of
        service = services.get((area, sub_area)) or services.get((area, None))
        if service is None:
            raise RowRefused(
                f"{self._column['area']} '{cells['area'].strip()[:60]}' stands for no service; "
                f"correct it, or name its service in {self._mapping.file}"
            )
        if service not in self._planbook.services or self._mapping.holder not in self._planbook.teams:
            raise RowRefused(
                f"{self._mapping.file} names {service} held by {self._mapping.holder}, which no plan knows; "
                "correct the mapping or the plans"
            )
        return service

    def _audience(self, text: str) -> Audience:
        word = " ".join(text.split()).casefold()
        if not word:
            return self._mapping.audience.empty
        if word not in self._audiences:
            raise RowRefused(
                f"{self._column['contact']} '{text.strip()[:60]}' is no kind of person known here; "
                f"correct it, or add the word to {self._mapping.file}"
            )
        return self._audiences[word]


def _incoming(
    record: str,
    cells: Mapping[str, str],
    *,
    opened_at: datetime,
    facts: Facts,
    said: tuple[Recognised, Mapping[str, str]],
) -> Incoming:
    recognised, answers = said
    named = " / ".join(cells[column].strip() for column in ("area", "sub-area") if cells[column].strip())
    return Incoming(
        record=record,
        opened_at=opened_at,
        facts=facts,
        summary=recognised.summary or f"{named}: nothing was described",
        description=cells["description"].strip(),
        notes=cells["notes"].strip(),
        answers=answers,
        theirs=cells["status"].strip(),
        assignee=cells["owner"].strip(),
        place=cells["place"].strip(),
        reporter_name=recognised.reporter_name,
        reporter_contact=recognised.reporter_contact,
    )


def _number(cell: str) -> str:
    """A record's number without what people and programs vary: white space, letter case, kinds of dash."""
    return "".join(cell.split()).translate(_DASHES).upper()


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}" + ("" if reason.endswith((".", "?")) else ".")
