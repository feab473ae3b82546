"""Writing facts. There is no changing and no deleting; the database refuses both."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from tierline.directory.actor import Actor

_INSERT = """
INSERT INTO timeline_fact (subject_kind, subject_id, at, actor_id, actor, kind, said)
VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_COPY = "COPY timeline_fact (subject_kind, subject_id, at, actor_id, actor, kind, said) FROM STDIN"


def record(subject_kind: str, subject_id: int, kind: str, *, actor: Actor, at: datetime, **said: Any) -> int:
    """Write one fact inside the caller's transaction; returns its id."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [subject_kind, subject_id, at, actor.person_id, actor.name, kind, json.dumps(said)])
        return int(cursor.fetchone()[0])


def record_many(facts: Iterable[tuple[str, int, str, dict[str, Any]]], *, actor: Actor, at: datetime) -> None:
    """Write any number of facts of one actor and instant by COPY: (subject kind, subject id, kind, said)."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for subject_kind, subject_id, kind, said in facts:
            copy.write_row((subject_kind, subject_id, at, actor.person_id, actor.name, kind, Jsonb(said)))
