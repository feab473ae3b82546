"""What somebody signed in says of passing an announcement on; whoever only has the link says it on its page.

Refuses whoever neither passes it on nor sends word of this downtime.
"""

from datetime import datetime

from django.db import transaction

from tierline.directory.actor import Actor
from tierline.downtime.actions.telling import subject_of
from tierline.downtime.hands import locked, may_tell
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.notices.actions import answer_relay
from tierline.notices.queries import relays


@transaction.atomic
def passed_on(actor: Actor, number: int, relay: int, *, done: bool, words: str = "", at: datetime) -> str:
    """Write down that word was passed on, or why not. Returns what is known now."""
    change = locked(actor, number, at=at)
    asked = next((one for one in relays(subject_of(change.row), at=at) if one.id == relay), None)
    if asked is None:
        raise NotFound(f"There is no such passing on of {change.reference}.")
    if asked.by not in actor.duties and not may_tell(actor, change.procedural):
        raise NotAllowed(f"Passing this on is for {asked.by_label}. Ask them, or whoever sends word of this downtime.")
    return answer_relay(relay, name=actor.name, done=done, words=words, at=at)
