"""How the machine interface refuses strangers, outsiders, and what is malformed, too large or broken: by a problem."""

from typing import Any

import pytest
from django.db import OperationalError
from tests.api.callers import BASE, Caller, a_report, entered
from tests.downtime.crew import drafted, enter_crew
from tests.people import Cast

from tierline.api.v1 import api
from tierline.directory.actions import issue_token, revoke_token
from tierline.directory.queries import tokens_of
from tierline.foundation.clock import now

pytestmark = pytest.mark.django_db

BODIES: dict[str, Any] = {
    "PATCH /cases/{reference}": {"needs_tier": 1},
    "POST /cases": a_report(),
    "POST /cases/{reference}/notes": {"text": "hello"},
    "POST /cases/{reference}/words": {"text": "hello"},
    "POST /cases/{reference}/moves/wait": {"for_what": "an answer"},
    "POST /cases/{reference}/moves/solve": {"solution": "done"},
    "POST /cases/{reference}/moves/close": {"told": "by mail"},
    "POST /cases/{reference}/moves/reopen": {"reason": "again"},
    "POST /cases/{reference}/moves/acknowledge": {},
    "POST /cases/{reference}/moves/refuse": {"reason": "missing-facts"},
    "POST /cases/{reference}/moves/hand-back": {"reason": "missing-facts"},
    "POST /cases/{reference}/hand-offs": {"ask": "please"},
    "POST /cases/{reference}/inquiries": {"words": "Which browser?"},
    "POST /cases/{reference}/moves/tell": {"words": "It works again."},
    "POST /inquiries/{inquiry_id}/moves/refuse": {"reason": "no"},
    "POST /inquiries/{inquiry_id}/moves/pass-on": {},
    "POST /inquiries/{inquiry_id}/moves/attempt": {"outcome": "waiting"},
    "POST /inquiries/{inquiry_id}/moves/answer": {"answer": "Safari."},
    "POST /inquiries/{inquiry_id}/moves/give-up": {},
    "POST /inquiries/{inquiry_id}/moves/pass-back": {},
    "PUT /cases/{reference}/reporter": {"name": "Tamsin", "contact": "tamsin@mail.example"},
    "POST /inquiries/{inquiry_id}/moves/take-mail": {"fact": 1},
    "POST /inquiries/{inquiry_id}/moves/withdraw": {"reason": "no"},
    "POST /bonds/{bond_id}/say": {"text": "Repaired?"},
    "POST /outbox/{effect_id}/rewrite": {"text": "Other words."},
    "POST /outbox/{effect_id}/send-as-it-is": {"reason": "A test."},
    "POST /downtimes": {"procedure": "user-facing", "title": "Database upgrade"},
    "PATCH /downtimes/{reference}": {"title": "Another title"},
    "POST /downtimes/{reference}/changes/preview": {"title": "Another title"},
    "POST /downtimes/{reference}/moves/submit": {},
    "POST /downtimes/{reference}/moves/approve": {"content_hash": "0" * 64},
    "POST /downtimes/{reference}/moves/reject": {"because": "No."},
    "POST /downtimes/{reference}/moves/start": {},
    "POST /downtimes/{reference}/moves/extend": {"ends": "2026-12-05T09:00:00Z", "because": "It takes longer."},
    "POST /downtimes/{reference}/moves/roll-back": {"because": "It does not come up."},
    "POST /downtimes/{reference}/moves/resume": {"because": "It does not work."},
    "POST /downtimes/{reference}/moves/conclude": {"result": "success"},
    "POST /downtimes/{reference}/moves/cancel": {"because": "Not needed."},
    "POST /downtimes/{reference}/moves/postpone": {"because": "Not ready."},
    "POST /downtimes/{reference}/moves/replan": {"starts": "2026-12-12T03:00:00Z"},
    "PUT /downtimes/{reference}/window": {
        "window": "PW1",
        "starts": "2026-12-05T03:00:00Z",
        "ends": "2026-12-05T07:00:00Z",
    },
    "POST /downtimes/{reference}/window/verify": {"window": "PW1", "right": True},
    "POST /downtimes/{reference}/conflicts": {"key": "work:DT-1", "because": "Both go."},
    "POST /downtimes/{reference}/announcements": {"moment": "day-before"},
    "POST /downtimes/{reference}/obligations/{obligation_id}/waive": {"because": "All know."},
    "POST /downtimes/{reference}/audience": {"about": "horizon-team", "kind": "waived", "because": "Nobody is there."},
    "POST /downtimes/{reference}/relays/{relay_id}": {"done": True},
    "POST /decisions": {"service": "mhv-portal", "holder": "hrc", "needs_tier": 1},
}
QUERIES = {
    "GET /cases": "?team=hrc",
    "GET /cases/{reference}/as-it-stood": "?at=2999-01-01T00:00:00Z",
    "GET /search": "?q=banner",
    "GET /downtimes/{reference}/announcements/preview": "?moment=day-before",
}


