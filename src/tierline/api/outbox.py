"""Endpoints of the outbox: what is on its way, let it try again, take it back."""

from collections.abc import Callable

from ninja import Query, Router

from tierline.api import asked, told
from tierline.api.calling import Id
from tierline.api.door import Call
from tierline.api.telling import effect_told
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, Unusable
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


@router.post("/{effect_id}/send-redacted", response=told.Effect, summary="Send without what is private")
def send_redacted(request: Call, effect_id: Id) -> told.Effect:
    """Let a message that the privacy guard holds leave without what it found. Only the team that wrote it may."""
    actions.send_redacted(request.auth, effect_id, at=now())
    return effect_told(queries.effect(request.auth, effect_id))


@router.post("/{effect_id}/rewrite", response=told.Effect, summary="Send other words")
def rewrite(request: Call, effect_id: Id, wanted: asked.Rewriting) -> told.Effect:
    """Let a held or failed message leave with another text; the privacy guard looks at it. Only its team may."""
    _as_it_stands(lambda: actions.rewrite(request.auth, effect_id, {"text": wanted.text}, at=now()))
    return effect_told(queries.effect(request.auth, effect_id))


@router.post("/{effect_id}/send-as-it-is", response=told.Effect, summary="Send though the guard held it")
def send_as_it_is(request: Call, effect_id: Id, wanted: asked.Letting) -> told.Effect:
    """Let a message leave as it is, with the reason, which the case's story keeps. Only its team may."""
    actions.send_as_it_is(request.auth, effect_id, wanted.reason, at=now())
    return effect_told(queries.effect(request.auth, effect_id))


def _as_it_stands(verb: Callable[[], None]) -> None:
    """The words fit the schema; a message without a text is what does not take them."""
    try:
        verb()
    except Unusable as refused:
        raise Conflict(str(refused)) from refused


@router.post("/{effect_id}/withdraw", response=told.Effect, summary="Take a message back")
def withdraw(request: Call, effect_id: Id) -> told.Effect:
    """Take back a message that has not left. Only the team that wrote it may."""
    actions.withdraw(request.auth, effect_id, at=now())
    return effect_told(queries.effect(request.auth, effect_id))
