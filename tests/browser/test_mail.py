"""Mail in a real browser: an answer on its case, the page of mail, one mail; accessible, fitting, and one click."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from tests.mail.letters import a_bounce, a_reply
from tests.mail.scene import a_mailed_hand_off, answer_address, message_id, the_mail
from tests.people import PASSWORD, Cast, address, enter_cast
from tests.web.desk import page as at_page

from tierline.foundation.clock import now
from tierline.mail.actions import take_mail
from tierline.mail.queries import forget as forget_mail
from tierline.plans.queries import forget

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    forget()
    forget_mail()
    yield enter_cast()
    forget()


@pytest.fixture
def answered(cast: Cast) -> int:
    """A case with an answer that brought a file nobody keeps."""
    at = now() - timedelta(hours=1)
    number = a_mailed_hand_off(cast, at)
    raw = a_reply(answer_address(number), text="Yes, we take it.\n\nZoe", files=(("run.exe", b"MZ"),))
    take_mail(raw, came_by="imap", at=at)
    return number


def enter_desk(page: Page, server: LiveServer, role: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{server.url}/sign-in/")
    page.fill("#email", address(role))
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/queue/**")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_page_of_mail_is_accessible_fits_and_is_not_blocked(
    page: Page, live_server: LiveServer, cast: Cast, answered: int, width: int
) -> None:
    at = now() - timedelta(minutes=5)
    lost = a_mailed_hand_off(cast, at)
    take_mail(a_bounce(message_id(lost), recipient=the_mail(lost).message["to"]), came_by="imap", at=at)
    unplaced = take_mail(a_reply("tierline@tierline.example", text="word " * 400), came_by="imap", at=at).id
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
    page.set_viewport_size({"width": width, "height": 800})
    seen = {
        "triager": [at_page("case", answered), at_page("case", lost), at_page("queue", "vets-gov", tab="new")],
        "lead": [at_page("mail"), at_page("mail") + "?all=1", at_page("mail-one", unplaced)],
    }
    for role, places in seen.items():
        enter_desk(page, live_server, role)
        for where in places:
            page.goto(live_server.url + where)
            wide = page.evaluate("document.documentElement.scrollWidth")
            found = Axe().run(page).response["violations"]
            assert (where, complaints) == (where, [])
            assert wide <= width, where
            assert [(where, trouble["id"], trouble["nodes"][0]["html"]) for trouble in found] == []


def test_one_click_takes_the_answer_for_what_it_is(page: Page, live_server: LiveServer, answered: int) -> None:
    enter_desk(page, live_server, "triager")
    page.goto(live_server.url + at_page("case", answered))
    page.get_by_text("Not kept as a file: run.exe").wait_for()
    page.get_by_role("button", name="They take it", exact=True).click()
    page.get_by_text(f"TL-{answered} was taken over.").wait_for()
    page.get_by_text("Taken over by MHV sustainment team").wait_for()
    assert page.get_by_role("button", name="They take it", exact=True).count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_the_sender_of_a_mail_to_place_stands_there_once(
    page: Page, live_server: LiveServer, cast: Cast, width: int
) -> None:
    take_mail(a_reply("tierline@tierline.example"), came_by="imap", at=now() - timedelta(minutes=5))
    page.set_viewport_size({"width": width, "height": 800})
    enter_desk(page, live_server, "lead")
    page.goto(live_server.url + at_page("mail"))
    seen = [place for place in page.get_by_text("zoe@far.example", exact=True).all() if place.is_visible()]
    assert len(seen) == 1
