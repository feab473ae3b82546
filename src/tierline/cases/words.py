"""The words a case is found by. Kept beside the case, so that a change of state leaves their index alone."""

import json
from collections.abc import Mapping

from django.db import connection

MOST_WORDS = 20_000  # different words a case is indexed by; PostgreSQL takes no vector over 1 MB
_MAKE_MANY = """
INSERT INTO cases_searchwords (case_id, words, organisations, restricted_to)
SELECT c.id, to_tsvector('english', told.text), c.organisations, c.restricted_to
FROM json_each_text(%s::json) AS told (id, text) JOIN cases_case c ON c.id = told.id::bigint
"""
_ADD = """
UPDATE cases_searchwords SET words = words || to_tsvector('english', %s) WHERE case_id = %s AND length(words) < %s
"""


def index_cases(texts: Mapping[int, str]) -> None:
    """Make many new cases, already written, findable by their texts: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_MANY, [json.dumps(texts, ensure_ascii=False)])


def add_words(number: int, text: str) -> None:
    """Make a case findable by one more text."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [text, number, MOST_WORDS])
