"""What is Dynamics' own: first touch, routing, closing, lengths, delta links, and the vendor's names of columns."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.trackers.partners import TIER_3, DynamicsPartner, dynamics_partner
from tests.trackers.schema.dynamics import VENDORS
from tests.trackers.validation import specs, violations

from tierline.channels.channel import Delivered, NotConnected, Refused, TryAgain
from tierline.rehearsal.dataverse_organisation import STATUS_REASONS
from tierline.rehearsal.faults import Answering, Throttled
from tierline.trackers.dataverse.account import STATUSES, Account
from tierline.trackers.dataverse.columns import fitted, quoted
from tierline.trackers.tracker import Changes, Conflicting, ReadsChanges, Record, Stage

OWN = {
    "first_touch": {"owner": "Tier 3"},
    "routes": {"Tier II": {"action": "org_RouteToTierII", "parameters": {}}, "Elsewhere": {"queue_row": TIER_3}},
    "queues": ["MHV Tier 3", "Tier II"],
}


@pytest.fixture
def dynamics() -> Iterator[DynamicsPartner]:
    with dynamics_partner(**OWN) as running:
        running.desk.actions["org_RouteToTierII"] = {"new_queue": "Tier II"}
        yield running
        assert violations(running.desk) == []


def opened(partner: DynamicsPartner, key: str = "k", **more: Any) -> dict[str, Any]:
    answer = partner.tracker.deliver(key, partner.message(**more))
    assert isinstance(answer, Delivered), answer
    return dict(answer.evidence)


def read(partner: DynamicsPartner, record: str) -> Record:
    found = partner.tracker.read(record)
    assert isinstance(found, Record), found
    return found


def changes(partner: DynamicsPartner, cursor: str) -> Changes:
    assert isinstance(partner.tracker, ReadsChanges)
    found = partner.tracker.changes(cursor)
    assert isinstance(found, Changes), found
    return found


def test_the_first_thing_said_takes_the_case_in_hand(dynamics: DynamicsPartner) -> None:
    case = dynamics.person_opens("White page")
    assert read(dynamics, case).stage is Stage.NEW
    dynamics.tracker.deliver("say", {"verb": "say", "record": case, "text": "Looking."})
    found = read(dynamics, case)
    assert (found.status, found.owner) == ("In Progress", "Tier Three")


def test_a_case_somebody_has_in_hand_keeps_its_owner(dynamics: DynamicsPartner) -> None:
    other = "11111111-0000-4000-8000-000000000004"
    dynamics.desk.person(other, "Somebody Else")
    case = dynamics.person_opens("White page")
    dynamics.desk.edit(case, **{"statuscode": 1, "ownerid@odata.bind": f"/systemusers({other})"})
    dynamics.tracker.deliver("say", {"verb": "say", "record": case, "text": "Looking."})
    assert read(dynamics, case).owner == "Somebody Else"


def test_routing_back_to_tier_two_is_the_action_the_account_names(dynamics: DynamicsPartner) -> None:
    case = opened(dynamics)["id"]
    move = {
        "verb": "move",
        "record": case,
        "queue": "Tier II",
        "stage": "on-hold",
        "follow_up_at": "2026-11-27T12:00:00Z",
    }
    assert isinstance(dynamics.tracker.deliver("m", move), Delivered)
    found = read(dynamics, case)
    assert (found.queue, found.status) == ("Tier II", "On Hold")
    assert found.particulars["follow-up-at"] == "2026-11-27T12:00:00Z"


def test_a_queue_item_is_made_for_a_queue_that_has_a_row(dynamics: DynamicsPartner) -> None:
    case = opened(dynamics)["id"]
    dynamics.tracker.deliver("m", {"verb": "move", "record": case, "queue": "Elsewhere"})
    assert dynamics.desk.queue_items[case] == TIER_3


def test_a_case_is_resolved_by_its_action_with_words(dynamics: DynamicsPartner) -> None:
    case = opened(dynamics)["id"]
    solve = {"verb": "move", "record": case, "status": "Problem Solved", "close_notes": "Clear the cache."}
    assert isinstance(dynamics.tracker.deliver("m", solve), Delivered)
    assert dynamics.desk.resolutions[case]["description"] == "Clear the cache."
    back = {"verb": "move", "record": case, "stage": "in-progress"}
    assert isinstance(dynamics.tracker.deliver("m2", back), Delivered)
    assert read(dynamics, case).status == "In Progress"


def test_a_solution_is_not_put_over_what_somebody_changed(dynamics: DynamicsPartner) -> None:
    evidence = opened(dynamics)
    dynamics.desk.edit(evidence["id"], prioritycode=1)
    solve = {"verb": "move", "record": evidence["id"], "stage": "solved", "if_revision": evidence["revision"]}
    assert isinstance(dynamics.tracker.deliver("m", solve), Conflicting)
    assert read(dynamics, evidence["id"]).stage is not Stage.SOLVED


def test_what_does_not_fit_is_cut_and_said_and_the_whole_text_is_in_a_note(dynamics: DynamicsPartner) -> None:
    evidence = opened(dynamics, title="x" * 300, text="y" * 5000)
    assert evidence["cut"] == ["title", "description"]
    found = read(dynamics, evidence["id"])
    assert len(found.title) == 200
    assert found.title.endswith(" characters more]")
    assert len(found.text) == 2000
    assert [note.text for note in found.notes] == ["y" * 5000]


@pytest.mark.parametrize("length", [2, 10, 30, 50, 200])
def test_nothing_is_longer_than_its_column(length: int) -> None:
    for size in (1, length - 1, length, length + 1, 10 * length, 3000):
        assert len(fitted("x" * size, length)) <= length
    assert fitted("x" * length, length) == "x" * length


def test_a_number_with_a_quotation_mark_asks_for_that_number_only(dynamics: DynamicsPartner) -> None:
    dynamics.desk.enter(title="One", ticketnumber="O'Hara' or ticketnumber ne '", new_queue="MHV Tier 3")
    dynamics.person_opens("Another")
    assert read(dynamics, "O'Hara' or ticketnumber ne '").title == "One"
    assert quoted("a'b") == "'a''b'"


def test_fields_without_a_column_are_in_the_text(dynamics: DynamicsPartner) -> None:
    found = read(dynamics, opened(dynamics, fields={"area": "Pharmacy", "severity": "High"})["id"])
    assert found.particulars == {"area": "Pharmacy"}
    assert "severity: High" in found.text


def test_a_status_the_account_does_not_name_is_refused_with_those_it_knows(dynamics: DynamicsPartner) -> None:
    case = opened(dynamics)["id"]
    answer = dynamics.tracker.deliver("m", {"verb": "move", "record": case, "status": "Pondering"})
    assert isinstance(answer, Refused)
    assert "On Hold" in answer.because


def test_a_day_to_follow_up_at_that_is_none_is_refused(dynamics: DynamicsPartner) -> None:
    case = opened(dynamics)["id"]
    answer = dynamics.tracker.deliver("m", {"verb": "move", "record": case, "follow_up_at": "soon"})
    assert isinstance(answer, Refused)
    assert "soon" in answer.because


def test_a_case_is_found_by_its_key_where_the_account_has_no_column_for_it() -> None:
    with dynamics_partner(key_column="") as dynamics:
        opened(dynamics, "case-9:open")
        found = dynamics.tracker.find("case-9:open")
        assert isinstance(found, Record)
        assert found.key == "case-9:open"


def test_an_expired_delta_link_leads_to_a_full_reading_that_is_said(dynamics: DynamicsPartner) -> None:
    case = dynamics.person_opens("Old")
    cursor = changes(dynamics, "").cursor
    dynamics.desk.clock.forward(days=90)
    dynamics.desk.expire_delta_links()
    found = changes(dynamics, cursor)
    assert [record.id for record in found.records] == [case]
    assert "read again" in found.remark
    assert changes(dynamics, found.cursor).records == []


def test_a_case_that_left_our_queues_is_not_read_and_a_deleted_one_is_told(dynamics: DynamicsPartner) -> None:
    case = dynamics.person_opens("White page")
    other = dynamics.desk.enter(title="Payroll", new_queue="Somewhere")
    cursor = changes(dynamics, "").cursor
    dynamics.desk.edit(other, title="Payroll again")
    dynamics.desk.delete(dynamics.desk.incidents, case)
    [gone] = changes(dynamics, cursor).records
    assert (gone.id, gone.stage, gone.status) == (case, Stage.CANCELLED, "deleted")


def test_a_note_is_seen_although_it_does_not_change_its_case(dynamics: DynamicsPartner) -> None:
    case = dynamics.person_opens("White page")
    cursor = changes(dynamics, "").cursor
    dynamics.desk.clock.forward(minutes=5)
    dynamics.desk.says(case, "Called back.", by=TIER_3)
    found = changes(dynamics, cursor)
    [record] = found.records
    assert [(note.text, note.author) for note in record.notes] == [("Called back.", "Tier Three")]
    assert changes(dynamics, found.cursor).records == []


def test_notes_may_live_in_a_column_and_are_added_once() -> None:
    column = {"attribute": "new_casenotes", "length": 400}
    with dynamics_partner(notes_column=column, fields={}) as dynamics:
        case = opened(dynamics)["id"]
        say = {"verb": "say", "record": case, "text": "First."}
        dynamics.tracker.deliver("s1", say)
        again = dynamics.tracker.deliver("s1", {**say, "attempt": 2})
        assert isinstance(again, Delivered)
        assert again.evidence["found"]
        dynamics.tracker.deliver("s2", {**say, "text": "Second. " * 60})
        notes = dynamics.desk.incidents.rows[case]["new_casenotes"]
        assert len(notes) <= 400
        assert notes.startswith("…") or "characters more" in notes
        assert violations(dynamics.desk) == []


def test_a_refused_sign_in_is_not_connected(dynamics: DynamicsPartner) -> None:
    dynamics.desk.client = ("tierline", "changed")
    answer = dynamics.tracker.deliver("k", dynamics.message())
    assert isinstance(answer, NotConnected)
    assert "client_secret" in answer.because


def test_the_limits_of_the_service_are_a_pause(dynamics: DynamicsPartner) -> None:
    dynamics.desk.faults.next(Throttled(31), path="incidents")
    assert dynamics.tracker.deliver("k", dynamics.message()) == TryAgain(
        "Dynamics asks for a pause: too many requests.", 31.0
    )


def test_a_link_to_another_host_is_not_followed(dynamics: DynamicsPartner) -> None:
    page = {"value": [], "@odata.nextLink": "https://elsewhere.example/api/data/v9.2/incidents?$skiptoken=1"}
    dynamics.desk.faults.next(Answering(200, page), path="incidents$")
    cursor = changes(dynamics, "").cursor
    assert isinstance(dynamics.tracker, ReadsChanges)
    assert isinstance(dynamics.tracker.changes(cursor), TryAgain)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "http://crm.example", "https"),
        ("first_touch", {"status": "Nonsense"}, "Nonsense"),
        ("routes", {"A": {"action": "x", "queue_row": "y"}}, "either"),
        ("colour", "blue", "Extra"),
    ],
)
def test_an_account_that_cannot_be_meant_is_refused(field: str, value: Any, said: str) -> None:
    told = {"address": "https://crm.example", "tenant": "t", "client_id": "c", "client_secret": "s", field: value}
    with pytest.raises(ValueError, match=said):
        Account.model_validate(told)


def test_columns_and_status_reasons_are_the_vendors() -> None:
    """Held against the vendor's own description where it is there; its figures are written here, too."""
    assert {name: schema["maxLength"] for name, schema in VENDORS.items() if "maxLength" in schema} == {
        "title": 200,
        "description": 2000,
    }
    assert {status.value: status.state for status in STATUSES.values()} == {
        value: state for value, (_, state) in STATUS_REASONS.items() if value < 100_000_000
    }
    folder = specs()
    if folder is None:
        return
    described = dict(_attributes(json.loads((folder / "dataverse" / "Case.cdm.json").read_text(encoding="utf-8"))))
    for name, schema in VENDORS.items():
        assert name in described, name
        assert schema.get("maxLength") == described[name].get("maximumLength"), name
    assert described["followupby"]["dataType"] == "dateTime"
    assert described["ticketnumber"]["maximumLength"] == 100
    words = json.dumps(described["statuscode"])
    for name, status in STATUSES.items():
        assert f'"{name}", "{status.value}"' in words, name
        assert f'"{status.state}"]' in words


def _attributes(told: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every column of the description by its name in the interface."""
    if isinstance(told, dict):
        if "sourceName" in told and "name" in told:
            yield str(told["sourceName"]), told
        for part in told.values():
            yield from _attributes(part)
    elif isinstance(told, list):
        for part in told:
            yield from _attributes(part)
