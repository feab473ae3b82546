"""What became of a message of a bond, written on the bond and on its case. Refuses nothing; twice is once."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from tierline.bonds import actions as bonds
from tierline.cases.actions.hearing import There, arrived
from tierline.outbox import queries as outbox


def read_soon(system: str | None) -> None:
    """Have a system read at once: our own words are a new revision there, and what refused us may have changed."""
    if system is None:
        return
    lock = f"crossing.{system}"
    task = app.configure_task("crossing.read_system", queue="crossing", lock=lock, queueing_lock=lock)
    with suppress(AlreadyEnqueued), transaction.atomic():
        task.defer(system=system)


@transaction.atomic
def take_evidence(effect_id: int, *, at: datetime) -> None:
    """The message arrived: its number and link are the bond's and the case's from now. One that did not is shown by
    the bond's health."""
    read_soon(bonds.system_of(effect_id))
    left = outbox.arrived(effect_id)
    if left is None:
        return
    came = bonds.take_evidence(effect_id, *left, at=at)
    if came is None or not came.first or came.subject[0] != "case":
        return
    arrived(came.subject[1], There(came.bond, came.system, came.number, came.hand_off), came.url, at=at)
