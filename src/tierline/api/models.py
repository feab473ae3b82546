"""Answers kept for callers who may ask the same again (Idempotency-Key). Private to this package."""

from typing import ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """The answer to one creation under one key of one person; empty while the creation's transaction is open."""

    person_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    answer = models.TextField(default="")
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "api_keptanswer"
        constraints: ClassVar = [models.UniqueConstraint(fields=["person_id", "key"], name="key_once_a_person")]
        indexes: ClassVar = [models.Index(fields=["kept_at"], name="kept_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.key}"
