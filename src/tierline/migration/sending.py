"""Bringing tickets into Dynamics by the hundred, and what became of each.

Every ticket is one step of a batch that happens as a whole or not at all, so a lost answer, a broken line or a killed
process leaves nothing half done: sent again, what is there is found by its id. Waits as the service asks; refuses
to go on when it will never take what is sent.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, TypeVar

from tierline.channels.answers import text_at
from tierline.channels.channel import TryAgain
from tierline.channels.line import Stopped
from tierline.foundation.trouble import Unusable
from tierline.migration.mapping import Ticket
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.dataverse.batching import MOST_OPERATIONS, Operation, Outcome, Step
from tierline.trackers.dataverse.columns import id_for
from tierline.trackers.dataverse.web_api import BUSY, THERE_OR_CHANGED, WebApi

PATIENCE: Final = 1800.0  # seconds of trouble without one answer
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 60.0
MOST_TRIES: Final = 36  # of rows the service is busy with: half an hour

Answered = TypeVar("Answered")
Became = Literal["created", "found", "updated", "conflict", "refused"]


@dataclass(frozen=True, slots=True)
class Order:
    """A ticket to bring across; ``revision`` is what it was left as, when it is there already."""

    ticket: Ticket
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a ticket: its new number and revision there, or why not."""

    ticket: Ticket
    became: Became
    new_number: str = ""
    revision: str = ""
    because: str = ""


