"""It still happens, though a partner says it is over: the case goes on, and so does their record. Refuses it without
words: whoever repairs it reads them first."""

from datetime import datetime

from django.db import transaction

from tierline.cases.actions.bonding import reopen_there, take_bond
from tierline.cases.actions.changing import Saved, must_hold
from tierline.cases.actions.entering import LONGEST_TEXT
from tierline.cases.actions.working import reopen
from tierline.cases.lifecycle import CaseState
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Unusable


@transaction.atomic
def still_happens(actor: Actor, bond: int, reason: str, *, at: datetime) -> Saved:
    """It still happens on this case: the record is opened again there, the case goes on, all other cases are told."""
    change = take_bond(actor, bond, at=at)
    must_hold(change)
    if not reason.strip() or len(reason) > LONGEST_TEXT or "\x00" in reason:
        raise Unusable("Say what still happens; whoever repairs it reads that first.", {"text": "Say what happens."})
    number = change.case.pk
    if change.case.state in (CaseState.SOLVED, CaseState.CLOSED):
        return reopen(actor, number, reason, at=at)
    change.case.answered_for = None
    saved = change.save("still-happens", bond=bond, reason=reason.strip())
    reopen_there(change, reason, bond=bond)
    return saved
