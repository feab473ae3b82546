"""Planbooks as they were published, for good: a case remembers the version that decided about it."""

from typing import ClassVar

from django.db import models


class PlanbookVersion(models.Model):
    number = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    files = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)
    remark = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "plans_planbookversion"
        ordering: ClassVar = ["-number"]

    def __str__(self) -> str:
        return f"planbook version {self.number}"
