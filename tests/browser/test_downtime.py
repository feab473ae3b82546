"""Planned work in a real browser: accessible, as wide as the screen, approved on a phone, planned without scripts."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.fitting import wrong_with
from tests.downtime.crew import ADDRESSES, Crew, drafted, enter_crew, scheduled
from tests.downtime.works import frame
from tests.people import PASSWORD, Cast
from tests.web.desk import page

from tierline.downtime.actions import approving, planning, taking_in
from tierline.downtime.actions.reaching import reach_another_way
from tierline.foundation.clock import now
from tierline.notices.queries import relays
from tierline.notices.signing import relay_link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAIL = "Subject: New disks\nServices: Secure Messaging\nStart: 4 December 2026 10 PM ET\nEnd: 12/05/2026 02:00 ET\n"


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


@pytest.fixture
def work(crew: Crew) -> dict[str, int]:
    """One that is scheduled, one that waits for approval, a draft that somebody has to be named for, a notice."""
    at = now() - timedelta(hours=1)
    starts = _morning(at)
    free = frame(starts=starts, ends=starts + timedelta(hours=4))
    other = frame(starts=starts + timedelta(days=1), ends=starts + timedelta(days=1, hours=3))
    waiting = drafted(crew, at, procedure="api-platform", frame=other)
    planning.plan(crew.platform, waiting, at=at)
    approving.submit(crew.platform, waiting, at=at, record="CHG0031234")
    return {
        "scheduled": scheduled(crew, at, frame=free),
        "waiting": waiting,
        "notice": taking_in.take_in(
            crew.communicator, MAIL, came_from="Hosting (operations@maintenance.datacenter.example)", at=at
        ),
    }


def _morning(at: datetime) -> datetime:
    """Ten days ahead, outside of any freeze of the plans."""
    starts = at.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=10)
    frozen = datetime(2026, 12, 17, tzinfo=starts.tzinfo) < starts < datetime(2027, 1, 5, tzinfo=starts.tzinfo)
    return starts + timedelta(days=25) if frozen else starts


def sign_in(tab: Page, server: LiveServer, role: str) -> None:
    tab.goto(server.url + page("sign-in"))
    tab.fill("#email", ADDRESSES[role])
    tab.fill("#password", PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url("**/queue/**")


@pytest.mark.slow
def test_every_page_is_accessible_and_fits_every_screen(
    tab: Page, live_server: LiveServer, work: dict[str, int]
) -> None:
    troubles: list[str] = []
    tab.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    sign_in(tab, live_server, "communicator")
    [relay] = relays(("downtime", work["scheduled"]), at=now())
    for later in (timedelta(), timedelta(hours=1)):
        reach_another_way(at=now() + later)  # nothing has left, so somebody has to be called
    pages = [
        page("downtimes"),
        page("downtime-new"),
        page("downtime", work["scheduled"]),
        page("downtime-change", work["scheduled"]),
        page("downtime-tell", work["scheduled"], "day-before"),
        page("downtime-told", work["scheduled"]),
        page("downtime-call-sheet", work["scheduled"]),
        page("downtime-approve", work["waiting"]),
        page("upstream"),
        page("upstream-one", work["notice"]),
        page("status"),
        relay_link(relay.id, "Odile Ferrant").removeprefix("http://127.0.0.1:8080"),
    ]
    assert wrong_with(tab, live_server.url, pages) == []
    assert troubles == []


def test_the_system_owner_approves_on_a_telephone(tab: Page, live_server: LiveServer, work: dict[str, int]) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    sign_in(tab, live_server, "owner")
    tab.goto(live_server.url + page("downtime", work["waiting"]))
    tab.get_by_role("link", name="Read and decide").click()
    button = tab.get_by_role("button", name="Approve exactly these words")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    expect(tab.locator("#told")).to_contain_text("is approved in exactly these words")
    expect(tab.locator(".main-line .is-here")).to_have_text("Scheduled")


def test_work_is_planned_without_scripts(browser: Browser, live_server: LiveServer, crew: Crew) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    bare = context.new_page()
    sign_in(bare, live_server, "communicator")
    bare.goto(live_server.url + page("downtimes"))
    bare.get_by_role("link", name="Plan downtime").click()
    bare.fill("#title", "New disks")
    bare.get_by_label("Secure Messaging", exact=True).check()
    starts = _morning(now())
    for name, at in (("starts", starts), ("ends", starts + timedelta(hours=2))):
        bare.fill(f"#{name}_day", at.date().isoformat())
        bare.fill(f"#{name}_at", f"{at:%H:%M}")
    bare.get_by_role("button", name="Look at it").click()
    expect(bare.locator("#seen")).to_contain_text("UTC")
    expect(bare.locator("#seen")).to_contain_text("Rollback plan: fill it in")
    bare.get_by_role("button", name="Keep as a draft").click()
    expect(bare.locator("h1")).to_contain_text("New disks")
    context.close()


def test_a_word_is_passed_on_by_a_button_on_a_telephone(
    tab: Page, live_server: LiveServer, work: dict[str, int]
) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    [relay] = relays(("downtime", work["scheduled"]), at=now())
    tab.goto(live_server.url + relay_link(relay.id, "Odile Ferrant").removeprefix("http://127.0.0.1:8080"))
    tab.get_by_role("button", name="I have passed it on").click()
    expect(tab.locator("main")).to_contain_text("Thank you, Odile Ferrant")
