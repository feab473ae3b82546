"""What the next message says of channels that were down when the last ones went out. Pure.

Tells only what became of our own messages: not available means that nothing of ours was taken there in time. Refuses to
call a channel down for one address that failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

IN_TIME: Final = timedelta(minutes=10)
LABELS: Final = {"email": "E-mail", "slack": "Slack", "teams": "Teams", "sms": "Text messaging"}
_WENT: Final = {"email": "e-mail went at", "slack": "Slack had it at", "teams": "Teams had it at"}


@dataclass(frozen=True, slots=True)
class Passage:
    """All messages of one announcement by one channel: when they were written, when the first was taken (None: none
    was), whether any was tried and not taken."""

    channel: str
    written_at: datetime
    taken_at: datetime | None
    tried_in_vain: bool


def told_of_channels(passages: Iterable[Passage], at: datetime) -> tuple[str, ...]:
    """A sentence for every channel that was down for the newest announcement before ``at``, by channel."""
    by_channel: dict[str, list[Passage]] = {}
    for one in sorted(passages, key=lambda passage: passage.written_at):
        by_channel.setdefault(one.channel, []).append(one)
    newest = max((own[-1].written_at for own in by_channel.values()), default=None)
    found = []
    for channel, own in sorted(by_channel.items()):
        out = _out(own, at)
        if out and out[-1].written_at == newest:
            others = [each for other, theirs in by_channel.items() if other != channel for each in theirs]
            found.append(_sentence(channel, out, others))
    return tuple(found)


def _out(own: Sequence[Passage], at: datetime) -> list[Passage]:
    """The newest passages in a row that were not taken in time."""
    out: list[Passage] = []
    for one in reversed(own):
        late = one.taken_at is None or one.taken_at - one.written_at >= IN_TIME
        if not (one.tried_in_vain and late and at - one.written_at >= timedelta(minutes=1)):
            break
        out.insert(0, one)
    return out


def _sentence(channel: str, out: Sequence[Passage], others: Iterable[Passage]) -> str:
    label, since, until = LABELS.get(channel, channel), out[0].written_at, out[-1].taken_at
    if until is None:
        said = f"{label} has not been available since {_instant(since)} UTC"
    else:
        same_day = since.astimezone(UTC).date() == until.astimezone(UTC).date()
        said = f"{label} was not available from {_instant(since)} to {_instant(until, short=same_day)} UTC"
    went = [one for one in others if one.taken_at is not None and one.written_at == since and not _is_late(one)]
    told = sorted((one.taken_at, one.channel) for one in went if one.taken_at is not None)
    if told:
        first, by = told[0]
        said += f"; {_WENT.get(by, f'{LABELS.get(by, by)} went at')} {_instant(first)}"
    return f"{said}."


def _is_late(one: Passage) -> bool:
    return one.taken_at is None or one.taken_at - one.written_at >= IN_TIME


def _instant(at: datetime, *, short: bool = False) -> str:
    return f"{at.astimezone(UTC):%H:%M}" if short else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
