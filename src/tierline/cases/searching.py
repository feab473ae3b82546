"""Search: PostgreSQL's own words index, newest cases first, the cost bounded for rare and for common words alike.

Sorting all matches of a common word would cost more the more cases there are. So every case carries two marks among
its words: which stretch of a few thousand numbers it belongs to, and which of some ten thousand. A search first asks
the index for its words and the newest stretch together, then for the newest wide stretch, and only when neither fills
a page for the words alone, which then are rare.
"""

from dataclasses import dataclass

from django.db import connection

from tierline.cases.models import seen_by, seen_in
from tierline.cases.queries import LINE_FIELDS, CaseLine, line_from
from tierline.cases.words import NARROW, WIDE, stretch
from tierline.directory.actor import Actor

PAGE = 50
LONGEST_QUERY = 200

_ASKED = "websearch_to_tsquery('english', %(words)s)"
_COLUMNS = ", ".join(f"c.{name}" for name in LINE_FIELDS)


def _among(reach: str) -> str:
    """The page of newest cases that hold the words, within ``reach`` (an expression, or "" for all cases)."""
    wanted = f"({_ASKED} && {reach})" if reach else _ASKED
    return f"""
WITH found AS MATERIALIZED (
    SELECT case_id, organisations, restricted_to FROM cases_searchwords
    WHERE words @@ {wanted} AND numnode({_ASKED}) > 0 AND case_id < %(before)s
), page AS (
    SELECT s.case_id FROM found s WHERE {seen_in("s")} ORDER BY s.case_id DESC LIMIT %(page)s
)
SELECT {_COLUMNS} FROM page JOIN cases_case c ON c.id = page.case_id
WHERE {seen_in("c")} ORDER BY c.id DESC
"""  # noqa: S608 - composed of this file's own constants


def _newest(mark: str, length: int) -> str:
    """The newest two stretches: the last one may have just begun."""
    return f"""(
    SELECT ({stretch(mark, length, "newest")} || ' | ' || {stretch(mark, length, f"newest - {length}")})::tsquery
    FROM (SELECT least(max(case_id), %(before)s - 1) AS newest FROM cases_searchwords) n)"""  # noqa: S608 - the same


_REACHES = (_among(_newest(*NARROW)), _among(_newest(*WIDE)), _among(""))


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
    wanted = {"words": words, "before": before or 2**62, "page": PAGE + 1, **seen_by(actor)}
    rows = []
    with connection.cursor() as cursor:
        for reach in _REACHES:
            cursor.execute(reach, wanted)
            rows = cursor.fetchall()
            if len(rows) > PAGE:
                break
    lines = tuple(line_from(row) for row in rows[:PAGE])
    return Found(words, lines, lines[-1].number if len(rows) > PAGE else None)
