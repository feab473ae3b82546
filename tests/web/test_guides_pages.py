"""The guides: written from the plans for everybody, kept up with advice by those who support the service."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cases.reports import a_report
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.cases.actions import handing_off
from tierline.cases.actions.entering import enter
from tierline.foundation.trouble import Conflict, NotAllowed, NotFound, Unusable
from tierline.guides.actions import MOST, end_advice, write_advice
from tierline.guides.queries import advice_on, services_with_advice
from tierline.plans.loading import load_planbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
HELD = "The gateway is down until tonight; tell callers to try again tomorrow."


def kept(cast: Cast, at: datetime, **other: Any) -> int:
    said: dict[str, Any] = {"team": "vets-gov", "kind": "hold", "text": HELD, "until": at.date(), "at": at}
    return write_advice(cast.triager, "secure-messaging", **(said | other))


@pytest.mark.parametrize("service", sorted(load_planbook().services))
def test_every_service_has_a_guide_that_is_light_enough(cast: Cast, service: str) -> None:
    client = sign_in("agent")
    shown = text(client.get(page("guide", service)))
    assert "Who takes what" in shown
    assert len(shown) < 150_000
    assert f'href="{page("guide", service)}"' in text(client.get(page("guides")))


def test_the_guide_tells_who_takes_what_with_its_sources_and_marks_the_gaps(cast: Cast) -> None:
    shown = text(sign_in("agent").get(page("guide", "secure-messaging")))
    assert "unless the fault is in MHV API or MHV on VA.gov" in shown
    assert "hands it to Vets.gov support (Tier 2) by ticket in Microsoft Dynamics" in shown
    assert "Engineers look in the logs of that hour" in shown
    assert 'href="/plans/mhv-rx-sm/#c-triage-first"' in shown
    assert "what the exceptions are is not said" in shown


def test_there_is_no_guide_to_a_service_no_plan_names(cast: Cast) -> None:
    assert sign_in("agent").get(page("guide", "tea")).status_code == 404


def test_advice_is_written_shown_on_guide_intake_and_hand_off_and_taken_off(cast: Cast, at: datetime) -> None:
    client = sign_in("triager")
    sent = {"team": "vets-gov", "kind": "hold", "text": HELD, "until": at.date().isoformat()}
    assert client.post(page("guide-advice", "secure-messaging"), sent).status_code == 302
    number = enter(cast.agent, a_report(service="secure-messaging", needs_tier=2), at=at).number
    front = sign_in("agent")
    intake = {"step": "ask", "service": "secure-messaging", "needs_tier": "2", "holder": "hrc"}
    for shown in (
        front.get(page("guide", "secure-messaging")),
        front.post(page("intake"), intake),
        front.get(page("case-hand-off", number)),
    ):
        assert HELD in text(shown)
        assert "Do not escalate now" in text(shown)
    assert HELD not in text(front.post(page("intake"), intake | {"service": "prescription-refill"}))
    [one] = advice_on(cast.triager, "secure-messaging", at=at)
    assert client.post(page("guide-advice-end", "secure-messaging", one.id)).status_code == 302
    assert HELD not in text(client.get(page("guide", "secure-messaging")))


def test_advice_ends_by_itself_with_its_day(cast: Cast, at: datetime) -> None:
    kept(cast, at)
    assert services_with_advice(cast.agent, at=at) == {"secure-messaging": 1}
    [one] = advice_on(cast.agent, "secure-messaging", at=at)
    assert one.until == at.date()
    assert advice_on(cast.agent, "secure-messaging", at=at + timedelta(days=1)) == ()
    assert services_with_advice(cast.agent, at=at + timedelta(days=1)) == {}


def test_only_a_team_that_supports_the_service_keeps_its_own_advice(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        kept(cast, at, team="mhv-support")
    with pytest.raises(NotAllowed):
        write_advice(cast.agent, "appointments", team="hrc", kind="hold", text="x", until=at.date(), at=at)
    number = kept(cast, at)
    with pytest.raises(NotAllowed, match="advice of Vets"):
        end_advice(cast.agent, "secure-messaging", number, at=at)


def test_an_outsider_reads_the_plans_part_and_no_advice(cast: Cast, at: datetime) -> None:
    number = kept(cast, at)
    client = sign_in("outsider")
    shown = text(client.get(page("guide", "secure-messaging")))
    assert "Who takes what" in shown
    assert HELD not in shown
    assert "Write advice" not in shown
    assert "to know now" not in text(client.get(page("guides")))
    sent = {"team": "vets-gov", "kind": "hold", "text": "Stay away.", "until": at.date().isoformat()}
    assert client.post(page("guide-advice", "secure-messaging"), sent).status_code == 403
    assert client.post(page("guide-advice-end", "secure-messaging", number)).status_code == 404
    assert len(advice_on(cast.agent, "secure-messaging", at=at)) == 1
    with pytest.raises(NotFound):
        end_advice(cast.outsider, "secure-messaging", number, at=at)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": "  "}, "it was empty"),
        ({"text": "x" * 501}, "Keep it under"),
        ({"kind": "rumour"}, "Say what it is"),
        ({"until": date(2020, 1, 1)}, "That day is over"),
        ({"until": date(2029, 1, 1)}, "within a year"),
    ],
)
def test_advice_that_helps_nobody_is_refused(cast: Cast, at: datetime, wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(Unusable, match=told):
        kept(cast, at, **wrong)


def test_what_was_typed_stays_through_a_refusal(cast: Cast, at: datetime) -> None:
    sent = {"team": "vets-gov", "kind": "work-around", "text": "Use another browser.", "until": "tomorrow"}
    answer = sign_in("triager").post(page("guide-advice", "secure-messaging"), sent)
    assert answer.status_code == 422
    assert "Use another browser.</textarea>" in text(answer)


def test_more_advice_than_anybody_reads_is_refused(cast: Cast, at: datetime) -> None:
    for _ in range(MOST):
        kept(cast, at)
    with pytest.raises(Conflict, match="End one"):
        kept(cast, at)


def test_a_guide_and_the_list_take_few_statements_however_much_stands_on_them(cast: Cast, at: datetime) -> None:
    for _ in range(5):
        kept(cast, at)
    for _ in range(3):
        number = enter(cast.agent, a_report(service="secure-messaging", needs_tier=2), at=at).number
        handing_off.offer(cast.agent, number, ask="Please look.", at=at)
        handing_off.refuse(cast.triager, number, "missing-facts", at=at)
    client = sign_in("agent")
    for name, most in ((page("guide", "secure-messaging"), 7), (page("guides"), 5)):
        client.get(name)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(name)
        assert len(asked) <= most, [query["sql"][:80] for query in asked]
