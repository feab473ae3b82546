"""From what a caller says of a downtime to what it says then: what is left out stays. Pure.

Refuses times that make no time frame and zones nobody knows, field by field.
"""

from dataclasses import replace
from typing import Any

from tierline.api.downtime_asked import DowntimeContent
from tierline.downtime.content import Content, Field, Frame, Tentative, level_of
from tierline.foundation.calendars import CalendarRefused, zone_named
from tierline.foundation.trouble import Unusable

_TEXTS = ("title", "reason", "impact", "rollback")
_DOUBTS = {
    "reason": Field.REASON,
    "impact": Field.IMPACT,
    "time_frame": Field.TIME_FRAME,
    "rollback": Field.ROLLBACK,
}


def content_from(wanted: DowntimeContent, before: Content, zone: str) -> Content:
    """The content with what the caller said in place of what it said before; ``zone`` where nobody named one."""
    given = wanted.model_fields_set
    said: dict[str, Any] = {name: getattr(wanted, name) or "" for name in _TEXTS if name in given}
    if "services" in given:
        said["services"] = tuple(dict.fromkeys(wanted.services or ()))
    if "answers" in given:
        said["answers"] = tuple(dict.fromkeys(wanted.answers or ()))
    if "users" in given:
        said["users"] = wanted.users
    if "level" in given:
        said["level"] = level_of(wanted.level) if wanted.level else None
    if "rollback_by" in given:
        said["rollback_by"] = wanted.rollback_by
    if given & {"starts", "ends", "zone"}:
        said["frame"] = _frame(wanted, before.frame, zone)
    if "tentative" in given:
        said["tentative"] = _doubts(wanted)
    return replace(before, **said)


def what_is_said(wanted: DowntimeContent) -> str | None:
    """The words for users of a tool, where the caller says them."""
    return (wanted.user_message or "") if "user_message" in wanted.model_fields_set else None


def _frame(wanted: DowntimeContent, before: Frame | None, zone: str) -> Frame | None:
    given = wanted.model_fields_set
    starts = wanted.starts if "starts" in given else before.starts if before else None
    ends = wanted.ends if "ends" in given else before.ends if before else None
    named = wanted.zone or (before.zone if before else zone)
    try:
        zone_named(named)
    except CalendarRefused as refusal:
        raise Unusable(str(refusal), {"zone": str(refusal)}) from None
    if starts is None:
        if ends is not None:
            raise Unusable("An end needs a start.", {"starts": "Give the start as well."})
        return None
    try:
        return Frame(starts, ends, named)
    except ValueError as refusal:
        raise Unusable(str(refusal), {"ends": str(refusal)}) from None


def _doubts(wanted: DowntimeContent) -> dict[Field, Tentative]:
    if wanted.tentative is None:
        return {}
    given = {field: getattr(wanted.tentative, name) for name, field in _DOUBTS.items()}
    return {field: Tentative(doubt.owner, doubt.until) for field, doubt in given.items() if doubt}
