"""The form of planned work: from what was typed to its content, and back. Keeps every word through any trouble.

Refuses, field by field and in sentences, a time that does not exist, one that comes twice until somebody says which,
and a tentative field without an owner and a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict

from tierline.downtime.content import FIELD_LABELS, LEVEL_LABELS, Content, Field, Frame, Level, Tentative, level_of
from tierline.downtime.timing import Pass, TimeRefused, instant_given
from tierline.foundation.calendars import CalendarRefused, zone_named
from tierline.plans.planbook import Planbook
from tierline.plans.procedures import Procedural

USUAL_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "UTC")
MOST_USERS = 100_000_000


@dataclass(slots=True)
class Reading:
    """What was read of a form: the content as far as it goes, sentences by field, and times to choose between."""

    content: Content
    troubles: dict[str, str] = field(default_factory=dict)
    twice: dict[str, tuple[str, str]] = field(default_factory=dict)


def read_form(sent: QueryDict) -> Reading:
    """The content that was typed. What could not be read is left out of it, and named."""
    troubles: dict[str, str] = {}
    twice: dict[str, tuple[str, str]] = {}
    zone = sent.get("zone", "") or settings.TIME_ZONE
    starts = _instant(sent, "starts", zone, troubles, twice)
    ends = _instant(sent, "ends", zone, troubles, twice)
    decided = _instant(sent, "rollback_by", zone, troubles, twice)
    said: dict[str, Any] = {
        "title": _line(sent, "title"),
        "reason": _text(sent, "reason"),
        "services": tuple(dict.fromkeys(sent.getlist("services"))),
        "users": _number(sent, troubles),
        "level": _level(sent, troubles),
        "impact": _text(sent, "impact"),
        "frame": _frame(starts, ends, zone, troubles),
        "rollback": _text(sent, "rollback"),
        "rollback_by": decided,
        "answers": tuple(dict.fromkeys(sent.getlist("answers"))),
        "tentative": _tentative(sent, troubles),
    }
    return Reading(Content(**said), troubles, twice)


def typed_of(content: Content, *, procedure: str = "", user_message: str = "") -> dict[str, Any]:
    """A content as the form shows it."""
    frame = content.frame
    zone = frame.zone if frame else settings.TIME_ZONE
    typed: dict[str, Any] = {
        "procedure": procedure,
        "title": content.title,
        "reason": content.reason,
        "services": list(content.services),
        "users": "" if content.users is None else str(content.users),
        "level": "" if content.level is None else content.level.word,
        "impact": content.impact,
        "zone": zone,
        "rollback": content.rollback,
        "answers": list(content.answers),
        "user_message": user_message,
    }
    for name, at in (
        ("starts", frame and frame.starts),
        ("ends", frame and frame.ends),
        ("rollback_by", content.rollback_by),
    ):
        local = at.astimezone(ZoneInfo(zone)) if at else None
        typed[f"{name}_day"] = local.date().isoformat() if local else ""
        typed[f"{name}_at"] = f"{local:%H:%M}" if local else ""
        typed[f"{name}_pass"] = "second" if local and local.fold else ""
    for name in Field:
        doubt = content.tentative.get(name)
        typed[f"tentative_{name.name.lower()}"] = "yes" if doubt else ""
        typed[f"owner_{name.name.lower()}"] = doubt.owner if doubt else ""
        typed[f"until_{name.name.lower()}"] = doubt.until.isoformat() if doubt else ""
    return typed


def typed_again(sent: QueryDict) -> dict[str, Any]:
    """What was typed, as the form shows it again."""
    return {key: sent.getlist(key) if key in ("services", "answers") else sent.get(key, "") for key in sent}


def choices_for(planbook: Planbook, procedures: tuple[Procedural, ...], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the form offers, with what is chosen marked."""
    services = sorted(planbook.services.values(), key=lambda entry: entry.label)
    systems = sorted(planbook.systems.values(), key=lambda entry: entry.label)
    chosen, yes = set(typed.get("services") or ()), set(typed.get("answers") or ())
    asked = {question.id: question.label for known in procedures for question in known.downtime.questions}
    zones = dict.fromkeys(
        [settings.TIME_ZONE, *(known.zone for known in procedures), *USUAL_ZONES, typed.get("zone") or "UTC"]
    )
    return {
        "procedures": [(known.procedure.id, known.procedure.label, known.procedure.origin) for known in procedures],
        "services": [(entry.id, entry.label, entry.id in chosen) for entry in services],
        "systems": [(entry.id, entry.label, entry.id in chosen) for entry in systems],
        "answers": [(key, label, key in yes) for key, label in asked.items()],
        "levels": [(level.word, label) for level, label in reversed(LEVEL_LABELS.items())],
        "zones": list(zones),
        "doubts": [_doubt(name, typed) for name in Field],
    }


