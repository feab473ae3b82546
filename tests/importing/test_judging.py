"""Rows judged by the shipped mapping and plans: accepted with a decision, duplicate, or refused with what to mend."""

import pytest
from tests.importing.exports import THOROUGH, a_row, as_csv, judge_one, judged

from tierline.cases.importing.mapping import load_source
from tierline.foundation.trouble import Unusable
from tierline.plans.decision import Outcome


@pytest.mark.parametrize(
    ("area", "sub_area", "service", "outcome", "to"),
    [
        ("Secure Messaging", "Inbox", "secure-messaging", Outcome.HAND_OFF, "secure-messaging-team"),
        ("Pharmacy", "Dates", "prescription-refill", Outcome.HAND_OFF, "medications-team"),
        ("Medical Records", "Labs", "medical-records", Outcome.HAND_OFF, "medical-records-team"),
        ("Portal", "Landing page", "mhv-portal", Outcome.HAND_OFF, "portal-team"),
        ("Portal", "Sign-in", "sign-in", Outcome.OUT_OF_SCOPE, "identity-team"),
        ("Appointments", "List", "appointments", Outcome.OUT_OF_SCOPE, None),
        ("Claims", "Status", "claim-status", Outcome.OUT_OF_SCOPE, None),
        ("Health care application", "Submission", "health-care-application", Outcome.OUT_OF_SCOPE, "vets-gov"),
        (
            "Secure Messaging",
            "Triage group membership",
            "triage-group-membership",
            Outcome.OUT_OF_SCOPE,
            "facility-coordinator",
        ),
        ("Pharmacy", "Security/Privacy", "prescription-refill", Outcome.RESTRICTED, None),
        (
            " secure  messaging ",
            "CLINICIAN PORTAL",
            "secure-messaging-clinician-portal",
            Outcome.HAND_OFF,
            "staff-portals-team",
        ),
    ],
)
def test_area_and_sub_area_say_the_service_and_the_plans_the_rest(
    area: str, sub_area: str, service: str, outcome: Outcome, to: str | None
) -> None:
    row = judge_one(area=area, sub_area=sub_area, description=THOROUGH)
    assert row.status == "accepted"
    assert row.incoming is not None
    assert row.decision is not None
    assert (row.incoming.facts.service, row.decision.outcome, row.decision.to) == (service, outcome, to)


@pytest.mark.parametrize(
    "text",
    [
        "Says the page showed another patient's messages.",
        "Says the page showed anotehr patient's messages.",
        "Opened the inbox and saw someone else's lab results.",
        "There are messages of another Veteran in the folder.",
        "Caller speaks of a privacy breach.",
    ],
)
def test_somebody_elses_data_on_the_page_restricts_whatever_the_sub_area(text: str) -> None:
    row = judge_one(description=f"Inbox is odd. {text}")
    assert row.decision is not None
    assert row.decision.outcome is Outcome.RESTRICTED
    assert row.decision.tell


@pytest.mark.parametrize(
    "text", ["Triage group shows messages of another team.", "Tried another browser.", "Uses another device."]
)
def test_another_team_or_browser_does_not_restrict(text: str) -> None:
    row = judge_one(description=text)
    assert row.incoming is not None
    assert not row.incoming.facts.flags


def test_a_thin_row_lacks_what_tier_3_requires_and_a_thorough_one_nothing() -> None:
    thin, thorough = judge_one().decision, judge_one(description=THOROUGH).decision
    assert thin is not None
    assert thin.outcome is Outcome.NEEDS_INFORMATION
    assert set(thin.missing) == {
        "occurred-at", "device", "browser", "operating-system", "steps-to-reproduce", "expected-behavior",
        "actual-behavior", "troubleshooting-performed",
    }  # fmt: skip
    assert thorough is not None
    assert (thorough.outcome, thorough.missing) == (Outcome.HAND_OFF, ())


def test_a_record_listed_twice_counts_once_however_it_is_written() -> None:
    rows = judged(as_csv(a_row(), a_row(record=" 25-hrc-hd-11-10000001 "), a_row(record="25-HRC-HD\u201111-10000001")))
    assert [row.status for row in rows] == ["accepted", "duplicate", "duplicate"]
    assert "line 2" in str(rows[2].reason)


def test_the_second_scheme_of_numbers_is_known() -> None:
    assert judge_one(record="HRC-HD-W1-0000137116").status == "accepted"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"record": ""}, "Record # is empty"),
        ({"record": "INC12345678"}, "no known form .* dynamics.yaml"),
        ({"entered": "yesterday"}, "Entered Queue 'yesterday' is not a time"),
        ({"entered": "02/30/2026 08:00 AM"}, "is not a time"),
        ({"area": "Parking"}, "Area 'Parking' stands for no service; .* dynamics.yaml"),
        ({"contact": "Robot"}, "Contact Type 'Robot'"),
        ({"description": "a\x00b"}, "Description holds a character that cannot be stored"),
        ({"description": "x" * 20_001}, "Description has 20,001 characters"),
        ({"owner": "x" * 121}, "Owner has 121 characters"),
    ],
)
def test_a_refusal_names_the_column_and_what_would_mend_it(wrong: dict[str, str], word: str) -> None:
    row = judge_one(**wrong)
    assert row.status == "refused"
    assert row.decision is None
    with pytest.raises(AssertionError, match=word):
        raise AssertionError(row.reason)


@pytest.mark.parametrize(
    ("written", "utc", "said"),
    [
        ("11/05/2026 09:15 AM", "2026-11-05T14:15:00+00:00", None),
        ("07/04/2026 09:15 AM", "2026-07-04T13:15:00+00:00", None),
        ("11/01/2026 01:30 AM", "2026-11-01T05:30:00+00:00", "twice"),
        ("03/08/2026 02:30 AM", "2026-03-08T07:30:00+00:00", "never was"),
    ],
)
def test_times_without_a_zone_are_eastern_and_doubtful_ones_are_said(written: str, utc: str, said: str | None) -> None:
    row = judge_one(entered=written)
    assert row.incoming is not None
    assert row.incoming.opened_at.isoformat() == utc
    assert (said or "None") in str(row.remark)


def test_an_empty_description_is_kept_and_says_so_in_its_title() -> None:
    row = judge_one(description="")
    assert row.incoming is not None
    assert row.incoming.summary == "Pharmacy / Refill: nothing was described"
    assert "summary" not in (row.incoming.facts.supplied or ())


def test_a_source_nobody_knows_is_refused_with_those_that_are() -> None:
    for name in ("dinamics", "../sources/dynamics", "/nowhere/x.yaml"):
        with pytest.raises(Unusable, match="dynamics"):
            load_source(name)
