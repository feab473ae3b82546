"""Keeping posts true: what stands in a room says how its cases stand now, so that nobody acts on an old post.

A post that has not left is said anew, so that after an outage one current message arrives; one that left is changed
where it stands. Where a chat changes nothing, what is new is a post of its own. Refuses to touch what a person or the
provider ended, and what the privacy guard holds.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings

from tierline.outbox.actions import send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared
from tierline.outbox.saying_anew import say_anew, take_back
from tierline.plans.planbook import Planbook
from tierline.plans.room_asking import calendar_of_room
from tierline.plans.rooms import HearingRoom
from tierline.rooms.models import MatterRow, PostRow
from tierline.rooms.standing import Known, PostKind, Standing
from tierline.rooms.wording import Said, Teller, digest_title, gathered_title, message, several, single

_SOMEBODY = "-"


def teller_of(planbook: Planbook, hearing: HearingRoom) -> Teller:
    """The words of a room, in the zone of its calendar."""
    zone = calendar_of_room(planbook, hearing).zone
    return Teller(planbook, hearing.room, zone, settings.SITE_ADDRESS.rstrip("/"))


def organisations_of(planbook: Planbook, hearing: HearingRoom) -> list[str]:
    """Who may see a room's messages in the outbox: the organisation of its team."""
    team = hearing.room.of
    return [planbook.teams[team].organisation or team]


def digest_of(said: Said) -> str:
    """What two posts are compared by."""
    return sha256(said.text.encode()).hexdigest()


def in_words(teller: Teller, post: PostRow, matters: Sequence[MatterRow]) -> Said:
    """What a post has to say now."""
    told: list[tuple[Known, str]] = [(matter.known(), matter.told) for matter in matters]
    if post.kind == PostKind.SINGLE:
        return single(teller, *told[0])
    if post.kind == PostKind.DIGEST:
        return several(teller, told, digest_title(teller, len(post.numbers), post.made_at), frozenset())
    elsewhere = frozenset(matter.number for matter in matters if matter.post_id not in (None, post.pk))
    return several(teller, told, gathered_title(teller, len(post.numbers)), elsewhere)


def refresh(
    planbook: Planbook,
    hearing: HearingRoom,
    posts: Iterable[PostRow],
    *,
    at: datetime,
    restricted_to: Collection[str] = (),
) -> None:
    """Bring posts up to date; three statements and those of what is sent."""
    posts = list(posts)
    teller, matters = teller_of(planbook, hearing), _matters_of(hearing, posts)
    how = fared([post.effect for post in posts if post.effect is not None])
    for post in posts:
        about = [matters[number] for number in post.numbers if number in matters]
        fares = how.get(post.effect or 0)
        if not about or fares is None:
            post.stale = False
        else:
            _bring_up_to_date(planbook, hearing, post, (in_words(teller, post, about), fares), at=at,
                              restricted_to=restricted_to or _restricted(about))  # fmt: skip
        post.save()


def _restricted(about: Sequence[MatterRow]) -> Collection[str]:
    """A single post of a restricted case withdraws; whom it is kept to was said when it became so."""
    return (_SOMEBODY,) if all(matter.standing == Standing.RESTRICTED for matter in about) else ()


def _bring_up_to_date(
    planbook: Planbook,
    hearing: HearingRoom,
    post: PostRow,
    told: tuple[Said, Fared],
    *,
    at: datetime,
    restricted_to: Collection[str],
) -> None:
    said, fares = told
    words, teller = digest_of(said), teller_of(planbook, hearing)
    if fares.state is EffectState.DONE:
        post.place = str(fares.evidence.get("ts") or post.place)
    asked = _in_place(post, teller, said, fares)
    if fares.state in (EffectState.FAILED, EffectState.WITHDRAWN):
        post.stale, post.over = False, True
    elif fares.state is not EffectState.DONE:
        if restricted_to and post.kind == PostKind.SINGLE and post.edits == 0:
            take_back(post.effect or 0, asked, "The case is no longer told here.", at=at)
        elif words != post.words and not say_anew(post.effect or 0, asked):
            post.stale = False  # the privacy guard's: a person decides about it
            return
        post.sure, post.words, post.stale = post.sure and words == post.words, words, True
    elif (words == post.words and post.sure) or not teller.tags_people:
        post.stale = False
    else:
        _change_in_place(planbook, hearing, post, asked, at=at, restricted_to=restricted_to)
        post.words, post.sure, post.stale = words, True, True


def _in_place(post: PostRow, teller: Teller, said: Said, fares: Fared) -> dict[str, Any]:
    """The message that says it: the first one itself, or a change of it."""
    asked = message(teller, said, post.key)
    if post.edits == 0 and fares.state is not EffectState.DONE:
        return asked | ({"only_newest": True} if post.kind != PostKind.GATHERED else {})
    return asked | {"verb": "update"} | ({"ts": post.place} if post.place else {"thread_of": post.key})


def _change_in_place(
    planbook: Planbook,
    hearing: HearingRoom,
    post: PostRow,
    asked: dict[str, Any],
    *,
    at: datetime,
    restricted_to: Collection[str],
) -> None:
    post.edits += 1
    post.effect = send_out(
        f"{post.key}:edit-{post.edits}",
        by=hearing.room.by,
        subject=("room-post", post.pk),
        team=hearing.room.of,
        organisations=organisations_of(planbook, hearing),
        restricted_to=[duty for duty in restricted_to if duty != _SOMEBODY] if post.kind == PostKind.SINGLE else [],
        message=asked,
        at=at,
        in_turn=True,
    )


def _matters_of(hearing: HearingRoom, posts: Sequence[PostRow]) -> dict[int, MatterRow]:
    numbers = {number for post in posts for number in post.numbers}
    rows = MatterRow.objects.filter(room=hearing.room.id, number__in=numbers)
    return {row.number: row for row in rows}
