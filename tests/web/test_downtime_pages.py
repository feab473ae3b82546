"""The pages of planned work, as a browser without JavaScript sees them: from the form to the proof."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.downtime.crew import ADDRESSES, Crew, drafted, enter_crew, name_everybody, scheduled
from tests.downtime.test_change_elsewhere import account
from tests.downtime.works import ENDS, STARTS
from tests.people import PASSWORD, Cast
from tests.standing import StoppedClock
from tests.web.desk import sign_in, streamed, text

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import approving, planning, working
from tierline.downtime.actions.changing import read_changes_back
from tierline.downtime.actions.minding import mind
from tierline.downtime.actions.rostering import look_up_on_call
from tierline.downtime.lifecycle import DowntimeState
from tierline.downtime.queries import board, downtime
from tierline.downtime.upstream import proposals
from tierline.notices.queries import relays
from tierline.notices.relays import Relaying
from tierline.notices.signing import relay_link
from tierline.outbox.actions import carry_out
from tierline.outbox.breaking import Health
from tierline.outbox.queries import effects_of
from tierline.rehearsal.service_now import ServiceNow

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def client_of(role: str) -> Client:
    client = Client()
    assert client.login(username=ADDRESSES[role], password=PASSWORD)
    return client


def typed(**other: Any) -> dict[str, Any]:
    said = {
        "procedure": "user-facing",
        "title": "Database upgrade",
        "reason": "The database gets its yearly upgrade.",
        "services": ["secure-messaging"],
        "users": "1,200",
        "level": "OUTAGE",
        "impact": "Messages can be neither read nor sent.",
        "zone": "America/New_York",
        "starts_day": "2026-12-04",
        "starts_at": "22:00",
        "ends_day": "2026-12-05",
        "ends_at": "02:00",
        "rollback": "Restore the snapshot.",
        "user_message": "Messages are down.",
    }
    return said | other


def test_times_are_seen_with_zone_and_utc_before_anything_is_told(crew: Crew, stopped_clock: StoppedClock) -> None:
    page = client_of("communicator").post(reverse("downtime-new"), typed(step="look"))
    assert page.status_code == 200
    assert "Friday 4 December 2026, 22:00 EST (America/New_York), which is 2026-12-05 03:00 UTC" in text(page)
    assert "Saturday 5 December 2026, 02:00 EST (America/New_York), which is 2026-12-05 07:00 UTC" in text(page)
    assert "Horizon team: nobody is named" in text(page)
    assert board(crew.engineer) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"starts_day": "2027-03-14", "starts_at": "02:30"}, "There is no 02:30 on 14 March 2027"),
        ({"ends_day": "2026-12-04", "ends_at": "21:00"}, "The work ends before it begins"),
        ({"users": "many"}, "Give a whole number"),
        ({"starts_day": "", "starts_at": "22:00"}, "Give both a day"),
        ({"tentative_rollback": "yes"}, "Say who settles it"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    crew: Crew, stopped_clock: StoppedClock, wrong: dict[str, str], sentence: str
) -> None:
    page = client_of("communicator").post(reverse("downtime-new"), typed(step="plan", **wrong))
    assert page.status_code == 422
    assert text(page).count(sentence) == 2  # at its field, which may be far below, and above the form
    assert "Restore the snapshot." in text(page)
    assert board(crew.engineer) == []


def test_a_time_that_comes_twice_is_asked_about(crew: Crew, stopped_clock: StoppedClock) -> None:
    twice = {"starts_day": "2027-11-07", "starts_at": "01:30", "ends_day": "2027-11-07", "ends_at": "05:00"}
    client = client_of("communicator")
    page = client.post(reverse("downtime-new"), typed(step="look", **twice))
    assert "the first, 01:30 EDT" in text(page)
    assert "the second, 01:30 EST" in text(page)
    page = client.post(reverse("downtime-new"), typed(step="look", starts_pass="second", **twice))
    assert "which is 2027-11-07 06:30 UTC" in text(page)
    assert "The clocks change" not in text(page)


def test_from_the_form_to_the_proof(crew: Crew, stopped_clock: StoppedClock) -> None:
    client = client_of("communicator")
    kept = client.post(reverse("downtime-new"), typed(step="draft"))
    [line] = board(crew.engineer)
    number = line.number
    assert kept.headers["Location"] == reverse("downtime", args=[number])
    move = reverse("downtime-move", args=[number])
    page = client.post(move, {"move": "plan", "version": "1"}, follow=True)
    assert "Nobody was told yet: Horizon team" in text(page)
    again = text(client.get(reverse("downtime", args=[number])))  # not only in the message that is gone by now
    assert "Nobody was told yet" in again
    assert "Horizon team: nobody is named" in again
    assert "Owed now" in again
    tell = reverse("downtime-tell", args=[number, "planning-started"])
    assert "Horizon team: nobody is named" in text(client.get(tell))
    answer = {
        "step": "answer", "about": "horizon-team", "kind": "named", "because": "They sit next door.",
        "name": "Hanne Ruud", "email": "hanne.ruud@tools.example",
    }  # fmt: skip
    assert client.post(tell, answer).status_code == 302
    page = client.get(tell)
    assert "hanne.ruud@tools.example" in text(page)
    assert "This house has no Slack: nobody is told there" in text(page)
    changed = client.post(reverse("downtime-change", args=[number]), typed(step="look", reason="It is due."))
    assert "What changes" in text(changed)
    assert "nobody is named" not in text(changed)
    assert client.post(tell, {"step": "send"}).status_code == 302
    assert client.post(move, {"move": "schedule"}).status_code == 302
    window = {
        "window_id": "PW1", "zone": "America/New_York", "starts_day": "2026-12-04", "starts_at": "22:00",
        "ends_day": "2026-12-05", "ends_at": "02:00", "covers": "yes",
    }  # fmt: skip
    page = client_of("engineer").post(reverse("downtime-window", args=[number]), window, follow=True)
    assert "is as planned" in text(page)
    told = text(client.get(reverse("downtime-told", args=[number])))
    assert "Hanne Ruud" in told
    assert "Not on every channel the plan names" in told
    stopped_clock.forward(hours=2)
    later = text(client.get(reverse("downtime-told", args=[number])))
    assert "Not reached by any channel yet, though it was due" in later
    csv = streamed(client.get(reverse("downtime-told-csv", args=[number]))).decode()
    assert csv.splitlines()[0] == "Moment,Revision,Person,Told as,Channel,State,When (UTC),Answer,Step"
    assert "planning-started,1,Hanne Ruud,horizon-team,email,on its way" in csv
    shown = text(client.get(reverse("downtime", args=[number])))
    assert "Written, not all has left" in shown
    assert "6 messages not left yet" in shown
    assert "Scheduled" in shown


def test_it_starts_is_extended_and_concluded_by_buttons(crew: Crew, stopped_clock: StoppedClock) -> None:
    number = scheduled(crew, STARTS - 90 * HOUR)
    mind(at=STARTS - 30 * HOUR)
    client, move = client_of("communicator"), reverse("downtime-move", args=[number])
    refused = client.post(move, {"move": "start"})
    assert refused.status_code == 409
    assert "that is not yet" in text(refused)
    assert client.post(move, {"move": "start", "text": "Now or never."}).status_code == 302
    later = {
        "move": "extend",
        "text": "Slow copy.",
        "zone": "America/New_York",
        "ends_day": "2026-12-05",
        "ends_at": "03:00",
    }
    assert client.post(move, later).status_code == 302
    assert client.post(move, {"move": "finish"}).status_code == 302
    assert client.post(move, {"move": "conclude", "result": "nonsense"}).status_code == 422
    assert client.post(move, {"move": "conclude", "result": "success", "text": "All well."}).status_code == 302
    page = text(client.get(reverse("downtime", args=[number])))
    assert "Concluded: done" in page
    assert "All well." in page
    assert client.post(move, {"move": "dance"}).status_code == 422


def test_the_system_owner_approves_exactly_what_was_read(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    number = drafted(crew, at, procedure="api-platform")
    planning.plan(crew.platform, number, at=at)
    client_of("platform").post(reverse("downtime-move", args=[number]), {"move": "submit"})
    owner, address = client_of("owner"), reverse("downtime-approve", args=[number])
    page = text(owner.get(address))
    assert "Approve exactly these words" in page
    shown = downtime(crew.owner, number, at=at).content_hash
    assert f'name="hash" value="{shown}"' in page
    old = owner.post(address, {"decision": "approve", "hash": "0" * 64, "record": "CHG1"})
    assert old.status_code == 409
    assert "says something else by now" in text(old)
    assert owner.post(address, {"decision": "approve", "hash": shown}).status_code == 422
    assert owner.post(address, {"decision": "approve", "hash": shown, "record": "CHG0031234"}).status_code == 302
    assert downtime(crew.owner, number, at=at).line.state is DowntimeState.SCHEDULED
    assert "nothing for you to approve" in text(client_of("engineer").get(address))


def test_the_change_and_who_is_on_call_stand_on_the_page(
    crew: Crew, stopped_clock: StoppedClock, at: Any, settings: Any
) -> None:
    with ServiceNow(secret="hush-now") as desk:
        desk.clock.stand_at(at)
        settings.TRACKERS = {"servicenow": account(desk)}
        number = drafted(crew, at, procedure="api-platform")
        planning.plan(crew.platform, number, at=at)
        page, address = reverse("downtime", args=[number]), reverse("downtime-approve", args=[number])
        platform = client_of("platform")
        platform.post(reverse("downtime-move", args=[number]), {"move": "submit"})
        assert "is being opened" in text(platform.get(page))
        opened = next(one for one in effects_of(TIERLINE, "downtime", number) if one.channel == "servicenow")
        carry_out(opened.id, at=at)
        read_changes_back(at=at)
        look_up_on_call(at=at)
        shown, [change] = text(platform.get(page)), desk.tables["change_request"].values()
        assert f'{change["sys_id"]}">{change["number"]}</a>' in shown
        assert "On-call of the MHV user-facing team, at that time" in shown
        assert "Ola Kern (on call)" in shown
        asked = text(client_of("owner").get(address))
        assert "Say yes there" in asked
        assert "Approve exactly these words" not in asked


def test_what_a_change_voids_is_shown_before_it_is_done(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    number = scheduled(crew, at)
    client, address = client_of("communicator"), reverse("downtime-change", args=[number])
    assert "Database upgrade" in text(client.get(address))
    page = text(
        client.post(
            address, typed(step="look", ends_at="04:00", rollback="Restore the snapshot taken before the start.")
        )
    )
    assert "told to everybody; closes" in page
    assert downtime(crew.engineer, number, at=at).line.revision == 1
    sent = typed(step="change", ends_at="04:00", rollback="Restore the snapshot taken before the start.", version="1")
    assert client.post(address, sent).status_code == 302
    assert downtime(crew.engineer, number, at=at).line.state is DowntimeState.PLANNING
    assert client.post(address, sent).status_code == 409


def test_whoever_passes_word_on_says_so_by_a_form_and_opening_the_link_does_nothing(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    number = scheduled(crew, at)
    [relay] = relays(("downtime", number), at=at)
    address = relay_link(relay.id, "Odile Ferrant").removeprefix("http://127.0.0.1:8080")
    stranger = Client()
    for _ in range(3):
        page = stranger.get(address)
        assert page.status_code == 200
        assert stranger.head(address).status_code == 200
    assert relays(("downtime", number), at=at)[0].state is Relaying.ASKED
    assert "I have passed it on" in text(page)
    assert page.headers["Referrer-Policy"] == "same-origin"  # no referrer at all would make the form's origin unknown
    assert stranger.post(address, {"done": "no"}).status_code == 422
    assert "Thank you, Odile Ferrant" in text(stranger.post(address, {"done": "yes"}))
    assert relays(("downtime", number), at=at)[0].state is Relaying.CONFIRMED
    assert "Nothing more is asked of you" in text(stranger.post(address, {"done": "yes"}))
    assert stranger.get("/relay/forged/").status_code == 404


def test_strangers_read_what_is_scheduled_and_no_name(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    planned = drafted(crew, at, title="Secret rehearsal", services=("medical-records",))
    planning.plan(crew.communicator, planned, at=at)
    number = scheduled(crew, at)
    stranger = Client()
    for name in ("status", "status-calendar", "status-feed", "status-json"):
        told = text(stranger.get(reverse(name))).replace("\r\n ", "")
        assert "Database upgrade" in told, name
        assert "Secret rehearsal" not in told, name
        assert "Carla" not in told, name
        assert ".example>" not in told, name
    [read] = proposals(text(stranger.get(reverse("status-calendar"))))
    assert read.starts is not None
    assert (read.starts.at, read.status and read.status.value) == (STARTS, "CONFIRMED")
    [one] = json.loads(text(stranger.get(reverse("status-json"))))["items"]
    assert (one["_downtime"]["id"], one["_downtime"]["ends_at"]) == (f"DT-{number}", "2026-12-05T07:00:00Z")


def test_front_ends_read_the_windows_of_each_key(crew: Crew, stopped_clock: StoppedClock, at: Any) -> None:
    first = scheduled(crew, at)
    second = drafted(crew, at, services=("mhv-api",), frame=None, tentative={})
    assert second
    answer = Client().get("/v0/maintenance_windows")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(text(answer)) == {
        "data": [
            {
                "id": f"{first}-mhv_sm",
                "type": "maintenance_windows",
                "attributes": {
                    "externalService": "mhv_sm",
                    "startTime": "2026-12-05T03:00:00.000Z",
                    "endTime": "2026-12-05T07:00:00.000Z",
                    "description": "Messages are down.",
                },
            }
        ]
    }
    statuses = json.loads(text(Client().get("/v0/backend_statuses")))["data"]["attributes"]["statuses"]
    assert {one["service_id"]: one["status"] for one in statuses}["mhv_sm"] == "active"
    stopped_clock.forward(seconds=(STARTS - at).total_seconds())
    assert json.loads(text(Client().get("/v0/backend_statuses/mhv_sm")))["data"]["attributes"]["isAvailable"] is False
    assert Client().get("/v0/backend_statuses/moon").status_code == 404


def test_work_on_a_system_takes_down_every_key_that_stands_on_it_and_an_open_end_is_none(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    number = scheduled(crew, at, services=("mhv-api",))
    mind(at=STARTS - 24 * HOUR)
    working.start(crew.communicator, number, at=STARTS)
    stopped_clock.forward(seconds=(ENDS + HOUR - at).total_seconds())
    found = json.loads(text(Client().get("/v0/maintenance_windows")))["data"]
    assert {row["attributes"]["externalService"] for row in found} == {"mhv_platform", "mhv_sm", "mhv_meds", "mhv_mr"}
    assert {row["attributes"]["endTime"] for row in found} == {None}


def test_another_teams_notice_becomes_a_proposal_with_what_was_read_marked(
    crew: Crew, stopped_clock: StoppedClock, at: Any
) -> None:
    client = client_of("communicator")
    mail = (
        "Subject: Storage is replaced\nServices: Secure Messaging\nStart: 4 December 2026 10 PM ET\n"
        "End: 12/05/2026 02:00 ET\nImpact level: outage\nReason: New disks.\n"
    )
    page = client.post(reverse("upstream"), {"text": mail, "came_from": "Hosting"}, follow=True)
    assert '<mark title="starts">4 December 2026 10 PM ET</mark>' in text(page)
    assert "could be two days" in text(page)
    notice = page.request["PATH_INFO"].rstrip("/").rpartition("/")[2]
    form = text(client.get(reverse("downtime-new"), {"notice": notice}))
    assert 'value="2026-12-04"' in form
    assert "could be two days" in form
    client.post(reverse("downtime-new"), typed(step="draft", notice=notice))
    assert "Storage is replaced" not in text(client.get(reverse("upstream")))
    assert client.post(reverse("upstream"), {"text": ""}).status_code == 422


def test_a_colleague_of_another_organisation_finds_nothing(crew: Crew, at: Any, stopped_clock: StoppedClock) -> None:
    number = scheduled(crew, at)
    client = sign_in("outsider")
    assert "Database upgrade" not in text(client.get(reverse("downtimes")))
    for name in ("downtime", "downtime-approve", "downtime-told", "downtime-change"):
        assert client.get(reverse(name, args=[number])).status_code == 404
    assert client.get(reverse("downtime-new")).status_code == 403
    assert client.get(reverse("upstream")).status_code == 403


def test_pages_ask_the_database_a_bounded_number_of_times(
    crew: Crew, at: Any, stopped_clock: StoppedClock, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        number = planning.draft(crew.communicator, "user-facing", downtime_content(), at=at)
        name_everybody(crew.communicator, number, at=at)
    client = client_of("communicator")
    client.get(reverse("downtimes"))
    with django_assert_max_num_queries(14):
        client.get(reverse("downtimes"))


def downtime_content() -> Any:
    from tests.downtime.works import content  # noqa: PLC0415 - beside its use

    return content()


def test_the_board_says_what_waits_for_whoever_reads_it(crew: Crew, at: Any, stopped_clock: StoppedClock) -> None:
    number = drafted(crew, at, procedure="api-platform", services=("mhv-api",))
    planning.plan(crew.platform, number, at=at)
    approving.submit(crew.platform, number, at=at, record="CHG0031234")
    assert "Waits for your approval" in text(client_of("owner").get(reverse("downtimes")))
    assert "Waits for your" not in text(client_of("communicator").get(reverse("downtimes")))
    ours = scheduled(crew, at)
    working.start(crew.communicator, ours, at=STARTS, override="The vendor is here.")
    stopped_clock.set(ENDS)
    assert "Past its end: is the work done?" in text(client_of("communicator").get(reverse("downtimes")))
    assert "Past its end" not in text(client_of("owner").get(reverse("downtimes")))


def test_the_board_says_which_channel_does_not_answer(
    crew: Crew, at: Any, stopped_clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("communicator")
    assert "does not answer" not in text(client.get(reverse("downtimes")))
    found = {"slack": Health.DEGRADED, "email": Health.HEALTHY, "sms": Health.OPEN}
    monkeypatch.setattr("tierline.web.downtimes_page.health_of_channels", lambda _at: found)
    shown = text(client.get(reverse("downtimes")))
    assert "Slack does not answer, or not always." in shown
    assert "Text message does not answer" in shown
    assert "E-mail does not answer" not in shown
