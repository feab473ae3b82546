"""Tables of rooms: what each knows of a case, its posts, and when its last digest was. No word of a report is in them.

Private to this package: others come through ``queries.py`` and ``actions.py``.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from tierline.rooms.standing import Known, PostKind, Standing

SLUG = 80


class RoomRow(models.Model):
    """A room of the plans; whoever posts in it has this row under lock. ``lately``: when it was asked something."""

    room = models.CharField(max_length=SLUG, unique=True)
    lately = ArrayField(models.DateTimeField(), default=list)
    digest_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rooms_room"

    def __str__(self) -> str:
        return self.room


class PostRow(models.Model):
    """A message in a room that stands by itself, about one case or several.

    ``root`` is the first effect, ``place`` where the chat keeps it; ``words`` is the digest of what the newest
    ``effect`` says. ``sure``: nothing else can stand there; ``stale``: to be looked at; ``over``: it is left alone.
    """

    room = models.CharField(max_length=SLUG)
    channel = models.CharField(max_length=30)
    key = models.CharField(max_length=160, unique=True)
    numbers = ArrayField(models.BigIntegerField())
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in PostKind])
    root = models.BigIntegerField(null=True)
    effect = models.BigIntegerField(null=True)
    place = models.CharField(max_length=60, blank=True)
    replies = ArrayField(models.BigIntegerField(), default=list)
    edits = models.PositiveIntegerField(default=0)
    words = models.CharField(max_length=64, blank=True)
    sure = models.BooleanField(default=True)
    stale = models.BooleanField(default=False)
    over = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "rooms_post"
        indexes: ClassVar = [
            models.Index(fields=["room", "-made_at"], name="posts_of_a_room"),
            models.Index(fields=["room"], condition=Q(stale=True), name="posts_to_look_at"),
            GinIndex(fields=["numbers"], condition=Q(over=False), name="posts_about_a_case"),
        ]

    def __str__(self) -> str:
        return self.key


class MatterRow(models.Model):
    """What a room knows of a case, and what it was told of it. ``look_at``: when something is to be told, or may be."""

    room = models.CharField(max_length=SLUG)
    number = models.BigIntegerField()
    standing = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Standing])
    other = models.CharField(max_length=SLUG, blank=True)
    service = models.CharField(max_length=SLUG)
    level = models.CharField(max_length=200, blank=True)
    ask = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    told = models.CharField(max_length=120, blank=True, default="", db_default="")
    told_at = models.DateTimeField(null=True)
    post = models.ForeignKey(PostRow, null=True, on_delete=models.SET_NULL, related_name="matters", db_index=False)
    look_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rooms_matter"
        constraints: ClassVar = [models.UniqueConstraint(fields=["number", "room"], name="case_once_in_a_room")]
        indexes: ClassVar = [
            models.Index(fields=["room", "look_at"], condition=Q(look_at__isnull=False), name="matters_to_look_at"),
            models.Index(
                fields=["room", "since"],
                condition=Q(standing__in=["waits", "came-back", "handed-off", "question"]),
                name="matters_that_wait",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room}: {self.number} ({self.standing})"

    def known(self) -> Known:
        """The same as a value."""
        return Known(
            self.number, Standing(self.standing), self.other, self.service, self.level, self.since, self.due_at,
            self.answer_by, self.ask, self.told,
        )  # fmt: skip
