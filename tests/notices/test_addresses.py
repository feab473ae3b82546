"""Where Slack reaches people: looked up by e-mail if the account wants it, corrected by hand, lost with the account."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.people import Cast
from tests.trackers.validation import violations

from tierline.directory.addresses import SLACK, addresses_of, set_address
from tierline.downtime.queries import preview
from tierline.foundation.trouble import NotAllowed, Unusable
from tierline.notices.looking_up import look_people_up
from tierline.notices.moments import Moment
from tierline.rehearsal.faults import Throttled
from tierline.rehearsal.slack import Slack

pytestmark = pytest.mark.django_db
CARLA = "carla.commons@tools.example"
A_DAY = timedelta(days=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


@pytest.fixture
def slack(settings: Settings) -> Iterator[Slack]:
    with Slack(token="xoxb-hush") as desk:
        settings.CHANNELS = {
            "slack": {
                "token": "xoxb-hush",
                "address": desk.address,
                "channels": {"coordination": "C0COORD"},
                "look_up_people": True,
            }
        }
        yield desk
        assert violations(desk) == []


def looked_up(at: datetime) -> None:
    while look_people_up(at=at):
        pass


def how_reached(crew: Crew, number: int, name: str, at: datetime) -> tuple[str | None, str, list[str]]:
    """The Slack address of somebody of the audience, how it is known, and what blocks because of them."""
    seen = preview(crew.platform, number, Moment.PLANNING_STARTED, at=at)
    member = next(one for one in seen.coverage.members if one.person.name == name)
    blocks = [block.sentence for block in seen.coverage.blocks if block.about == member.person.id]
    return member.on(SLACK).address, member.person.notes.get(SLACK, ""), blocks


def test_somebody_only_the_directory_knows_is_found_at_slack_by_e_mail(crew: Crew, at: datetime, slack: Slack) -> None:
    number = drafted(crew, at, procedure="api-platform")
    name = "Ola Kern (on call)"
    assert "no address on Slack" in how_reached(crew, number, name, at)[2][0]
    slack.joins("U0OLA", "Ola", "Ola.Kern@tools.example")
    looked_up(at)
    address, note, blocks = how_reached(crew, number, name, at)
    assert (address, blocks) == ("U0OLA", [])
    assert note == f"found at Slack by e-mail on {at:%Y-%m-%d}"


def test_whom_slack_does_not_know_is_asked_about_again_a_day_later(crew: Crew, at: datetime, slack: Slack) -> None:
    looked_up(at)
    slack.joins("U0CARLA", "Carla", CARLA)
    looked_up(at + A_DAY - timedelta(minutes=1))
    assert addresses_of([CARLA])[CARLA][0].address == ""
    looked_up(at + A_DAY)
    assert addresses_of([CARLA])[CARLA][0].address == "U0CARLA"


def test_who_left_slack_is_not_reached_there_any_more(crew: Crew, at: datetime, slack: Slack) -> None:
    number = drafted(crew, at, procedure="api-platform")
    slack.joins("U0OLA", "Ola", "ola.kern@tools.example")
    looked_up(at)
    slack.people["U0OLA"].deleted = True
    looked_up(at + A_DAY)
    address, _, blocks = how_reached(crew, number, "Ola Kern (on call)", at + A_DAY)
    assert address is None
    assert "not at Slack any more: their account there was found deactivated" in blocks[0]
    slack.people["U0OLA"].deleted = False
    looked_up(at + 2 * A_DAY)
    assert how_reached(crew, number, "Ola Kern (on call)", at)[0] == "U0OLA"


def test_who_is_not_found_any_more_has_left_as_well(crew: Crew, at: datetime, slack: Slack) -> None:
    slack.joins("U0CARLA", "Carla", CARLA)
    looked_up(at)
    del slack.people["U0CARLA"]
    looked_up(at + A_DAY)
    assert addresses_of([CARLA])[CARLA][0].gone_at == at + A_DAY


def test_a_pause_slack_asks_for_stops_the_asking(crew: Crew, at: datetime, slack: Slack) -> None:
    slack.faults.next(Throttled(7))
    assert look_people_up(at=at) == 0
    asked = len(slack.exchanges)
    assert asked == 1
    assert look_people_up(at=at) == 0
    assert len(slack.exchanges) == asked


def test_nobody_is_looked_up_unless_the_account_says_so(
    crew: Crew, at: datetime, slack: Slack, settings: Settings
) -> None:
    settings.CHANNELS["slack"]["look_up_people"] = False
    assert look_people_up(at=at) == 0
    assert slack.exchanges == []


def test_what_somebody_wrote_down_themselves_counts_first(crew: Crew, at: datetime, slack: Slack) -> None:
    number = drafted(crew, at, procedure="api-platform")
    ola = crew.on_call.person_id
    assert ola is not None
    with pytest.raises(Unusable, match="begins with U or W"):
        set_address(crew.on_call, ola, SLACK, "@ola", at=at)
    with pytest.raises(NotAllowed):
        set_address(crew.platform, ola, SLACK, "U0EVIL", at=at)
    set_address(crew.on_call, ola, SLACK, "U0OWN", at=at)
    slack.joins("U0OLA", "Ola", "ola.kern@tools.example")
    looked_up(at)
    address, note, _ = how_reached(crew, number, "Ola Kern (on call)", at)
    assert (address, note) == ("U0OWN", f"written down by Ola Kern (on call) on {at:%Y-%m-%d}")
    set_address(crew.on_call, ola, SLACK, "", at=at)
    assert how_reached(crew, number, "Ola Kern (on call)", at)[0] == "U0OLA"


def test_a_lead_writes_it_down_for_their_team_and_nobody_else_s(cast: Cast, at: datetime) -> None:
    analyst, agent = cast.analyst.person_id, cast.agent.person_id
    assert analyst is not None
    assert agent is not None
    set_address(cast.lead, analyst, SLACK, "U0EMIL", at=at, leads=["mhv-tier-3"])
    with pytest.raises(NotAllowed):
        set_address(cast.lead, agent, SLACK, "U0ADA", at=at, leads=["mhv-tier-3"])
    with pytest.raises(NotAllowed):
        set_address(cast.analyst, cast.lead.person_id or 0, SLACK, "U0DORA", at=at)
