"""Endpoints of the outbox: what is on its way, let it try again, take it back."""

from ninja import Query, Router

from tierline.api import asked, told
from tierline.api.calling import Id
from tierline.api.door import Call
from tierline.api.telling import effect_told
from tierline.foundation.clock import now
from tierline.outbox import actions, queries

router = Router(tags=["outbox"])


@router.get("", response=told.Outbox, summary="Read the outbox")
def read_outbox(request: Call, which: Query[asked.WhichMessages]) -> told.Outbox:
    """A page of 50 messages about cases of the caller's organisations, newest first."""
    effects = queries.effects(request.auth, state=which.state, before=which.before)
    following = effects[-1].id if len(effects) == queries.PAGE else None
    return told.Outbox(effects=[effect_told(effect) for effect in effects], next=following)


@router.post("/{effect_id}/release", response=told.Effect, summary="Let a message try again")
def release(request: Call, effect_id: Id) -> told.Effect:
    """Let a held or failed message try again, at once. Only the team that wrote it may."""
    actions.release(request.auth, effect_id, at=now())
    return effect_told(queries.effect(request.auth, effect_id))


@router.post("/{effect_id}/withdraw", response=told.Effect, summary="Take a message back")
def withdraw(request: Call, effect_id: Id) -> told.Effect:
    """Take back a message that has not left. Only the team that wrote it may."""
    actions.withdraw(request.auth, effect_id, at=now())
    return effect_told(queries.effect(request.auth, effect_id))
