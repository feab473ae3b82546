"""What free text says: a summary, the intake fields it answers, who reported it. Pure; guesses nothing.

Typing errors that the mapping names are mended in a copy; what is kept of a case is its text as it was written.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Final

from tierline.cases.importing.mapping import Phrase, SourceMapping
from tierline.foundation.local_time import day_of

LONGEST_SUMMARY: Final = 200
SHORT: Final = 80  # characters of a text worth remembering
MOST_REMEMBERED: Final = 4096  # such texts
# The end of a sentence, but not after a title or the number of a step.
_SENTENCE_END: Final = r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bNo)(?<![:.,;]\s\d)[.!?](?=\s|$)"
_SENTENCES: Final = re.compile(rf"(?:{_SENTENCE_END})\s*|\n+")
_PART: Final = r"[^\s,;.][^,;\n]*?(?=[,;\n]|\.(?:\s|$)|$)"
_SENTENCE: Final = rf"\S[^\n]*?(?={_SENTENCE_END}|\n|$)"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a row's text says. ``summary`` is empty when no sentence tells what happened."""

    summary: str
    answers: Mapping[str, str] = field(default_factory=dict)
    reporter_name: str = ""
    reporter_contact: str = ""


class Recogniser:
    """A mapping's patterns, compiled once."""

    def __init__(self, mapping: SourceMapping) -> None:
        self._mending = [(_compiled(wrong), right) for wrong, right in mapping.typing_errors]
        self._lead_in = _either(mapping.lead_ins, start=True)
        marks = [phrase.after or phrase.before or "" for phrase in mapping.phrases]
        self._not_summary = _either([*marks, *mapping.asides], start=True)
        stop = "|".join(f"(?:{mark})" for mark in [*marks, *mapping.asides])
        passage = rf"\S.*?(?=[.;]*\s+(?:{stop})|[.;]*\s*\Z)" if stop else r"\S.*"
        self._phrases = [(phrase, _compiled_phrase(phrase, passage, mapping.times.dates)) for phrase in mapping.phrases]
        self._found_before = lru_cache(MOST_REMEMBERED)(self._find_values)
        self._dates = mapping.times.dates
        self._nothing = frozenset(word.casefold() for word in mapping.nothing_said)
        self._systems = [(_compiled(device), system) for device, system in mapping.operating_systems]
        self._name, self._contact = re.compile(mapping.reporter.name), _compiled(mapping.reporter.contact)

    def mended(self, text: str) -> str:
        """The text without the typing errors the mapping names, white space made plain."""
        text = "\n".join(" ".join(line.split()) for line in text.splitlines())
        for wrong, right in self._mending:
            text = wrong.sub(right, text)
        return text

    def recognise(self, description: str, notes: str) -> Recognised:
        """What the two texts say. They come mended."""
        texts = {"description": description, "notes": notes}
        answers = self._answers(texts)
        summary = self._summary(description)
        return Recognised(
            summary,
            {"summary": summary, **answers} if summary else answers,
            self._found(self._name, texts.values())[:120],
            self._found(self._contact, texts.values())[:200],
        )

    def _answers(self, texts: Mapping[str, str]) -> dict[str, str]:
        answers: dict[str, str] = {}
        values = [self._values_in(column, text) for column, text in texts.items()]
        for (phrase, _), *said in zip(self._phrases, *values, strict=True):
            for words in chain(*said):
                self._take(answers, phrase, words)
        if "operating-system" not in answers and "device" in answers:
            told = next((system for device, system in self._systems if device.search(answers["device"])), None)
            if told:
                answers["operating-system"] = told
        return answers

    def _values_in(self, column: str, text: str) -> Sequence[Sequence[str]]:
        """What each phrase finds in a text; of what is short, and often said again, remembered."""
        return self._found_before(column, text) if len(text) <= SHORT else self._find_values(column, text)

    def _find_values(self, column: str, text: str) -> Sequence[Sequence[str]]:
        return [
            [match["value"] for match in pattern.finditer(text)] if column in phrase.in_ else ()
            for phrase, pattern in self._phrases
        ]

    def _take(self, answers: dict[str, str], phrase: Phrase, words: str) -> None:
        value = words.strip(" \n.;,")
        if phrase.takes == "date":
            day = day_of(value, self._dates)
            value = day.isoformat() if day else ""
        if not value or value.casefold() in self._nothing:
            return
        if phrase.gathers and phrase.field in answers:
            answers[phrase.field] += f"; {value}"
        else:
            answers.setdefault(phrase.field, value)

    def _summary(self, description: str) -> str:
        for sentence in _SENTENCES.split(description):
            told = sentence.strip(" .")
            while (lead := self._lead_in.match(told)) and lead.end():
                told = told[lead.end() :].strip(" .")
            if told and any(letter.isalnum() for letter in told) and not _starts(self._not_summary, told):
                return _shortened(told[:1].upper() + told[1:])
        return ""

    def _found(self, pattern: re.Pattern[str], texts: Iterable[str]) -> str:
        for text in texts:
            match = pattern.search(text)
            if match:
                return next((group for group in match.groupdict().values() if group), "").strip(" .")
        return ""


def _starts(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.match(text) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _either(patterns: Iterable[str], *, start: bool) -> re.Pattern[str]:
    """Any of the patterns; one that never matches when there are none."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)"
    return _compiled(rf"\s*(?:{joined})" if start else joined)


def _compiled_phrase(phrase: Phrase, passage: str, dates: Iterable[str]) -> re.Pattern[str]:
    value = {
        "date": "|".join(_date_shape(form) for form in dates),
        "part": _PART,
        "sentence": _SENTENCE,
        "passage": passage,
    }[phrase.takes]
    if phrase.after is not None:
        whole = rf"\b(?:{phrase.after})\s*(?P<value>{value})"
    else:
        whole = rf"(?P<value>\b(?:{phrase.before}){_SENTENCE.removeprefix(chr(92) + 'S')})"
    return re.compile(whole, re.IGNORECASE | re.DOTALL)


def _date_shape(form: str) -> str:
    """The shape of what a ``strptime`` form writes, so that it can be found inside a sentence."""
    shape = re.escape(form)
    for sign, digits in (("Y", r"\d{4}"), ("m", r"\d{1,2}"), ("d", r"\d{1,2}"), ("y", r"\d{2}")):
        shape = shape.replace(f"%{sign}", digits)
    return rf"{shape}(?!\d)"


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_SUMMARY:
        return text
    return text[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"
