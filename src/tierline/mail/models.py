"""The table of mails that came in, and where each mailbox was left off. Private to this package."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tierline.mail.judging import Verdict
from tierline.mail.lifecycle import MailState


class MailRow(models.Model):
    identity = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=260, blank=True)
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    came_by = models.CharField(max_length=10)
    sender = models.CharField(max_length=260, blank=True)
    recipients = models.TextField(blank=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    files = models.JSONField(default=list)
    troubles = models.JSONField(default=list)
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=12, choices=[(v.value, v.value) for v in Verdict])
    because = models.TextField()
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in MailState])
    effect = models.BigIntegerField(null=True)
    case = models.BigIntegerField(null=True)
    notice = models.BigIntegerField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_mail"
        constraints: ClassVar = [
            models.CheckConstraint(name="mail_state_is_known", condition=Q(state__in=[s.value for s in MailState])),
            models.CheckConstraint(name="verdict_is_known", condition=Q(verdict__in=[v.value for v in Verdict])),
            models.CheckConstraint(
                name="placed_mail_has_a_case",
                condition=Q(state="placed", case__isnull=False) | (~Q(state="placed") & Q(case=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=Q(state="open"), name="mails_for_a_person"),
            models.Index(fields=["-id"], condition=Q(case=None), name="mails_without_a_case"),
            models.Index(fields=["sender", "received_at"], name="mails_of_a_sender"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.verdict})"


class MailboxRow(models.Model):
    """Where reading a mailbox was left off, and what is wrong with it. ``account``, a digest, tells no password."""

    account = models.CharField(max_length=64, unique=True)
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    trouble_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_mailbox"

    def __str__(self) -> str:
        return f"mailbox {self.account[:8]} at {self.last_uid}"
