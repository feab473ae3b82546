"""The desk in a browser: accessible on every page, nothing wider than the screen, keys, and acting beside the list."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.fitting import unfold, violations, wrong_with
from tests.cases.reports import a_report, thorough
from tests.people import PASSWORD, Cast, address
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page

from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.actions.attaching import attach
from tierline.cases.actions.entering import enter
from tierline.foundation.clock import now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Desk:
    """A page in which somebody is signed in; every console error and policy violation is collected."""

    def __init__(self, tab: Page, site: str) -> None:
        self.tab, self.site, self.troubles = tab, site, list[str]()
        tab.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: self.troubles.append(str(error)))

    def open(self, address: str) -> Page:
        """Go there and wait until it is quiet."""
        self.tab.goto(self.site + address)
        self.tab.wait_for_load_state("networkidle")
        return self.tab

    def sign_in(self, role: str) -> None:
        """Through the door, by keyboard."""
        self.open(page("sign-in"))
        self.tab.keyboard.type(address(role))
        self.tab.keyboard.press("Tab")
        self.tab.keyboard.type(PASSWORD)
        self.tab.keyboard.press("Enter")
        self.tab.wait_for_url(lambda url: "sign-in" not in url)


@pytest.fixture
def work(cast: Cast) -> dict[str, int]:
    """Cases in every state, at the real time: a live server's threads keep it."""
    at = now() - timedelta(hours=30)
    solved = a_case_at_vets_gov(cast, at, summary="Refill list is empty after signing in")
    working.note(cast.triager, solved, "The cache was stale.", at=at)
    working.draft_word_for_reporter(cast.triager, solved, "Please sign in again.", at=at)
    attach(cast.triager, solved, "gateway.log", [b"413"], at=at)
    working.add_number(cast.triager, solved, "servicenow", "INC0048213", at=at)
    working.solve(cast.triager, solved, "Cleared the cache.", at=at)
    mailed = a_case_at_vets_gov(cast, at, flags=frozenset({"patient-safety"}))
    working.correct_facts(cast.triager, mailed, fault_in="mhv-api", needs_tier=3, at=at)
    handing_off.offer(cast.triager, mailed, ask="The API answers 502.", at=at)
    thin = enter(cast.supporter, a_report(holder="mhv-support", service="secure-messaging", needs_tier=3), at=at)
    full = a_report(holder="mhv-support", service="secure-messaging", needs_tier=3, answers=thorough())
    secret = a_report(holder="mhv-tier-3", service="secure-messaging", flags=frozenset({"security-privacy"}))
    called = a_report(holder="vets-gov", service="health-care-application", needs_tier=2, fault_in="enrollment-system")
    raised = enter(cast.triager, called, at=at).number
    handing_off.offer(cast.triager, raised, ask="Where does the application of Tuesday lie?", at=at)
    return {
        **questions(cast),
        "solved": solved,
        "mailed": mailed,
        "thin": thin.number,
        "full": enter(cast.supporter, full, at=at).number,
        "secret": enter(cast.lead, secret, at=at).number,
        "offered": an_offered_case(cast, at, summary="Attachment opens as a blank page"),
        "offered-too": an_offered_case(cast, at + timedelta(hours=1), summary="Sent messages are missing"),
    }


def questions(cast: Cast) -> dict[str, int]:
    """A question that is being asked, one whose answer is back, and a reporter who is being told."""
    at, cases = now(), {}
    for name in ("asked", "landed", "told"):
        number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
        cases[name] = number
        if name == "told":
            working.solve(cast.lead, number, "Cleared the cache.", words="Sending works again.", at=at)
            continue
        question = inquiring.ask(cast.lead, number, "Which browser do you use?", note="We suspect one.", at=at)
        inquiring.acknowledge(cast.supporter, question, at=at)
        attempting.attempt(cast.supporter, question, "waiting", note="Sent at noon.", at=at)
        if name == "landed":
            attempting.answer(cast.supporter, question, "Safari.", at=at)
            attempting.pass_back(cast.supporter, question, at=at)
    return cases


