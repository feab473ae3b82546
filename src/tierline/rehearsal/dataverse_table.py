"""Rows of a rehearsed Dataverse: versions, a log of changes, columns with their types and lengths, simple filters.

Made for hundreds of thousands of rows: what is asked by id, by what changed, or page by page costs no look at all rows.
Refuses what the service refuses: unknown columns, wrong types, texts that are too long, filters it does not know.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

FORMATTED: Final = "@OData.Community.Display.V1.FormattedValue"
_TERM: Final = re.compile(r"\s*(\w+) (eq|ne|gt|ge|lt|le) ('(?:[^']|'')*'|[^\s']+)\s*")
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BIND: Final = re.compile(r"/?(\w+)\(([0-9a-f-]{36})\)", re.IGNORECASE)


class Refusing(Exception):
    """The service's refusal: HTTP status, its code, its words."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """A column: its type (text, number, boolean, instant, choice, lookup), length, a choice's labels by value."""

    kind: str = "text"
    length: int | None = None
    labels: Mapping[int, str] = field(default_factory=dict)
    required: bool = False


Row = dict[str, Any]


class Table:
    """One table. ``names`` gives looked-up rows the words people see."""

    def __init__(self, entity: str, collection: str, columns: Mapping[str, ColumnOf], names: Mapping[str, str]) -> None:
        self.entity, self.collection = entity, collection
        self.id_column = f"{entity}id"
        self.columns, self.names = dict(columns), names
        self.rows: dict[str, Row] = {}
        self.versions: dict[str, int] = {}  # by id, the one changed last at the end
        self.gone: list[tuple[int, str]] = []
        self._order: list[str] = []  # every row's place; that of a row that went is empty
        self._place: dict[str, int] = {}
        self._listed: tuple[object, list[str]] = ((), [])

    # -- writing ---------------------------------------------------------------------------------------------

    def checked(self, given: Mapping[str, Any], *, new: bool) -> Row:
        """The columns as they are kept. Refusing says which is wrong."""
        row: Row = {}
        for name, value in given.items():
            column, key = self._column(name)
            row[key] = self._value(name, column, value)
        if new:
            for name, column in self.columns.items():
                key = f"_{name}_value" if column.kind == "lookup" else name
                if column.required and row.get(key) in (None, ""):
                    raise Refusing(400, "0x80040203", f"You should specify a value for '{name}'.")
        return row

    def _column(self, name: str) -> tuple[ColumnOf, str]:
        column = self.columns.get(name)
        if column is not None and column.kind != "lookup":
            return column, name
        bound = name.removesuffix("@odata.bind")
        looked_up = bound.lower() if bound.lower() in self.columns else bound.lower().rpartition("_")[0]
        column = self.columns.get(looked_up)
        if bound == name or column is None or column.kind != "lookup":
            kind = f"Microsoft.Dynamics.CRM.{self.entity}"
            words = (
                f"The property '{name}' does not exist on type '{kind}'. Make sure to only use property names it has."
            )
            raise Refusing(400, "0x80048d19", words)
        return column, f"_{looked_up}_value"

    def _value(self, name: str, column: ColumnOf, value: Any) -> Any:
        if value is None:
            return None
        if column.kind == "lookup":
            found = _BIND.fullmatch(str(value))
            if found is None:
                raise Refusing(400, "0x80048d19", f"'{name}' has to name a row like /systemusers(...).")
            return found[2].lower()
        wanted = {"text": str, "instant": str, "boolean": bool}.get(column.kind, int)
        if type(value) is not wanted:
            words = f"Cannot convert the literal '{value}' to the expected type of '{name}'."
            raise Refusing(400, "0x80048d19", words)
        if column.length is not None and isinstance(value, str) and len(value) > column.length:
            words = f"The length of the '{name}' attribute of the '{self.entity}' entity exceeded the maximum"
            raise Refusing(
                400, "0x80044331", f"A validation error occurred. {words} allowed length of '{column.length}'."
            )
        if column.labels and value not in column.labels:
            words = f"The value {value} of '{name}' on record of type '{self.entity}' is outside the valid range."
            raise Refusing(400, "0x8004431a", words)
        return value

    def put(self, ident: str, row: Row, version: int) -> None:
        """Keep a row as it now stands."""
        if ident not in self.rows:
            self._place[ident] = len(self._order)
            self._order.append(ident)
        self.rows[ident] = row
        self.versions.pop(ident, None)
        self.versions[ident] = version

    def remove(self, ident: str, version: int) -> None:
        """Forget a row; that it went is kept."""
        self.forget(ident)
        self.gone.append((version, ident))

    def forget(self, ident: str) -> None:
        """Be as if the row had never been."""
        del self.rows[ident], self.versions[ident]
        self._order[self._place.pop(ident)] = ""

    def etag(self, ident: str) -> str:
        """The row's version, as the service writes it."""
        return f'W/"{self.versions[ident]}"'

    # -- reading ---------------------------------------------------------------------------------------------

    def told(self, ident: str, names: list[str], *, formatted: bool) -> Row:
        """A row with the columns asked for, and what people see of them."""
        row = self.rows[ident]
        told: Row = {"@odata.etag": self.etag(ident), self.id_column: ident}
        for name in names:
            value = row.get(name)
            told[name] = value
            if formatted and value is not None and (words := self._words(name, value)):
                told[name + FORMATTED] = words
        return told

    def _words(self, name: str, value: Any) -> str:
        if name.endswith("_value"):
            return self.names.get(str(value), "")
        column = self.columns.get(name)
        return column.labels.get(value, "") if column else ""

    def selected(self, select: str | None) -> list[str]:
        """The columns of a ``$select``, checked."""
        lookups = {f"_{name}_value" for name, column in self.columns.items() if column.kind == "lookup"}
        plain = [name for name, column in self.columns.items() if column.kind != "lookup"]
        if not select:
            return [*plain, *sorted(lookups)]
        names = [name for name in select.split(",") if name != self.id_column]
        for name in names:
            if name not in lookups and name not in plain:
                kind = f"Microsoft.Dynamics.CRM.{self.entity}"
                raise Refusing(400, "0x80060888", f"Could not find a property named '{name}' on type '{kind}'.")
        return names

    def changed_since(self, version: int) -> list[str]:
        """The ids of rows changed after a version, oldest change first."""
        found = []
        for ident in reversed(self.versions):
            if self.versions[ident] <= version:
                break
            found.append(ident)
        return found[::-1]

    def listed(self, condition: str | None, order: str | None) -> list[str]:
        """The ids of rows a filter keeps, in order. The answer is kept for the next page."""
        asked = (condition, order, next(reversed(self.versions.values()), 0), len(self.gone))
        if self._listed[0] != asked:
            self._listed = (asked, self._found(condition, order))
        return self._listed[1]

    def _found(self, condition: str | None, order: str | None) -> list[str]:
        terms = list(_terms(condition or ""))
        ids = [ident for ident in self._order if ident in self.rows]
        if terms:
            ids = [ident for ident in ids if all(_holds(self.rows[ident], *term) for term in terms)]
        if order:
            name, _, way = order.partition(" ")
            ids.sort(key=lambda one: str(self.rows[one].get(name) or ""), reverse=way == "desc")
        return ids

    def page(self, start: int, size: int) -> tuple[list[str], int]:
        """(the ids from a place on, the place after them)."""
        chunk = self._order[start : start + size]
        return [ident for ident in chunk if ident in self.rows], start + len(chunk)

    @property
    def end(self) -> int:
        """The place after the last row."""
        return len(self._order)


def _terms(condition: str) -> Iterator[tuple[str, str, str | int | None]]:
    for part in re.split(r" and (?=(?:[^']*'[^']*')*[^']*$)", condition) if condition else ():
        found = _TERM.fullmatch(part)
        if found is None:
            raise Refusing(400, "0x80060888", f"Syntax error in the filter at '{part[:60]}'.")
        yield found[1], found[2], _literal(found[3])


def _literal(text: str) -> str | int | None:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text == "null":
        return None
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def _holds(row: Row, name: str, sign: str, wanted: str | int | None) -> bool:
    value = row.get(name)
    if sign in ("eq", "ne"):
        same = str(value).casefold() == str(wanted).casefold() if None not in (value, wanted) else value is wanted
        return same == (sign == "eq")
    if value is None or wanted is None:
        return False
    below, above = str(value) < str(wanted), str(value) > str(wanted)
    return {"gt": above, "ge": not below, "lt": below, "le": not above}[sign]


def guid(text: str) -> str:
    """An id, checked."""
    if _GUID.fullmatch(text) is None:
        raise Refusing(400, "0x80060888", f"'{text[:60]}' is no id.")
    return text.lower()


def as_written(at: datetime) -> str:
    """An instant as the service writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
