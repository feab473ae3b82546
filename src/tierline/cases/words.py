"""The words a case is found by. Kept beside the case, so that a change of state leaves their index alone.

Among them stand two marks that nobody can type: the stretches of numbers the case belongs to (see ``searching.py``).
"""

import json
from collections.abc import Mapping

from django.db import connection

MOST_WORDS = 20_000  # different words a case is indexed by; PostgreSQL takes no vector over 1 MB
NARROW, WIDE = ("#", 2048), ("##", 32_768)  # a mark, and how many numbers a stretch of it is long


def stretch(mark: str, length: int, number: str) -> str:
    """SQL for the mark of the stretch that the number (an SQL expression) falls into, quoted as vectors want it."""
    return f"concat('''{mark}', ({number}) / {length}, '''')"


def vector(text: str, number: str) -> str:
    """SQL for the words of a text and the marks of the case's number, both given as SQL expressions."""
    marks = " || ' ' || ".join(stretch(mark, length, number) for mark, length in (NARROW, WIDE))
    return f"to_tsvector('english', {text}) || ({marks})::tsvector"


_MAKE_MANY = f"""
INSERT INTO cases_searchwords (case_id, words, organisations, restricted_to)
SELECT c.id, {vector("told.text", "c.id")}, c.organisations, c.restricted_to
FROM json_each_text(%s::json) AS told (id, text) JOIN cases_case c ON c.id = told.id::bigint
"""  # noqa: S608 - composed of this file's own constants
_ADD = """
UPDATE cases_searchwords SET words = words || to_tsvector('english', %s) WHERE case_id = %s AND length(words) < %s
"""
_ANSWER = f"""
WITH report AS (UPDATE cases_report SET answers = %s WHERE case_id = %s) {_ADD}
"""  # noqa: S608 - composed of this file's own constants


def index_cases(texts: Mapping[int, str]) -> None:
    """Make many new cases, already written, findable by their texts: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_MANY, [json.dumps(texts, ensure_ascii=False)])


def add_words(number: int, text: str) -> None:
    """Make a case findable by one more text."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [text, number, MOST_WORDS])


def change_answers(number: int, answers: Mapping[str, str], *, found_by: str) -> None:
    """Write the answers of a case anew, and make it findable by what they say now: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [json.dumps(dict(answers), ensure_ascii=False), number, found_by, number, MOST_WORDS])
