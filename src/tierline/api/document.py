"""The OpenAPI document: what ninja writes, with what it leaves out.

Adds the problems every endpoint can answer, the headers, and the words that count: services, systems and teams of
the planbook in force. Nothing here is done per call; the document is written when somebody asks for it.
"""

from collections.abc import Iterator
from typing import Any, Final

from ninja.openapi.schema import OpenAPISchema

from tierline.api.fields import NAMED
from tierline.api.problems import MEDIA_TYPE, Problem
from tierline.plans.facts import UNKNOWN, USER
from tierline.plans.planbook import Planbook

INTRODUCTION: Final = """\
Cases, their hand-offs, planned downtimes and the plans that decide about them, for programs.

Every call carries a key of a person (`Authorization: Bearer tl_...`, made on the account page) and may do what that
person may. What somebody may not know of is answered 404.

Every refusal is a problem (RFC 9457) whose `detail` says what now: 422 when the call itself has to be mended, 409 when
the case, as it stands now, does not allow it.

Lists are walked with the cursor in `next`. A case's `version` is its ETag; corrections need it in `If-Match`, so that
nobody overwrites what they have not seen. A downtime's ETag is its revision.
A creation sent with an `Idempotency-Key` can be sent again safely for 24
hours. Bodies are JSON up to 256 KiB, files up to 10 MiB.
"""
PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
_ALWAYS: Final = {
    400: "The call cannot be read",
    401: "No good key",
    403: "Not allowed",
    404: "No such thing, or not for this caller",
    409: "Not as things stand now",
    413: "Too large",
    422: "Does not fit the schema, or cannot be used",
    500: "Broken on our side",
    503: "The database is out of reach",
}
_WITH_BODY: Final = {415: "Not the content type this address takes"}


def completed(document: OpenAPISchema) -> OpenAPISchema:
    """The document with problems and headers."""
    schemas = document["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for operation in _operations(document):
        possible = _ALWAYS | (_WITH_BODY if "requestBody" in operation else {})
        for status, description in possible.items():
            operation["responses"][status] = {
                "description": description,
                "content": {MEDIA_TYPE: {"schema": PROBLEM_REF}},
            }
        for parameter in operation["parameters"]:
            parameter["schema"] = _never_null(parameter["schema"])
        operation["responses"][401]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    return document


def with_words(document: OpenAPISchema, planbook: Planbook | None) -> OpenAPISchema:
    """The document with the words a planbook knows, field by field; without one any slug will do."""
    words = _words_of(planbook) if planbook else {}
    for node in _nodes(document):
        kind = node.pop(NAMED, None)
        if words.get(kind):
            node["enum"] = words[kind]
    return document


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not sent; there is no word for null in an address or a header."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    rest = {key: said for key, said in schema.items() if key not in ("anyOf", "default")}
    return {**kinds[0], **rest} if len(kinds) == 1 else schema


def _operations(document: OpenAPISchema) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for inner in list(part.values()):
            yield from _nodes(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _nodes(inner)


def _words_of(planbook: Planbook) -> dict[str, list[str]]:
    return {
        "services": sorted(planbook.services),
        "systems": sorted({*planbook.systems, UNKNOWN, USER}),
        "services-and-systems": sorted({*planbook.services, *planbook.systems}),
        "teams": sorted(planbook.teams),
        "procedures": sorted({each.id for file in planbook.files for each in file.plan.downtime.procedures}),
        "impacts": list(planbook.impacts),
        "severities": list(planbook.severities),
    }
