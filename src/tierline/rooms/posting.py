"""The sweep that posts: what fell due for any room, gathered where much came together, and what stands there kept true.

One transaction a room, its row under lock, so that two workers never post the same. Outside a room's hours nothing is
posted; what still is so at the next opening is told then. Refuses nothing; a channel that is down leaves rows in the
outbox that can be looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction

from tierline.foundation.calendars import Calendar
from tierline.outbox.actions import send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import Fared, fared
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.plans.room_asking import calendar_of_room, digest_before, is_open, rooms_in_force
from tierline.plans.rooms import HearingRoom
from tierline.rooms.models import MatterRow, PostRow, RoomRow
from tierline.rooms.refreshing import digest_of, in_words, organisations_of, refresh, teller_of
from tierline.rooms.standing import WAITING, PostKind, Word, asks, word_of
from tierline.rooms.wording import Teller, message, single

BATCH: Final = 1000
LEFT_ALONE_AFTER: Final = timedelta(days=14)  # a post this old is read by nobody; its case is told anew
STALE_DIGEST: Final = timedelta(hours=2)  # after an outage: the next one says more
_OPEN_ROOT: Final = (EffectState.PENDING, EffectState.HELD)


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One room at one instant."""

    planbook: Planbook
    hearing: HearingRoom
    calendar: Calendar
    teller: Teller
    row: RoomRow
    at: datetime


def post_what_is_due(*, at: datetime) -> int:
    """Post what fell due in every room in force. Returns of how many cases something new was told."""
    planbook = planbook_in_force().planbook
    return sum(_sweep_room(planbook, hearing, at=at) for hearing in rooms_in_force(planbook, at))


@transaction.atomic
def _sweep_room(planbook: Planbook, hearing: HearingRoom, *, at: datetime) -> int:
    calendar = calendar_of_room(planbook, hearing)
    RoomRow.objects.get_or_create(room=hearing.room.id)
    row = RoomRow.objects.select_for_update(skip_locked=True).filter(room=hearing.room.id).first()
    if row is None or not is_open(calendar, at):
        return 0
    sweep = _Sweep(planbook, hearing, calendar, teller_of(planbook, hearing), row, at)
    told = _tell_due(sweep)
    _digest(sweep)
    mine = PostRow.objects.filter(room=hearing.room.id)
    # Under lock, as whoever takes a restricted case out of them has them: neither writes over the other.
    refresh(planbook, hearing, mine.filter(stale=True).order_by("pk").select_for_update()[:BATCH], at=at)
    mine.filter(over=False, stale=False, made_at__lt=at - LEFT_ALONE_AFTER).update(over=True)
    return told


def _tell_due(sweep: _Sweep) -> int:
    due = MatterRow.objects.filter(room=sweep.hearing.room.id, look_at__lte=sweep.at).select_related("post")
    matters = list(due.select_for_update(of=("self",), skip_locked=True).order_by("look_at", "number")[:BATCH])
    if not matters:
        return 0
    words = {matter.number: word_of(sweep.hearing.room, matter.known(), sweep.calendar, sweep.at) for matter in matters}
    for matter in matters:
        matter.look_at = words[matter.number].again
    loud = [one for one in matters if asks(words[one.number].told) and words[one.number].told != one.told]
    quiet = [one for one in matters if one not in loud]
    told = _tell_loud(sweep, loud, words)
    _tell_quiet(sweep, quiet, words)
    MatterRow.objects.bulk_update(matters, ["look_at", "told", "told_at", "post"])
    about = PostRow.objects.filter(
        room=sweep.hearing.room.id, over=False, numbers__overlap=[one.number for one in matters]
    )
    touched = list(about.order_by("pk").select_for_update().values_list("pk", flat=True))
    PostRow.objects.filter(pk__in=touched).update(stale=True)
    return told


def _tell_loud(sweep: _Sweep, loud: Sequence[MatterRow], words: dict[int, Word]) -> int:
    """What asks something of somebody: each by itself, or in one post when there is much of it."""
    if not loud:
        return 0
    gather, since = sweep.hearing.room.gather, sweep.at - sweep.hearing.room.gather.within
    lately = [when for when in sweep.row.lately if when > since]
    if len(loud) + len(lately) <= gather.above:
        _keep_lately(sweep, [*lately, *[sweep.at] * len(loud)])
        how = fared([one.post.root for one in loud if one.post and one.post.root])
        for matter in loud:
            _told(matter, words[matter.number], sweep.at)
            _tell_one(sweep, matter, how)
        return len(loud)
    posts = PostRow.objects.filter(room=sweep.hearing.room.id, kind=PostKind.GATHERED, made_at__gt=since)
    last = posts.order_by("-made_at").first()
    if last is not None:
        for matter in loud:  # one gathered post in that time is enough
            matter.look_at = last.made_at + gather.within
        return 0
    _keep_lately(sweep, [sweep.at] * gather.above)
    for matter in loud:
        _told(matter, words[matter.number], sweep.at)
    _tell_together(sweep, loud)
    return len(loud)


def _keep_lately(sweep: _Sweep, lately: list[datetime]) -> None:
    sweep.row.lately = lately
    sweep.row.save(update_fields=["lately"])


