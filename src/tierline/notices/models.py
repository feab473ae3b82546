"""Tables of what has to be told and what was: obligations, announcements, deliveries, other ways, relays.

Private to this package. A notice's subject is somebody else's row (a downtime, later an incident), named by kind and
number. What was announced is never changed; only how a delivery fared is asked of the outbox.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tierline.notices.another_way import By
from tierline.notices.moments import Moment, Owing
from tierline.notices.relays import Relaying

KIND, WORD = 20, 80
MOMENTS = [(moment.value, moment.value) for moment in Moment]


class AnnouncementRow(models.Model):
    """One telling at one moment: the document, whom it went to (``snapshot``), and the report held against it.
    ``watched_since``: when it was first looked at with somebody not reached yet."""

    subject_kind = models.CharField(max_length=KIND)
    subject_id = models.BigIntegerField()
    moment = models.CharField(max_length=KIND, choices=MOMENTS)
    revision = models.PositiveIntegerField()
    also_for = ArrayField(models.CharField(max_length=KIND), default=list)
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    snapshot = models.JSONField()
    parity = models.JSONField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=120)
    planbook = models.PositiveIntegerField()
    watched_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_announcement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "moment", "revision"], name="announced_once_a_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind}-{self.subject_id} r{self.revision}: {self.moment}"


class ObligationRow(models.Model):
    """That a moment has to be told by a time, and what became of it."""

    subject_kind = models.CharField(max_length=KIND)
    subject_id = models.BigIntegerField()
    moment = models.CharField(max_length=KIND, choices=MOMENTS)
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Owing], default=Owing.OWED)
    owed_since = models.DateTimeField()
    due_at = models.DateTimeField()
    because = models.CharField(max_length=200)
    merged_into = models.CharField(max_length=KIND, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    announcement = models.ForeignKey(AnnouncementRow, null=True, on_delete=models.PROTECT, related_name="obligations")

    class Meta:
        db_table = "notices_obligation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "moment", "revision"], name="owed_once_a_revision"
            ),
            models.CheckConstraint(name="owing_is_known", condition=Q(state__in=[s.value for s in Owing])),
            models.CheckConstraint(
                name="told_or_merged_has_its_announcement",
                condition=~Q(state__in=["told", "merged"]) | Q(announcement__isnull=False),
            ),
            models.CheckConstraint(name="waived_says_why", condition=~Q(state="waived") | ~Q(reason="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="owed"), name="words_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind}-{self.subject_id} r{self.revision}: {self.moment} {self.state}"


class DeliveryRow(models.Model):
    """An announcement to one person on one channel: the effect that carries it, or why there is none."""

    announcement = models.ForeignKey(AnnouncementRow, on_delete=models.PROTECT, related_name="deliveries")
    subject_kind = models.CharField(max_length=KIND)
    subject_id = models.BigIntegerField()
    person = models.CharField(max_length=WORD)
    name = models.CharField(max_length=200)
    words = ArrayField(models.CharField(max_length=WORD))
    channel = models.CharField(max_length=30)
    address = models.CharField(max_length=200, blank=True)
    effect_id = models.BigIntegerField(null=True)
    effect_key = models.CharField(max_length=200, blank=True)
    because = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "notices_delivery"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "person", "channel"], name="delivered_once_a_channel"),
            models.CheckConstraint(name="undelivered_says_why", condition=Q(effect_id__isnull=False) | ~Q(because="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id", "person"], name="deliveries_of_a_subject"),
            models.Index(fields=["effect_id"], name="deliveries_of_an_effect"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.person} by {self.channel}"


class OtherWayRow(models.Model):
    """A step taken for one person whom no channel had reached: the effect that carries it, or why there is none.
    ``settled_at``: nothing is waited for any more; until then somebody on the call sheet has to be called."""

    announcement = models.ForeignKey(AnnouncementRow, on_delete=models.PROTECT, related_name="other_ways")
    subject_kind = models.CharField(max_length=KIND)
    subject_id = models.BigIntegerField()
    person = models.CharField(max_length=WORD)
    name = models.CharField(max_length=200)
    step = models.CharField(max_length=40)
    by = models.CharField(max_length=12, choices=[(by.value, by.value) for by in By])
    through = models.CharField(max_length=WORD, blank=True)
    address = models.CharField(max_length=200, blank=True)
    effect_id = models.BigIntegerField(null=True)
    because = models.CharField(max_length=500)
    taken_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    called_by = models.CharField(max_length=120, blank=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "notices_other_way"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "person", "step"], name="one_step_once_a_person"),
            models.CheckConstraint(name="other_way_says_why", condition=~Q(because="")),
            models.CheckConstraint(
                name="called_is_settled", condition=Q(called_by="") | Q(by=By.CALL_SHEET, settled_at__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["by"], condition=Q(settled_at=None), name="other_ways_open"),
            models.Index(fields=["subject_kind", "subject_id"], name="other_ways_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.person} by {self.by}"


class RelayRow(models.Model):
    """That somebody passes an announcement on to people this house cannot reach, and what they said of it."""

    announcement = models.ForeignKey(AnnouncementRow, on_delete=models.PROTECT, related_name="relays")
    subject_kind = models.CharField(max_length=KIND)
    subject_id = models.BigIntegerField()
    relay = models.CharField(max_length=WORD)
    by = models.CharField(max_length=WORD)
    by_label = models.CharField(max_length=200)
    to = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Relaying], default=Relaying.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    asked_of = models.JSONField(default=list)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "notices_relay"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "relay"], name="relayed_once_an_announcement"),
            models.CheckConstraint(name="relaying_is_known", condition=Q(state__in=[s.value for s in Relaying])),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="relays_not_known"),
            models.Index(fields=["subject_kind", "subject_id"], name="relays_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.by} to {self.to} ({self.state})"
