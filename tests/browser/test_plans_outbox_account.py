"""Plans, outbox and account in a real browser: accessible, nothing wider than the screen, nothing blocked, and quick
where scripts run."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer
from tests.cases.reports import a_report
from tests.people import PASSWORD, Cast, address, enter_cast

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter
from tierline.outbox.actions import carry_out
from tierline.outbox.queries import effects
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.queries import forget

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]
QUESTION = "/plans/what-if/?service=secure-messaging&holder=mhv-support&needs_tier=3&supplied=none"


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    forget()
    yield enter_cast()
    forget()


@pytest.fixture
def mail(cast: Cast, at: datetime) -> int:
    """A message of vets.gov that is held, because there is no mail server."""
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    handing_off.offer(cast.agent, number, ask="Please find out whose fault this is.", at=at)
    handing_off.acknowledge(cast.triager, number, at=at)
    working.begin(cast.triager, number, at=at)
    working.correct_facts(cast.triager, number, fault_in="mhv-api", needs_tier=3, at=at)
    handing_off.offer(cast.triager, number, ask="The MHV API answers 502; please repair it.", at=at)
    for view in effects(cast.triager):
        carry_out(view.id, at=at)
    return effects(cast.triager)[0].id


@pytest.fixture
def _second_version(cast: Cast, mail: int, at: datetime) -> None:
    """Plans in force that decide otherwise than those under which the mail was written."""
    changed = {
        name: text.replace(b"{to: vets-gov, by: ticket, tier: 2}", b"{to: mhv-support, by: ticket}")
        for name, text in texts_of([SHIPPED]).items()
    }
    publish_planbook(cast.lead, changed, at=at, remark="HRC goes straight to MHV")


def enter_desk(page: "Page", server: LiveServer, role: str) -> None:
    page.goto(f"{server.url}/sign-in/")
    page.fill("#email", address(role))
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue/**")


@pytest.mark.usefixtures("_second_version")
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_page_is_accessible_fits_and_is_not_blocked(
    page: "Page", live_server: LiveServer, cast: Cast, mail: int, width: int
) -> None:
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_viewport_size({"width": width, "height": 800})
    enter_desk(page, live_server, "triager")
    plans = [f"/plans/{path.stem}/" for path in SHIPPED.glob("*.yaml")]
    others = ["/plans/", "/plans/es-1010ez/file/", "/plans/check/", "/plans/publish/", "/account/", "/outbox/"]
    for where in [*plans, *others, QUESTION, "/plans/versions/?from=1&to=2&replay=200", f"/outbox/{mail}/"]:
        page.goto(live_server.url + where)
        wide = page.evaluate("document.documentElement.scrollWidth")
        found = Axe().run(page).response["violations"]
        assert (where, complaints) == (where, [])
        assert wide <= width, where
        assert [(where, trouble["id"], trouble["nodes"][0]["html"]) for trouble in found] == []


def test_choosing_facts_shows_the_decision_at_once_and_puts_it_in_the_address(
    page: "Page", live_server: LiveServer, cast: Cast
) -> None:
    enter_desk(page, live_server, "triager")
    page.goto(f"{live_server.url}/plans/what-if/")
    page.select_option("#service", "prescription-refill")
    page.select_option("#fault_in", "mhv-api")
    page.select_option("#needs_tier", "3")
    page.get_by_text("The plans hand this to MHV sustainment team, Tier 3, by e-mail.").wait_for()
    page.wait_for_url("**fault_in=mhv-api**needs_tier=3**")
    page.reload()
    page.get_by_text("The plans hand this to MHV sustainment team, Tier 3, by e-mail.").wait_for()


def test_files_are_checked_without_being_chosen_twice_and_then_published(
    page: "Page", live_server: LiveServer, cast: Cast, tmp_path: Path
) -> None:
    for path in SHIPPED.glob("*.yaml"):
        shorter = path.read_text().replace("HRC gives all Tier 1 support for what vets.gov offers.", "HRC is Tier 1.")
        (tmp_path / path.name).write_text(shorter)
    enter_desk(page, live_server, "lead")
    page.goto(f"{live_server.url}/plans/publish/")
    page.set_input_files("#files", sorted(tmp_path.glob("*.yaml")))
    page.get_by_role("button", name="Check only").click()
    page.get_by_text("No error: these files can be published.").wait_for()
    page.get_by_role("button", name="Check only").wait_for()
    page.get_by_role("button", name="Check and publish").click()
    page.wait_for_url("**/plans/versions/?from=1&to=2**")
    expect(page.get_by_text("Version 2 is in force for everybody now")).to_be_visible()


def test_a_message_is_reached_and_released_with_the_keyboard_alone(
    page: "Page", live_server: LiveServer, cast: Cast, mail: int
) -> None:
    enter_desk(page, live_server, "triager")
    page.goto(f"{live_server.url}/outbox/?state=held")
    page.get_by_label("Tick all messages on this page").check()
    assert page.locator("input[name=effect]:checked").count() == page.locator("input[name=effect]").count() > 1
    page.get_by_label("Tick all messages on this page").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/outbox/*/")
    page.get_by_role("button", name="Release it").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The message was released").wait_for()


def test_everything_works_without_scripts(page: "Page", live_server: LiveServer, cast: Cast, mail: int) -> None:
    assert page.context.browser is not None
    plain = page.context.browser.new_context(java_script_enabled=False)
    bare = plain.new_page()
    enter_desk(bare, live_server, "triager")
    bare.goto(f"{live_server.url}/plans/what-if/")
    bare.select_option("#service", "prescription-refill")
    bare.select_option("#fault_in", "mhv-api")
    bare.get_by_role("button", name="Ask the plans").click()
    expect(bare.locator(".what-if__sentence")).to_be_visible()
    bare.goto(f"{live_server.url}/outbox/{mail}/")
    bare.get_by_role("button", name="Withdraw it").click()
    expect(bare.get_by_text("The message was withdrawn")).to_be_visible()
    plain.close()
