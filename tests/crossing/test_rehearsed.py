"""Records that come in from the rehearsal ServiceNow and Dynamics, over HTTP in the vendors' own formats."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import yaml
from pytest_django import Settings
from tests.crossing.test_what_crosses import kinds
from tests.jobs import do_all_due
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.cases import queries
from tierline.cases.actions import inquiring, working
from tierline.cli.rehearse import SCRIPT
from tierline.crossing.reading import read_system
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.service_now import ServiceNow

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def now(settings: Settings, stopped_clock: StoppedClock) -> Iterator[ServiceNow]:
    stopped_clock.set(FRIDAY)
    with ServiceNow("MHV Support") as desk:
        desk.clock.stand_at(FRIDAY)
        settings.TRACKERS = {
            "servicenow": {
                "kind": "servicenow",
                "address": desk.url,
                "client_id": "tierline",
                "client_secret": "rehearsal-secret",
                "queue": "MHV Support",
                "fields": {"area": "category"},
                "crossing": {"takes_in": {"source": "servicenow", "columns": {"area": "area"}}},
            }
        }
        yield desk


@pytest.fixture
def dynamics(settings: Settings, stopped_clock: StoppedClock) -> Iterator[Dynamics365]:
    stopped_clock.set(FRIDAY)
    script = yaml.safe_load(SCRIPT.read_text())
    with Dynamics365() as desk:
        desk.clock.stand_at(FRIDAY)
        desk.enter(**script["dynamics"][0])
        account = script["accounts"]["dynamics"]
        settings.TRACKERS = {
            "dynamics": {field: desk.url if value == "ADDRESS" else value for field, value in account.items()}
        }
        yield desk


def test_an_incident_of_the_staff_comes_in_and_a_task_is_answered(cast: Cast, now: ServiceNow) -> None:
    made = now.opens("Complete stays grey", "Nurse cannot complete a thread. Since 11/18/2026. Browser: Edge.")
    now.changes(made, category="Clinician portal")
    task = now.opens("Please look", table="sc_task")
    for _ in range(2):
        read_system("servicenow", at=FRIDAY)
        do_all_due(FRIDAY)
    [line] = queries.queue(cast.lead, "mhv-tier-3", "new", at=FRIDAY).lines
    view = queries.case(cast.lead, line.number, at=FRIDAY)
    assert (line.service, view.audience) == ("secure-messaging-clinician-portal", "staff")
    assert [bond.outward for bond in view.bonds] == [False]
    assert len([said for said in now.journal(task) if "INC" in said]) == 1
    now.comments(made, "She rang again.")
    read_system("servicenow", at=FRIDAY)
    assert kinds(line.number)[-1] == "partner-said"


def test_a_dynamics_case_is_begun_and_routed_to_tier_two_there(
    cast: Cast, dynamics: Dynamics365, stopped_clock: StoppedClock
) -> None:
    read_system("dynamics", at=FRIDAY)
    number = queries.number_behind(cast.lead, "HRC-HD-W1-0004419901")
    assert number is not None
    working.begin(cast.lead, number, at=FRIDAY)
    do_all_due(FRIDAY)
    [row] = dynamics.incidents.rows.values()
    assert row["statuscode"] == 1  # In Progress
    dynamics.clock.forward(minutes=1)
    at = stopped_clock.forward(minutes=1)
    inquiring.ask(cast.lead, number, "Does it show in another browser?", at=at)
    do_all_due(at)
    [row] = dynamics.incidents.rows.values()
    assert row["new_queue"] == "MHV Tier 2"
    notes = [str(note.get("notetext")) for note in dynamics.annotations.rows.values()]
    assert any("another browser" in note for note in notes)
    assert queries.case(cast.lead, number, at=at).bonds[0].verdict.health == "in-step"
