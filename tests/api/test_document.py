"""The document: true by generated calls, complete, readable without a script."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from pydantic_core import to_json
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema
from tests.api.callers import BASE, Caller, key_of
from tests.people import Cast

from tierline.api import asked, downtime_asked, downtime_told, told
from tierline.api.document import with_words
from tierline.api.fields import Asked, Told
from tierline.api.v1 import api
from tierline.plans.loading import SHIPPED, load_planbook

pytestmark = pytest.mark.django_db
GENERATED = """
[phases.stateful]
enabled = false
[generation]
max-examples = 5
deterministic = true
database = "none"
"""


def a_document() -> Any:
    return Client().get(f"{BASE}/openapi.json").json()


def generated() -> OpenApiSchema:
    """The document as a tester reads it, with the shipped plans' words and the interface called in this process."""
    told_to_testers = with_words(api.get_openapi_schema(path_prefix=f"{BASE}/"), load_planbook(SHIPPED))
    plain = json.loads(to_json(told_to_testers))
    schema = schemathesis.openapi.from_dict(plain, config=SchemathesisConfig.from_str(GENERATED))
    schema.app = WSGIHandler()
    return schema


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests leave the test's own connection open, as they do under Django's test client."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def key(cast: Cast, one_connection: None) -> str:
    """A key of somebody who takes in cases."""
    return key_of(cast.agent)


# The calls of one endpoint are meant to meet what earlier ones left behind.
@generated().parametrize()
@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_calls_find_nothing(case: "schemathesis.Case[Any]", key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})


def test_no_two_schemas_share_a_name() -> None:
    names = [
        part.__name__
        for words in (asked, told, downtime_asked, downtime_told)
        for part in vars(words).values()
        if is_schema(part)
    ]
    assert len(names) == len(set(names))


def is_schema(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, (Asked, Told)) and part not in (Asked, Told)


def test_it_lists_the_words_the_plans_in_force_know(cast: Cast) -> None:
    service = a_document()["components"]["schemas"]["NewCase"]["properties"]["service"]
    assert "prescription-refill" in service["enum"]


def test_every_endpoint_says_how_it_refuses(cast: Cast) -> None:
    for path, methods in a_document()["paths"].items():
        for operation in methods.values():
            refusals = {status for status in operation["responses"] if status >= "400"}
            assert {"400", "401", "403", "404", "409", "413", "422", "500", "503"} <= refusals, path
            assert operation["summary"]
            assert operation["description"]


def test_people_read_it_without_a_script_and_without_another_site(cast: Cast) -> None:
    page = Client().get(f"{BASE}/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script" not in text
    assert "style=" not in text
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert text.count("<h3 ") == sum(len(methods) for methods in a_document()["paths"].values())
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_document_needs_no_key_and_the_root_is_its_page() -> None:
    assert Client().get(f"{BASE}/").status_code == 200
    assert Caller(None).get("/openapi.json").status_code == 200
