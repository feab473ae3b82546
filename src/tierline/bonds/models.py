"""Tables of bonds: records of partners' systems, the bonds to them, what was said, how far each system was read.

Private to this package: others come through ``queries.py`` and ``actions.py``.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tierline.bonds.lifecycle import BondState
from tierline.trackers.tracker import Stage

SLUG = 60


class RecordRow(models.Model):
    """A record in a partner's system as it was last read. ``record`` is empty until it is known to be there."""

    system = models.CharField(max_length=SLUG)
    record = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=500, blank=True)
    issue = models.BooleanField(default=False)
    team = models.CharField(max_length=SLUG)
    service = models.CharField(max_length=SLUG)
    title = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=80, blank=True)
    stage = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Stage], default=Stage.NEW)
    owner = models.CharField(max_length=200, blank=True)
    queue = models.CharField(max_length=200, blank=True)
    revision = models.CharField(max_length=200, blank=True)
    asking = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    trouble = models.TextField(blank=True)

    class Meta:
        db_table = "bonds_record"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "record"], condition=~Q(record=""), name="record_once"),
            models.CheckConstraint(name="stage_is_known", condition=Q(stage__in=[s.value for s in Stage])),
        ]
        indexes: ClassVar = [
            models.Index(fields=["team", "-id"], condition=Q(issue=True), name="issues_of_a_team"),
            models.Index(fields=["system", "number"], name="records_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.number or '(not there yet)'}"


class BondRow(models.Model):
    """One crossing. ``outward``: we made or joined the record; otherwise it came from there."""

    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    record = models.ForeignKey(RecordRow, on_delete=models.PROTECT, related_name="bonds")
    outward = models.BooleanField()
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in BondState])
    sender = models.CharField(max_length=SLUG)
    receiver = models.CharField(max_length=SLUG)
    hand_off = models.BigIntegerField(null=True)
    organisations = ArrayField(models.CharField(max_length=SLUG))
    restricted_to = ArrayField(models.CharField(max_length=SLUG), default=list)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    because = models.TextField(blank=True)

    class Meta:
        db_table = "bonds_bond"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "record"], name="one_bond_to_a_record"),
            models.CheckConstraint(name="bond_state_is_known", condition=Q(state__in=[s.value for s in BondState])),
            models.CheckConstraint(
                name="ended_bond_says_when",
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_kind", "subject_id"], name="bonds_of_a_subject"),
            models.Index(fields=["-id"], condition=~Q(state="ended"), name="bonds_not_over"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} to {self.record_id} ({self.state})"


class ExchangeRow(models.Model):
    """One thing that crossed. Ours names its effect and belongs to a bond; theirs belongs to the record.

    ``mark`` tells it from others of the record: the effect's key, the note's id there, or the revision of a change.
    """

    record = models.ForeignKey(RecordRow, on_delete=models.PROTECT, related_name="exchange")
    bond = models.ForeignKey(BondRow, on_delete=models.PROTECT, null=True, related_name="exchange")
    ours = models.BooleanField()
    kind = models.CharField(max_length=10)
    mark = models.CharField(max_length=260)
    effect = models.BigIntegerField(null=True, unique=True)
    author = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=80, blank=True)
    based_on = models.CharField(max_length=200, blank=True)
    revision = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "bonds_exchange"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "kind", "mark"], name="crossed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.record_id}"


class SystemRow(models.Model):
    """How far a partner's system was read, and what is wrong with reading it."""

    name = models.CharField(max_length=SLUG, primary_key=True)
    cursor = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "bonds_system"

    def __str__(self) -> str:
        return self.name


class DeliveryRow(models.Model):
    """A webhook's delivery that was taken, so that its repeat is known."""

    system = models.CharField(max_length=SLUG)
    delivery = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "bonds_delivery"
        constraints: ClassVar = [models.UniqueConstraint(fields=["system", "delivery"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.delivery}"
