"""The outbox's pages: what is in which state, the very text, and letting go or taking back by its own team only."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.directory.actor import Actor
from tierline.outbox.actions import carry_out, send_out
from tierline.outbox.lifecycle import EffectState
from tierline.outbox.queries import effect

pytestmark = pytest.mark.django_db
TEXT = "The MHV API answers 502 since nine.\nPlease repair it."


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(actor: Actor) -> Client:
        client.force_login(get_user_model().objects.get(pk=actor.person_id or 0))
        return client

    return sign_in


SignedIn = Callable[[Actor], Client]


def test_a_restricted_message_is_read_by_its_duties_wherever_they_work(
    cast: Cast, at: datetime, signed_in: SignedIn
) -> None:
    number = send_out(
        "case-7:tell:restricted:isso:ward@duty.example",
        by="email",
        subject=("case", 7),
        team="hrc",
        organisations=[*cast.agent.organisations],
        restricted_to=["isso"],
        message={"to": "ward@duty.example", "subject": "[TL-7] Please look at this case", "text": TEXT},
        at=at,
    )
    assert signed_in(cast.privacy).get(f"/outbox/{number}/").status_code == 200
    assert "[TL-7] Please look" in signed_in(cast.privacy).get("/outbox/").content.decode()
    for actor in (cast.agent, cast.lead):
        assert signed_in(actor).get(f"/outbox/{number}/").status_code == 404


def a_mail(cast: Cast, at: datetime, number: int = 1, to: str = "zoe@far.example") -> int:
    """A mail of vets.gov about one case, which MHV sees as well."""
    return send_out(
        f"case-{number}:hand-off-{number}:email:{to}",
        by="email",
        subject=("case", number),
        team="vets-gov",
        organisations=[*cast.triager.organisations, *cast.supporter.organisations],
        message={"to": to, "subject": f"[TL-{number}] please take over", "text": TEXT},
        at=at,
    )


def held(cast: Cast, at: datetime, number: int = 1) -> int:
    mail = a_mail(cast, at, number)
    assert carry_out(mail, at=at) is EffectState.HELD
    return mail


@pytest.fixture(autouse=True)
def _clock(stopped_clock: StoppedClock) -> None:
    """Pages read the time the tests speak of."""


def test_without_a_mail_server_it_says_that_nothing_leaves(cast: Cast, signed_in: SignedIn, settings: Settings) -> None:
    client = signed_in(cast.triager)
    assert "Nothing leaves this machine." in client.get("/outbox/").content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    assert "Nothing leaves this machine." not in client.get("/outbox/").content.decode()


def test_messages_are_listed_by_state_with_counts(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    first, second = held(cast, at), a_mail(cast, at, 2)
    client = signed_in(cast.triager)
    page = client.get("/outbox/").content.decode()
    assert 'All <span class="tabs__count">2</span>' in page
    assert 'Held <span class="tabs__count">1</span>' in page
    assert 'On its way <span class="tabs__count">1</span>' in page
    only_held = client.get("/outbox/?state=held").content.decode()
    assert f'href="/outbox/{first}/"' in only_held
    assert f'href="/outbox/{second}/"' not in only_held
    assert "No message is in this state" in client.get("/outbox/?state=failed").content.decode()
    assert client.get("/outbox/?state=%00&before=99999999999999999999999").status_code == 200


def test_a_long_outbox_leads_on_and_back(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mails = [a_mail(cast, at, number) for number in range(1, 53)]
    client = signed_in(cast.triager)
    first = client.get("/outbox/").content.decode()
    assert f"?before={mails[2]}" in first
    rest = client.get(f"/outbox/?before={mails[2]}").content.decode()
    assert "2 messages, newest first" in rest
    assert "Back to the newest" in rest


def test_a_message_is_shown_as_it_would_leave(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mail = held(cast, at)
    page = signed_in(cast.triager).get(f"/outbox/{mail}/").content.decode()
    assert f'tabindex="0">{TEXT}</pre>' in page
    assert "zoe@far.example" in page
    assert "case-1:hand-off-1:email:zoe@far.example" in page
    assert "Release it" in page


def test_a_message_cannot_smuggle_markup_into_the_page(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mail = send_out(
        "x",
        by="email",
        subject=("case", 1),
        team="vets-gov",
        organisations=cast.triager.organisations,
        message={"to": "a@b.example", "subject": "<script>alert(1)</script>", "text": "<img src=x onerror=alert(1)>"},
        at=at,
    )
    page = signed_in(cast.triager).get(f"/outbox/{mail}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_its_team_releases_and_withdraws_a_message(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mail, client = held(cast, at), signed_in(cast.triager)
    page = client.post(f"/outbox/{mail}/", {"move": "release"}, follow=True).content.decode()
    assert "The message was released" in page
    assert effect(cast.triager, mail).state is EffectState.PENDING
    page = client.post(f"/outbox/{mail}/", {"move": "withdraw"}, follow=True).content.decode()
    assert "The message was withdrawn" in page
    assert "Release it" not in page
    assert client.post(f"/outbox/{mail}/", {"move": "release"}).status_code == 409


@pytest.mark.parametrize("move", ["", "deliver", "fail", "hold", "postpone", "Release"])
def test_nobody_can_make_another_move_from_here(cast: Cast, signed_in: SignedIn, at: datetime, move: str) -> None:
    mail = held(cast, at)
    assert signed_in(cast.triager).post(f"/outbox/{mail}/", {"move": move}).status_code == 422
    assert effect(cast.triager, mail).state is EffectState.HELD


def test_the_receiving_side_reads_it_and_cannot_move_it(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mail, client = held(cast, at), signed_in(cast.supporter)
    page = client.get(f"/outbox/{mail}/").content.decode()
    assert "Only Vets.gov support, who wrote it, can release or withdraw it." in page
    assert 'name="move"' not in page
    assert client.post(f"/outbox/{mail}/", {"move": "release"}).status_code == 403
    assert 'name="effect"' not in client.get("/outbox/").content.decode()


def test_an_outsider_sees_nothing_of_it(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    mail, client = held(cast, at), signed_in(cast.outsider)
    assert client.get(f"/outbox/{mail}/").status_code == 404
    for move in ("release", "withdraw"):
        assert client.post(f"/outbox/{mail}/", {"move": move}).status_code == 404
    assert "zoe@far.example" not in client.get("/outbox/").content.decode()
    assert "zoe@far.example" not in client.get("/outbox/export.csv").content.decode()
    client.post("/outbox/", {"move": "withdraw", "effect": [str(mail)]})
    assert effect(cast.triager, mail).state is EffectState.HELD


def a_message_about_a_downtime(cast: Cast, at: datetime, by: str, message: Mapping[str, Any]) -> str:
    number = send_out(
        f"downtime-7:1:{by}",
        by=by,
        subject=("downtime", 7),
        team="vets-gov",
        organisations=[*cast.triager.organisations],
        message=message,
        at=at,
    )
    return f"/outbox/{number}/"


def test_a_post_shows_its_room_its_downtime_and_its_very_words(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Planned downtime: Storage moves"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Messages cannot be read on Sunday.*"}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "Communication Owner"}]},
    ]
    post = {"text": "Planned downtime", "blocks": blocks}
    message = {"room": "#coordination", "post": post, "document": {"id": "DT-7", "title": "Storage moves"}}
    client = signed_in(cast.triager)
    shown = client.get(a_message_about_a_downtime(cast, at, "slack", message)).content.decode()
    assert "<h1>[DT-7] Storage moves</h1>" in shown
    assert "Slack to #coordination" in shown
    assert '<a href="/downtimes/7/">DT-7</a>' in shown
    assert "*Messages cannot be read on Sunday.*" in shown
    assert "Communication Owner" in shown
    assert '<a class="outbox__about" href="/downtimes/7/">DT-7</a>' in client.get("/outbox/").content.decode()


def test_a_window_shows_what_would_be_set(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    message = {
        "verb": "set-window", "description": "[DT-7#r1] USER_MESSAGE: We are working on it.", "services": ["PSECMSG"],
        "start": "2026-11-22T03:00:00+00:00", "end": "2026-11-22T07:00:00+00:00",
    }  # fmt: skip
    address = a_message_about_a_downtime(cast, at, "pagerduty", message)
    shown = signed_in(cast.triager).get(address).content.decode()
    assert "Set the window in which alarms keep quiet" in shown
    assert "PagerDuty to PSECMSG" in shown
    assert "USER_MESSAGE: We are working on it." in shown
    assert "2026-11-22T03:00:00" in shown


def test_several_ticked_messages_move_together_and_one_refusal_stops_none(
    cast: Cast, signed_in: SignedIn, at: datetime
) -> None:
    one, other, gone = (held(cast, at, number) for number in (1, 2, 3))
    client = signed_in(cast.triager)
    client.post(f"/outbox/{gone}/", {"move": "withdraw"})
    sent = {"move": "release", "effect": [str(one), str(gone), str(other), "99999", "x"]}
    page = client.post("/outbox/?state=held", sent, follow=True)
    assert page.redirect_chain == [("/outbox/?state=held", 302)]
    shown = page.content.decode()
    assert "2 messages were released" in shown
    assert f"Message {gone}: This message is withdrawn; it cannot release." in shown
    assert {effect(cast.triager, mail).state for mail in (one, other)} == {EffectState.PENDING}
    assert "Nothing was ticked" in client.post("/outbox/", {"move": "release"}, follow=True).content.decode()


def test_what_left_shows_its_evidence(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    from tierline.outbox.models import EffectRow  # noqa: PLC0415 - no channel of this test delivers

    mail = a_mail(cast, at)
    EffectRow.objects.filter(pk=mail).update(
        state="done", next_try_at=None, settled_at=at + timedelta(minutes=1), evidence={"message_id": "<77@x.example>"}
    )
    page = signed_in(cast.triager).get(f"/outbox/{mail}/").content.decode()
    assert "&lt;77@x.example&gt;" in page
    assert "Left at" in page


def test_the_export_is_a_table_without_texts_and_without_formulas(
    cast: Cast, signed_in: SignedIn, at: datetime
) -> None:
    held(cast, at)
    a_mail(cast, at, 2, to="=cmd@far.example")
    answer = signed_in(cast.triager).get("/outbox/export.csv")
    rows = answer.content.decode().splitlines()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="outbox-all-2026-11-20.csv"'
    assert len(rows) == 3
    assert "'=cmd@far.example" in rows[1]
    assert "502" not in answer.content.decode()


def test_the_list_costs_few_statements_however_long_it_is(
    cast: Cast, signed_in: SignedIn, at: datetime, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(1, 41):
        a_mail(cast, at, number)
    client = signed_in(cast.triager)
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        client.get("/outbox/")


def test_numbers_no_message_can_have_are_not_found(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.triager)
    for number in (0, 10**12, 10**25):
        assert client.get(f"/outbox/{number}/").status_code == 404
        assert client.post(f"/outbox/{number}/", {"move": "release"}).status_code == 404
