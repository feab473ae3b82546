"""The worker's part, done at once: every job that is due, in the order it was written, as a worker would do it."""

import json
from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app

from tierline.foundation.clock import stopped

_DUE = """
SELECT id, task_name, args FROM procrastinate_jobs
WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s) ORDER BY id LIMIT 1
"""


def forget_jobs() -> None:
    """Throw away what tests before this one left undone: their rows are gone."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def do_all_due(at: datetime, *, most: int = 500) -> int:
    """Do every job that is due at ``at``, and those they write. Returns how many."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # the library left its annotation out
    for done in range(most):
        with connection.cursor() as cursor:
            cursor.execute(_DUE, [at])
            row = cursor.fetchone()
            if row is None:
                return done
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [row[0]])
        args = row[2] if isinstance(row[2], dict) else json.loads(row[2])
        with stopped(at):
            app.tasks[row[1]].func(**args)
    raise AssertionError("The jobs never come to an end.")