def _doubt(name: Field, typed: Mapping[str, Any]) -> dict[str, Any]:
    word = name.name.lower()
    return {
        "word": word,
        "label": FIELD_LABELS[name],
        "on": bool(typed.get(f"tentative_{word}")),
        "owner": typed.get(f"owner_{word}", ""),
        "until": typed.get(f"until_{word}", ""),
    }


def _line(sent: QueryDict, name: str) -> str:
    return " ".join(sent.get(name, "").split())


def _text(sent: QueryDict, name: str) -> str:
    return sent.get(name, "").replace("\r\n", "\n").strip()


def _number(sent: QueryDict, troubles: dict[str, str]) -> int | None:
    text = sent.get("users", "").replace(",", "").replace(" ", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:12]) > MOST_USERS:
        troubles["users"] = "Give a whole number, roughly where it is not known. 0 when nobody is affected."
        return None
    return int(text)


def _level(sent: QueryDict, troubles: dict[str, str]) -> Level | None:
    word = sent.get("level", "")
    try:
        return level_of(word) if word else None
    except ValueError:
        troubles["level"] = "Choose how bad it is."
        return None


def _frame(starts: datetime | None, ends: datetime | None, zone: str, troubles: dict[str, str]) -> Frame | None:
    if starts is None:
        return None
    try:
        return Frame(starts, ends, zone)
    except ValueError as refusal:
        troubles["ends"] = str(refusal)
        return None


def _instant(
    sent: QueryDict, name: str, zone: str, troubles: dict[str, str], twice: dict[str, tuple[str, str]]
) -> datetime | None:
    day, of_day = sent.get(f"{name}_day", "").strip(), sent.get(f"{name}_at", "").strip()
    if not day and not of_day:
        return None
    try:
        zone_named(zone)
        return instant_given(date.fromisoformat(day), time.fromisoformat(of_day), zone, _pass(sent, name))
    except TimeRefused as refusal:
        troubles[name] = str(refusal)
        if refusal.choices:
            first, second = (choice.astimezone(ZoneInfo(zone)) for choice in refusal.choices)
            twice[name] = (f"the first, {first:%H:%M %Z}", f"the second, {second:%H:%M %Z}")
    except CalendarRefused as refusal:
        troubles["zone"] = str(refusal)
    except ValueError:
        troubles[name] = "Give both a day, like 2026-12-31, and a time, like 22:00."
    return None


def _pass(sent: QueryDict, name: str) -> Pass | None:
    word = sent.get(f"{name}_pass", "")
    return "first" if word == "first" else "second" if word == "second" else None


def _tentative(sent: QueryDict, troubles: dict[str, str]) -> dict[Field, Tentative]:
    found = {}
    for name in Field:
        word = name.name.lower()
        if not sent.get(f"tentative_{word}"):
            continue
        owner = " ".join(sent.get(f"owner_{word}", "").split())[:120]
        try:
            found[name] = Tentative(owner, date.fromisoformat(sent.get(f"until_{word}", "")))
        except ValueError:
            owner = ""
        if not owner:
            troubles[f"tentative_{word}"] = "Say who settles it, and by which day."
            found.pop(name, None)
    return found
