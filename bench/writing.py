"""Writing N cases with ten timeline facts each, in the proportions of a desk that has worked for years, by COPY.

88 % are closed; the open ones stand in all states, with all teams, some past their promise. Indexes are made after the
rows. Refuses a database that has cases already: what is measured must be known.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection

from bench.prototypes import Kinds, kinds_of
from bench.rows import Tables, draft, tables_of
from bench.vocabulary import SEED, texts
from tierline.cases.words import index_cases
from tierline.plans.queries import planbook_in_force

BATCH = 5000
SPAN = timedelta(days=3 * 365)  # the cases came in over three years
_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relname = ANY(%s) AND NOT i.indisunique
"""


def write_cases(count: int, *, at: datetime) -> Kinds:
    """Write ``count`` cases, numbered from 1, and bring the planner's statistics up to date."""
    in_force = planbook_in_force()
    kinds = kinds_of(in_force.planbook, at)
    dice, words = random.Random(SEED), texts()  # noqa: S311 - to be the same every time is the point
    with _written_fast():
        for first in range(1, count + 1, BATCH):
            numbers = range(first, min(first + BATCH, count + 1))
            opened = (at - SPAN + SPAN * (number / count) for number in numbers)
            drafts = [
                draft(number, kinds, words, dice, opened=moment, at=at, planbook=in_force.version)
                for number, moment in zip(numbers, opened, strict=True)
            ]
            _copy(tables_of(drafts))
            index_cases({case.number: case.found_by for case in drafts})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    return kinds


@contextmanager
def _written_fast() -> Iterator[None]:
    """Without indexes that can be made afterwards, without foreign keys being looked up, without waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        if cursor.fetchone()[0]:
            raise RuntimeError("This database has cases already; the bench writes into an empty one only.")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(_INDEXES, [list(Tables.NAMES)])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), (SELECT max(id) FROM cases_case))")
    connection.close()  # with its settings


def _copy(tables: Tables) -> None:
    with connection.cursor() as cursor:
        for name, columns, lines in tables.contents():
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                copy.write("".join(lines))
