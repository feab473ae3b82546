"""Bonds for programs: read, said something over, sent again; and the door for what partners tell."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client
from tests.api.callers import caller
from tests.crossing.partner import Partner, connected
from tests.crossing.test_walking import an_issue
from tests.jobs import do_all_due
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.timeline.queries import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def github(stopped_clock: StoppedClock) -> Iterator[Partner]:
    partner = Partner()
    with connected(partner):
        yield partner


def test_the_bonds_of_a_case_are_read_with_both_sides(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    [bond] = caller(cast.lead).get(f"/cases/TL-{number}/bonds").json()["bonds"]
    assert (bond["reference"], bond["record"]["number"], bond["health"]) == (f"TL-{number}", "#1", "in-step")
    whole = caller(cast.lead).get(f"/bonds/{bond['id']}").json()
    assert [(step["kind"], step["arrived"]) for step in whole["exchange"]] == [("open", "done")]
    assert caller(cast.outsider).get(f"/bonds/{bond['id']}").status_code == 404
    assert caller(cast.outsider).get(f"/cases/TL-{number}/bonds").status_code == 404
    assert caller(cast.outsider).post(f"/bonds/{bond['id']}/say", {"text": "x"}).status_code == 404


def test_a_bond_that_is_not_well_is_listed_and_sent_again(cast: Cast, at: datetime, github: Partner) -> None:
    github.refuse = "No such project."
    an_issue(cast, at)
    lead = caller(cast.lead)
    [bond] = lead.get("/bonds").json()["bonds"]
    assert bond["health"] == "refused"
    github.refuse = ""
    assert lead.post(f"/bonds/{bond['id']}/send-again").json() == {"messages": 1}
    do_all_due(at)
    assert lead.get("/bonds").json() == {"bonds": []}
    assert len(lead.get("/bonds?all=true").json()["bonds"]) == 1


def test_what_the_guard_holds_is_told_without_the_words_and_sent_redacted(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    lead = caller(cast.lead)
    [bond] = lead.get(f"/cases/TL-{number}/bonds").json()["bonds"]
    assert lead.post(f"/bonds/{bond['id']}/say", {"text": "Ring 202-555-0143."}).status_code == 200
    do_all_due(at)
    [held] = lead.get("/outbox?state=held").json()["effects"]
    assert held["found"] == [{"where": "text", "start": 5, "end": 17, "kind": "phone"}]
    assert "redact" not in held["next_moves"]
    assert lead.post(f"/outbox/{held['id']}/send-redacted").json()["state"] == "pending"
    do_all_due(at)
    assert github.records["id-1"].notes[-1].text == "Ring [phone number]."


def test_the_door_for_webhooks_takes_what_is_signed_once(cast: Cast, at: datetime, github: Partner) -> None:
    number = an_issue(cast, at)
    github.note("id-1", "Found it.")
    headers, body = github.signed("id-1", "d-1")
    client = Client()

    def tell(path: str = "/api/webhooks/github", **other: str) -> int:
        sent = {"X-Signature": headers["x-signature"]} | other
        return client.generic("POST", path, body, content_type="application/json", headers=sent).status_code

    assert tell(**{"X-Signature": "00"}) == 401
    assert tell(path="/api/webhooks/elsewhere") == 404
    assert [tell(), tell()] == [204, 204]
    assert client.get("/api/webhooks/github").status_code == 405
    assert [fact.kind for fact in story("case", number)].count("partner-said") == 1
    large = client.post("/api/webhooks/github", "x" * 1_100_000, content_type="application/json")
    assert large.status_code == 413
