"""The pages of the plans: read, checked, asked, compared, published; and a mistake never replaces what is good."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases.reports import a_report
from tests.people import Cast
from tests.standing import StoppedClock

from tierline.cases.actions.entering import enter
from tierline.directory.actor import Actor
from tierline.plans.loading import SHIPPED, load_planbook
from tierline.plans.queries import versions

pytestmark = pytest.mark.django_db
PLANS = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
FAULT_AT_MHV = "service=prescription-refill&holder=vets-gov&fault_in=mhv-api&needs_tier=3"


@pytest.fixture
def signed_in(client: Client) -> Callable[[Actor], Client]:
    def sign_in(actor: Actor) -> Client:
        client.force_login(get_user_model().objects.get(pk=actor.person_id or 0))
        return client

    return sign_in


SignedIn = Callable[[Actor], Client]


def shipped(**changed: Callable[[str], str]) -> list[SimpleUploadedFile]:
    """The shipped files as a browser sends them, some changed by name (hyphens as underscores)."""
    files = []
    for path in sorted(SHIPPED.glob("*.yaml")):
        text = path.read_text()
        change = changed.get(path.stem.replace("-", "_"))
        files.append(SimpleUploadedFile(path.name, (change(text) if change else text).encode()))
    return files


def with_another_text(text: str) -> str:
    return text.replace("HRC gives all Tier 1 support for what vets.gov offers.", "HRC gives Tier 1 support.")


def test_the_list_names_every_plan_its_standing_and_its_gaps(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.agent).get("/plans/").content.decode()
    planbook = load_planbook()
    for plan in planbook.plans.values():
        assert f'href="/plans/{plan.id}/"' in page
    assert "version 1</strong> is in force" in page
    assert f"{sum(len(plan.gaps) for plan in planbook.plans.values())} gaps" in page


@pytest.mark.parametrize("plan_id", PLANS)
def test_a_plan_reads_in_the_order_of_its_document_with_every_clause_and_gap(
    cast: Cast, signed_in: SignedIn, plan_id: str
) -> None:
    page = signed_in(cast.agent).get(f"/plans/{plan_id}/").content.decode()
    plan = load_planbook().plans[plan_id]
    places = [page.index(f'<h2 id="h-{place}">') for place in range(len(plan.headings))]
    assert places == sorted(places)
    for own in [clause.id for clause in plan.clauses] + [gap.id for gap in plan.gaps]:
        assert f'id="c-{own}"' in page
    assert page.count('<strong class="book-item__mark">Gap</strong>') == len(plan.gaps)


def test_no_page_of_the_plans_is_heavier_than_150_kilobytes(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    addresses = [f"/plans/{plan_id}/{more}" for plan_id in PLANS for more in ("", "file/")]
    for address in [*addresses, "/plans/", "/plans/check/", f"/plans/what-if/?{FAULT_AT_MHV}"]:
        assert len(client.get(address).content) < 150_000, address


def test_the_file_of_a_plan_can_be_read_line_by_line_and_taken_away(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    page = client.get("/plans/es-1010ez/file/").content.decode()
    lines = (SHIPPED / "es-1010ez.yaml").read_text().splitlines()
    assert f'id="L{len(lines)}"' in page
    taken = client.get("/plans/es-1010ez/file/?as=download")
    assert taken.content == (SHIPPED / "es-1010ez.yaml").read_bytes()
    assert taken.headers["Content-Disposition"].startswith("attachment")


def test_the_check_lists_gaps_with_their_lines_and_what_is_answered(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.agent).get("/plans/check/").content.decode()
    assert "these plans can be published" in page
    assert "/plans/mhv-downtime/file/#L" in page
    assert "The half about incidents stands empty." in page
    assert "for 0 no plan says" not in page


def test_facts_in_the_address_get_the_decision_and_its_clauses(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.agent).get(f"/plans/what-if/?{FAULT_AT_MHV}").content.decode()
    assert "MHV sustainment team" in page
    assert "by e-mail" in page
    assert "/plans/mhv-rx-sm/#c-" in page
    assert "And then, if nobody learns anything new" in page


def test_the_decision_shown_is_the_decision_of_the_planbook(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    restricted = client.get(f"/plans/what-if/?{FAULT_AT_MHV}&flags=security-privacy").content.decode()
    assert "only the restricted path" in restricted
    thin = "service=secure-messaging&holder=mhv-support&needs_tier=3&supplied=none"
    assert "Steps to reproduce" in client.get(f"/plans/what-if/?{thin}").content.decode()
    asked = client.get("/plans/what-if/?service=secure-messaging&holder=mhv-tier-3&asks=veteran").content.decode()
    assert "Ask through another team" in asked
    old = client.get("/plans/what-if/?service=secure-messaging&holder=hrc&needs_tier=2&on=2020-03-01").content.decode()
    assert "NSD" in old


@pytest.mark.parametrize(
    "wrong",
    ["needs_tier=9", "needs_tier=x", "audience=cat", "flags=blue", "asks=mother", "on=yesterday", "on=0001-13-01"],
)
def test_facts_that_cannot_be_decided_on_are_refused_beside_the_form(
    cast: Cast, signed_in: SignedIn, wrong: str
) -> None:
    answer = signed_in(cast.agent).get(f"/plans/what-if/?service=secure-messaging&holder=hrc&{wrong}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_unknown_words_are_answered_not_broken(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    answer = client.get("/plans/what-if/?service=%3Cscript%3E&holder=nobody&fault_in=moon")
    assert answer.status_code == 200
    assert "No plan knows a team" in answer.content.decode()
    for address in ("/plans/nothing/", "/plans/check/?version=99", "/plans/versions/?from=1&to=7"):
        assert client.get(address).status_code == 404, address
    assert client.get("/plans/check/?version=%00&x=1").status_code == 200


def test_only_a_plan_editor_can_publish(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.agent)
    page = client.get("/plans/publish/").content.decode()
    assert cast.lead.name in page
    assert 'type="file"' not in page
    refused = client.post("/plans/publish/", {"files": shipped(), "act": "publish"})
    assert refused.status_code == 403
    assert len(versions()) == 1


def test_a_plan_editor_publishes_and_sees_what_changed(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.lead)
    sent = {"files": shipped(mhv_rx_sm=with_another_text), "act": "publish", "remark": "Shorter."}
    page = client.post("/plans/publish/", sent, follow=True)
    assert page.redirect_chain == [("/plans/versions/?from=1&to=2&replay=200", 302)]
    shown = page.content.decode()
    assert "Version 2 is in force" in shown
    assert "HRC gives all Tier 1 support for what vets.gov offers." in shown
    assert "HRC gives Tier 1 support." in shown
    assert "Every combination is decided as before" in shown
    assert [(v.number, v.remark) for v in versions()] == [(2, "Shorter."), (1, "as shipped")]


def test_the_same_plans_again_are_no_new_version(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.lead).post("/plans/publish/", {"files": shipped(), "act": "publish"}, follow=True)
    assert "Nothing was changed" in page.content.decode()
    assert len(versions()) == 1


def test_a_check_publishes_nothing_and_shows_what_would_change(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.lead)
    page = client.post("/plans/publish/", {"files": shipped(mhv_rx_sm=with_another_text), "act": "check"})
    assert "these files can be published" in page.content.decode()
    assert "HRC gives Tier 1 support." in page.content.decode()
    assert len(versions()) == 1


def without_a_holder(text: str) -> str:
    """A mistake only the full check finds: a duty without a holder that no gap speaks of."""
    return text.replace(
        "{id: mhv-tier-3-product-manager, label: MHV Tier 3 product manager, holders: [magnus-oyelaran]",
        "{id: mhv-tier-3-product-manager, label: MHV Tier 3 product manager, holders: []",
    )


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (without_a_holder, "Nobody holds the duty mhv-tier-3-product-manager"),
        (lambda text: text.replace("kind: plan", "kind: poem", 1), "kind"),
        (lambda text: text + "\n\x00", "mhv-tier-3.yaml"),
        (lambda text: text.replace("{to: mhv-support", "{to: nobody-knows", 1), "nobody-knows"),
    ],
)
@pytest.mark.parametrize("act", ["check", "publish"])
def test_plans_with_a_mistake_are_refused_with_every_finding(
    cast: Cast, signed_in: SignedIn, broken: Callable[[str], str], said: str, act: str
) -> None:
    answer = signed_in(cast.lead).post("/plans/publish/", {"files": shipped(mhv_tier_3=broken), "act": act})
    page = answer.content.decode()
    assert answer.status_code == (422 if act == "publish" else 200)
    assert said in page
    assert "What was in force stays in force" in page
    assert len(versions()) == 1


def test_an_unreadable_file_is_named_before_the_errors_that_follow_from_it(cast: Cast, signed_in: SignedIn) -> None:
    sent = {"files": shipped(mhv_rx_sm=lambda text: text.replace("kind: plan", "kind: poem", 1)), "act": "publish"}
    page = signed_in(cast.lead).post("/plans/publish/", sent).content.decode()
    assert page.index("Mend these first") < page.index("mhv-rx-sm.yaml") < page.index("further errors</summary>")


def test_files_that_are_no_planbook_are_refused_in_words(cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.lead)
    for files in ([], [SimpleUploadedFile("notes.txt", b"hello")]):
        answer = client.post("/plans/publish/", {"files": files, "act": "publish"})
        assert answer.status_code == 422
        assert "No plan&#x27;s file was given" in answer.content.decode()
    twice = [SimpleUploadedFile("a.yaml", b"kind: plan"), SimpleUploadedFile("a.yaml", b"kind: plan")]
    assert "Two files are called a.yaml" in client.post("/plans/publish/", {"files": twice}).content.decode()


@pytest.mark.parametrize("act", ["check", "publish"])
def test_files_in_force_that_were_forgotten_are_named(cast: Cast, signed_in: SignedIn, act: str) -> None:
    only_one = [file for file in shipped() if file.name == "mhv-rx-sm.yaml"]
    page = signed_in(cast.lead).post("/plans/publish/", {"files": only_one, "act": act}).content.decode()
    assert "Version 1 has also es-1010ez.yaml, mhv-downtime.yaml, mhv-tier-3.yaml" in page
    whole = signed_in(cast.lead).post("/plans/publish/", {"files": shipped(), "act": "check"}).content.decode()
    assert "has also" not in whole


def to_mhv_at_once(text: str) -> str:
    """HRC hands everything beyond Tier 1 to MHV support, past vets.gov."""
    return text.replace("then: {to: vets-gov, by: ticket, tier: 2}", "then: {to: mhv-support, by: ticket}")


def test_open_cases_that_would_go_otherwise_are_named_and_others_cases_are_not(
    cast: Cast, signed_in: SignedIn, at: datetime, stopped_clock: StoppedClock
) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    sent = {"files": shipped(mhv_rx_sm=to_mhv_at_once), "act": "check"}
    page = signed_in(cast.lead).post("/plans/publish/", sent).content.decode()
    assert f'href="/cases/{case.number}/"' not in page  # MHV never had it
    client = signed_in(cast.lead)
    client.post("/plans/publish/", {**sent, "files": shipped(mhv_rx_sm=to_mhv_at_once), "act": "publish"})
    shown = signed_in(cast.agent).get("/plans/versions/?from=1&to=2&replay=200").content.decode()
    assert len(versions()) == 2
    assert f'href="/cases/{case.number}/"' in shown
    assert "<strong>1</strong> would go otherwise" in shown


def test_pages_of_plans_cost_few_statements(
    cast: Cast, signed_in: SignedIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = signed_in(cast.lead)
    for address in ("/plans/", "/plans/mhv-tier-3/", "/plans/check/", "/plans/what-if/", "/plans/publish/"):
        with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
            client.get(address)


def test_somebody_not_signed_in_reads_no_plan(cast: Cast, client: Client) -> None:
    for address in (
        "/plans/",
        "/plans/check/",
        "/plans/what-if/",
        "/plans/versions/",
        "/plans/publish/",
        "/plans/es-1010ez/",
    ):
        assert client.get(address).status_code == 302, address


def test_without_any_plan_the_page_says_what_to_do(db: None, client: Client) -> None:
    person = get_user_model().objects.create(email="first@tierline.example", name="First")
    client.force_login(person)
    assert "No support plan is in force yet" in client.get("/plans/").content.decode()
    assert client.get("/plans/publish/").status_code == 200


def test_a_file_beyond_all_measure_is_refused_and_not_read_whole(cast: Cast, signed_in: SignedIn) -> None:
    large = SimpleUploadedFile("large.yaml", b"# long\n" * 200_000)
    answer = signed_in(cast.lead).post("/plans/publish/", {"files": [large], "act": "publish"})
    assert answer.status_code == 422
    assert "large.yaml" in answer.content.decode()
