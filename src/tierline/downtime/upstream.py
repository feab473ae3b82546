"""Other teams' notices, an e-mail or an iCalendar with MAINTNOTE, read into a proposal that a person confirms. Pure.

Every value says from which characters of the text it was read, so that a page can mark them there. Nothing is guessed:
a time without a zone, a date in figures that could be two days, a word nobody knows stay open, with the reason. Refuses
texts too long to be a notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from tierline.downtime.content import Level, level_of
from tierline.downtime.written_times import Unread, instant_in, instant_written

LONGEST: Final = 200_000  # characters
MOST_EVENTS: Final = 50
MOST_SERVICES: Final = 50
LONGEST_UID: Final = 200
LONGEST_VALUE: Final = 2_000  # characters of one line of a mail that are looked into


class NoticeRefused(ValueError):
    """A text that cannot be a notice; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Read:
    """A value with the characters of the text it was read from."""

    value: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class ReadInstant:
    """An instant in UTC with the characters it was read from, and the zone it was written in."""

    at: datetime
    zone: str
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one notice says, as far as it says it. ``open``: what could not be read, and why."""

    text: str
    uid: Read | None = None
    sequence: int | None = None
    title: Read | None = None
    provider: Read | None = None
    status: Read | None = None
    level: Level | None = None
    level_read: Read | None = None
    services: tuple[Read, ...] = ()
    reason: Read | None = None
    starts: ReadInstant | None = None
    ends: ReadInstant | None = None
    open: tuple[str, ...] = ()

    @property
    def calls_off(self) -> bool:
        """Whether it says that the work will not be done."""
        return self.status is not None and self.status.value.strip().upper() in ("CANCELLED", "CANCELED")

    @property
    def spans(self) -> tuple[tuple[int, int, str], ...]:
        """What was read, from which characters, in the order of the text."""
        named: list[tuple[str, Read | ReadInstant | None]] = [
            ("uid", self.uid),
            ("title", self.title),
            ("provider", self.provider),
            ("status", self.status),
            ("impact", self.level_read),
            ("reason", self.reason),
            ("starts", self.starts),
            ("ends", self.ends),
            *(("service", service) for service in self.services),
        ]
        return tuple(sorted((read.begins, read.ends, name) for name, read in named if read is not None))


def proposals(text: str) -> tuple[Proposal, ...]:
    """Every notice in a text: the events of a calendar in it, or else the text itself as an e-mail."""
    if len(text) > LONGEST:
        raise NoticeRefused(f"A notice has at most {LONGEST:,} characters. Paste the part that is about the work.")
    events = list(_events(text))
    if len(events) > MOST_EVENTS:
        raise NoticeRefused(f"This calendar holds more than {MOST_EVENTS} events. Send the one that is meant.")
    return tuple(_from_event(text, event) for event in events) or (_from_mail(text),)


# -- iCalendar -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: Mapping[str, str]
    value: str
    begins: int
    ends: int

    def read(self) -> Read:
        return Read(_unescaped(self.value), self.begins, self.ends)


_EDGE: Final = re.compile(r"^(BEGIN|END):VEVENT[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_LINE: Final = re.compile(r"[^\r\n]+(?:\r?\n[ \t][^\r\n]*)*")
_FOLD: Final = re.compile(r"\r?\n[ \t]")


def _events(text: str) -> Iterator[list[_Property]]:
    """The properties of each event that begins and ends."""
    for begin, end in _blocks(text):
        yield [found for line in _LINE.finditer(text, begin.end(), end.start()) if (found := _property(line))]


def _blocks(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Where each event begins and ends. In one pass: a text full of beginnings costs no more."""
    begin: re.Match[str] | None = None
    for edge in _EDGE.finditer(text):
        if edge[1].upper() == "BEGIN":
            begin = begin or edge
        elif begin is not None:
            yield begin, edge
            begin = None


def only_event(text: str, uid: str) -> str:
    """The text with the events of that UID and none of the others; the empty word keeps those without one."""
    kept, here = [], 0
    for (begin, end), event in zip(_blocks(text), _events(text), strict=True):
        found = next((each.read().value.strip() for each in event if each.name == "UID"), "")
        if found[:LONGEST_UID] != uid:
            kept.append(text[here : begin.start()])
            here = end.end()
    return "".join([*kept, text[here:]])


def _property(line: re.Match[str]) -> _Property | None:
    head, colon, value = _split(line[0])
    if not colon:
        return None
    name, *parameters = _FOLD.sub("", head).split(";")
    pairs = (part.partition("=") for part in parameters)
    known = {key.upper(): said.strip('"') for key, _, said in pairs}
    begins = line.end() - len(value)
    return _Property(name.strip().upper(), known, _FOLD.sub("", value), begins, line.end())


def _split(line: str) -> tuple[str, str, str]:
    """Head and value at the first colon outside quotes."""
    quoted = False
    for place, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return line[:place], ":", line[place + 1 :]
    return line, "", ""


