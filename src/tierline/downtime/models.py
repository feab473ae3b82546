"""Tables of planned work: what stands now, and every revision as it was. Private to this package."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tierline.downtime.gates import Approval, Verification, Window
from tierline.downtime.lifecycle import DowntimeState, Result

SLUG = 60


class DowntimeRow(models.Model):
    """One downtime. ``content`` is that of the newest revision; ``starts_at`` and ``ends_at`` repeat its frame.
    ``public``: it was scheduled once, and strangers may have read of it."""

    uid = models.CharField(max_length=120, unique=True)
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in DowntimeState], default=DowntimeState.DRAFT
    )
    result = models.CharField(max_length=12, blank=True, choices=[(r.value, r.value) for r in Result])
    procedure = models.CharField(max_length=80)
    team = models.CharField(max_length=SLUG)
    organisations = ArrayField(models.CharField(max_length=SLUG))
    owner = models.CharField(max_length=120)
    owner_id = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=1)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    stands_on = ArrayField(models.CharField(max_length=80), default=list)
    user_message = models.CharField(max_length=255, blank=True)

    approval = models.CharField(max_length=16, default=Approval.OPEN)
    approved_hash = models.CharField(max_length=64, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    approved_at = models.DateTimeField(null=True)
    approval_record = models.CharField(max_length=60, blank=True)
    approval_words = models.CharField(max_length=500, blank=True)
    change = models.JSONField(default=dict)
    change_key = models.CharField(max_length=200, blank=True)

    window = models.CharField(max_length=12, default=Window.NONE)
    window_key = models.CharField(max_length=200, blank=True)
    window_set = models.JSONField(default=dict)
    window_read_at = models.DateTimeField(null=True)

    verification = models.CharField(max_length=16, default=Verification.NOT_ASKED)
    verified_by = models.CharField(max_length=120, blank=True)
    verified_at = models.DateTimeField(null=True)
    verification_words = models.CharField(max_length=500, blank=True)
    on_call = models.JSONField(default=dict)

    dispositions = models.JSONField(default=list)
    answered_conflicts = models.JSONField(default=dict)
    override = models.CharField(max_length=500, blank=True)
    public = models.BooleanField(default=False)
    rolled_back = models.BooleanField(default=False)
    last_words = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "downtime_downtime"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="downtime_state_is_known", condition=Q(state__in=[s.value for s in DowntimeState])
            ),
            models.CheckConstraint(
                name="only_concluded_has_a_result",
                condition=Q(state="concluded", result__in=[r.value for r in Result])
                | (~Q(state="concluded") & Q(result="")),
            ),
            models.CheckConstraint(
                name="approved_has_its_hash", condition=~Q(approval="approved") | ~Q(approved_hash="")
            ),
            models.CheckConstraint(
                name="scheduled_is_approved_in_these_words",
                condition=~Q(state="scheduled") | Q(approval="not-required") | Q(approved_hash=F("content_hash")),
            ),
            models.CheckConstraint(
                name="downtime_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "starts_at"], name="downtimes_by_state"),
            models.Index(fields=["ends_at"], name="downtimes_by_end"),
        ]

    def __str__(self) -> str:
        return f"DT-{self.pk} ({self.state})"


class ForeignWindowRow(models.Model):
    """A window that keeps alarms quiet and is not ours, as it was read last. ``services`` are that system's ids."""

    system = models.CharField(max_length=SLUG)
    window = models.CharField(max_length=60)
    label = models.CharField(max_length=255)
    services = ArrayField(models.CharField(max_length=SLUG))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "downtime_foreign_window"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "window"], name="foreign_window_once_a_system")
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="foreign_windows_by_end")]

    def __str__(self) -> str:
        return f"{self.window} ({self.system})"


class ForeignIncidentRow(models.Model):
    """Something urgent that is broken elsewhere and unresolved, as it was read last."""

    system = models.CharField(max_length=SLUG)
    incident = models.CharField(max_length=60)
    label = models.CharField(max_length=60)
    title = models.CharField(max_length=255)
    services = ArrayField(models.CharField(max_length=SLUG))

    class Meta:
        db_table = "downtime_foreign_incident"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "incident"], name="foreign_incident_once_a_system")
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.system})"


class RevisionRow(models.Model):
    """A downtime's content as it once was. Never changed."""

    downtime = models.ForeignKey(DowntimeRow, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    changes = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "downtime_revision"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["downtime", "revision"], name="revision_once_a_downtime")
        ]

    def __str__(self) -> str:
        return f"DT-{self.downtime_id} r{self.revision}"


class UpstreamRow(models.Model):
    """Another team's notice as it says now, until a person made it a downtime or laid it aside, and after that.

    ``source`` is the plan's id of the sender; ``changes`` what a newer version said otherwise at ``changed_at``, until
    somebody has looked at it. What by hand was pasted is vouched for by whoever pasted it."""

    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    uid = models.CharField(max_length=200, blank=True)
    sequence = models.PositiveIntegerField(null=True)
    sender = models.CharField(max_length=260, blank=True)
    sender_known = models.BooleanField(default=True)
    source = models.CharField(max_length=80, blank=True)
    mail = models.BigIntegerField(null=True)
    troubles = models.JSONField(default=list)
    title = models.CharField(max_length=120, blank=True)
    called_off = models.BooleanField(default=False)
    changes = models.JSONField(default=list)
    changed_at = models.DateTimeField(null=True)
    came_at = models.DateTimeField()
    came_from = models.CharField(max_length=200, blank=True)
    organisations = ArrayField(models.CharField(max_length=SLUG))
    downtime = models.ForeignKey(DowntimeRow, null=True, on_delete=models.PROTECT, related_name="upstream")
    settled_by = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True)
    laid_aside_because = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "downtime_upstream"
        indexes: ClassVar = [
            models.Index(fields=["-came_at"], condition=Q(settled_at=None), name="upstream_to_confirm"),
            models.Index(fields=["uid"], condition=~Q(uid=""), name="upstream_by_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.came_from}: {self.text[:40]}"


class UpstreamVersionRow(models.Model):
    """One version of another team's notice, as it came. Never changed. ``standing``: what it did to the notice."""

    notice = models.ForeignKey(UpstreamRow, on_delete=models.PROTECT, related_name="versions")
    digest = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    sequence = models.PositiveIntegerField(null=True)
    standing = models.CharField(max_length=8)
    changes = models.JSONField(default=list)
    came_at = models.DateTimeField()
    came_from = models.CharField(max_length=200, blank=True)
    mail = models.BigIntegerField(null=True)
    message_id = models.CharField(max_length=260, blank=True)

    class Meta:
        db_table = "downtime_upstream_version"
        indexes: ClassVar = [
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="versions_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.came_from}: {self.standing}"
