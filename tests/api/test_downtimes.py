"""Planned work for programs: the whole way of a downtime, what is refused and why, who was told, lists by pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.callers import Caller, caller
from tests.downtime.crew import Crew, drafted, enter_crew, scheduled
from tests.downtime.works import ENDS, STARTS
from tests.jobs import do_all_due
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.downtime.models import DowntimeRow

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
DjangoAssertNumQueries = Callable[..., Any]


@pytest.fixture
def crew(cast: Cast, stopped_clock: StoppedClock) -> Crew:
    stopped_clock.set(NOON)
    return enter_crew()


def a_draft(**other: Any) -> dict[str, Any]:
    """A database upgrade, told by the user-facing team's procedure; name what differs."""
    return {
        "procedure": "user-facing",
        "title": "Database upgrade",
        "reason": "The database gets its yearly upgrade.",
        "services": ["secure-messaging"],
        "users": 1200,
        "level": "OUTAGE",
        "impact": "Messages can be neither read nor sent.",
        "starts": STARTS.isoformat(),
        "ends": ENDS.isoformat(),
        "zone": "America/New_York",
        "rollback": "Restore the snapshot taken before the start.",
        "user_message": "Messages are down.",
        **other,
    }


def drafted_by(by: Caller, **other: Any) -> str:
    answer = by.post("/downtimes", a_draft(**other))
    assert answer.status_code == 201, answer.content
    assert answer.headers["Location"] == f"/api/v1/downtimes/{answer.json()['reference']}"
    reference: str = answer.json()["reference"]
    return reference


def name_those_the_plan_leaves_open(by: Caller, reference: str) -> None:
    for word in ("user-facing-product-managers", "horizon-team"):
        answer = by.post(
            f"/downtimes/{reference}/audience",
            {
                "about": word,
                "kind": "named",
                "because": "The plan names nobody yet.",
                "name": f"Someone of {word}",
                "email": f"{word}@tools.example",
            },
        )
        assert answer.status_code == 200, answer.content


def moved(by: Caller, reference: str, move: str, body: Any = None, **headers: str) -> dict[str, Any]:
    answer = by.post(f"/downtimes/{reference}/moves/{move}", body, **headers)
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = answer.json()
    assert answer.headers["ETag"] == f'"{said["revision"]}"'
    return said


def may(by: Caller, reference: str, move: str) -> dict[str, Any]:
    [one] = [one for one in by.get(f"/downtimes/{reference}").json()["moves"] if one["move"] == move]
    found: dict[str, Any] = one
    return found


def test_a_downtime_goes_its_whole_way_without_a_page(crew: Crew, stopped_clock: StoppedClock) -> None:
    by, engineer = caller(crew.communicator), caller(crew.engineer)
    reference = drafted_by(by)
    name_those_the_plan_leaves_open(by, reference)
    seen = by.get(f"/downtimes/{reference}/announcements/preview?moment=planning-started").json()
    assert seen["may_be_sent"]
    assert "Database upgrade" in seen["subject"]
    assert set(seen["reached"]) == {"email"}
    planned = moved(by, reference, "plan", if_match='"1"')
    assert (planned["state"], planned["word"]["told"]) == ("planning", "told")
    assert moved(by, reference, "submit", {})["state"] == "scheduled"
    window = {"window": "PW123", "starts": STARTS.isoformat(), "ends": ENDS.isoformat()}
    assert engineer.call("PUT", f"/downtimes/{reference}/window", window).json()["differs"] == []
    early = may(by, reference, "start")
    assert (early["allowed"], early["by_override"]) == (False, True)
    assert "that is not yet" in " ".join(early["because"])
    stopped_clock.set(STARTS)
    by.post(f"/downtimes/{reference}/announcements", {"moment": "day-before"})
    assert moved(engineer, reference, "start", {})["state"] == "in-progress"
    later = {"ends": (ENDS + timedelta(hours=1)).isoformat(), "because": "The index takes longer."}
    assert moved(by, reference, "extend", later)["word"]["told"] == "told"
    assert moved(by, reference, "roll-back", {"because": "It does not come up."})["word"]["told"] == "told"
    assert moved(by, reference, "finish")["state"] == "verifying"
    ended = {"result": "success", "words": "All is well."}
    assert by.post(f"/downtimes/{reference}/moves/conclude", ended).status_code == 422
    assert moved(by, reference, "conclude", {**ended, "result": "rolled-back"})["state"] == "concluded"
    whole = by.get(f"/downtimes/{reference}").json()
    assert (whole["result"], whole["last_words"]) == ("rolled-back", "All is well.")
    assert not any(move["allowed"] for move in whole["moves"])
    assert whole["announcements"][0]["moment"] == "planning-started"


