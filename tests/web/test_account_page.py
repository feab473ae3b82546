"""Somebody's own account: teams and duties, a new password, keys that are shown once."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from tests.people import PASSWORD, Cast, address

from tierline.directory.actions import MOST_KEYS, enter_person, issue_token
from tierline.directory.actor import Actor
from tierline.directory.queries import actor_of_person, actor_of_token, tokens_of
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
NEW = "a brook that sings at night"


def enter_with(client: Client, password: str) -> bool:
    return client.post("/sign-in/", {"email": address("agent"), "password": password}).status_code == 302


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(actor: Actor) -> Client:
        client.force_login(get_user_model().objects.get(pk=actor.person_id or 0))
        return client

    return sign_in


SignedIn = Callable[[Actor], Client]


def test_it_names_teams_duties_and_sign_in(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.lead).get("/account/").content.decode()
    for words in ("Dora Finch (Tier 3)", address("lead"), 'href="/queue/mhv-tier-3/"', "Plan editor"):
        assert words in page


def test_a_key_is_shown_once_and_opens_the_api_as_its_owner(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    made = client.post("/account/keys/", {"label": "Nightly report"})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r"tl_[\w-]+", made.content.decode())
    assert found
    owner = actor_of_token(found[0])
    assert owner == cast.agent
    page = client.get("/account/").content.decode()
    assert "Nightly report" in page
    assert found[0] not in page


def test_a_revoked_key_opens_nothing(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    key = issue_token(cast.agent, label="Old", at=at)
    ((token, *_),) = tokens_of(cast.agent)
    page = signed_in(cast.agent).post(f"/account/keys/{token}/", follow=True).content.decode()
    assert "The key is revoked" in page
    assert actor_of_token(key) is None
    assert signed_in(cast.agent).post(f"/account/keys/{token}/").status_code == 404


def test_nobody_revokes_somebody_elses_key(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    key = issue_token(cast.agent, label="Mine", at=at)
    ((token, *_),) = tokens_of(cast.agent)
    assert signed_in(cast.lead).post(f"/account/keys/{token}/").status_code == 404
    assert actor_of_token(key) == cast.agent


@pytest.mark.parametrize("label", ["", "   ", "x" * 81, "two\nlines", "null\x00"])
def test_a_key_needs_a_name_that_can_be_read(cast: Cast, signed_in: SignedIn, label: str) -> None:
    answer = signed_in(cast.agent).post("/account/keys/", {"label": label})
    assert answer.status_code == 422
    assert "Give it a name" in answer.content.decode()
    assert tokens_of(cast.agent) == []


def test_there_is_an_end_to_the_keys_of_one_person(cast: Cast, signed_in: SignedIn, at: datetime) -> None:
    for number in range(MOST_KEYS):
        issue_token(cast.agent, label=str(number), at=at)
    assert "Revoke a key first" in signed_in(cast.agent).post("/account/keys/", {"label": "One more"}).content.decode()


def test_a_new_password_holds_here_and_ends_the_other_sessions(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    assert enter_with(here, PASSWORD)
    assert enter_with(elsewhere, PASSWORD)
    sent = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    page = here.post("/account/password/", sent, follow=True)
    assert "Your password is changed" in page.content.decode()
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert not enter_with(Client(), PASSWORD)
    assert enter_with(Client(), NEW)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"old_password": "wrong"}, "old_password", "That is not your password now"),
        ({"new_password_again": "other"}, "new_password_again", "The two are not the same"),
        ({"new_password": "short", "new_password_again": "short"}, "new_password", "too short"),
        ({"new_password": "passwordpassword", "new_password_again": "passwordpassword"}, "new_password", ""),
        ({"new_password": "", "new_password_again": ""}, "new_password", "too short"),
    ],
)
def test_a_password_is_refused_beside_its_field(
    cast: Cast, signed_in: SignedIn, changed: dict[str, str], field: str, said: str
) -> None:
    sent = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW} | changed
    answer = signed_in(cast.agent).post("/account/password/", sent)
    page = answer.content.decode()
    if said:
        assert answer.status_code == 422
        assert said in page
        assert re.search(rf'usa-input--error" id="[a-z_]+" name="{field}"', page)
    assert NEW not in page
    assert enter_with(Client(), PASSWORD) is (answer.status_code == 422)


def test_whoever_tries_too_many_old_passwords_has_to_wait(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    sent = {"old_password": "wrong", "new_password": NEW, "new_password_again": NEW}
    answers = [client.post("/account/password/", sent).status_code for _ in range(10)]
    assert answers[0] == 422
    assert answers[-1] == 429


@pytest.mark.parametrize("where", ["/account/", "/account/password/", "/account/keys/", "/account/keys/1/"])
def test_somebody_not_signed_in_has_no_account_page(cast: Cast, client: Client, where: str) -> None:
    assert client.get(where).status_code == 302
    answer = client.post(where, {"old_password": "secret words", "new_password_again": "secret words", "label": "x"})
    assert "secret words" not in answer.content.decode()
    assert answer.status_code in (302, 401)


def test_the_page_costs_few_statements(
    cast: Cast,
    signed_in: SignedIn,
    django_assert_max_num_queries: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = signed_in(cast.lead)
    monkeypatch.setattr("tierline.plans.queries.LOOK_AGAIN_AFTER", 3600.0)  # its look-up is not this page's cost
    planbook_in_force()
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        client.get("/account/")


def test_numbers_no_key_can_have_are_not_found(cast: Cast, signed_in: SignedIn) -> None:
    assert signed_in(cast.agent).post(f"/account/keys/{10**25}/").status_code == 404


def test_somebody_writes_down_where_slack_reaches_them(cast: Cast, signed_in: SignedIn) -> None:
    client, own = signed_in(cast.agent), f"/account/slack/{cast.agent.person_id}/"
    assert "Not known yet" in client.get("/account/").content.decode()
    refused = client.post(own, {"slack": "@ada"})
    assert refused.status_code == 422
    assert "begins with U or W" in refused.content.decode()
    assert 'value="@ada"' in refused.content.decode()
    page = client.post(own, {"slack": " U0ADA "}, follow=True).content.decode()
    assert 'value="U0ADA"' in page
    assert "Written down by Ada Quill (HRC)" in page
    assert "Not known yet" in client.post(own, {"slack": ""}, follow=True).content.decode()


def test_a_lead_sees_and_corrects_their_team_s_and_nobody_else_s(cast: Cast, signed_in: SignedIn) -> None:
    person = enter_person(
        email="ravi@tierline.example", name="Ravi Sorensen", password=PASSWORD, teams=["mhv-tier-3"],
        duties={"mhv-tier-3-support-lead": 1},
    )  # fmt: skip
    lead = actor_of_person(person)
    assert lead is not None
    assert "Emil Thorn (Tier 3)</label>" not in signed_in(cast.lead).get("/account/").content.decode()
    client = signed_in(lead)
    page = client.get("/account/").content.decode()
    assert "Emil Thorn (Tier 3)" in page
    assert "Ada Quill (HRC)" not in page
    assert client.post(f"/account/slack/{cast.analyst.person_id}/", {"slack": "U0EMIL"}).status_code == 302
    assert client.post(f"/account/slack/{cast.agent.person_id}/", {"slack": "U0ADA"}).status_code == 403
    assert "Emil Thorn (Tier 3)</label>" not in signed_in(cast.analyst).get("/account/").content.decode()


def test_the_id_a_plan_names_is_said_until_somebody_writes_down_another(cast: Cast, signed_in: SignedIn) -> None:
    person = enter_person(
        email="ravi.sorensen@tier3.example", name="Ravi Sorensen", password=PASSWORD, teams=["mhv-tier-3"]
    )
    ravi = actor_of_person(person)
    assert ravi is not None
    client = signed_in(ravi)

    assert "The plans name U01RAVI" in client.get("/account/").content.decode()
    page = client.post(f"/account/slack/{ravi.person_id}/", {"slack": "U0RAVI2"}, follow=True).content.decode()
    assert "The plans name" not in page
