"""A case that becomes restricted leaves its rooms in the same transaction: nothing unsent leaves, what was sent is
changed into a sentence that says nothing of it.

Refuses to say why: that a case is restricted is itself nothing for a room.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from tierline.outbox.actions import send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import fared
from tierline.outbox.saying_anew import keep_to, take_back
from tierline.plans.planbook import Planbook
from tierline.plans.rooms import HearingRoom
from tierline.rooms.models import MatterRow, PostRow
from tierline.rooms.refreshing import organisations_of, refresh, teller_of
from tierline.rooms.standing import PostKind, Standing
from tierline.rooms.wording import NEUTRAL, Said, message

TAKEN_BACK: Final = "The case is no longer told here."


def take_out(planbook: Planbook, hearing: HearingRoom, number: int, duties: Collection[str], *, at: datetime) -> None:
    """Take a case out of a room's posts; only holders of these duties may still read what was sent."""
    room = hearing.room
    MatterRow.objects.filter(room=room.id, number=number).update(standing=Standing.RESTRICTED, ask="", level="")
    posts = list(PostRow.objects.select_for_update().filter(room=room.id, numbers__contains=[number]).order_by("pk"))
    if not posts:
        return
    for post in posts:
        post.stale, post.over = True, False
        post.save(update_fields=["stale", "over"])
        if post.kind == PostKind.SINGLE:
            _silence_thread(planbook, hearing, post, duties, at=at)
        sent = [effect for effect in (post.root, post.effect) if effect is not None]
        keep_to(("room-post", post.pk), room.by, duties, and_these=sent)
    refresh(planbook, hearing, posts, at=at, restricted_to=duties)
    keep_to(("case", number), room.by, duties)


def _silence_thread(
    planbook: Planbook, hearing: HearingRoom, post: PostRow, duties: Collection[str], *, at: datetime
) -> None:
    """The replies, each by its own place: those that left are changed, the others do not leave."""
    teller = teller_of(planbook, hearing)
    neutral = message(teller, Said("No longer told here", NEUTRAL), post.key)
    for effect, how in fared(post.replies).items():
        take_back(effect, neutral, TAKEN_BACK, at=at)
        if how.state is EffectState.DONE and how.evidence.get("ts") and teller.tags_people:
            send_out(
                f"{post.key}:closed-{effect}",
                by=hearing.room.by,
                subject=("room-post", post.pk),
                team=hearing.room.of,
                organisations=organisations_of(planbook, hearing),
                restricted_to=duties,
                message={**neutral, "verb": "update", "ts": how.evidence["ts"]},
                at=at,
            )