def test_what_nobody_has_to_approve_is_scheduled_by_the_move_that_is_listed(crew: Crew) -> None:
    communicator = caller(crew.communicator)
    reference = drafted_by(communicator)
    name_those_the_plan_leaves_open(communicator, reference)
    moved(communicator, reference, "plan")

    assert not may(communicator, reference, "submit")["allowed"]
    assert may(communicator, reference, "schedule")["allowed"]
    assert moved(communicator, reference, "schedule")["state"] == "scheduled"


def test_what_somebody_has_to_approve_is_not_scheduled_past_them(crew: Crew) -> None:
    platform = caller(crew.platform)
    reference = drafted_by(platform, procedure="api-platform", services=["mhv-api"])
    name_those_the_plan_leaves_open(platform, reference)
    moved(platform, reference, "plan")

    answer = platform.post(f"/downtimes/{reference}/moves/schedule")
    assert answer.status_code == 409
    assert "submit it" in answer.json()["detail"]


def test_who_acts_is_refused_with_those_there_are(crew: Crew) -> None:
    answer = caller(crew.communicator).post("/downtimes", a_draft(procedure="nobody"))

    assert answer.status_code == 422
    assert "user-facing" in answer.json()["errors"][0]["detail"]


def test_an_approval_is_of_the_words_that_were_read(crew: Crew) -> None:
    platform, owner = caller(crew.platform), caller(crew.owner)
    number = drafted(crew, NOON, procedure="api-platform")
    reference = f"DT-{number}"
    moved(platform, reference, "plan")
    assert may(platform, reference, "submit")["allowed"]
    moved(platform, reference, "submit", {"record": "CHG0031234"})
    read = owner.get(f"/downtimes/{reference}").json()
    asked_of = may(platform, reference, "approve")
    assert not asked_of["allowed"]
    assert "Ask them" in asked_of["because"][0]
    assert (
        platform.post(f"/downtimes/{reference}/moves/approve", {"content_hash": read["content_hash"]}).status_code
        == 403
    )
    stale = owner.post(f"/downtimes/{reference}/moves/approve", {"content_hash": "0" * 64})
    assert stale.status_code == 409
    assert "Read it again" in stale.json()["detail"]
    assert moved(owner, reference, "approve", {"content_hash": read["content_hash"]})["state"] == "scheduled"
    whole = owner.get(f"/downtimes/{reference}").json()
    assert (whole["approval"]["by"], whole["approval"]["record"]) == ("Sybil Overton", "CHG0031234")


def test_a_change_says_which_gates_it_voids_before_and_when_it_is_made(crew: Crew) -> None:
    by = caller(crew.platform)
    reference = f"DT-{scheduled(crew, NOON, procedure='api-platform')}"
    revision = by.get(f"/downtimes/{reference}").headers["ETag"]
    later = {"ends": (ENDS + timedelta(hours=2)).isoformat()}
    would = by.post(f"/downtimes/{reference}/changes/preview", later).json()
    assert would["voids"] == ["approval", "communication", "verification", "window"]
    assert by.get(f"/downtimes/{reference}").headers["ETag"] == revision
    assert by.patch(f"/downtimes/{reference}", later).status_code == 422
    assert by.patch(f"/downtimes/{reference}", later, if_match='"99"').status_code == 409
    made = by.patch(f"/downtimes/{reference}", later, if_match=revision).json()
    assert (made["voids"], made["state"]) == (would["voids"], "planning")
    assert [one["what"] for one in made["changes"]] == ["Time frame"]
    assert by.patch(f"/downtimes/{reference}", later, if_match=revision).status_code == 409
    title = by.patch(f"/downtimes/{reference}", {"title": "Database upgrade, yearly"}, if_match="*").json()
    assert (title["voids"], title["word"]) == ([], None)


