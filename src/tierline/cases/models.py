"""Tables of cases. One narrow row a case for lists; what is long or private stands beside it.

Private to this package: others come through ``queries.py`` and ``actions``.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connections, models
from django.db.models import Q, QuerySet, Value

from tierline.cases.inquiry_life import OPEN_STATES, InquiryKind, InquiryState, Reached
from tierline.cases.lifecycle import CAME_BACK, CaseState, HandOffState
from tierline.cases.places import Question, Standing, Tab
from tierline.directory.actor import Actor

SLUG = 60


#: What ``Cases.visible_to`` says, as SQL about a table with a case's ``organisations`` and ``restricted_to``.
_SEEN = """
(%(all)s OR (cardinality({table}.restricted_to) = 0 AND {table}.organisations && %(organisations)s::varchar[])
         OR {table}.restricted_to && %(duties)s::varchar[])
"""


def seen_in(table: str) -> str:
    """SQL that is true of the rows of ``table`` that the actor of ``seen_by`` may see."""
    return _SEEN.format(table=table)


def seen_by(actor: Actor) -> dict[str, bool | list[str]]:
    """The parameters of ``seen_in`` for an actor."""
    return {
        "all": actor.is_tierline,
        "organisations": sorted(actor.organisations),
        "duties": sorted(actor.duties),
    }


class Cases(models.QuerySet["CaseRow"]):
    """Every read starts here."""

    def one_for(self, actor: Actor, number: int, *, lock: bool = False) -> "CaseRow | None":
        """The case of that number when the actor may see it.

        Every page of a case and every change begins with it, so the statement is written out: composing it took
        longer than PostgreSQL needs to answer.
        """
        fields = CaseRow._meta.concrete_fields
        columns = ", ".join(f"c.{field.column}" for field in fields)
        wanted = f"SELECT {columns} FROM cases_case c WHERE c.id = %(number)s AND {seen_in('c')}"  # noqa: S608 - own names
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"{wanted} FOR UPDATE" if lock else wanted, {"number": number, **seen_by(actor)})
            row = cursor.fetchone()
        return CaseRow.from_db(self.db, [field.attname for field in fields], row) if row else None

    def visible_to(self, actor: Actor) -> "QuerySet[CaseRow]":
        """What the actor's organisations hold, sent or received; restricted cases only with a duty that is told of
        them."""
        if actor.is_tierline:
            return self
        return self.filter(
            Q(restricted_to=[], organisations__overlap=sorted(actor.organisations))
            | Q(restricted_to__overlap=sorted(actor.duties)),
        )


class CaseRow(models.Model):
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CaseState])
    holder = models.CharField(max_length=SLUG)
    offered_to = models.CharField(max_length=SLUG, null=True)
    recorded_by = models.CharField(max_length=SLUG, null=True)
    answered_for = models.CharField(max_length=SLUG, null=True)
    assignee = models.CharField(max_length=120, blank=True)
    service = models.CharField(max_length=SLUG)
    fault_in = models.CharField(max_length=SLUG)
    needs_tier = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=10)
    flags = ArrayField(models.CharField(max_length=30), default=list)
    restricted_to = ArrayField(models.CharField(max_length=SLUG), default=list)
    summary = models.CharField(max_length=200)
    reported_by = models.CharField(max_length=20)
    trail = ArrayField(models.CharField(max_length=SLUG))
    organisations = ArrayField(models.CharField(max_length=SLUG))
    missing = ArrayField(models.CharField(max_length=SLUG), default=list)
    theirs = models.CharField(max_length=40, blank=True)
    planbook = models.PositiveIntegerField()
    question_to = models.CharField(max_length=SLUG, null=True)
    question_taken = models.BooleanField(default=False)
    question_waiting = ArrayField(models.CharField(max_length=SLUG), default=list)
    questions = models.PositiveSmallIntegerField(default=0)
    round_trips = models.PositiveSmallIntegerField(default=0)
    tellings = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_kind = models.CharField(max_length=15, blank=True, default="", db_default="")
    look_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = Cases.as_manager()

    class Meta:
        db_table = "cases_case"
        indexes: ClassVar = [
            models.Index(fields=["-id"], condition=~Q(restricted_to=[]), name="restricted_cases"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="cases_to_look_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="case_state_is_known", condition=Q(state__in=[s.value for s in CaseState])),
            models.CheckConstraint(name="case_has_a_holder", condition=~Q(holder="")),
            models.CheckConstraint(
                name="offered_case_says_to_whom",
                condition=Q(state="offered", offered_to__isnull=False) | (~Q(state="offered") & Q(offered_to=None)),
            ),
            models.CheckConstraint(
                name="question_is_waited_for", condition=Q(question_to=None) | Q(state__in=["waiting", "solved"])
            ),
            models.CheckConstraint(name="no_more_back_than_asked", condition=Q(round_trips__lte=models.F("questions"))),
            models.CheckConstraint(name="tier_is_1_to_4", condition=Q(needs_tier__gte=1, needs_tier__lte=4)),
        ]

    def __str__(self) -> str:
        return f"TL-{self.pk}"

    def standing(self) -> Standing:
        """What decides in whose queue the case stands."""
        question = None
        if self.question_to is not None:
            question = Question(self.question_to, self.question_taken, tuple(self.question_waiting))
        return Standing(
            CaseState(self.state), self.holder, self.offered_to, self.recorded_by,
            restricted=bool(self.restricted_to), question=question, answered_for=self.answered_for,
        )  # fmt: skip


class Report(models.Model):
    """What was reported: long and private, and how bad it is (``extent.Extent``)."""

    case = models.OneToOneField(CaseRow, primary_key=True, on_delete=models.PROTECT, related_name="report")
    description = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    reporter_name = models.CharField(max_length=120, blank=True)
    reporter_contact = models.CharField(max_length=200, blank=True)
    impacts = ArrayField(models.CharField(max_length=80), default=list, db_default=Value("{}"))
    severity = models.CharField(max_length=80, blank=True, default="", db_default="")
    workaround = models.BooleanField(null=True)
    reports = models.PositiveIntegerField(null=True)
    reports_in_one_day = models.PositiveIntegerField(null=True)
    users_per_day = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "cases_report"

    def __str__(self) -> str:
        return f"report of {self.case_id}"


class QueuePlace(models.Model):
    """A case in a team's queue. Kept by ``places.places`` in the transaction that changes the case."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="places")
    team = models.CharField(max_length=SLUG)
    tab = models.CharField(max_length=8, choices=[(t.value, t.value) for t in Tab])
    due_at = models.DateTimeField()

    class Meta:
        db_table = "cases_queueplace"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "team"], name="once_in_a_queue")]
        indexes: ClassVar = [
            models.Index(fields=["team", "tab", "due_at", "case"], name="queue_by_tab"),
            models.Index(fields=["team", "due_at", "case"], name="queue_by_promise"),
        ]

    def __str__(self) -> str:
        return f"{self.team}/{self.tab}: {self.case_id}"


