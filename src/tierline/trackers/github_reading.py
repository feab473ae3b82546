"""GitHub's JSON of issues, read and written: what a status word is, what an issue means to us. Pure; never raises."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tierline.channels.answers import LONGEST_PAUSE, Told, instant_at, rows_at, text_at
from tierline.trackers.marking import key_in, without_key
from tierline.trackers.tracker import Note, Record, Stage

_REASONS = {Stage.SOLVED: "completed", Stage.CLOSED: "not_planned", Stage.CANCELLED: "not_planned"}
STAGES = {
    "open": Stage.NEW,
    "open, assigned": Stage.IN_PROGRESS,
    "closed": Stage.SOLVED,
    "closed as completed": Stage.SOLVED,
    "closed as not_planned": Stage.CANCELLED,
    "closed as duplicate": Stage.CLOSED,
}


def as_record(
    issue: Mapping[str, Any], system: str, repository: str, stages: Mapping[str, Stage], notes: Sequence[Note]
) -> Record:
    """An issue (``is_issue`` holds for it) as a record."""
    record, body, labels = id_of(issue, repository), text_at(issue, "body"), labels_of(issue)
    moved_to = record.partition("#")[0] if "#" in record else ""
    particulars = {"labels": ", ".join(labels), "author": text_at(issue, "user", "login")}
    return Record(
        system=system,
        id=record,
        number=f"#{text_at(issue, 'number')}",
        url=text_at(issue, "html_url"),
        title=text_at(issue, "title"),
        text=without_key(body),
        status=status_of(issue),
        stage=stage_of(issue, stages),
        owner=", ".join(logins_of(issue)),
        queue=moved_to or repository,
        changed_at=instant_at(issue, "updated_at") or datetime(1970, 1, 1, tzinfo=UTC),
        revision=revision_of(issue),
        key=key_in(body),
        particulars=particulars | ({"moved_to": moved_to} if moved_to else {}),
        notes=notes,
    )


def id_of(issue: Mapping[str, Any], repository: str) -> str:
    """The number; with its repository before it when that is not the account's."""
    number = text_at(issue, "number")
    home = "/".join(text_at(issue, "repository_url").rsplit("/", 2)[-2:])
    return f"{home}#{number}" if home and home.casefold() != repository.casefold() else number


def stage_of(issue: Mapping[str, Any], stages: Mapping[str, Stage]) -> Stage:
    """By the account's labels first, then by state, reason and assignees."""
    status = status_of(issue)
    if status == "open":
        for label in labels_of(issue):
            if f"label {label}" in stages:
                return stages[f"label {label}"]
        if logins_of(issue):
            return stages["open, assigned"]
    return stages.get(status, Stage.CLOSED if status.startswith("closed") else Stage.NEW)


def change_for(message: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What a Move says, in GitHub's words."""
    change: dict[str, Any] = {}
    wanted, word = message.get("stage"), str(message.get("status") or "")
    if word.startswith("closed") or wanted in _REASONS:
        reason = word.partition(" as ")[2] or _REASONS.get(Stage(wanted) if wanted else Stage.SOLVED, "completed")
        change = {"state": "closed", "state_reason": reason}
    elif (word or wanted) and text_at(now, "state") == "closed":
        change = {"state": "open", "state_reason": "reopened"}
    elif word or wanted:
        change = {"state": "open"}
    if message.get("owner"):
        change["assignees"] = [message["owner"]]
    if label := (message.get("fields") or {}).get("label"):
        change["labels"] = unique([*labels_of(now), label])
    return change


def holds(issue: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    """Whether everything a change asks for is so already."""
    if "state" in change and text_at(issue, "state") != change["state"]:
        return False
    if change.get("state") == "closed" and text_at(issue, "state_reason") not in ("", change["state_reason"]):
        return False
    return not missing(change.get("assignees", []), logins_of(issue)) and not missing(
        change.get("labels", []), labels_of(issue)
    )


def is_issue(told: Any) -> bool:
    """An issue that can be told apart from others, and no pull request."""
    if not isinstance(told, Mapping) or "pull_request" in told:
        return False
    number = text_at(told, "number")
    return number.isascii() and number.isdigit() and instant_at(told, "updated_at") is not None


def note_of(comment: Any) -> Note | None:
    """A comment; None for what is none."""
    at, body = instant_at(comment, "created_at"), text_at(comment, "body")
    if at is None or not text_at(comment, "id"):
        return None
    return Note(text_at(comment, "id"), without_key(body), text_at(comment, "user", "login"), at, key_in(body))


def status_of(issue: Mapping[str, Any]) -> str:
    """GitHub's own word: ``open``, ``closed``, ``closed as REASON``."""
    state, reason = text_at(issue, "state"), text_at(issue, "state_reason")
    return f"closed as {reason}" if state == "closed" and reason else state


def labels_of(issue: Mapping[str, Any]) -> list[str]:
    """The names of its labels, whether told as objects or as words."""
    told = issue.get("labels")
    names = [text_at({"name": one}, "name") or text_at(one, "name") for one in told] if isinstance(told, list) else []
    return [name for name in names if name]


def logins_of(issue: Mapping[str, Any]) -> list[str]:
    """Who is assigned."""
    return [text_at(one, "login") for one in rows_at(issue, "assignees")]


def revision_of(issue: Mapping[str, Any]) -> str:
    """The stamp, and a digest of what it stands for: GitHub's stamps are whole seconds."""
    told = [text_at(issue, "title"), text_at(issue, "body"), status_of(issue), text_at(issue, "comments")]
    told += [*sorted(labels_of(issue)), "-", *sorted(logins_of(issue))]
    return f"{text_at(issue, 'updated_at')}/{hashlib.blake2b(repr(told).encode(), digest_size=5).hexdigest()}"


def pause_for_limit(told: Told) -> float | None:
    """Seconds to wait when this is one of GitHub's limits; None when it is another refusal."""
    if told.status not in (403, 429):
        return None
    if told.pause is not None:
        return told.pause
    reset = told.headers.get("x-ratelimit-reset", "")
    if told.headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit() and told.at:
        return min(max(float(reset) - told.at.timestamp(), 1.0), LONGEST_PAUSE)
    return 60.0 if "rate limit" in text_at(told.json, "message").lower() else None


def next_page(told: Told) -> str:
    """The address of the next page, from ``Link``; Line sees to it that it is GitHub's own."""
    for part in told.headers.get("link", "").split(","):
        address, _, rest = part.strip().partition(">")
        if 'rel="next"' in rest:
            return address.lstrip("<")
    return ""


def missing(asked: Sequence[str], there: Sequence[str]) -> list[str]:
    """What of ``asked`` is not ``there``; GitHub's names do not know upper and lower case."""
    known = {name.casefold() for name in there}
    return [name for name in asked if name.casefold() not in known]


def unique(names: Sequence[str]) -> list[str]:
    """Each name once, as first written."""
    return list({name.casefold(): name for name in reversed(names) if name}.values())[::-1]


def cut(text: str, longest: int) -> str:
    """Cut to a length, and seen to be."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
