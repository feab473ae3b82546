"""The one table of advice. Private to this package: others come through ``queries.py`` and ``actions.py``."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

SLUG = 60


class Advice(models.Model):
    """A sentence on a service's guide: a known work-around, or what not to escalate now. Ends by itself."""

    service = models.CharField(max_length=SLUG)
    team = models.CharField(max_length=SLUG)
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=500)
    until = models.DateTimeField()
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    ended_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guides_advice"
        constraints: ClassVar = [
            models.CheckConstraint(name="advice_is_of_a_known_kind", condition=Q(kind__in=["work-around", "hold"])),
            models.CheckConstraint(name="advice_says_something", condition=~Q(text="")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["service", "until"], condition=Q(ended_at=None), name="advice_that_stands"),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.text[:40]}"
