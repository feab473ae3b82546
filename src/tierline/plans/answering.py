"""Facts in, decisions out, one JSON object a line, as fast as the lines come and in memory that stays flat.

Stops at the first line that cannot be decided on and says which, after everything before it was answered.
Whoever calls gives the instant that stands for "now"; a line's own ``at`` goes before it.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from json.encoder import encode_basestring_ascii
from typing import Any, Final, Protocol, TypeVar

from tierline.plans.decision import BUILT_IN, Decision, Outcome, Reason
from tierline.plans.facts import Facts, FactsRefused, FactWords, id_from_json, instant_from_json, words_of
from tierline.plans.planbook import Planbook
from tierline.plans.routing import decide

CHUNK: Final = 1 << 18  # bytes read at once
LONGEST_LINE: Final = 1_000_000  # bytes
MOST_REMEMBERED: Final = 16_384  # entries of each kind; some 10 MB at the most
_NOTHING: Final[frozenset[str]] = frozenset()

K = TypeVar("K")
V = TypeVar("V")


class Readable(Protocol):
    """What lines are read from: a buffered binary file or standard input."""

    def read1(self, size: int, /) -> bytes:
        """What is there, at most ``size`` bytes; nothing at the end."""


class LineRefused(ValueError):
    """A line that is no usable facts: ``line`` counts from 1, ``refusal`` names field and remedy."""

    def __init__(self, line: int, refusal: FactsRefused) -> None:
        super().__init__(f"line {line}, {refusal}")
        self.line = line
        self.refusal = refusal


class Answers:
    """The answers of one planbook as encoded text; remembers ``most`` of each kind of what it has answered."""

    def __init__(self, planbook: Planbook, now: datetime, most: int = MOST_REMEMBERED) -> None:
        self._most: Final = most
        self._planbook = planbook
        self._now = planbook.epoch(now)
        self._complete: dict[tuple[int, FactWords], tuple[str, frozenset[str]]] = {}
        self._partial: dict[tuple[int, FactWords], str] = {}
        self._texts: dict[str, str] = {}
        self._epochs: dict[str, int] = {}
        self._reasons: dict[Reason, str] = {}

    def line(self, value: Any) -> str:
        """One decision, encoded as the contract writes it, for one decoded object; raises ``FactsRefused``."""
        words = words_of(value)
        at = value.get("at")
        epoch = self._now if at is None else self._epoch(at)
        supplied = words[7]
        answer, required = self._of_all_supplied((epoch, words if supplied is None else (*words[:7], None)))
        if supplied is not None and not required <= supplied:
            # Fields that are not required decide nothing; without them many questions are the same one.
            answer = self._of_some_supplied((epoch, (*words[:7], supplied & required)))
        own = value.get("id")
        if type(own) is str:
            return '{"id": ' + encode_basestring_ascii(own) + answer
        id_from_json(value)
        return '{"id": ' + ("null" if own is None else str(own)) + answer

    def decision(self, value: Any) -> Decision:
        """The same as a value, for whoever shows it to people."""
        words = words_of(value)
        at = value.get("at")
        return self._planbook.decide_words(words, self._now if at is None else self._epoch(at))

    def _of_all_supplied(self, key: tuple[int, FactWords]) -> tuple[str, frozenset[str]]:
        """The answer when every intake field is filled, and the fields it would otherwise wait for."""
        found = self._complete.get(key)
        if found is None:
            epoch, words = key
            decision = decide(self._planbook.of_epoch(epoch), words)
            handed = decision.outcome is Outcome.HAND_OFF
            required = self._planbook.required_words(words, str(decision.to), epoch) if handed else _NOTHING
            found = self._keep(self._complete, key, (self._encoded(decision), required))
        return found

    def _of_some_supplied(self, key: tuple[int, FactWords]) -> str:
        found = self._partial.get(key)
        if found is None:
            decision = decide(self._planbook.of_epoch(key[0]), key[1])
            found = self._keep(self._partial, key, self._encoded(decision))
        return found

    def _keep(self, remembered: dict[K, V], key: K, value: V) -> V:
        """Remember a value, starting afresh when there are too many; the value."""
        if len(remembered) >= self._most:
            remembered.clear()
        remembered[key] = value
        return value

    def _epoch(self, at: object) -> int:
        epoch = self._epochs.get(at) if type(at) is str else None
        if epoch is None:
            epoch = self._planbook.epoch(instant_from_json(at))
            self._keep(self._epochs, str(at), epoch)
        return epoch

    def _encoded(self, decision: Decision) -> str:
        """The decision from its second key on; ids come from plans and need no escaping."""
        to, by, system = (f'"{word}"' if word else "null" for word in (decision.to, decision.by, decision.system))
        tell, missing = (", ".join(f'"{word}"' for word in words) for words in (decision.tell, decision.missing))
        because = ", ".join([self._reason(reason) for reason in decision.because])
        text = (
            f', "outcome": "{decision.outcome.value}", "to": {to}, "tier": {decision.tier or "null"}, "by": {by}, '
            f'"system": {system}, "tell": [{tell}], "missing": [{missing}], "because": [{because}]}}\n'
        )
        # Many questions have the same answer; one text for all of them keeps memory small.
        return self._texts.get(text) or self._keep(self._texts, text, text)

    def _reason(self, reason: Reason) -> str:
        encoded = self._reasons.get(reason)
        if encoded is None:
            parts = [f'"{key}": {encode_basestring_ascii(value)}' for key, value in reason.as_json().items()]
            encoded = f"{{{', '.join(parts)}}}"
            if reason.plan != BUILT_IN:  # built-in reasons speak of the facts: there is no end of them
                self._reasons[reason] = encoded
        return encoded


def values_of(source: Readable) -> Iterator[list[tuple[int, Any]]]:
    """The decoded objects of JSON Lines with their numbers, in batches as they arrive; empty lines are skipped.

    Raises ``LineRefused``, after what stood before the line was given.
    """
    decode = json.JSONDecoder().decode
    for first, lines in _batches(source):
        batch: list[tuple[int, Any]] = []
        for number, line in enumerate(lines, first):
            if not line or line.isspace():
                continue
            try:
                batch.append((number, decode(line.decode())))
            except (ValueError, RecursionError) as error:
                yield batch
                raise LineRefused(number, _not_json(error)) from None
        yield batch


def _batches(source: Readable) -> Iterator[tuple[int, list[bytes]]]:
    number, rest = 1, b""
    while chunk := source.read1(CHUNK):
        if number == 1:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)  # some programs begin a file so
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        yield number, lines
        number += len(lines)
        if len(rest) > LONGEST_LINE:
            problem = "has more than 1,000,000 bytes"
            raise LineRefused(number, FactsRefused("line", problem, "put one object on each line"))
    yield number, [rest]


def _not_json(error: Exception) -> FactsRefused:
    if isinstance(error, UnicodeDecodeError):
        return FactsRefused("line", "is not UTF-8", "save the file as UTF-8")
    if isinstance(error, json.JSONDecodeError):
        problem = f"is not JSON ({error.msg} at character {error.colno})"
        return FactsRefused("line", problem, "put one JSON object on each line")
    return FactsRefused("line", "is not JSON that can be read", "put one plain object on each line")


def answer_all(answers: Answers, source: Readable, write: Callable[[str], object]) -> int:
    """Answer every line of ``source``, writing what has been answered before waiting for more; the count.

    Raises ``LineRefused`` with everything before that line written.
    """
    decided = 0
    line = answers.line
    for batch in values_of(source):
        written: list[str] = []
        refused: LineRefused | None = None
        for number, value in batch:
            try:
                written.append(line(value))
            except FactsRefused as refusal:
                refused = LineRefused(number, refusal)
                break
        write("".join(written))
        if refused is not None:
            raise refused
        decided += len(written)
    return decided


def facts_and_instant(value: Any, now: datetime) -> tuple[Facts, datetime]:
    """Facts and the instant to decide for from one decoded object; raises ``FactsRefused``."""
    facts = Facts(*words_of(value))
    id_from_json(value)
    at = value.get("at")
    return facts, now if at is None else instant_from_json(at)