def test_a_downtime_is_put_off_and_given_a_new_time(crew: Crew) -> None:
    by = caller(crew.communicator)
    reference = f"DT-{scheduled(crew, NOON)}"
    moved(by, reference, "postpone", {"because": "The vendor is not ready."})
    assert by.get(f"/downtimes/{reference}").json()["content"]["starts"] is None
    new = {"starts": "2026-12-12T03:00:00Z", "ends": "2026-12-12T05:00:00Z"}
    assert moved(by, reference, "replan", new)["state"] == "planning"
    assert moved(by, reference, "cancel", {"because": "It is not needed."})["state"] == "cancelled"


def test_a_draft_sent_twice_with_one_key_is_one(crew: Crew) -> None:
    by = caller(crew.communicator)
    first, again = (by.post("/downtimes", a_draft(), idempotency_key="k-1") for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert DowntimeRow.objects.count() == 1
    other = by.post("/downtimes", a_draft(title="Another"), idempotency_key="k-1")
    assert other.json()["type"] == "urn:tierline:problem:key-reused"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ends": STARTS.isoformat()}, "body.ends"),
        ({"starts": None}, "body.starts"),
        ({"zone": "Mars/Olympus"}, "body.zone"),
        ({"services": ["no-such-thing"]}, "body.services"),
        ({"rollback_by": "2026-01-01T00:00:00Z"}, "body.rollback_by"),
    ],
)
def test_what_cannot_be_told_is_refused_field_by_field(crew: Crew, said: dict[str, Any], field: str) -> None:
    answer = caller(crew.communicator).post("/downtimes", a_draft(**said))
    assert answer.status_code == 422, answer.content
    assert [one["where"] for one in answer.json()["errors"]] == [field]


def test_whoever_plans_nothing_here_is_told_so(crew: Crew, cast: Cast) -> None:
    for person in (cast.agent, cast.outsider):
        answer = caller(person).post("/downtimes", a_draft())
        assert answer.status_code == 403
        assert "You do not plan work by" in answer.json()["detail"]


def test_what_is_not_settled_stands_in_the_way_as_it_stands(crew: Crew) -> None:
    by = caller(crew.communicator)
    reference = drafted_by(by, rollback="")
    assert may(by, reference, "plan")["because"] == [
        "Rollback plan: fill it in, or mark it as tentative with an owner and a day."
    ]
    assert by.post(f"/downtimes/{reference}/moves/plan").status_code == 409
    doubt = {"rollback": {"owner": "Pia Holm", "until": "2026-12-02"}}
    assert by.patch(f"/downtimes/{reference}", {"tentative": doubt}, if_match="*").status_code == 200
    name_those_the_plan_leaves_open(by, reference)
    moved(by, reference, "plan")
    assert "Rollback plan is tentative: Pia Holm" in may(by, reference, "schedule")["because"][0]


def test_a_word_is_waived_with_its_reason(crew: Crew) -> None:
    by = caller(crew.communicator)
    reference = f"DT-{scheduled(crew, NOON)}"
    owed = {one["moment"]: one for one in by.get(f"/downtimes/{reference}").json()["obligations"]}
    day_before = owed["day-before"]
    assert day_before["standing"] == "coming"
    by.post(f"/downtimes/{reference}/obligations/{day_before['id']}/waive", {"because": "All were on the call."})
    owed = {one["moment"]: one for one in by.get(f"/downtimes/{reference}").json()["obligations"]}
    assert (owed["day-before"]["standing"], owed["day-before"]["reason"]) == ("waived", "All were on the call.")


def test_the_window_that_is_set_is_looked_at_on_call(crew: Crew) -> None:
    platform, on_call = caller(crew.platform), caller(crew.on_call)
    number = drafted(crew, NOON, procedure="api-platform")
    reference = f"DT-{number}"
    moved(platform, reference, "plan")
    short = {"window": "PW9", "starts": STARTS.isoformat(), "ends": (ENDS - timedelta(hours=1)).isoformat()}
    drifted = platform.call("PUT", f"/downtimes/{reference}/window", short).json()
    assert "It ends" in drifted["differs"][0]
    assert platform.get(f"/downtimes/{reference}").json()["gates"]["window"] == "drifted"
    platform.call("PUT", f"/downtimes/{reference}/window", {**short, "ends": ENDS.isoformat()})
    seen = {"window": "PW9", "right": True}
    assert platform.post(f"/downtimes/{reference}/window/verify", seen).status_code == 403
    assert on_call.post(f"/downtimes/{reference}/window/verify", seen).status_code == 200
    whole = on_call.get(f"/downtimes/{reference}").json()
    assert (whole["gates"]["window"], whole["window"]["looked_at_by"]) == ("verified", "Ola Kern (on call)")


