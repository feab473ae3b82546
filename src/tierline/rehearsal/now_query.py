"""ServiceNow's encoded queries over rows kept as text, and the three ways it writes a row. Pure.

Kept as there: a condition on a column that is not known is left out, so it narrows nothing.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

_CONDITION = re.compile(r"(?P<column>[a-z_][a-z0-9_]*?)(?P<sign>>=|<=|!=|=|>|<|IN|LIKE)(?P<value>.*)", re.DOTALL)
Row = Mapping[str, str]


def wanted(rows: Sequence[dict[str, str]], query: str, known: AbstractSet[str]) -> list[dict[str, str]]:
    """The rows a query asks for, in its order. ``^`` is and, ``^OR`` or with the one before, ``^NQ`` or with all."""
    orders: list[tuple[str, bool]] = []
    groups: list[list[list[str]]] = [[]]
    for joined, part in re.findall(r"(\^NQ|\^OR(?!DER)|\^|\A)((?:(?!\^).)*)", query, re.DOTALL):
        if part.startswith("ORDERBY"):
            orders.append((part.removeprefix("ORDERBY").removeprefix("DESC"), part.startswith("ORDERBYDESC")))
        elif part and joined == "^OR" and groups[-1]:
            groups[-1][-1].append(part)
        elif part:
            if joined == "^NQ":
                groups.append([])
            groups[-1].append([part])
    found = [row for row in rows if any(all(_any(row, one, known) for one in group) for group in groups)]
    for column, falling in reversed(orders):
        found.sort(key=lambda row: row.get(column, ""), reverse=falling)
    return found


def _any(row: Row, conditions: Sequence[str], known: AbstractSet[str]) -> bool:
    meant = [found for one in conditions if (found := _CONDITION.fullmatch(one)) and found["column"] in known]
    return not meant or any(_SIGNS[one["sign"]](row[one["column"]], one["value"]) for one in meant)


_SIGNS: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "IN": lambda there, value: there in value.split(","),
    "LIKE": lambda there, value: value.casefold() in there.casefold(),
}


def told(row: Row, shown: Row, columns: str, display: str) -> dict[str, object]:
    """A row with the columns asked for: what is stored, what is displayed (``true``), or both (``all``)."""
    names = [name for name in columns.split(",") if name in row] if columns else list(row)
    if display == "all":
        return {name: {"display_value": shown[name], "value": row[name]} for name in names}
    return {name: shown[name] if display == "true" else row[name] for name in names}
