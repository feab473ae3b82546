"""The pages of bonds in a browser: accessible, fitting every screen, by keyboard, without a broken policy."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer
from tests.browser.fitting import wrong_with
from tests.browser.test_desk import Desk
from tests.cases.reports import a_report, thorough
from tests.crossing.partner import Partner, connected
from tests.jobs import do_all_due
from tests.people import Cast
from tests.web.desk import page

from tierline.cases import queries
from tierline.cases.actions import bonding, handing_off
from tierline.cases.actions.entering import enter
from tierline.crossing.reading import read_system
from tierline.foundation.clock import now
from tierline.outbox.queries import effects
from tierline.trackers.tracker import Stage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Desk]:
    """A desk nobody has signed in to yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield Desk(context.new_page(), live_server.url)
    context.close()


@pytest.fixture
def github() -> Iterator[Partner]:
    partner = Partner(at=now() - timedelta(hours=5))
    with connected(partner):
        yield partner


@pytest.fixture
def places(cast: Cast, github: Partner) -> dict[str, str]:
    """A case that is asked about, a shared issue that is over, a bond that was refused, a message the guard holds."""
    at = now() - timedelta(hours=4)
    numbers = []
    for summary in ("Message stays in Drafts after Send", "Sending spins for ever", "Send gives no answer"):
        report = a_report(
            holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough(), summary=summary
        )
        numbers.append(enter(cast.lead, report, at=at).number)
    asked, over, joined = numbers
    handing_off.offer(cast.lead, asked, ask="Please find out why a message stays in Drafts.", at=at)
    handing_off.offer(cast.lead, over, ask="Please look why sending spins.", at=at)
    do_all_due(at)
    record = queries.case(cast.lead, over, at=at).bonds[0].record
    handing_off.offer(cast.lead, joined, ask="One more.", issue=record, at=at)
    do_all_due(at)
    first, second = github.records
    github.note(first, "Which browser was it, and was the message long?")
    github.change(first, stage=Stage.ON_HOLD, owner="priya")
    github.change(second, stage=Stage.SOLVED, owner="sam")
    read_system("github", at=now())
    bond = queries.case(cast.lead, asked, at=at).bonds[0].id
    shared = queries.case(cast.lead, joined, at=at).bonds[0].id
    bonding.say(cast.lead, shared, "The Veteran's number is 202-555-0143.", at=now())
    github.refuse = "The partner's comments are locked."
    bonding.say(cast.lead, queries.case(cast.lead, over, at=at).bonds[0].id, "Thank you.", at=now())
    do_all_due(now())
    fresh = a_report(
        holder="mhv-tier-3", service="secure-messaging", needs_tier=3,
        answers={**thorough(), "actual-behavior": "Tamsin Stillwater sees a draft."},
    )  # fmt: skip
    number = enter(cast.lead, fresh, at=at).number
    return {
        "case": page("case", asked),
        "over": page("case", over),
        "bond": page("bond", bond),
        "refused": page("bond", queries.case(cast.lead, over, at=at).bonds[0].id),
        "bonds": page("bonds"),
        "all": page("bonds") + "?all=1",
        "issue": page("issue", record),
        "hand-off": page("case-hand-off", number),
        "held": page("outbox-effect", effects(cast.lead, state="held")[0].id),
    }


@pytest.mark.slow
def test_every_page_of_bonds_is_accessible_and_fits_every_screen(desk: Desk, places: dict[str, str]) -> None:
    desk.sign_in("lead")
    assert wrong_with(desk.tab, desk.site, places.values()) == []
    assert desk.troubles == []
    if shots := os.environ.get("TIERLINE_SHOTS"):
        for name, place in places.items():
            for width in (390, 1280):
                desk.tab.set_viewport_size({"width": width, "height": 900})
                desk.open(place).screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)


def test_a_question_of_theirs_is_answered_by_keyboard_alone(
    desk: Desk, places: dict[str, str], github: Partner
) -> None:
    github.refuse = ""
    desk.sign_in("lead")
    tab = desk.open(places["case"])
    expect(tab.locator("#heard")).to_contain_text("They ask")
    tab.locator("summary", has_text="Answer them there").focus()
    tab.keyboard.press("Enter")
    tab.locator("#heard-text").focus()
    tab.keyboard.type("Safari, and it was short.")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.locator("#told")).to_contain_text("on its way to them")
    do_all_due(now())
    assert next(iter(github.records.values())).notes[-1].text == "Safari, and it was short."


def test_what_the_guard_holds_leaves_redacted_with_one_click(
    desk: Desk, places: dict[str, str], github: Partner
) -> None:
    github.refuse = ""
    desk.sign_in("lead")
    tab = desk.open(places["held"])
    expect(tab.locator("mark.guarded")).to_have_count(1)
    tab.get_by_role("button", name="Send the redacted version").click()
    expect(tab.locator("#told")).to_contain_text("it leaves now")
    do_all_due(now())
    assert "[phone number]" in list(github.records.values())[1].notes[-1].text


def test_the_issue_that_was_chosen_stays_chosen_and_its_comment_is_shown(desk: Desk, places: dict[str, str]) -> None:
    desk.sign_in("lead")
    tab = desk.open(places["hand-off"])
    chosen = tab.get_by_role("radio", name="Add to #1", exact=False)
    chosen.check()
    expect(tab.locator("#way h2")).to_contain_text("The comment on #1")
    expect(chosen).to_be_focused()
    tab.locator("#ask").press_sequentially("One more of these.", delay=5)
    expect(tab.locator("#way .leaves__text")).to_contain_text("One more of these.")
    expect(chosen).to_be_checked()
    assert desk.troubles == []