def _unescaped(value: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def _from_event(text: str, event: list[_Property]) -> Proposal:
    by_name: dict[str, _Property] = {}
    for each in event:
        by_name.setdefault(each.name, each)
    left: list[str] = []
    starts = _event_instant(by_name.get("DTSTART"), "start", left)
    ends = _event_instant(by_name.get("DTEND"), "end", left)
    level, level_read = _level(by_name.get("X-MAINTNOTE-IMPACT"), left)
    sequence = by_name.get("SEQUENCE")
    return Proposal(
        text=text,
        uid=_read(by_name.get("UID")),
        sequence=int(sequence.value) if sequence and re.fullmatch(r"\d{1,9}", sequence.value.strip()) else None,
        title=_read(by_name.get("SUMMARY")),
        provider=_read(by_name.get("X-MAINTNOTE-PROVIDER")),
        status=_read(by_name.get("X-MAINTNOTE-STATUS") or by_name.get("STATUS")),
        level=level,
        level_read=level_read,
        services=tuple(each.read() for each in event if each.name == "X-MAINTNOTE-OBJECT-ID")[:MOST_SERVICES],
        reason=_read(by_name.get("DESCRIPTION")),
        starts=starts,
        ends=_after(starts, ends, left),
        open=tuple(left),
    )


def _short(value: str) -> str:
    """A value as a sentence quotes it."""
    return repr(value if len(value) <= 80 else f"{value[:79]}…")


def _read(found: _Property | None) -> Read | None:
    return found.read() if found else None


def _level(found: _Property | None, left: list[str]) -> tuple[Level | None, Read | None]:
    if found is None:
        left.append("The level of impact is not said.")
        return None, None
    try:
        return level_of(found.value), found.read()
    except ValueError:
        left.append(f"The level of impact is written as {_short(found.value)}, which is none of the four.")
        return None, found.read()


_ICAL_INSTANT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(Z?)")


def _event_instant(found: _Property | None, what: str, left: list[str]) -> ReadInstant | None:
    if found is None:
        left.append(f"The {what} is not said.")
        return None
    match = _ICAL_INSTANT.fullmatch(found.value.strip())
    if match is None:
        left.append(f"The {what} {_short(found.value)} is a day, or no time at all; a time of day is needed.")
        return None
    zone = "UTC" if match[7] else found.parameters.get("TZID")
    if zone is None:
        left.append(f"The {what} {found.value} says no zone. Ask in which it is meant.")
        return None
    try:
        day, of_day = _parts(match)
        return ReadInstant(instant_in(day, of_day, zone), zone, found.begins, found.ends)
    except Unread as refusal:
        left.append(f"The {what} {refusal}")
        return None


def _parts(match: re.Match[str]) -> tuple[date, time]:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        return date(year, month, day), time(hour, minute, second)
    except ValueError:
        raise Unread("is no day or time of the calendar.") from None


def _after(starts: ReadInstant | None, ends: ReadInstant | None, left: list[str]) -> ReadInstant | None:
    if starts is not None and ends is not None and ends.at <= starts.at:
        left.append("The end that is given is not after the start.")
        return None
    return ends


# -- E-mail ----------------------------------------------------------------------------------------------------

_LABELS: Final = {
    "title": ("subject", "title", "maintenance", "activity", "change"),
    "services": (
        "application",
        "applications",
        "service",
        "services",
        "system",
        "systems",
        "affected systems",
        "affected services",
        "services affected",
        "systems affected",
    ),
    "reason": ("reason", "downtime reason", "purpose", "description"),
    "impact": ("impact", "impact level", "severity of impact", "service impact", "maintenance impact"),
    "starts": ("start", "starts", "start time", "begin", "begins", "start date/time", "from", "outage start"),
    "ends": ("end", "ends", "end time", "finish", "until", "end date/time", "to", "outage end"),
    "status": ("status",),
}
_NOT_SAID: Final = {
    "title": "The title is not said.",
    "services": "Which services it concerns is not said.",
    "reason": "The reason is not said.",
}
_LABELLED: Final = re.compile(r"^[ \t>*•-]{0,40}([A-Za-z][A-Za-z /]{1,40}?)[ \t*]{0,20}[:：]([^\r\n]*)$", re.MULTILINE)


def _from_mail(text: str) -> Proposal:
    found = _labelled(text)
    left: list[str] = []
    starts = _mail_instant(found.get("starts"), "start", left)
    ends = _mail_instant(found.get("ends"), "end", left)
    level, level_read = _mail_level(found.get("impact"), left)
    services = found.get("services")
    left += [sentence for name, sentence in _NOT_SAID.items() if name not in found]
    return Proposal(
        text=text,
        title=found.get("title"),
        status=found.get("status"),
        level=level,
        level_read=level_read,
        services=tuple(_listed(services))[:MOST_SERVICES] if services else (),
        reason=found.get("reason"),
        starts=starts,
        ends=_after(starts, ends, left),
        open=tuple(left),
    )


def _labelled(text: str) -> dict[str, Read]:
    """The first line with each label; the same thing said twice in other words is left open by whoever reads on."""
    found: dict[str, Read] = {}
    for line in _LABELLED.finditer(text):
        label = " ".join(line[1].lower().split())
        value = line[2][:LONGEST_VALUE].strip(" \t*\r")
        begins = line.start(2) + line[2].find(value)
        for name, labels in _LABELS.items():
            if value and label in labels:
                found.setdefault(name, Read(value, begins, begins + len(value)))
    return found


def _listed(read: Read) -> Iterator[Read]:
    for part in re.finditer(r"[^,;]+", read.value):
        word = part[0].strip()
        if word:
            begins = read.begins + part.start() + part[0].index(word)
            yield Read(word, begins, begins + len(word))


def _mail_level(read: Read | None, left: list[str]) -> tuple[Level | None, Read | None]:
    if read is None:
        left.append("The level of impact is not said.")
        return None, None
    try:
        return level_of(read.value.strip().replace(" ", "-")), read
    except ValueError:
        left.append(f"The level of impact is written as {_short(read.value)}, which is none of the four.")
        return None, read


def _mail_instant(read: Read | None, what: str, left: list[str]) -> ReadInstant | None:
    if read is None:
        left.append(f"The {what} is not said.")
        return None
    try:
        at, zone, begins, ends = instant_written(read.value)
    except Unread as refusal:
        left.append(f"The {what} {refusal}")
        return None
    return ReadInstant(at, zone, read.begins + begins, read.begins + ends)