def test_what_stands_in_the_way_is_answered_for(crew: Crew) -> None:
    by = caller(crew.communicator)
    scheduled(crew, NOON)
    reference = drafted_by(by)
    name_those_the_plan_leaves_open(by, reference)
    grave = [one for one in by.get(f"/downtimes/{reference}").json()["conflicts"] if one["weight"] == "block"]
    assert not may(by, reference, "plan")["allowed"]
    for one in grave:
        answer = {"key": one["key"], "because": "Both are done by the same people."}
        assert by.post(f"/downtimes/{reference}/conflicts", answer).status_code == 200
    assert may(by, reference, "plan")["allowed"]


def test_word_is_passed_on_by_whoever_passes_it_on_or_sends_it(crew: Crew) -> None:
    by = caller(crew.communicator)
    reference = f"DT-{scheduled(crew, NOON, procedure='api-platform', answers=('mobile-affected',))}"
    relays = by.get(f"/downtimes/{reference}").json()["relays"]
    if not relays:
        pytest.fail("the shipped plans pass nothing on")
    path = f"/downtimes/{reference}/relays/{relays[0]['id']}"
    assert caller(crew.engineer).post(path, {"done": True}).status_code == 403
    assert caller(crew.platform).post(path, {"done": False}).status_code == 422
    assert caller(crew.platform).post(path, {"done": True}).status_code == 200
    assert by.get(f"/downtimes/{reference}").json()["relays"][0]["state"] == "confirmed"
    assert by.post(f"/downtimes/{reference}/relays/99999", {"done": True}).status_code == 404


def test_who_was_told_is_read_by_pages_and_as_csv(
    crew: Crew, monkeypatch: pytest.MonkeyPatch, stopped_clock: StoppedClock
) -> None:
    by = caller(crew.communicator)
    reference = f"DT-{scheduled(crew, NOON)}"
    do_all_due(NOON)
    monkeypatch.setattr("tierline.notices.queries.PAGE", 2)
    rows, after = [], 0
    while after is not None:
        page = by.get(f"/downtimes/{reference}/told?after={after}").json()
        rows += page["told"]
        after = page["next"]
    told = [(row["name"], row["channel"]) for row in rows]
    assert len(told) == len(set(told)) > 2
    answer = by.get(f"/downtimes/{reference}/told.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert (len(lines), lines[0].split(",")[0]) == (len(rows) + 1, "Moment")


def test_the_list_is_found_by_state_service_and_time_page_by_page(
    crew: Crew, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = caller(crew.communicator)
    made = [drafted_by(by, title=f"Work {n}", starts=None, ends=None) for n in range(2)]
    timed = f"DT-{scheduled(crew, NOON)}"
    monkeypatch.setattr("tierline.downtime.finding.PAGE", 1)
    seen, cursor = [], ""
    while cursor is not None:
        page = by.get(f"/downtimes?over=false{f'&cursor={cursor}' if cursor else ''}").json()
        seen += [one["reference"] for one in page["downtimes"]]
        cursor = page["next"]
    assert seen == [timed, *made]
    monkeypatch.undo()
    assert found(by, "state=scheduled") == [timed]
    assert found(by, "service=secure-messaging&from=2026-12-05T04:00:00Z") == [timed]
    assert found(by, "from=2026-12-05T07:00:00Z") == []
    assert found(by, "until=2026-12-05T03:00:00Z") == []
    assert found(by, "service=medical-records&state=scheduled") == []
    assert found(by, "over=true") == []
    assert found(caller(cast.outsider), "") == []


def found(by: Caller, query: str) -> list[str]:
    answer = by.get(f"/downtimes?{query}")
    assert answer.status_code == 200, answer.content
    return [one["reference"] for one in answer.json()["downtimes"]]


def test_a_call_costs_few_statements(crew: Crew, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    by = caller(crew.communicator)
    reference = f"DT-{scheduled(crew, NOON)}"
    with django_assert_max_num_queries(3):
        by.get("/downtimes?over=false")
    with django_assert_max_num_queries(14):
        by.get(f"/downtimes/{reference}")
    with django_assert_max_num_queries(6):
        by.get(f"/downtimes/{reference}/told")
