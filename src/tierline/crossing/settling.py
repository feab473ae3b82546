"""What became of a message of a bond, written on the bond and on its case. Refuses nothing; twice is once."""

from datetime import datetime

from django.db import transaction

from tierline.bonds import actions as bonds
from tierline.cases.actions.hearing import There, arrived
from tierline.outbox import queries as outbox


@transaction.atomic
def take_evidence(effect_id: int, *, at: datetime) -> None:
    """The message arrived: its number and link are the bond's and the case's from now. One that did not is shown by
    the bond's health."""
    left = outbox.arrived(effect_id)
    if left is None:
        return
    came = bonds.take_evidence(effect_id, *left, at=at)
    if came is None or not came.first or came.subject[0] != "case":
        return
    arrived(came.subject[1], There(came.bond, came.system, came.number, came.hand_off), came.url, at=at)
