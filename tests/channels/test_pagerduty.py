"""PagerDuty: one window of a notice, read back; what differs is told; events; who is on call."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.partners import FRIDAY, KEY, WORDS, PagerDutyPartner, pagerduty_partner
from tests.trackers.validation import specs, violations

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.on_call import OnCall
from tierline.channels.pagerduty import PagerDuty
from tierline.channels.paging_windows import Window, marker_in, reference_of, revision_of
from tierline.rehearsal.faults import Answering, Unavailable


@pytest.fixture
def partner() -> Iterator[PagerDutyPartner]:
    with pagerduty_partner() as running:
        yield running
        assert running.desk.faults.armed == 0
        assert violations(running.desk) == []


def pager(partner: PagerDutyPartner) -> PagerDuty:
    assert isinstance(partner.channel, PagerDuty)
    return partner.channel


def set_window(partner: PagerDutyPartner, **more: Any) -> dict[str, Any]:
    told = partner.channel.deliver(KEY, partner.message(**more))
    assert isinstance(told, Delivered), told
    return dict(told.evidence)


def refused(partner: PagerDutyPartner, **more: Any) -> str:
    told = partner.channel.deliver(KEY, partner.message(**more))
    assert isinstance(told, Refused), told
    return told.because


def after(**amount: float) -> str:
    return (FRIDAY + timedelta(**amount)).isoformat()


def test_a_window_is_set_and_read_back(partner: PagerDutyPartner) -> None:
    evidence = set_window(partner)
    assert evidence["drift"] == []
    assert evidence["start"] == after(hours=7)
    assert evidence["services"] == ["PMEDS", "PSM"]
    read = pager(partner).window(evidence["id"])
    assert isinstance(read, Window)
    assert (read.marker, read.start.isoformat(), read.created_by) == ("[DT-1#r1]", after(hours=7), "Tierline")
    assert read.description == f"[DT-1#r1] USER_MESSAGE: {WORDS}"
    methods = [one.method for one in partner.desk.exchanges]
    assert methods == ["GET", "POST", "GET", "GET"]


def test_a_start_in_the_past_is_moved_there_and_told_as_drift(partner: PagerDutyPartner) -> None:
    evidence = set_window(partner, start=after(hours=-1))
    assert evidence["drift"] == ["start"]
    assert evidence["start"] == FRIDAY.isoformat()
    again = set_window(partner, start=after(hours=-1), attempt=2)
    assert (again["drift"], again["found"], len(partner.desk.windows)) == (["start"], True, 1)


def test_another_revision_changes_the_window_and_makes_no_second(partner: PagerDutyPartner) -> None:
    first = set_window(partner)
    second = set_window(partner, description="[DT-1#r2] USER_MESSAGE: Longer.", end=after(hours=11), services=["PMEDS"])
    assert (second["id"], second["changed"], second["drift"]) == (first["id"], True, [])
    assert second["services"] == ["PMEDS"]
    late = set_window(partner, attempt=2)
    assert late["superseded_by"] == "[DT-1#r2]"
    assert partner.held() == ["[DT-1#r2]"]


def test_after_the_start_only_the_end_changes_and_the_rest_is_drift(partner: PagerDutyPartner) -> None:
    set_window(partner)
    partner.desk.clock.forward(hours=8)
    evidence = set_window(partner, start=after(hours=8, minutes=30), end=after(hours=12), services=["PSM"])
    assert evidence["changed"] is True
    assert evidence["end"] == after(hours=12)
    assert evidence["drift"] == ["start", "services"]


def test_a_window_somebody_changed_by_hand_is_brought_back(partner: PagerDutyPartner) -> None:
    known = set_window(partner)["id"]
    partner.desk.changes_window(known, end=FRIDAY + timedelta(hours=20))
    assert set_window(partner)["end"] == after(hours=9)


def test_an_early_end_and_a_window_that_never_began(partner: PagerDutyPartner) -> None:
    end = {"verb": "end-window", "description": "", "marker": "[DT-1#r1]"}
    set_window(partner)
    assert set_window(partner, **end)["state"] == "removed"
    assert partner.desk.windows == {}
    assert set_window(partner, **end, attempt=2) == {"id": "", "state": "gone", "found": True}
    known = set_window(partner)["id"]
    partner.desk.clock.forward(hours=8)
    partner.desk.faults.next(Unavailable(), method="DELETE")
    assert isinstance(partner.channel.deliver(KEY, partner.message(**end)), TryAgain)
    ended = set_window(partner, **end, window=known)
    assert (ended["state"], ended["end"]) == ("ended", after(hours=8))
    assert set_window(partner, **end, window=known)["found"] is True
    assert "by its id, or by our marker" in refused(partner, verb="end-window", description="", marker="")


def test_what_was_set_and_not_read_back_is_found_again(partner: PagerDutyPartner) -> None:
    partner.desk.faults.next(Unavailable(), method="GET", path="/maintenance_windows/P")
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)
    assert set_window(partner, attempt=2)["found"] is True
    assert len(partner.desk.windows) == 1


def test_our_window_is_found_among_many_of_others(partner: PagerDutyPartner) -> None:
    for number in range(230):
        partner.desk.sets_window(f"By hand {number}", FRIDAY, FRIDAY + timedelta(hours=1), "PSM")
    partner.lose_the_answer()
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)
    assert set_window(partner, attempt=2)["found"] is True


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"description": "USER_MESSAGE: no marker"}, "begins with our marker"),
        ({"description": f"[DT-1#r1] {'x' * 246}"}, "has 256 characters; PagerDuty takes 255"),
        ({"start": "tomorrow"}, "each an instant"),
        ({"end": after(hours=7)}, "ends before it starts"),
        ({"services": []}, "at least one service"),
        ({"services": ["PNONE"]}, "Services is invalid"),
    ],
)
def test_a_window_that_cannot_be_is_a_sentence(partner: PagerDutyPartner, more: dict[str, Any], words: str) -> None:
    assert words in refused(partner, **more)
    assert partner.desk.windows == {}


def test_a_service_the_account_may_not_see_is_said_and_hides_no_other(partner: PagerDutyPartner) -> None:
    partner.desk.sets_window("By hand", FRIDAY, FRIDAY + timedelta(hours=1), "PSM")
    partner.desk.hidden.add("PMEDS")
    assert "sees every service" in refused(partner)
    foreign = pager(partner).foreign(["PSM", "PMEDS"])
    assert isinstance(foreign, list)
    assert [one.description for one in foreign] == ["By hand"]


def test_windows_of_others_on_our_services(partner: PagerDutyPartner) -> None:
    set_window(partner)
    partner.desk.has_service("PLAB", "Laboratory")
    partner.desk.sets_window("Theirs", FRIDAY, FRIDAY + timedelta(hours=1), "PSM", "PLAB")
    partner.desk.sets_window("Elsewhere", FRIDAY, FRIDAY + timedelta(hours=1), "PLAB")
    partner.desk.sets_window("Over", FRIDAY - timedelta(hours=2), FRIDAY, "PSM")
    foreign = pager(partner).foreign(["PSM"])
    assert isinstance(foreign, list)
    assert [one.description for one in foreign] == ["Theirs"]
    every = pager(partner).windows()
    assert isinstance(every, list)
    assert len(every) == 3
    assert pager(partner).window("PWIN999") is None


def test_the_person_changes_are_written_down_to_has_to_be_known(partner: PagerDutyPartner) -> None:
    partner.desk.people.clear()
    assert "Requester User Not Found" in refused(partner)


def test_a_pause_by_the_other_header_is_kept(partner: PagerDutyPartner) -> None:
    partner.desk.faults.next(Answering(429, {"error": {}}, {"ratelimit-reset": "12"}))
    told = partner.channel.deliver(KEY, partner.message())
    assert isinstance(told, TryAgain)
    assert told.after == 12


def event(partner: PagerDutyPartner, verb: str, key: str = KEY, **more: Any) -> Any:
    told = {"to": "owner", "summary": "Slack and mail are down", "severity": "critical", **more}
    return partner.channel.deliver(key, {"verb": verb, **told})


def test_an_event_pages_once_however_often_it_is_sent(partner: PagerDutyPartner) -> None:
    partner.desk.faults.next(Unavailable(), path="enqueue")
    assert isinstance(event(partner, "trigger"), TryAgain)
    for attempt in (2, 3):
        told = event(partner, "trigger", attempt=attempt)
        assert told == Delivered({"accepted": True, "dedup_key": KEY, "found": False})
    [alert] = partner.desk.alerts.values()
    assert (alert.status, alert.summary, alert.events) == ("triggered", "Slack and mail are down", ["trigger"] * 2)
    assert "hush-routing" not in repr(partner.desk.exchanges)


def test_an_alert_is_acknowledged_and_resolved_by_the_same_key(partner: PagerDutyPartner) -> None:
    event(partner, "trigger", dedup_key="DT-1")
    event(partner, "acknowledge", "k2", dedup_key="DT-1")
    assert partner.desk.alerts["DT-1"].status == "acknowledged"
    event(partner, "resolve", "k3", dedup_key="DT-1")
    assert partner.desk.alerts["DT-1"].status == "resolved"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"to": "nobody"}, "no routing key for 'nobody'. There are: owner."),
        ({"severity": "bad"}, "'bad' is no severity"),
        ({"summary": "x" * 1025}, "1 to 1024 characters"),
        ({"summary": ""}, "1 to 1024 characters"),
    ],
)
def test_an_event_that_cannot_be_is_a_sentence(partner: PagerDutyPartner, more: dict[str, Any], words: str) -> None:
    told = event(partner, "trigger", **more)
    assert isinstance(told, Refused)
    assert words in told.because


def test_an_event_that_is_refused_stays_refused(partner: PagerDutyPartner) -> None:
    partner.desk.routing_keys.clear()
    told = event(partner, "trigger")
    assert isinstance(told, Refused)
    assert "Invalid routing key" in told.because
    assert isinstance(partner.channel.deliver(KEY, {"verb": "dance"}), Refused)


def test_who_is_on_call_at_the_windows_time_and_not_now(partner: PagerDutyPartner) -> None:
    hand_over = FRIDAY + timedelta(hours=6)
    partner.desk.takes_turn("PADA", "Ada Quill", "PSCHED", end=hand_over)
    partner.desk.takes_turn("PBEN", "Ben Rowe", "PSCHED", start=hand_over)
    partner.desk.takes_turn("PCLEO", "Cleo Marsh", "POTHER", level=2)
    assert on_call(partner, "schedule:PSCHED", FRIDAY) == ["Ada Quill"]
    assert on_call(partner, "PSCHED", hand_over) == ["Ben Rowe"]
    assert on_call(partner, "policy:PPOLICY", FRIDAY) == ["Ada Quill", "Cleo Marsh"]
    assert on_call(partner, "PNOBODY", FRIDAY) == []
    told = pager(partner).on_call("schedule:PSCHED", FRIDAY)
    assert told == [OnCall("PADA", "Ada Quill", "pada@desk.example", None, hand_over, 1, "pagerduty:schedule:PSCHED")]
    assert isinstance(pager(partner).on_call("team:PX", FRIDAY), Refused)


def on_call(partner: PagerDutyPartner, of: str, at: datetime) -> list[str]:
    told = pager(partner).on_call(of, at)
    assert isinstance(told, list), told
    return [one.name for one in told]


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.text(max_size=30))
def test_a_marker_is_read_back_from_whatever_follows_it(number: int, revision: int, words: str) -> None:
    marker = f"[DT-{number}#r{revision}]"
    assert marker_in(f"{marker} {words}") == marker
    assert (reference_of(marker), revision_of(marker)) == (f"DT-{number}", revision)
    assert marker_in(f"x{marker}") == ""


def test_events_are_as_their_vendor_describes_them(partner: PagerDutyPartner) -> None:
    """Where TIERLINE_SPECS is: what crosses is valid, and what is not is found."""
    import json  # noqa: PLC0415 - only here

    from openapi_schema_validator import OAS30Validator, oas30_format_checker  # noqa: PLC0415 - only here

    for verb, number in (("trigger", 1), ("acknowledge", 2), ("resolve", 3)):
        event(partner, verb, f"k{number}", dedup_key="DT-1", url="https://desk.example/1")
    folder = specs()
    if folder is None:
        return
    told = json.loads((folder / "pagerduty/events-v2-openapiv3.json").read_text())
    described = told["paths"]["/enqueue"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    answered = told["components"]["responses"]["Success"]["content"]["application/json"]["schema"]
    pages = [one for one in partner.desk.exchanges if one.route == "/v2/enqueue"]
    assert len(pages) == 3
    for schema, value in [(described, one.request) for one in pages] + [(answered, one.response) for one in pages]:
        whole = {"allOf": [schema], "components": told["components"]}
        assert list(OAS30Validator(whole, format_checker=oas30_format_checker).iter_errors(value)) == []
    whole = {"allOf": [described], "components": told["components"]}
    assert list(OAS30Validator(whole).iter_errors({**pages[0].request, "event_action": "dance"}))