class HandOffRow(models.Model):
    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="hand_offs")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in HandOffState])
    sender = models.CharField(max_length=SLUG)
    service = models.CharField(max_length=SLUG)
    receiver = models.CharField(max_length=SLUG)
    tier = models.PositiveSmallIntegerField()
    by = models.CharField(max_length=10)
    system = models.CharField(max_length=SLUG, null=True)
    sender_records = models.BooleanField(default=False)
    ask = models.TextField()
    note = models.TextField(blank=True)
    decision = models.JSONField()
    override = models.TextField(blank=True)
    planbook = models.PositiveIntegerField()
    offered_by = models.CharField(max_length=120)
    offered_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=SLUG, blank=True)
    return_words = models.TextField(blank=True)
    returned_by = models.CharField(max_length=120, blank=True)
    returned_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_handoff"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="offered"), name="one_open_hand_off_a_case"),
            models.CheckConstraint(
                name="what_came_back_says_why",
                condition=Q(state__in=[s.value for s in CAME_BACK], returned_at__isnull=False) & ~Q(return_reason="")
                | ~Q(state__in=[s.value for s in CAME_BACK]) & Q(returned_at=None, return_reason=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["acknowledge_by"], condition=Q(state="offered", chased_at=None), name="hand_offs_to_chase"
            ),
            models.Index(fields=["sender", "offered_at"], name="hand_offs_sent"),
            models.Index(fields=["receiver", "offered_at"], name="hand_offs_received"),
        ]

    def __str__(self) -> str:
        return f"TL-{self.case_id}: {self.sender} to {self.receiver} ({self.state})"


