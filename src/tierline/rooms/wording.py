"""What a post in a room says: which case, since when, by when, and what is asked. Pure.

Made of the plans' words, a case's number and times, and a hand-off's ask that nothing private was found in. Refuses
nothing; whatever somebody wrote is escaped, so that it tags nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from tierline.channels.block_kit import escaped
from tierline.foundation.ids import case_reference
from tierline.plans.planbook import Planbook
from tierline.plans.room_asking import tagged_names, tags_of
from tierline.plans.rooms import Room
from tierline.rooms.standing import Known, Standing, asks

MOST_LINES: Final = 20  # what people read in a chat, and within the 4000 characters Slack asks to keep to
NEUTRAL: Final = "Nothing more is told of this here. Whoever deals with it sees it in Tierline."
_CALM: Final = {
    Standing.BEGUN: "Begun by {team}",
    Standing.LAID_DOWN: "With {team}, waiting for an answer",
    Standing.HANDED_OFF: "Handed to {other}",
    Standing.ELSEWHERE: "Taken over by {other}",
    Standing.SOLVED: "Solved",
    Standing.CLOSED: "Closed",
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose words are used: the plans', for a room, in a zone, with the address at which Tierline stands."""

    planbook: Planbook
    room: Room
    zone: str
    site: str

    @property
    def team(self) -> str:
        """The team whose room it is."""
        return self.planbook.team_label(self.room.of)

    @property
    def tags_people(self) -> bool:
        """Whether the chat knows tags, edits and threads."""
        return self.room.by == "slack"


@dataclass(frozen=True, slots=True)
class Said:
    """A post in words: a line of it for lists, and its text."""

    title: str
    text: str


def single(teller: Teller, known: Known, told: str) -> Said:
    """A post about one case as it stands now."""
    if known.standing is Standing.RESTRICTED:
        return Said("No longer told here", NEUTRAL)
    title = f"{_headline(teller, known, told)}: {case_reference(known.number)}"
    lines = [f"{_mark(told)}{_bold(teller, _headline(teller, known, told))} · {_what(teller, known)}"]
    if asks(told):
        lines += [_times(teller, known), " ".join([_ask(teller, known, told), *_tags(teller, [known], told)])]
    else:
        lines.append("Nothing is asked here any more.")
    return Said(title, "\n".join(lines))


def several(teller: Teller, matters: Sequence[tuple[Known, str]], title: str, elsewhere: frozenset[int]) -> Said:
    """A post about many cases, what asks for the same together; ``elsewhere`` are those a newer post is about."""
    shown = [(known, told) for known, told in matters if known.standing is not Standing.RESTRICTED]
    if not shown:
        return Said("No longer told here", NEUTRAL)
    open_ones = [(known, told) for known, told in shown if asks(told) and known.number not in elsewhere]
    lines, left = [_bold(teller, title)], MOST_LINES
    for moment, group in groupby(sorted(open_ones, key=_order), key=lambda one: one[1].partition(":")[0]):
        found = [known for known, _ in group]
        heard = teller.room.heard(moment)
        label, ask = (heard.label, heard.ask) if heard else (moment, "")
        lines.append(" ".join([f"{label} ({len(found)}): {_safe(teller, ask)}", *_tags(teller, found, moment)]))
        lines += [f"• {_what(teller, known)} · {_times(teller, known)}" for known in found[:left]]
        left -= min(left, len(found))
    settled = [known for known, told in shown if not asks(told) or known.number in elsewhere]
    lines += [f"• {_done(teller, known, known.number in elsewhere)}" for known in settled[:left]]
    if len(shown) > MOST_LINES:
        lines.append(f"… and {len(shown) - MOST_LINES} more: {teller.site}/queue/{teller.room.of}/")
    return Said(title, "\n".join(lines))


def gathered_title(teller: Teller, count: int) -> str:
    """The first line of a post about what came together."""
    return f"{count} cases of {teller.team} at once"


def digest_title(teller: Teller, count: int, at: datetime) -> str:
    """The first line of what waits at a time of day."""
    return (
        f"{count} case{'' if count == 1 else 's'} of {teller.team} wait{'s' if count == 1 else ''}, {_when(at, teller)}"
    )


def message(teller: Teller, said: Said, key: str) -> dict[str, Any]:
    """What the outbox is given."""
    told: dict[str, Any] = {"room": teller.room.room, "title": said.title, "text": said.text}
    if not teller.tags_people:
        return told
    return told | {"metadata": {"event_type": "tierline_case", "event_payload": {"key": key}}}


def _order(one: tuple[Known, str]) -> tuple[str, datetime, int]:
    known, told = one
    return told.partition(":")[0], known.since, known.number


def _headline(teller: Teller, known: Known, told: str) -> str:
    heard = teller.room.heard(told.partition(":")[0])
    if asks(told) and heard is not None:
        return heard.label if not known.other else f"{heard.label}, {teller.planbook.team_label(known.other)}"
    words = _CALM.get(known.standing, "With {team}")
    return words.format(team=teller.team, other=teller.planbook.team_label(known.other))


def _what(teller: Teller, known: Known) -> str:
    parts = [_link(teller, known.number), _safe(teller, teller.planbook.service_label(known.service))]
    return " · ".join([*parts, *([_safe(teller, known.level)] if known.level else [])])


def _link(teller: Teller, number: int) -> str:
    address = f"{teller.site}/cases/{number}/"
    return f"<{address}|{case_reference(number)}>" if teller.tags_people else f"{case_reference(number)} ({address})"


def _times(teller: Teller, known: Known) -> str:
    by = known.answer_by if known.standing is Standing.HANDED_OFF and known.answer_by else known.due_at
    return f"since {_when(known.since, teller)}" + (f", due {_when(by, teller)}" if by else ", no time promised")


def _when(at: datetime, teller: Teller) -> str:
    return f"{at.astimezone(ZoneInfo(teller.zone)):%a %-d %b, %H:%M %Z}"


def _ask(teller: Teller, known: Known, told: str) -> str:
    heard = teller.room.heard(told.partition(":")[0])
    if heard is None:
        return ""
    return _safe(teller, known.ask if heard.own_ask and known.ask else heard.ask)


def _tags(teller: Teller, matters: Sequence[Known], told: str) -> list[str]:
    heard = teller.room.heard(told.partition(":")[0])
    if heard is None:
        return []
    receivers = [known.other for known in matters if known.other] if heard.tag_receiver else []
    words = dict.fromkeys([*heard.tag, *receivers])
    found = [tag for word in words for tag in tags_of(teller.planbook, teller.room, word)]
    named = [name for word in words for name in tagged_names(teller.planbook, teller.room, word)]
    return list(dict.fromkeys([*found, *([f"({', '.join(named)})"] if named else [])]))


def _done(teller: Teller, known: Known, elsewhere: bool) -> str:
    reference = f"~{case_reference(known.number)}~" if teller.tags_people else case_reference(known.number)
    return f"{reference} {'told again below' if elsewhere else '✅ ' + _safe(teller, _headline(teller, known, ''))}"


def _mark(told: str) -> str:
    return "" if asks(told) else "✅ "


def _bold(teller: Teller, text: str) -> str:
    return f"*{_safe(teller, text)}*" if teller.tags_people else text


def _safe(teller: Teller, text: str) -> str:
    return escaped(text) if teller.tags_people else text
