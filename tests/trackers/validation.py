"""Holds every exchange of a rehearsal partner against schemas that reject.

Always against ours (``schema/``). Where the environment variable TIERLINE_SPECS names a folder with the vendors' own
descriptions, against those as well; what they know to be a false alarm is named here.
"""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from tests.trackers.schema.operation import Operation

from tierline.rehearsal.desk import Desk, Exchange
from tierline.rehearsal.faults import ExpiredToken, LostAnswer, Slow

#: Where in TIERLINE_SPECS the description of a partner is, when it is one of OpenAPI 3.0.
DESCRIPTIONS = {
    "github": "github/issues-subset.fixed.json",
    "pagerduty": "pagerduty/REST-subset.json",
    "servicenow": "servicenow/table_latest.json",
}
#: Where our own schemas are.
HOMES = ("tests.trackers.schema", "tests.channels.schema")
#: Calls a vendor's description leaves out.
LEFT_OUT = {"pagerduty": {("POST", "/v2/enqueue")}, "servicenow": {("POST", "/oauth_token.do")}}
#: Differences of names in paths between the description and ours.
RENAMED = {"servicenow": {"{tableName}": "{table}"}}
#: Fields that are null with the vendor, whose description says so in a way that OpenAPI 3.0 does not allow.
FALSE_ALARMS = {"github": {"milestone", "state_reason"}, "pagerduty": {"start", "end"}}
#: What stands in place of a reference when it was asked for whole, which that description leaves out.
WHOLE = [["pagerduty", "user", "type", "user"]]
#: Faults that leave the answer the partner's own.
HONEST = (LostAnswer, Slow, ExpiredToken)


def violations(desk: Desk) -> list[str]:
    """What was not as described, a line each; empty when all was."""
    found = []
    for exchange in desk.exchanges:
        found += [f"{exchange.method} {exchange.path}: {one}" for one in _by_our_schema(desk.name, exchange)]
        if description(desk.name) is not None:
            found += [f"{exchange.method} {exchange.path} (vendor): {one}" for one in _by_vendor(desk.name, exchange)]
    return found


def specs() -> Path | None:
    """The folder of the vendors' descriptions; None when none is named. One that is named has to be there."""
    named = os.environ.get("TIERLINE_SPECS", "")
    if named and not Path(named).is_dir():
        raise AssertionError(f"TIERLINE_SPECS names {named}, which is no folder.")
    return Path(named).resolve() if named else None


@cache
def description(partner: str) -> Mapping[str, Any] | None:
    """The vendor's description of a partner, when there is one to hold it against."""
    folder = specs()
    if folder is None or partner not in DESCRIPTIONS:
        return None
    told: Mapping[str, Any] = json.loads((folder / DESCRIPTIONS[partner]).read_text(encoding="utf-8"))
    return told


def _is_honest(exchange: Exchange) -> bool:
    return exchange.fault is None or isinstance(exchange.fault, HONEST)


def _by_our_schema(partner: str, exchange: Exchange) -> Iterator[str]:
    operation = _operations(partner).get((exchange.method, exchange.route))
    if operation is None:
        yield "no schema describes this call"
        return
    yield from _wrong("query", operation.query, dict(exchange.query))
    for name, schema in operation.headers.items():
        yield from _wrong(f"header {name}", schema, exchange.headers.get(name))
    if operation.request is None:
        yield from ["a body nobody asked for"] if exchange.request is not None else []
    else:
        yield from _wrong("request", operation.request, exchange.request)
    if not _is_honest(exchange):
        return
    if exchange.status not in operation.answers:
        yield f"no schema describes the answer {exchange.status}"
    else:
        yield from _wrong(f"answer {exchange.status}", operation.answers[exchange.status], exchange.response)


@cache
def _operations(partner: str) -> Mapping[tuple[str, str], Operation]:
    home = next(name for name in HOMES if find_spec(f"{name}.{partner}") is not None)
    found: Mapping[tuple[str, str], Operation] = import_module(f"{home}.{partner}").OPERATIONS
    return found


def _wrong(what: str, schema: Mapping[str, Any], told: Any) -> Iterator[str]:
    for error in Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(told):
        yield f"{what} at {'.'.join(map(str, error.absolute_path)) or 'its root'}: {error.message[:200]}"


def _by_vendor(partner: str, exchange: Exchange) -> Iterator[str]:
    told = description(partner)
    assert told is not None
    if (exchange.method, exchange.route) in LEFT_OUT.get(partner, set()):
        return
    described = _operation(partner, told, exchange)
    if described is None:
        yield "the vendor describes no such call"
        return
    yield from _by_parameters(told, described, exchange)
    body = _schema(described.get("requestBody"))
    if body and exchange.request is not None:
        yield from _vendor_wrong(partner, told, "request", body, exchange.request)
    answers = described["responses"]
    if not _is_honest(exchange):
        return
    answer = answers.get(str(exchange.status))
    if answer is None:
        # Refusals are described sparsely, and one vendor describes no status but 200.
        if exchange.status < 300 and partner == "github":
            yield f"the vendor describes no answer {exchange.status}"
        return
    if "$ref" in answer:
        answer = _at(told, answer["$ref"])
    if schema := _schema(answer):
        yield from _vendor_wrong(partner, told, f"answer {exchange.status}", schema, exchange.response)


def _operation(partner: str, told: Mapping[str, Any], exchange: Exchange) -> Mapping[str, Any] | None:
    for path, operations in told["paths"].items():
        named = path
        for theirs, ours in RENAMED.get(partner, {}).items():
            named = named.replace(theirs, ours)
        if named == exchange.route:
            found: Mapping[str, Any] | None = operations.get(exchange.method.lower())
            return found
    return None


def _by_parameters(told: Mapping[str, Any], described: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
    """A vendor that is not told of a parameter drops it without a word, so each has to be known."""
    known = {}
    for one in described.get("parameters", ()):
        parameter = _at(told, one["$ref"]) if "$ref" in one else one
        if parameter["in"] == "query":
            known[parameter["name"]] = parameter.get("schema", {})
    # ServiceNow's description leaves out the place in a list that its own reference names.
    allowed = {*known, "sysparm_offset"} if "sysparm_limit" in known else set(known)
    yield from (f"the vendor knows no parameter {name}" for name in exchange.query.keys() - allowed)
    for name, text in exchange.query.items():
        schema = known.get(name, {})
        value: Any = int(text) if schema.get("type") == "integer" and text.isdigit() else text
        value = [text] if schema.get("type") == "array" else value
        errors = OAS30Validator(schema, format_checker=oas30_format_checker).iter_errors(value)
        yield from (f"parameter {name}: {error.message[:200]}" for error in errors)


def _schema(part: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = ((part or {}).get("content", {}).get("application/json", {})).get("schema")
    return found


def _at(told: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    found: Any = told
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    result: Mapping[str, Any] = found
    return result


def _vendor_wrong(
    partner: str, told: Mapping[str, Any], what: str, schema: Mapping[str, Any], value: Any
) -> Iterator[str]:
    whole = {"allOf": [schema], "components": told["components"]}
    for error in OAS30Validator(whole, format_checker=oas30_format_checker).iter_errors(value):
        path = [str(part) for part in error.absolute_path]
        known = error.instance is None and FALSE_ALARMS.get(partner, set()).intersection(path[-1:])
        if not known and [partner, *path[-2:], error.instance] not in WHOLE:
            yield f"{what} at {'.'.join(path) or 'its root'}: {error.message[:200]}"