def pages(work: dict[str, int]) -> list[tuple[str, str]]:
    """Who looks at which page."""
    return [
        ("triager", page("queue", "vets-gov")),
        ("triager", page("queue", "vets-gov", tab="overdue")),
        ("triager", page("queue", "vets-gov", tab="todo", flag="congressional")),
        ("triager", page("queue", "vets-gov", case=str(work["offered"]))),
        ("triager", page("case", work["solved"])),
        ("triager", page("case", work["mailed"])),
        ("triager", page("case-as-it-stood", work["solved"])),
        ("privacy", page("restricted")),
        ("triager", page("search", q="refill")),
        ("triager", page("search", q="nowhere")),
        ("triager", page("case", 999_999)),
        ("triager", page("help")),
        ("triager", page("calls")),
        ("supporter", page("case", work["thin"])),
        ("supporter", page("case-hand-off", work["thin"])),
        ("supporter", page("case-hand-off", work["full"])),
        ("supporter", page("intake", service="secure-messaging", needs_tier="3", holder="mhv-support")),
        ("supporter", page("case", work["asked"])),
        ("supporter", page("queue", "mhv-support", tab="todo", case=str(work["asked"]))),
        ("lead", page("case", work["landed"])),
        ("lead", page("case", work["told"])),
        ("privacy", page("case", work["secret"])),
    ]


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Desk]:
    """A desk nobody has signed in to yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield Desk(context.new_page(), live_server.url)
    context.close()


@pytest.mark.slow
def test_every_page_is_accessible_fits_every_screen_and_breaks_no_policy(desk: Desk, work: dict[str, int]) -> None:
    desk.open(page("sign-in"))
    assert violations(desk.tab) == []
    who, wrong = "", []
    for role, place in pages(work):
        if role != who:
            desk.tab.context.clear_cookies()
            desk.sign_in(role)
            who = role
        wrong += wrong_with(desk.tab, desk.site, [place], unfolded=False)
    assert wrong == []
    assert [said for said in desk.troubles if "404" not in said] == []


def test_everything_folded_is_accessible_when_it_is_open(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    for name in ("solved", "mailed"):
        tab = desk.open(page("case", work[name]))
        unfold(tab)
        assert violations(tab) == []


def test_a_question_is_copied_and_attempted_beside_the_list(desk: Desk, work: dict[str, int]) -> None:
    desk.tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.sign_in("supporter")
    tab = desk.open(page("queue", "mhv-support", tab="todo", case=str(work["asked"])))
    expect(tab.locator(".question__title")).to_have_text("Please ask the Veteran for MHV Tier 3 support")
    tab.get_by_role("button", name="Copy the words for the Veteran").click()
    expect(tab.get_by_role("button", name="Copied")).to_be_visible()
    assert tab.evaluate("navigator.clipboard.readText()") == "Which browser do you use?"
    tab.get_by_text("Attempt 2 of 3: by e-mail…").click()
    tab.get_by_label("No answer", exact=True).check()
    tab.get_by_role("button", name="Write the attempt down").click()
    expect(tab.locator("#told")).to_contain_text("The attempt is written down.")
    tab = desk.open(page("case", work["asked"]))
    expect(tab.locator(".attempts li")).to_have_count(2)
    tab.evaluate("for (const folded of document.querySelectorAll('details')) { folded.name = ''; folded.open = true }")
    assert violations(tab) == []


def test_the_top_cases_are_triaged_beside_the_list_by_keyboard_alone(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    tab = desk.open(page("queue", "vets-gov"))
    expect(tab.locator("#preview-body h2").first).to_have_text("Attachment opens as a blank page")
    loaded = tab.evaluate("window.stillTheSamePage = true")
    tab.get_by_role("button", name="Take it over").focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#told")).to_have_text(f"TL-{work['offered']} was taken over.")
    expect(tab.locator("#preview-body h2").first).to_have_text("Sent messages are missing")
    assert tab.evaluate("window.stillTheSamePage") == loaded
    assert desk.troubles == []


def test_j_k_and_enter_walk_the_list(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    tab = desk.open(page("queue", "vets-gov"))
    tab.keyboard.press("j")
    expect(tab.locator("#preview-body h2").first).to_have_text("Sent messages are missing")
    tab.keyboard.press("k")
    expect(tab.locator("#preview-body h2").first).to_have_text("Attachment opens as a blank page")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{page('case', work['offered'])}")


def test_slash_finds_a_number_and_question_mark_helps(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    tab = desk.open(page("queue", "vets-gov"))
    tab.keyboard.press("/")
    tab.keyboard.type(f"TL-{work['solved']}?jk")
    tab.keyboard.press("Backspace")
    tab.keyboard.press("Backspace")
    tab.keyboard.press("Backspace")
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{page('case', work['solved'])}")
    tab.keyboard.press("?")
    tab.wait_for_url(f"**{page('help')}")


def test_a_refusal_beside_the_list_without_words_says_what_is_wanted(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    tab = desk.open(page("queue", "vets-gov"))
    tab.locator("#preview summary", has_text="Refuse").click()
    tab.locator("#preview [name=reason][value=other]").check()
    tab.locator("#refuse-text").fill("   ")
    tab.locator("#preview .act__form button").click()
    expect(tab.locator("#preview [role=alert]")).to_contain_text("Say why in a sentence")
    expect(tab.locator("#preview [name=reason][value=other]")).to_be_checked()
    tab.locator("#refuse-text").fill("Which browser?")
    tab.locator("#preview .act__form button").click()
    expect(tab.locator("#told")).to_contain_text("was refused")


def test_the_text_that_leaves_follows_what_is_typed(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("supporter")
    tab = desk.open(page("case-hand-off", work["full"]))
    tab.locator("#ask").press_sequentially("Please take this over, it exceeds Tier 2.", delay=5)
    expect(tab.locator(".leaves__text")).to_contain_text("Please take this over, it exceeds Tier 2.")
    tab.locator("#to").select_option("vets-gov")
    expect(tab.locator("#override")).to_be_visible()
    expect(tab.locator("#ask")).to_have_value("Please take this over, it exceeds Tier 2.")


def test_what_the_plan_asks_follows_the_newest_choice_however_fast(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("supporter")
    tab = desk.open(page("intake"))
    tab.locator("#summary").fill("Attachment opens as a blank page")
    tab.locator("#service").select_option("secure-messaging")
    tab.locator("#needs_tier").select_option("3")
    tab.locator("#numbers").fill("INC0099999")
    tab.locator("#system").focus()
    expect(tab.locator("#asked")).to_contain_text("Steps to reproduce")
    tab.locator("[name=answer-device]").fill("iPhone 14")
    tab.locator("#since").fill("today")
    tab.get_by_role("button", name="Take it in").click()
    tab.wait_for_url("**/cases/*/")
    expect(tab.locator(".report")).to_contain_text("iPhone 14")


def test_a_phone_reads_a_case_in_place_of_the_list_and_comes_back(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    desk.tab.set_viewport_size({"width": 390, "height": 844})
    tab = desk.open(page("queue", "vets-gov"))
    tab.get_by_role("link", name="Attachment opens as a blank page").click()
    expect(tab.get_by_role("button", name="Take it over")).to_be_visible()
    expect(tab.locator(".queue__list")).to_be_hidden()
    tab.get_by_role("link", name="Back to the list").click()
    expect(tab.locator(".queue__list")).to_be_visible()


def test_without_javascript_a_case_is_handed_off_and_taken_over(
    browser: Browser, live_server: LiveServer, work: dict[str, int]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    tab = context.new_page()
    tab.goto(live_server.url + page("sign-in"))
    tab.locator("#email").fill(address("supporter"))
    tab.locator("#password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    tab.goto(live_server.url + page("case-hand-off", work["full"]))
    tab.locator("#ask").fill("Please take this over.")
    tab.get_by_role("button", name="Look at the text again").click()
    expect(tab.locator(".leaves__text")).to_contain_text("Please take this over.")
    tab.get_by_role("button", name="Hand off", exact=True).click()
    expect(tab.locator("#told")).to_contain_text("is offered")
    context.close()


def test_a_printed_case_leaves_the_buttons_out(desk: Desk, work: dict[str, int]) -> None:
    desk.sign_in("triager")
    tab = desk.open(page("case", work["solved"]))
    tab.emulate_media(media="print")
    for hidden in (".desk-header", ".next__acts", ".write", ".correct"):
        expect(tab.locator(hidden)).to_be_hidden()
    expect(tab.get_by_text("The cache was stale.")).to_be_visible()