class InquiryRow(models.Model):
    """A question on its way (or a telling). ``ladder`` and ``recorders`` are parallel; ``place`` is whose hands."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="inquiries")
    kind = models.CharField(max_length=4, choices=[(k.value, k.value) for k in InquiryKind])
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in InquiryState])
    of_whom = models.CharField(max_length=10)
    words = models.TextField()
    note = models.TextField(blank=True)
    ladder = ArrayField(models.CharField(max_length=SLUG))
    recorders = ArrayField(models.CharField(max_length=SLUG, blank=True))
    place = models.PositiveSmallIntegerField(default=0)
    offered_to = models.CharField(max_length=SLUG, null=True)
    offered_recorder = models.CharField(max_length=SLUG, blank=True)
    answer = models.TextField(blank=True)
    ending = models.TextField(blank=True)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_inquiry"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=[s.value for s in OPEN_STATES]), name="one_open_inquiry_a_case"
            ),
            models.CheckConstraint(
                name="inquiry_state_is_known", condition=Q(state__in=[s.value for s in InquiryState])
            ),
            models.CheckConstraint(
                name="inquiry_offered_while_travelling", condition=Q(offered_to=None) | Q(state="travelling")
            ),
            models.CheckConstraint(
                name="inquiry_ended_says_when",
                condition=Q(ended_at=None, state__in=[s.value for s in OPEN_STATES])
                | Q(ended_at__isnull=False, state__in=["landed", "exhausted", "withdrawn"]),
            ),
        ]

    def __str__(self) -> str:
        return f"TL-{self.case_id}: {self.kind} ({self.state})"


class InquiryStepRow(models.Model):
    """One step down the ladder: who passed it to whom, by which channel, and when that was answered."""

    inquiry = models.ForeignKey(InquiryRow, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in HandOffState])
    sender = models.CharField(max_length=SLUG)
    receiver = models.CharField(max_length=SLUG)
    tier = models.PositiveSmallIntegerField(null=True)
    by = models.CharField(max_length=10)
    system = models.CharField(max_length=SLUG, null=True)
    decision = models.JSONField()
    planbook = models.PositiveIntegerField()
    note = models.TextField(blank=True)
    offered_by = models.CharField(max_length=120)
    offered_at = models.DateTimeField()
    acknowledge_by = models.DateTimeField()
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_inquirystep"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inquiry"], condition=Q(state="offered"), name="one_open_step_an_inquiry"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["acknowledge_by"], condition=Q(state="offered", chased_at=None), name="steps_to_chase"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender} to {self.receiver} ({self.state})"


class AttemptRow(models.Model):
    """One try to reach the person: by what, when, how it ended."""

    inquiry = models.ForeignKey(InquiryRow, on_delete=models.PROTECT, related_name="attempts")
    by = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10, choices=[(r.value, r.value) for r in Reached])
    note = models.TextField(blank=True)
    made_at = models.DateTimeField()
    written_by = models.CharField(max_length=120)

    class Meta:
        db_table = "cases_attempt"

    def __str__(self) -> str:
        return f"{self.by}: {self.outcome}"


class OutsideNumber(models.Model):
    """What another system calls the case. Opaque; unique in its system."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="outside_numbers")
    system = models.CharField(max_length=SLUG)
    number = models.CharField(max_length=80)

    class Meta:
        db_table = "cases_outsidenumber"
        constraints: ClassVar = [models.UniqueConstraint(fields=["system", "number"], name="outside_number_once")]
        indexes: ClassVar = [models.Index(fields=["number"], name="by_outside_number")]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"


class SearchWords(models.Model):
    """What a case is found by, beside it, so that a change of state leaves the index of words alone."""

    case = models.OneToOneField(CaseRow, primary_key=True, on_delete=models.CASCADE, related_name="search_words")
    words = SearchVectorField()
    organisations = ArrayField(models.CharField(max_length=SLUG))
    restricted_to = ArrayField(models.CharField(max_length=SLUG), default=list)

    class Meta:
        db_table = "cases_searchwords"
        indexes: ClassVar = [GinIndex(fields=["words"], name="by_words")]

    def __str__(self) -> str:
        return f"words of {self.case_id}"


class Attachment(models.Model):
    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_by = models.CharField(max_length=120)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "cases_attachment"

    def __str__(self) -> str:
        return self.name
