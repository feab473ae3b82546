"""Records of a queue of ours in a partner's system become cases, and what is done here is done there."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from tests.crossing.partner import Partner, connected
from tests.crossing.test_what_crosses import kinds
from tests.jobs import do_all_due
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.inquiry_queries import open_inquiry_of
from tierline.crossing.reading import read_system
from tierline.outbox.models import EffectRow
from tierline.trackers.tracker import Record, Stage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
COLUMNS = {"area": "Area", "sub-area": "Sub Area", "contact": "Contact Type", "place": "Facility"}
TERMS = {"takes_in": {"source": "dynamics", "queues": ["MHV Tier 3"], "columns": COLUMNS}}
SAID = (
    "Veteran reports: inbox stays empty. First noticed 11/03/2026. Device: iPhone 15, browser: Safari. "
    "Tier 1 cleared cookies, no change. Steps: sign in, open the inbox. Expected: messages. Actual: nothing."
)


class WithTasks(Partner):
    """A partner that also sees records of a kind nobody takes."""

    tasks: Sequence[Record] = ()
    wrong_kind_answer = "Please open this as an INC."

    def wrong_kinds(self) -> Sequence[Record]:
        """The tasks."""
        return self.tasks


@pytest.fixture
def dynamics() -> Iterator[WithTasks]:
    partner = WithTasks(system="dynamics")
    with connected(partner, dynamics=TERMS):
        yield partner


def a_record(dynamics: Partner, **other: object) -> Record:
    said: dict[str, object] = {
        "number": "25-HRC-HD-53-35482519",
        "queue": "MHV Tier 3",
        "text": SAID,
        "particulars": {"Area": "Secure Messaging", "Sub Area": "Inbox", "Contact Type": "Veteran"},
    }
    return dynamics.arrive(**(said | other))


def test_a_record_of_our_queue_becomes_a_case_once_and_is_bound(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    a_record(dynamics)
    for _ in range(2):
        read_system("dynamics", at=at)
    number = queries.number_behind(cast.lead, "25-HRC-HD-53-35482519")
    assert number is not None
    view = queries.case(cast.lead, number, at=at)
    assert (view.line.service, view.line.holder) == ("secure-messaging", "mhv-tier-3")
    assert [(bond.outward, bond.number) for bond in view.bonds] == [(False, "25-HRC-HD-53-35482519")]
    assert len(queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines) == 1


def test_records_of_other_queues_and_over_ones_are_left_alone(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    a_record(dynamics, queue="Billing")
    a_record(dynamics, number="25-HRC-HD-53-35482520", stage=Stage.SOLVED)
    read_system("dynamics", at=at)
    assert queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines == ()


def test_handing_a_case_to_engineers_is_its_first_touch_there(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    record = a_record(dynamics)
    read_system("dynamics", at=at)
    number = queries.number_behind(cast.lead, "25-HRC-HD-53-35482519")
    assert number is not None
    handing_off.offer(cast.lead, number, ask="Find why the inbox stays empty.", override="It is urgent.", at=at)
    do_all_due(at)
    assert dynamics.records[record.id].stage is Stage.IN_PROGRESS


def test_what_is_begun_asked_told_and_closed_here_is_so_there(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    record = a_record(dynamics)
    read_system("dynamics", at=at)
    number = queries.number_behind(cast.lead, record.number) or 0
    working.begin(cast.lead, number, at=at)
    do_all_due(at)
    assert dynamics.records[record.id].stage is Stage.IN_PROGRESS

    # The question goes to Tier 2's queue with its words, and comes back with their note.
    question = inquiring.ask(cast.lead, number, "Since when is it empty?", at=at)
    do_all_due(at)
    there = dynamics.records[record.id]
    assert (there.queue, there.notes[-1].text) == ("MHV Tier 2", "Since when is it empty?")
    dynamics.note(record.id, "Since Monday.", author="Tier 2")
    dynamics.change(record.id, queue="MHV Tier 3")
    read_system("dynamics", at=at + MINUTE)
    assert kinds(number)[-1] == "partner-returned"
    assert number in [line.number for line in queries.queue(cast.lead, "mhv-tier-3", "new", at=at).lines]
    inquiring.acknowledge(cast.supporter, question, at=at + MINUTE)
    attempting.attempt(cast.supporter, question, "reached", answer="Since Monday.", at=at + MINUTE)
    attempting.pass_back(cast.supporter, question, at=at + MINUTE)

    # Solved here, the words for the reporter go the same way; closed here, it is solved there.
    working.solve(cast.lead, number, "A rule was mended.", words="Your inbox is there again.", at=at + 2 * MINUTE)
    do_all_due(at + 2 * MINUTE)
    there = dynamics.records[record.id]
    assert (there.queue, there.notes[-1].text) == ("MHV Tier 2", "Your inbox is there again.")
    telling = open_inquiry_of(cast.lead, number)
    inquiring.acknowledge(cast.supporter, telling, at=at + 2 * MINUTE)
    attempting.attempt(cast.supporter, telling, "reached", at=at + 2 * MINUTE)
    working.close(cast.lead, number, at=at + 3 * MINUTE)
    do_all_due(at + 3 * MINUTE)
    assert dynamics.records[record.id].stage is Stage.SOLVED
    before = kinds(number)
    read_system("dynamics", at=at + 4 * MINUTE)
    assert kinds(number) == before


def test_a_note_there_is_on_the_story(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    record = a_record(dynamics)
    read_system("dynamics", at=at)
    number = queries.number_behind(cast.lead, record.number) or 0
    dynamics.note(record.id, "The Veteran called again.", author="Tier 2")
    read_system("dynamics", at=at)
    assert kinds(number)[-1] == "partner-said"
    inquiring.ask(cast.lead, number, "Since when?", at=at)


def test_a_security_item_becomes_a_restricted_case_without_a_bond(
    cast: Cast, at: datetime, dynamics: WithTasks
) -> None:
    record = a_record(dynamics, particulars={"Area": "Secure Messaging", "Sub Area": "Privacy"})
    read_system("dynamics", at=at)
    number = queries.number_behind(cast.privacy, record.number)
    assert number is not None
    assert queries.number_behind(cast.lead, record.number) is None
    assert queries.case(cast.privacy, number, at=at).bonds == ()
    working.begin(cast.privacy, number, at=at)
    do_all_due(at)
    assert dynamics.delivered == []


def test_a_kind_that_is_not_taken_is_answered_once(cast: Cast, at: datetime, dynamics: WithTasks) -> None:
    dynamics.tasks = [dynamics.arrive(number="SCTASK0012345")]
    for _ in range(2):
        read_system("dynamics", at=at)
    do_all_due(at)
    assert [message["text"] for message in dynamics.delivered] == ["Please open this as an INC."]
    assert EffectRow.objects.filter(channel="dynamics").count() == 1