class Patience:
    """Asks until there is an answer. A pause the service asks one thread for is kept by all."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._stopped = threading.Event()
        self._not_before = 0.0

    def stop(self) -> None:
        """Let nobody wait or ask any more."""
        self._stopped.set()

    def ask(self, call: Callable[[], Answered]) -> Answered:
        """What the call returns. Raises Unusable when the service never will answer, or did not for too long."""
        began, tried = time.monotonic(), 0
        while True:
            if self._stopped.wait(max(self._not_before - time.monotonic(), 0.0)):
                raise Unusable("It was stopped. What is done stays; run it again to go on.")
            try:
                return call()
            except Stopped as trouble:
                answer = trouble.answer
                if not isinstance(answer, TryAgain) or time.monotonic() - began > PATIENCE:
                    raise Unusable(f"{answer.because} What is done stays; begin again when it is mended.") from None
                self.pause(answer.after if answer.after is not None else min(FIRST_PAUSE * 2**tried, LONGEST_PAUSE))
                tried += 1

    def pause(self, seconds: float) -> None:
        """Let nobody ask for so long."""
        with self._gate:
            self._not_before = max(self._not_before, time.monotonic() + seconds)


class Sender:
    """Sends orders; used by several threads at once."""

    def __init__(self, api: WebApi, patience: "Patience", *, created_column: str) -> None:
        self._api, self._account, self._patience = api, api.account, patience
        self._created = created_column

    def send(self, orders: Sequence[Order]) -> list[Result]:
        """Bring the tickets across. Raises Unusable when the service takes nothing at all."""
        waiting, results = list(orders), []
        tried = 0
        while waiting:
            steps = [step for order in waiting for step in _steps(self._account, order)]
            outcomes = iter(self._batch(steps))
            again = []
            for order in waiting:
                told = [next(outcomes) for _ in _steps(self._account, order)]
                result = self._result(order, told)
                if result is None:
                    again.append(order)
                else:
                    results.append(result)
            waiting = again
            if waiting:
                tried += 1
                if tried > MOST_TRIES:
                    raise Unusable("Dynamics was busy with the same rows for half an hour. Run it again later.")
                self._patience.pause(min(FIRST_PAUSE * 2**tried, LONGEST_PAUSE))
        return self._with_those_found(results)

    def _batch(self, steps: Sequence[Step]) -> list[tuple[Outcome, ...]]:
        """The outcomes, in as many batches as the service wants, each tried until it is answered."""
        outcomes: list[tuple[Outcome, ...]] = []
        for some in _fitting(steps):
            outcomes += self._patience.ask(partial(self._api.batch, some))
        return outcomes

    def _result(self, order: Order, told: Sequence[tuple[Outcome, ...]]) -> Result | None:
        """What became of one; None when it has to be sent again."""
        ticket, failed = order.ticket, next((one for step in told for one in step if not one.done), None)
        if failed is None:
            row = told[-1][-1].json
            became: Became = "updated" if order.revision else "created"
            if not text_at(row, "@odata.etag"):
                return Result(ticket, "found")  # it was not told as what it was left; it is looked at again
            return Result(ticket, became, self._number(row), text_at(row, "@odata.etag"))
        return None if failed.status in BUSY else self._failed(order, failed)

    def _failed(self, order: Order, failed: Outcome) -> Result:
        """What it means that a ticket was not taken."""
        if failed.status == THERE_OR_CHANGED and not order.revision:
            return Result(order.ticket, "found")
        if failed.status == THERE_OR_CHANGED:
            said = "It was worked on there since it went across, and changed here, too. Decide by hand which holds."
            return Result(order.ticket, "conflict", because=said)
        if failed.status == 404 and order.revision:
            return Result(order.ticket, "conflict", because="It is not there any more, and changed here since.")
        return Result(order.ticket, "refused", because=f"Dynamics refused it: {self._api.words(failed.words)}")

    def _with_those_found(self, results: list[Result]) -> list[Result]:
        """Look at those that were there already: whether they read as they should."""
        found = [one.ticket for one in results if one.became == "found"]
        if not found:
            return results
        names = ",".join(compared_columns(self._account, self._created))
        asked = [_read(self._account, ticket.ident, names) for ticket in found]
        told = dict(zip([ticket.ident for ticket in found], self._batch(asked), strict=True))
        return [self._looked_at(one, told[one.ticket.ident][0]) if one.became == "found" else one for one in results]

    def _looked_at(self, result: Result, outcome: Outcome) -> Result:
        row = outcome.json if isinstance(outcome.json, dict) else {}
        if not outcome.done or not text_at(row, "@odata.etag"):
            return Result(result.ticket, "refused", because=f"Dynamics refused to show it: {outcome.words}")
        number, revision = self._number(row), text_at(row, "@odata.etag")
        differing = differing_columns(result.ticket.expected, row, created_column=self._created)
        if not differing:
            return Result(result.ticket, "found", number, revision)
        said = f"It is there already and reads differently: {', '.join(differing)}. Decide by hand which holds."
        return Result(result.ticket, "conflict", number, revision, said)

    def _number(self, row: Mapping[str, Any]) -> str:
        return text_at(row, self._account.number_column)

    def stop(self) -> None:
        """Send nothing more; what waits ends with a sentence."""
        self._patience.stop()


def _steps(account: There, order: Order) -> list[Step]:
    """The steps of one ticket; the last one tells its number and revision."""
    ticket = order.ticket
    path = _path(account, ticket.ident)
    once = {"If-Match": order.revision} if order.revision else {"If-None-Match": "*"}
    once |= account.bulk_headers
    more = [*_note(account, ticket), *_ending(account, ticket)]
    if more:
        first = Operation("PATCH", path, dict(ticket.columns), once)
        return [(first, *more), _read(account, ticket.ident, account.number_column)]
    told = f"{path}?$select={account.number_column}"
    return [Operation("PATCH", told, dict(ticket.columns), {**once, "Prefer": "return=representation"})]


def _note(account: There, ticket: Ticket) -> list[Operation]:
    if not ticket.whole:
        return []
    columns = {
        "subject": "The whole text",
        "notetext": ticket.whole,
        f"objectid_{account.entity}@odata.bind": f"/{account.table}({ticket.ident})",
    }
    path = f"{account.interface}/annotations({id_for(ticket.ident + ':whole')})"
    return [Operation("PATCH", path, columns, account.bulk_headers)]


def _ending(account: There, ticket: Ticket) -> list[Operation]:
    ending = ticket.ending
    if ending is None:
        return []
    if ending.state != 1:
        columns = {"statecode": ending.state, "statuscode": ending.value}
        return [Operation("PATCH", _path(account, ticket.ident), columns, {"If-Match": "*", **account.bulk_headers})]
    resolution = {
        "subject": (ending.words.partition("\n")[0] or ticket.becomes)[:200],
        "description": ending.words[:2000],
        "timespent": 0,
        "incidentid@odata.bind": f"/{account.table}({ticket.ident})",
    }
    body = {"IncidentResolution": resolution, "Status": ending.value}
    return [Operation("POST", f"{account.interface}/CloseIncident", body, account.bulk_headers)]


def _read(account: There, ident: str, names: str) -> Operation:
    return Operation("GET", f"{_path(account, ident)}?$select={names}")


def _path(account: There, ident: str) -> str:
    return f"{account.interface}/{account.table}({ident})"


def _fitting(steps: Iterable[Step]) -> Iterable[list[Step]]:
    """The steps in as few batches as the service takes."""
    some: list[Step] = []
    size = 0
    for step in steps:
        more = 1 if isinstance(step, Operation) else len(step)
        if size + more > MOST_OPERATIONS:
            yield some
            some, size = [], 0
        some.append(step)
        size += more
    if some:
        yield some


def compared_columns(account: There, created_column: str) -> list[str]:
    """The columns by which a case over there is held against its ticket."""
    columns = [column.attribute for column in account.fields.values() if not column.rows]
    queue = [account.queue_column.attribute] if account.queue_column and not account.queue_column.rows else []
    fixed = [account.number_column, account.title.attribute, account.text.attribute, "statecode", "statuscode"]
    return list(dict.fromkeys([*fixed, created_column, *columns, *queue]))


def differing_columns(expected: Mapping[str, Any], row: Mapping[str, Any], *, created_column: str) -> list[str]:
    """The columns that read differently than they should. The day it was opened is compared as a day."""
    found = []
    for name, value in expected.items():
        if name in row:
            if (row[name] or None) != (value or None):
                found.append(name)
        elif name == "overriddencreatedon" and str(row.get(created_column) or "")[:10] != str(value)[:10]:
            found.append(created_column)
    return found