def endpoints() -> list[str]:
    paths = api.get_openapi_schema(path_prefix=f"{BASE}/")["paths"]
    return [f"{method.upper()} {path.removeprefix(BASE)}" for path, methods in paths.items() for method in methods]


def ask(by: Caller, endpoint: str, reference: str) -> Any:
    """Call an endpoint with something that fits its schema."""
    method, path = endpoint.split(" ")
    address = path.replace("{reference}", reference).replace("{attachment_id}", "1").replace("{effect_id}", "1")
    address = address.replace("{inquiry_id}", "1").replace("{bond_id}", "1")
    address = address.replace("{obligation_id}", "1").replace("{relay_id}", "1")
    if endpoint == "POST /cases/{reference}/attachments":
        from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415 - needed here only

        file = SimpleUploadedFile("a.txt", b"seen")
        return by.client.post(BASE + address, {"file": file}, headers=by.headers)
    return by.call(method, address + QUERIES.get(endpoint, ""), BODIES.get(endpoint), if_match='"1"')


def is_a_problem(answer: Any, status: int, kind: str) -> bool:
    said = answer.json()
    return bool(
        answer.status_code == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and said["type"] == f"urn:tierline:problem:{kind}"
        and said["status"] == status
        and said["title"]
        and said["detail"]
    )


@pytest.mark.parametrize("endpoint", endpoints())
def test_nobody_comes_in_without_a_key(endpoint: str) -> None:
    answer = ask(Caller(None), endpoint, "DT-1" if of_downtimes(endpoint) else "TL-1")
    assert is_a_problem(answer, 401, "no-key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="tierline"'


def of_downtimes(endpoint: str) -> bool:
    return "/downtimes/" in endpoint


@pytest.mark.parametrize("endpoint", [one for one in endpoints() if of_downtimes(one)])
def test_an_outsider_does_not_learn_that_there_is_a_downtime(endpoint: str, cast: Cast, outsider: Caller) -> None:
    reference = f"DT-{drafted(enter_crew(), now())}"
    there, nowhere = ask(outsider, endpoint, reference), ask(outsider, endpoint, "DT-999999999")
    assert is_a_problem(there, 404, "not-found"), there.content
    assert there.json()["detail"].replace(reference, "") == nowhere.json()["detail"].replace("DT-999999999", "")


@pytest.mark.parametrize("endpoint", [one for one in endpoints() if "{" in one and not of_downtimes(one)])
def test_an_outsider_does_not_learn_that_there_is_a_case(endpoint: str, agent: Caller, outsider: Caller) -> None:
    reference = entered(agent)
    there, nowhere = ask(outsider, endpoint, reference), ask(outsider, endpoint, "TL-999999999")
    assert is_a_problem(there, 404, "not-found"), there.content
    assert there.json()["detail"].replace(reference, "") == nowhere.json()["detail"].replace("TL-999999999", "")


def test_an_outsider_finds_nothing_in_lists(agent: Caller, outsider: Caller) -> None:
    entered(agent)
    assert outsider.get("/search?q=banner").json()["cases"] == []
    assert outsider.get("/outbox").json()["effects"] == []
    assert outsider.get("/cases?team=hrc").status_code == 403


def test_a_revoked_key_opens_nothing(cast: Cast) -> None:
    by = Caller(issue_token(cast.agent, label="soon gone", at=now()))
    assert by.get("/me").status_code == 200
    revoke_token(cast.agent, tokens_of(cast.agent)[0][0], at=now())
    assert by.get("/me").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer tl_wrong", "Basic dGw6dGw=", "Bearer tl_\xff", "tl_x"]
)
def test_what_is_no_key_opens_nothing(header: str, cast: Cast) -> None:
    by = Caller(None)
    assert is_a_problem(by.get("/me", authorization=header), 401, "no-key")


