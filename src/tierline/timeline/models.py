"""The one table of facts. A trigger (first migration) refuses updates and deletions, raw SQL included."""

from typing import ClassVar

from django.db import models


class FactRow(models.Model):
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    said = models.JSONField(default=dict)

    class Meta:
        db_table = "timeline_fact"
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_id", "id"], name="facts_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.kind}"
