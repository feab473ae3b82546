"""Instants as people scan them: "2 h ago", "due in 40 min", with the full form kept for focus and print. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tierline.cases.wording import written

SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant in three forms. ``tone`` of a promise: ``late``, ``soon`` or ``later``; empty for the past."""

    iso: str
    short: str
    full: str
    tone: str = ""


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit, rounded down: ``40 min``, ``3 h``, ``2 d``, ``5 wk``."""
    minutes = int(abs(length).total_seconds()) // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    days = minutes // (24 * 60)
    return f"{days} d" if days < 21 else f"{days // 7} wk"


def past(moment: datetime, at: datetime, zone: str) -> Moment:
    """How long ago something was."""
    length = at - moment
    short = "just now" if length < timedelta(minutes=1) else f"{span(length)} ago"
    return Moment(moment.isoformat(), short, written(moment, zone))


def age(moment: datetime, at: datetime, zone: str) -> Moment:
    """How old something is, without "ago"."""
    return Moment(moment.isoformat(), span(at - moment), written(moment, zone))


def promise(due: datetime, at: datetime, zone: str) -> Moment:
    """When something is due, and how urgently."""
    if due < at:
        return Moment(due.isoformat(), f"{span(at - due)} late", written(due, zone), "late")
    tone = "soon" if due - at <= SOON else "later"
    return Moment(due.isoformat(), f"in {span(due - at)}", written(due, zone), tone)
