"""Guides and what came back in a real browser: accessible, as wide as the screen, printed on two pages at most."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.fitting import unfold, violations, wrong_with
from tests.cases.reports import a_report
from tests.people import PASSWORD, Cast, address
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page

from tierline.cases.actions import handing_off
from tierline.cases.actions.entering import enter
from tierline.foundation.clock import now
from tierline.guides.actions import write_advice
from tierline.plans.loading import load_planbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADVICE = "The gateway is down until tonight; tell callers to try again tomorrow."


@pytest.fixture
def work(cast: Cast) -> dict[str, int]:
    """Two cases that came back, one taken, one to hand off, and advice."""
    at = now() - timedelta(hours=30)
    for _ in range(2):
        back = an_offered_case(cast, at, service="secure-messaging", summary="Attachment opens as a blank page")
        handing_off.refuse(cast.triager, back, "missing-facts", words="Which day was it?", at=at)
    write_advice(
        cast.triager, "secure-messaging", team="vets-gov", kind="hold", text=ADVICE,
        until=(at + timedelta(days=9)).date(), at=at,
    )  # fmt: skip
    return {
        "back": back,
        "taken": a_case_at_vets_gov(cast, at, service="secure-messaging"),
        "new": enter(cast.agent, a_report(service="secure-messaging", needs_tier=2), at=at).number,
    }


def sign_in(tab: Page, server: LiveServer, role: str) -> None:
    tab.goto(server.url + page("sign-in"))
    tab.fill("#email", address(role))
    tab.fill("#password", PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url("**/queue/**")


@pytest.mark.slow
def test_every_page_is_accessible_and_fits_every_screen(
    tab: Page, live_server: LiveServer, work: dict[str, int]
) -> None:
    troubles: list[str] = []
    tab.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    sign_in(tab, live_server, "triager")
    pages = [
        page("guides"),
        page("guide", "secure-messaging"),
        page("guide", "sign-in"),
        page("returns", side="received"),
        page("returns"),
        page("returns-rows", side="received", came_back="yes"),
        page("case", work["taken"]),
    ]
    assert wrong_with(tab, live_server.url, pages) == []
    assert troubles == []


@pytest.mark.slow
def test_what_is_told_before_handing_on_is_accessible(tab: Page, live_server: LiveServer, work: dict[str, int]) -> None:
    sign_in(tab, live_server, "agent")
    intake = page("intake", service="secure-messaging", needs_tier="2", holder="hrc")
    for place in (intake, page("case-hand-off", work["new"]), page("case", work["back"])):
        for width in (320, 1280):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.goto(live_server.url + place)
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            unfold(tab)
            assert violations(tab) == [], place
    assert tab.get_by_text("Next time: Fill in what the form marks as missing").is_visible()


def test_advice_follows_the_service_chosen_on_the_intake_form(
    tab: Page, live_server: LiveServer, work: dict[str, int]
) -> None:
    sign_in(tab, live_server, "agent")
    tab.goto(live_server.url + page("intake"))
    tab.select_option("#service", "secure-messaging")
    expect(tab.locator("#asked")).to_contain_text(ADVICE)
    tab.select_option("#needs_tier", "2")
    expect(tab.locator("#asked")).to_contain_text("Often returned from here by Vets.gov support")
    tab.select_option("#service", "prescription-refill")
    expect(tab.locator("#asked")).not_to_contain_text(ADVICE)


def test_advice_is_written_and_taken_off_on_a_phone(tab: Page, live_server: LiveServer, cast: Cast) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    sign_in(tab, live_server, "triager")
    tab.goto(live_server.url + page("guide", "prescription-refill"))
    tab.get_by_text("Write advice").click()
    tab.get_by_label("Known work-around").check()
    tab.get_by_label("In a sentence").fill("Another browser shows the button.")
    tab.get_by_label("Until the end of").fill((now() + timedelta(days=5)).date().isoformat())
    tab.get_by_role("button", name="Put it on the guide").click()
    expect(tab.locator(".advice")).to_contain_text("Another browser shows the button.")
    tab.get_by_role("button", name="Take off the guide").click()
    expect(tab.locator("#advice")).to_contain_text("No work-around is known")


def test_a_case_is_handed_back_without_scripts(browser: Browser, live_server: LiveServer, work: dict[str, int]) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    bare = context.new_page()
    sign_in(bare, live_server, "triager")
    bare.goto(live_server.url + page("case", work["taken"]))
    bare.locator("summary", has_text="Hand it back").click()
    bare.locator("[name=reason][value=wrong-desk]").check()
    bare.locator("#hand-back-text").fill("This is the pharmacy's.")
    bare.locator("form:has(#hand-back-text) button").click()
    expect(bare.locator("#told")).to_contain_text("was handed back")
    context.close()


@pytest.mark.parametrize("service", sorted(load_planbook().services))
def test_a_guide_prints_on_two_pages_at_most_without_the_desk_round_it(
    tab: Page, live_server: LiveServer, work: dict[str, int], service: str
) -> None:
    sign_in(tab, live_server, "triager")
    tab.goto(live_server.url + page("guide", service))
    printed = tab.pdf(format="Letter")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2
    tab.emulate_media(media="print")
    for hidden in (".desk-header", ".advice__write", ".back"):
        if tab.locator(hidden).count():
            expect(tab.locator(hidden)).to_be_hidden()
    expect(tab.get_by_role("heading", name="Where this is written")).to_be_visible()
