"""The agenda of a regular call: what has to be raised, what they have, and nothing that may not be said there."""

from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report
from tests.people import Cast
from tests.standing import StoppedClock
from tests.web.desk import page, sign_in, text

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter
from tierline.cases.agenda import agendas
from tierline.directory.actor import Actor
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def raised(cast: Cast, at: datetime, stopped_clock: StoppedClock) -> int:
    """A case of the older system's, offered to its team by the call."""
    return offered(cast, at, "Applications of Tuesday did not arrive. Were they received?")


def offered(cast: Cast, at: datetime, ask: str) -> int:
    report = a_report(
        holder="vets-gov", service="health-care-application", needs_tier=2, fault_in="enrollment-system",
        summary="Application has not arrived",
    )  # fmt: skip
    number = enter(cast.triager, report, at=at).number
    handing_off.offer(cast.triager, number, ask=ask, at=at)
    return number


def on_agenda(actor: Actor) -> tuple[list[int], list[int]]:
    found = [one for one in agendas(actor, planbook_in_force().planbook) if one.team == "es-support"]
    if not found:
        return [], []
    return [item.number for item in found[0].to_raise], [item.number for item in found[0].with_them]


def test_what_was_offered_by_the_call_waits_to_be_raised_the_promise_due_first_on_top(
    cast: Cast, at: datetime, raised: int
) -> None:
    earlier = offered(cast, at - DAY, "One more of these.")
    assert on_agenda(cast.triager) == ([earlier, raised], [])


def test_what_they_took_is_asked_after_until_it_is_solved(cast: Cast, at: datetime, raised: int) -> None:
    handing_off.acknowledge(cast.triager, raised, at=at + DAY, said="On the call, Ruth takes it.")
    assert on_agenda(cast.triager) == ([], [raised])
    working.begin(cast.triager, raised, at=at + DAY)
    working.solve(cast.triager, raised, "They were in the other queue.", at=at + 2 * DAY)
    assert on_agenda(cast.triager) == ([], [])


def test_a_case_that_becomes_restricted_is_said_on_no_call(cast: Cast, at: datetime, raised: int) -> None:
    handing_off.acknowledge(cast.triager, raised, at=at + DAY, said="On the call.")
    working.correct_facts(cast.triager, raised, flags=frozenset({"security-privacy"}), at=at + DAY)
    assert on_agenda(cast.privacy) == ([], [])
    assert on_agenda(cast.triager) == ([], [])


def test_others_read_nothing_of_it(cast: Cast, raised: int) -> None:
    assert on_agenda(cast.outsider) == ([], [])
    assert on_agenda(cast.analyst) == ([], [])


def test_the_page_and_the_text_say_what_is_asked_by_every_number(cast: Cast, at: datetime, raised: int) -> None:
    working.add_number(cast.triager, raised, "dynamics", "25-HRC-77", at=at)
    client = sign_in("triager")
    shown = text(client.get(page("calls")))
    assert "To raise (1)" in shown
    assert f"TL-{raised}" in shown
    assert "Applications of Tuesday did not arrive." in shown
    pasted = text(client.get(page("call-text", "es-support")))
    assert f"1. TL-{raised} (25-HRC-77) - Health care application (10-10EZ), Tier 2: Applications of Tuesday" in pasted


def test_a_team_that_no_call_of_ours_reaches_has_no_agenda_to_read(raised: int) -> None:
    client = sign_in("outsider")
    assert client.get(page("call-text", "es-support")).status_code == 404
    assert "None of your teams takes part in a regular call" in text(client.get(page("calls")))
