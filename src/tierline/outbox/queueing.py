"""The jobs that try effects: written in the caller's transaction, a queue a channel, so that none waits for another.

A job is only how an effect is tried soon. What a job that is lost leaves behind is given another within a minute.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from tierline.outbox.models import EffectRow
from tierline.outbox.registry import queue

AT_ONCE = 25  # messages one job tries; enough to cost little, few enough that several workers share them


def turn(row: EffectRow) -> str:
    """The lock of those about one subject that leave by one channel in turn."""
    return f"{row.channel}-{row.subject_kind}-{row.subject_id}"


def give_a_job(row: EffectRow, *, at: datetime, lock: str = "") -> None:
    """Write the job that tries ``row`` at ``at``."""
    way = queue(row.channel)
    task = app.configure_task("outbox.deliver_effect", queue=way, lock=lock or f"effect-{row.pk}", schedule_at=at)
    task.defer(effect_id=row.pk)


def give_jobs(channel: str, effect_ids: Sequence[int], *, at: datetime, lock: str = "") -> None:
    """Jobs for any number of effects of one channel: each tries some, one after the other."""
    if effect_ids:
        way = app.configure_task("outbox.deliver_effects", queue=queue(channel), lock=lock or None, schedule_at=at)
        chunks: list[dict[str, Any]] = [
            {"effect_ids": list(effect_ids[here : here + AT_ONCE])} for here in range(0, len(effect_ids), AT_ONCE)
        ]
        way.batch_defer(*chunks)
