"""The OpenAPI document as it is served: as JSON for programs, as a page for people that needs no script.

Written once for each planbook version and kept; refuses nothing, for it says nothing about any case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from ninja import NinjaAPI
from pydantic_core import to_json

from tierline.api.document import with_words
from tierline.foundation.trouble import NotFound
from tierline.plans.queries import planbook_in_force, planbook_version

ROOT = "/api/v1/"


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One parameter or body field as the page shows it."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """One endpoint as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: SafeString
    fields: tuple[FieldShown, ...]
    answers: tuple[tuple[int, str], ...]


def as_json(request: HttpRequest, api: NinjaAPI) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
    """``openapi.json``."""
    return HttpResponse(to_json(_document(api, _version())), content_type="application/json")


def as_page(request: HttpRequest, api: NinjaAPI) -> HttpResponse:  # noqa: ARG001 - Django's form of a view
    """The same for people."""
    return HttpResponse(_page(api, _version()))


def _version() -> int | None:
    try:
        return planbook_in_force().version
    except NotFound:
        return None


@lru_cache(maxsize=2)
def _document(api: NinjaAPI, version: int | None) -> dict[str, Any]:
    planbook = planbook_version(version).planbook if version else None
    return with_words(api.get_openapi_schema(path_prefix=ROOT), planbook)


@lru_cache(maxsize=2)
def _page(api: NinjaAPI, version: int | None) -> str:
    groups: dict[str, list[EndpointShown]] = {}
    for endpoint, tag in _endpoints(_document(api, version)):
        groups.setdefault(tag, []).append(endpoint)
    return render_to_string(
        "tierline/api.html",
        {"introduction": [_with_code(one) for one in api.description.split("\n\n")], "groups": groups},
    )


def _endpoints(document: dict[str, Any]) -> Iterator[tuple[EndpointShown, str]]:
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            endpoint = EndpointShown(
                anchor=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=_with_code(operation.get("description", "")),
                fields=(*_parameters(operation), *_body(operation, schemas)),
                answers=tuple((int(status), said["description"]) for status, said in operation["responses"].items()),
            )
            yield endpoint, operation["tags"][0]


def _with_code(text: str) -> SafeString:
    """Plain text as HTML; words between backticks are code."""
    plain, code = "{}", "<code>{}</code>"
    parts = text.split("`")
    return format_html("".join(code if turn % 2 else plain for turn in range(len(parts))), *parts)


def _parameters(operation: dict[str, Any]) -> Iterator[FieldShown]:
    for one in operation["parameters"]:
        about = one.get("description", "")
        yield FieldShown(one["name"], one["in"], _kind(one["schema"]), one["required"], about)


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> Iterator[FieldShown]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = _resolved(content["schema"], schemas)
        for name, field in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            yield FieldShown(name, "body", _kind(field), required, field.get("description", ""))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    found: dict[str, Any] = schemas[reference.rsplit("/", 1)[-1]] if reference else schema
    return found


def _kind(schema: dict[str, Any]) -> str:
    """A field's type in a few words: ``string, up to 200 characters``."""
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    words = [str(schema.get("format") or schema.get("type", "any"))]
    if "enum" in schema:
        words = [f"one of {', '.join(map(str, schema['enum']))}"]
    if "items" in schema:
        words = [f"list of {_kind(schema['items'])}"]
    if "maxLength" in schema and "enum" not in schema:
        words.append(f"up to {schema['maxLength']:,} characters")
    return ", ".join(words)
