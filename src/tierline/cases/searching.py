"""Search: PostgreSQL's own words index, newest cases first, the cost bounded for rare and for common words alike.

A word in a fifth of all cases is found at once among the newest; a rare one through the index of words. Sorting all
matches of a common word would cost more the more there are, so the newest are looked through first, and only when they
do not fill a page is the index asked.
"""

from dataclasses import dataclass

from django.db import connection

from tierline.cases.models import CaseRow
from tierline.cases.queries import CaseLine, line_of
from tierline.directory.actor import Actor

PAGE = 50
NEWEST = 4000  # enough to fill a page with a word that is in 1.25 % of the cases
LONGEST_QUERY = 200

_SEEN = """
(%(all)s OR (cardinality(s.restricted_to) = 0 AND s.organisations && %(organisations)s::varchar[])
         OR s.restricted_to && %(duties)s::varchar[])
"""
_QUERY = "websearch_to_tsquery('english', %(words)s)"
_AMONG_NEWEST = f"""
SELECT s.case_id
FROM (SELECT * FROM cases_searchwords WHERE case_id < %(before)s ORDER BY case_id DESC LIMIT %(newest)s) s
WHERE s.words @@ {_QUERY} AND {_SEEN}
ORDER BY s.case_id DESC LIMIT %(page)s
"""  # noqa: S608 - composed of this file's own constants
_AMONG_ALL = f"""
WITH found AS MATERIALIZED (
    SELECT * FROM cases_searchwords WHERE words @@ {_QUERY} AND case_id < %(before)s
)
SELECT s.case_id FROM found s WHERE {_SEEN} ORDER BY s.case_id DESC LIMIT %(page)s
"""  # noqa: S608 - composed of this file's own constants


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cases that hold the words; ``following`` is the number to go on below."""

    words: str
    lines: tuple[CaseLine, ...]
    following: int | None


def search(actor: Actor, words: str, *, before: int | None = None) -> Found:
    """Cases the actor may see that hold all the words, newest first. Quotes, ``or`` and ``-`` work as on the web."""
    words = words.replace("\x00", " ").strip()[:LONGEST_QUERY]
    if not words:
        return Found("", (), None)
    wanted: dict[str, str | int | bool | list[str]] = {
        "words": words,
        "all": actor.is_tierline,
        "organisations": sorted(actor.organisations),
        "duties": sorted(actor.duties),
        "before": before or 2**62,
        "newest": NEWEST,
        "page": PAGE + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AMONG_NEWEST, wanted)
        numbers = [row[0] for row in cursor.fetchall()]
        if len(numbers) <= PAGE:
            cursor.execute(_AMONG_ALL, wanted)
            numbers = [row[0] for row in cursor.fetchall()]
    rows = CaseRow.objects.visible_to(actor).in_bulk(numbers[:PAGE])
    lines = tuple(line_of(rows[number]) for number in numbers[:PAGE] if number in rows)
    return Found(words, lines, numbers[PAGE - 1] if len(numbers) > PAGE else None)
