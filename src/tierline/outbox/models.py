"""The table of effects. One row, one change in the outside world; its key is unique for ever."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tierline.outbox.lifecycle import EffectState


class EffectRow(models.Model):
    key = models.CharField(max_length=200, unique=True)
    mark = models.CharField(max_length=32, null=True, unique=True)
    channel = models.CharField(max_length=30)
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in EffectState], default=EffectState.PENDING
    )
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    team = models.CharField(max_length=60)
    organisations = ArrayField(models.CharField(max_length=60))
    restricted_to = ArrayField(models.CharField(max_length=60), default=list)
    message = models.JSONField()
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    not_after = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    then = models.CharField(max_length=60, blank=True)
    names = ArrayField(models.CharField(max_length=120), default=list)
    wide = models.BooleanField(default=False)
    found = models.JSONField(default=list)
    cleared = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "outbox_effect"
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="pending"), name="effects_to_try"),
            models.Index(fields=["subject_kind", "subject_id"], name="effects_of_a_subject"),
            models.Index(fields=["team", "-id"], name="effects_of_a_team"),
            models.Index(fields=["state", "-id"], name="effects_in_a_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="effect_state_is_known", condition=models.Q(state__in=[s.value for s in EffectState])
            ),
            models.CheckConstraint(
                name="pending_has_a_next_try",
                condition=~models.Q(state="pending") | models.Q(next_try_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
