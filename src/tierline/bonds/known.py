"""What is known of a record, and what a reading of it brings that is new. Pure: echoes of our own writes are left out.

Refuses to take an older picture for a newer one: what was read late changes nothing that was read since.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tierline.trackers.tracker import Note, Record, Stage


@dataclass(frozen=True, slots=True)
class Known:
    """A record as it stood before it was read again."""

    status: str
    stage: Stage
    owner: str
    queue: str
    revision: str
    asking: bool
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """What a reading brings. ``changed``: somebody there changed it, and this is the newest picture of it.

    ``ours``: the change is an echo of a write of ours. ``notes`` are theirs and new; ``echoes`` are ours, seen there.
    """

    changed: bool
    ours: bool
    notes: tuple[Note, ...]
    echoes: tuple[Note, ...]


def news(
    before: Known, read: Record, *, notes: Collection[str], keys: Collection[str], revisions: Collection[str]
) -> News:
    """What is new. ``notes`` are the ids of notes known already, ``keys`` and ``revisions`` those of our own writes."""
    fresh = [note for note in read.notes if note.id not in notes]
    stale = before.changed_at is not None and read.changed_at < before.changed_at
    changed = read.revision != before.revision and not stale
    return News(
        changed=changed,
        ours=changed and read.revision in revisions,
        notes=tuple(note for note in fresh if note.key not in keys or note.key is None),
        echoes=tuple(note for note in fresh if note.key is not None and note.key in keys),
    )
