"""Taking in many judged rows of another system's export: in batches by COPY, each batch one transaction.

What ``entering.enter`` holds for one case holds here for each: the same check, row, places, words, first fact, and word
to the duties the decision names. A second import of the same file, or one begun anew after it was killed, finds every
number taken in already. Refuses, like entering, reports of a team the actor is not in.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction
from psycopg.types.json import Jsonb

from tierline.cases.actions.changing import SUBJECT
from tierline.cases.actions.entering import NewCase, check_report, first_changes, row_of, texts_of
from tierline.cases.actions.posting import tell_rooms_of_new
from tierline.cases.actions.promise import promise_first
from tierline.cases.actions.telling import tell_duties
from tierline.cases.importing.judging import Incoming, Judged
from tierline.cases.models import CaseRow, OutsideNumber, QueuePlace, Report
from tierline.cases.places import places
from tierline.cases.words import index_cases
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Unusable
from tierline.plans.queries import PlanbookInForce
from tierline.timeline.actions import record_many

BATCH = 1000
TRIES = 3
_TAKING_IN = 7_461_002  # advisory lock: two imports take turns, batch by batch
_NEXT_NUMBERS = "SELECT nextval(pg_get_serial_sequence('cases_case', 'id')) FROM generate_series(1, %s)"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many cases were made. ``stopped``: a row was refused and the caller wanted all or nothing."""

    imported: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Importing:
    """What one import has in common for all its rows: who imports whose numbers, by which plans, when."""

    actor: Actor
    system: str
    in_force: PlanbookInForce
    at: datetime


def take_in(
    importing: Importing, rows: Iterable[Judged], *, told: Callable[[Judged], None], stop_on_refusal: bool = False
) -> TakenIn:
    """Make a case of every accepted row whose number has none yet, and tell every row in order.

    With ``stop_on_refusal`` everything is one transaction, undone when any row is refused.
    """
    if not stop_on_refusal:
        return TakenIn(_take_in_all(importing, rows, told)[0], stopped=False)
    with transaction.atomic():
        imported, refused = _take_in_all(importing, rows, told)
        transaction.set_rollback(bool(refused))
    return TakenIn(0 if refused else imported, stopped=bool(refused))


@dataclass(frozen=True, slots=True)
class CaseOfRecord:
    """The case of one record, made now or there before. A restricted one is named and nothing more."""

    number: int
    holder: str
    service: str
    organisations: tuple[str, ...]
    restricted: bool


def take_in_one(importing: Importing, judged: Judged) -> tuple[CaseOfRecord | None, Judged]:
    """Make a case of one judged record, inside the caller's transaction, or find the one it has; None when refused."""
    came_out = _take_in_batch(importing, [judged])[0]
    if came_out.status == "refused" or came_out.record is None:
        return None, came_out
    row = CaseRow.objects.get(outside_numbers__system=importing.system, outside_numbers__number=came_out.record)
    return CaseOfRecord(row.pk, row.holder, row.service, tuple(row.organisations), bool(row.restricted_to)), came_out


def _take_in_all(importing: Importing, rows: Iterable[Judged], told: Callable[[Judged], None]) -> tuple[int, int]:
    imported = refused = 0
    for batch in _batches(rows):
        for judged in _take_in_batch(importing, batch):
            imported += judged.status == "accepted"
            refused += judged.status == "refused"
            told(judged)
    return imported, refused


def _batches(rows: Iterable[Judged]) -> Iterator[list[Judged]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _take_in_batch(importing: Importing, batch: list[Judged]) -> list[Judged]:
    """The batch as it came out. Somebody entering one of its numbers by hand meanwhile makes it look again."""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                return _write_new(importing, batch)
        except IntegrityError:
            if attempt == TRIES:
                raise
    raise AssertionError("a loop that returns or raises")


def _write_new(importing: Importing, batch: list[Judged]) -> list[Judged]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TAKING_IN])
    wanted = [judged.record for judged in batch if judged.status == "accepted"]
    known = dict(
        OutsideNumber.objects.filter(system=importing.system, number__in=wanted).values_list("number", "case_id")
    )
    came_out = [_with_known(importing, judged, known) for judged in batch]
    fresh = [
        (judged, judged.incoming, new_case(judged.incoming, importing.system))
        for judged in came_out
        if judged.status == "accepted" and judged.incoming
    ]
    _write(importing, fresh)
    return came_out


def _with_known(importing: Importing, judged: Judged, known: dict[str, int]) -> Judged:
    """The row, as a duplicate when its number has a case, as refused when it fails the check every case passes."""
    if judged.status != "accepted" or judged.incoming is None:
        return judged
    if judged.incoming.record in known:
        reason = f"The record already has a case: {case_reference(known[judged.incoming.record])}."
        return replace(judged, status="duplicate", reason=reason)
    try:
        check_report(importing.actor, new_case(judged.incoming, importing.system), importing.in_force)
    except Unusable as refusal:
        return Judged(judged.line, judged.record, "refused", str(refusal))
    return judged


