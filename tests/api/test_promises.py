"""Promises over the machine interface: told with every case, moved by what is said of how bad it is."""

import pytest
from tests.api.callers import caller
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.plans.queries import planbook_in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

REPORT = {
    "holder": "mhv-tier-3",
    "service": "secure-messaging",
    "summary": a_report().summary,
    "impacts": ["multiple-users"],
    "reports": 4,
    "workaround": False,
}


def test_a_case_tells_its_promises_with_clause_level_and_steps(cast: Cast) -> None:
    lead = caller(cast.lead)
    reference = lead.post("/cases", REPORT).json()["reference"]
    told = lead.get(f"/cases/{reference}").json()
    assert (told["due_at"], told["due_kind"]) == ("2026-11-20T21:00:00Z", "first-response")
    first, done = told["promises"]
    assert (first["kind"], first["state"], first["level"], first["within"]) == (
        "first-response",
        "running",
        "High",
        "4 hours",
    )
    assert first["due"] == "2026-11-20T21:00:00Z"
    assert first["because"]["clause"] == "tier-3-by-impact"
    assert first["steps"] == ["Friday 20 November 2026, 12:00 EST to 16:00 EST: 4 hours counted."]
    assert done["kind"] == "resolution"
    assert (told["impacts"], told["reports"], told["workaround"]) == (["multiple-users"], 4, False)


def test_a_correction_changes_what_it_names_and_null_takes_it_back(cast: Cast) -> None:
    lead = caller(cast.lead)
    reference = lead.post("/cases", REPORT).json()["reference"]
    assert lead.patch(f"/cases/{reference}", {"reports": 12}, if_match='"1"').status_code == 200
    told = lead.get(f"/cases/{reference}").json()
    assert (told["impacts"], told["reports"], told["workaround"]) == (["multiple-users"], 12, False)
    assert lead.patch(f"/cases/{reference}", {"impacts": None, "workaround": None}, if_match='"2"').status_code == 200
    told = lead.get(f"/cases/{reference}").json()
    assert (told["impacts"], told["reports"], told["workaround"]) == ([], 12, None)
    assert told["promises"] == []
    assert told["due_at"] is None


def test_words_no_plan_asks_about_are_refused_and_the_document_lists_those_that_are(cast: Cast) -> None:
    lead = caller(cast.lead)
    refused = lead.post("/cases", REPORT | {"impacts": ["world-ends"]})
    assert refused.status_code == 422
    assert "No plan speaks of the impact 'world-ends'" in refused.json()["detail"]
    document = str(lead.get("/openapi.json").json())
    assert all(word in document for word in planbook_in_force().planbook.impacts)