def test_there_is_a_problem_for_an_address_that_is_not(agent: Caller) -> None:
    assert is_a_problem(agent.get("/zeppelins"), 404, "not-found")
    assert is_a_problem(agent.get("/cases/TL-1/zeppelins"), 404, "not-found")
    assert is_a_problem(agent.get("/cases/"), 404, "not-found")


def test_there_is_a_problem_for_a_method_that_is_not(agent: Caller) -> None:
    answer = agent.call("DELETE", "/cases/TL-1")
    assert is_a_problem(answer, 405, "no-such-method")
    assert answer.headers["Allow"] == "GET, PATCH"


@pytest.mark.parametrize("reference", ["1", "TL-0", "TL-01", "tl-1", "TL-9999999999999999999", "TL-%00", "TL-1%0a"])
def test_what_is_no_reference_is_refused(agent: Caller, reference: str) -> None:
    assert agent.get(f"/cases/{reference}").status_code in (404, 422)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1", b"\xff", b'{"a": NaN}', b'{"summary": "\\ud800"}', b"[" * 100_000, b"1" * 5000]
)
def test_a_body_that_is_no_json_or_no_report_is_refused(agent: Caller, body: bytes) -> None:
    answer = agent.client.post(f"{BASE}/cases", data=body, content_type="application/json", headers=agent.headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_not_sent_as_json_is_refused(agent: Caller) -> None:
    answer = agent.client.post(f"{BASE}/cases", data="{}", content_type="text/plain", headers=agent.headers)
    assert is_a_problem(answer, 415, "unsupported-media-type")


def test_what_is_too_large_is_refused_before_it_is_read(agent: Caller) -> None:
    answer = agent.post("/cases", a_report(answers={f"answer-{n}": "x" * 20_000 for n in range(20)}))
    assert is_a_problem(answer, 413, "too-large")
    upload = agent.client.generic(
        "POST",
        f"{BASE}/cases/TL-1/attachments",
        b"x" * (11 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
        headers=agent.headers,
    )
    assert is_a_problem(upload, 413, "too-large")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"summary": ""}, "body.summary"),
        ({"summary": "x" * 201}, "body.summary"),
        ({"summary": "two\nlines"}, "body.summary"),
        ({"description": "nul \x00"}, "body.description"),
        ({"needs_tier": 5}, "body.needs_tier"),
        ({"needs_tier": True}, "body.needs_tier"),
        ({"flags": ["secret"]}, "body.flags.0"),
        ({"numbers": [{"system": "nsd", "number": "x" * 81}]}, "body.numbers.0.number"),
        ({"answers": {"Not a slug": "x"}}, "body.answers.Not a slug.[key]"),
        ({"sumary": "misspelt"}, "body.sumary"),
    ],
)
def test_a_report_that_does_not_fit_is_told_field_by_field(agent: Caller, change: dict[str, Any], where: str) -> None:
    answer = agent.post("/cases", a_report(**change))
    assert is_a_problem(answer, 422, "invalid")
    assert where in [error["where"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("query", ["team=hrc&tba=new", "team=hrc&team=hrc", "team=hrc&tab=old", "team=hrc&cursor=1"])
def test_a_question_that_does_not_fit_is_refused(agent: Caller, query: str) -> None:
    assert is_a_problem(agent.get(f"/cases?{query}"), 422, "invalid")


def test_every_cursor_that_fits_is_some_place_in_the_queue(agent: Caller) -> None:
    entered(agent)
    for cursor, seen in (("0" * 32, 1), ("f" * 32, 0)):
        assert len(agent.get(f"/cases?team=hrc&tab=new&cursor={cursor}").json()["cases"]) == seen


def test_what_breaks_inside_is_not_shown(agent: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierline.cases.queries.case", lambda *_, **__: 1 / 0)
    answer = agent.get("/cases/TL-1")
    assert is_a_problem(answer, 500, "broken")
    assert b"ZeroDivision" not in answer.content


def test_a_lost_database_is_said_to_be_lost(agent: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("tierline.cases.queries.case", lost)
    answer = agent.get("/cases/TL-1")
    assert is_a_problem(answer, 503, "out-of-reach")
    assert answer.headers["Retry-After"] == "30"