def new_case(incoming: Incoming, system: str) -> NewCase:
    """A judged row as the report that entering knows."""
    return NewCase(
        holder=incoming.facts.holder,
        service=incoming.facts.service,
        summary=incoming.summary,
        reported_by="import",
        description=incoming.description,
        fault_in=incoming.facts.fault_in,
        needs_tier=incoming.facts.needs_tier,
        audience=incoming.facts.audience,
        flags=incoming.facts.flags,
        answers=incoming.answers,
        numbers=((system, incoming.record),),
        reporter_name=incoming.reporter_name,
        reporter_contact=incoming.reporter_contact,
        theirs=incoming.theirs,
        assignee=incoming.assignee,
    )


def _write(importing: Importing, fresh: list[tuple[Judged, Incoming, NewCase]]) -> None:
    if not fresh:
        return
    made = _rows(importing, fresh)
    cases = [case for case, _ in made]
    _copy(CaseRow, cases)
    reports, numbers, texts = [], [], {}
    for case, (_, incoming, new) in zip(cases, fresh, strict=True):
        reports.append(
            Report(
                case_id=case.pk,
                description=new.description,
                answers=dict(incoming.answers),
                reporter_name=new.reporter_name,
                reporter_contact=new.reporter_contact,
            )
        )
        numbers.append(OutsideNumber(case_id=case.pk, system=importing.system, number=incoming.record))
        texts[case.pk] = " ".join((*texts_of(new), incoming.notes, incoming.place))
    _copy(Report, reports)
    _copy(OutsideNumber, numbers)
    _copy(QueuePlace, [place for case in cases for place in _places(case)])
    index_cases(texts)
    record_many(_facts(importing, made, fresh), actor=importing.actor, at=importing.at)
    tell_rooms_of_new(
        ((case, new.extent) for case, (_, _, new) in zip(cases, fresh, strict=True)),
        importing.in_force.planbook,
        at=importing.at,
    )
    for case, (judged, _, _) in zip(cases, fresh, strict=True):
        if judged.decision and judged.decision.tell:
            tell_duties(case, judged.decision, importing.in_force.planbook, at=importing.at)


def _rows(importing: Importing, fresh: list[tuple[Judged, Incoming, NewCase]]) -> list[tuple[CaseRow, dict[str, Any]]]:
    """The rows, each with what its first fact has to say of promises."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBERS, [len(fresh)])
        ids = [row[0] for row in cursor.fetchall()]
    rows = []
    for number, (judged, incoming, new) in zip(ids, fresh, strict=True):
        assert judged.decision is not None  # noqa: S101 - an accepted row has one
        row = row_of(new, judged.decision, importing.in_force, at=importing.at, opened_at=incoming.opened_at)
        row.pk = number
        rows.append((row, promise_first(row, new.extent, importing.in_force.planbook, at=importing.at)))
    return rows


def _places(case: CaseRow) -> list[QueuePlace]:
    return [
        QueuePlace(case_id=case.pk, team=team, tab=tab, due_at=case.due_at) for team, tab in places(case.standing())
    ]


def _facts(
    importing: Importing, cases: list[tuple[CaseRow, dict[str, Any]]], fresh: list[tuple[Judged, Incoming, NewCase]]
) -> Iterator[tuple[str, int, str, dict[str, Any]]]:
    """The first fact of each case, and what the other system had written down of it."""
    for (case, passed), (judged, incoming, new) in zip(cases, fresh, strict=True):
        yield (
            SUBJECT,
            case.pk,
            "entered",
            {
                "reported_by": new.reported_by,
                "imported_from": importing.system,
                "record": incoming.record,
                "place": incoming.place,
                "decision": judged.decision.as_json() if judged.decision else {},
                "changes": first_changes(case, new.extent),
                **passed,
            },
        )
        if incoming.notes:
            yield SUBJECT, case.pk, "note", {"text": incoming.notes, "from": importing.system}


def _copy(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Write rows by COPY; a key that the database gives is left to it when the rows have none."""
    rows = list(rows)
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or rows[0].pk is not None]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_cell(field, getattr(row, field.attname)) for field in fields])


def _cell(field: "models.Field[Any, Any]", value: Any) -> Any:
    """A value as COPY takes it. Arrays are written out here, many times faster than adapted; these hold ids."""
    if isinstance(field, ArrayField):
        words = (word.replace("\\", "\\\\").replace('"', '\\"') for word in value)
        return "{" + ",".join(f'"{word}"' for word in words) + "}"
    return Jsonb(value) if isinstance(field, models.JSONField) else value
