"""The walking path: a case becomes an issue, is begun with and closed there, and asks for its last step here."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report, thorough
from tests.crossing.partner import Partner, connected
from tests.jobs import do_all_due
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import handing_off
from tierline.cases.actions.entering import enter
from tierline.cases.lifecycle import CaseState
from tierline.crossing.reading import read_system
from tierline.trackers.tracker import Stage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ASK = "Please find out why sending fails since Tuesday's release."


@pytest.fixture
def github() -> Iterator[Partner]:
    partner = Partner()
    with connected(partner):
        yield partner


def an_issue(cast: Cast, at: datetime, **other: object) -> int:
    """Tier 3 hands a case to the Secure Messaging team by an issue, and the issue is there."""
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=thorough(), **other)
    number = enter(cast.lead, report, at=at).number
    handing_off.offer(cast.lead, number, ask=ASK, at=at)
    do_all_due(at)
    return number


def stands(cast: Cast, number: int, at: datetime) -> str | None:
    """Under which tab the case stands with Tier 3."""
    for tab in ("new", "todo", "waiting"):
        if number in [line.number for line in queries.queue(cast.lead, "mhv-tier-3", tab, at=at).lines]:
            return tab
    return None


def test_a_case_becomes_an_issue_is_closed_there_and_asks_its_last_step(
    cast: Cast, at: datetime, github: Partner
) -> None:
    number = an_issue(cast, at)
    [issue] = github.records.values()
    assert issue.title.startswith("SM - Please find out why sending fails")
    assert "Cleared cookies" in issue.text
    assert "Tamsin" not in issue.text
    view = queries.case(cast.lead, number, at=at)
    assert [bond.number for bond in view.bonds] == ["#1"]
    assert ("github", "#1") in view.numbers
    assert view.line.state is CaseState.OFFERED

    github.change(issue.id, stage=Stage.IN_PROGRESS, owner="priya")
    read_system("github", at=at + MINUTE)
    view = queries.case(cast.lead, number, at=at + MINUTE)
    assert (view.line.state, view.line.holder) == (CaseState.NEW, "secure-messaging-team")
    assert stands(cast, number, at + MINUTE) == "waiting"

    github.note(issue.id, "The release broke attachments; repaired in 4.2.")
    github.change(issue.id, stage=Stage.SOLVED)
    read_system("github", at=at + 2 * MINUTE)
    assert stands(cast, number, at + 2 * MINUTE) == "new"
    kinds = [fact.kind for fact in queries.case(cast.lead, number, at=at + 2 * MINUTE).story]
    assert kinds[-2:] == ["partner-said", "partner-solved"]