def _told(matter: MatterRow, word: Word, at: datetime) -> None:
    matter.told, matter.told_at = word.told, at


def _tell_quiet(sweep: _Sweep, quiet: Sequence[MatterRow], words: dict[int, Word]) -> None:
    """What happened since: under the post it belongs to. What was never told needs no such word."""
    changed = [one for one in quiet if words[one.number].told != one.told]
    how = fared([one.post.root for one in changed if one.post and one.post.root])
    for matter in changed:
        matter.told = words[matter.number].told
        if matter.post is not None and matter.post.kind == PostKind.SINGLE and matter.told:
            _tell_one(sweep, matter, how)


def _tell_one(sweep: _Sweep, matter: MatterRow, how: dict[int, Fared]) -> None:
    """In the case's thread when its post is there; a post that has not left is said anew by ``refresh`` instead."""
    post = matter.post
    root = how.get(post.root or 0) if post is not None and post.kind == PostKind.SINGLE and not post.over else None
    if post is not None and root is not None and root.state in _OPEN_ROOT:
        return
    if post is not None and root is not None and root.state is EffectState.DONE and root.evidence.get("ts"):
        post.replies = [*post.replies, _reply(sweep, matter, post, str(root.evidence["ts"]))]
        post.save(update_fields=["replies"])
        return
    if not asks(matter.told) and (root is None or root.state is not EffectState.DONE):
        return
    key = f"{matter.told}/{matter.since.isoformat()}/{sweep.at.isoformat()}"
    name = f"case-{matter.number}:{sha256(key.encode()).hexdigest()[:16]}"
    matter.post = _post(sweep, PostKind.SINGLE, name, [matter])


def _reply(sweep: _Sweep, matter: MatterRow, post: PostRow, thread: str) -> int:
    said = single(sweep.teller, matter.known(), matter.told)
    key = f"{post.key}:reply-{len(post.replies) + 1}"
    asked = message(sweep.teller, said, key)
    # To the whole room only when it asks something; an older reply that still waits gives way to this one.
    asked |= {"thread": thread, "broadcast": asks(matter.told), "only_newest": True}
    return _send(sweep, key, ("case", matter.number), asked)


def _tell_together(sweep: _Sweep, loud: Sequence[MatterRow]) -> None:
    if len(loud) == 1:
        matter = loud[0]
        matter.post = None
        _tell_one(sweep, matter, {})
        return
    post = _post(sweep, PostKind.GATHERED, f"gathered:{sweep.at.isoformat()}", loud)
    for matter in loud:
        matter.post = post


def _digest(sweep: _Sweep) -> None:
    """Everything that waits, at the times of day the plan names; nothing when nothing waits."""
    due = digest_before(sweep.calendar, sweep.hearing.room, sweep.at)
    if due is None or (sweep.row.digest_at is not None and sweep.row.digest_at >= due):
        return
    first_seen = sweep.row.digest_at is None
    sweep.row.digest_at = due
    sweep.row.save(update_fields=["digest_at"])
    waiting = MatterRow.objects.filter(room=sweep.hearing.room.id, standing__in=WAITING).order_by("since", "number")
    waiting = waiting.select_for_update(skip_locked=True)  # one that is being restricted now is left out
    matters = [one for one in waiting[:BATCH] if asks(one.told)]
    if matters and not first_seen and sweep.at - due <= STALE_DIGEST:
        # The digests before are a picture of their hour: nobody looks at them again.
        PostRow.objects.filter(room=sweep.hearing.room.id, kind=PostKind.DIGEST).update(over=True, stale=False)
        _post(sweep, PostKind.DIGEST, f"digest:{due.isoformat()}", matters)


def _post(sweep: _Sweep, kind: PostKind, name: str, matters: Sequence[MatterRow]) -> PostRow:
    """A message of its own, with its row."""
    room = sweep.hearing.room
    post = PostRow(
        room=room.id, channel=room.by, key=f"room-{room.id}:{name}", kind=kind, made_at=sweep.at,
        numbers=[matter.number for matter in matters],
    )  # fmt: skip
    before = [matter.post for matter in matters]
    for matter in matters:
        matter.post = None  # it is about all of them while it is worded
    said = in_words(sweep.teller, post, matters)
    for matter, earlier in zip(matters, before, strict=True):
        matter.post = earlier
    asked = message(sweep.teller, said, post.key)
    subject = {PostKind.SINGLE: ("case", matters[0].number), PostKind.DIGEST: ("room", sweep.row.pk)}.get(kind)
    post.words = digest_of(said)
    post.save()
    asked |= {"only_newest": True} if kind is not PostKind.GATHERED else {}
    post.root = post.effect = _send(sweep, post.key, subject or ("room-post", post.pk), asked)
    post.save(update_fields=["root", "effect"])
    return post


def _send(sweep: _Sweep, key: str, subject: tuple[str, int], asked: dict[str, object]) -> int:
    return send_out(
        key,
        by=sweep.hearing.room.by,
        subject=subject,
        team=sweep.hearing.room.of,
        organisations=organisations_of(sweep.planbook, sweep.hearing),
        message=asked,
        at=sweep.at,
        in_turn=True,
    )
