"""Our calendar and our feed, read by programs we did not write."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from circuit_maintenance_parser import NotificationData, init_provider
from tests.notices.documents import document

from tierline.downtime.content import Level
from tierline.notices.document import Status
from tierline.notices.rendering import atom, calendar

ATOM = "{http://www.w3.org/2005/Atom}"


def read(told: str) -> list[Any]:
    data = NotificationData.init_from_raw("ical", told.encode())
    return list(init_provider("genericprovider").get_maintenances(data))


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("level", list(Level))
def test_every_status_and_level_reads_back_as_maintnote(status: Status, level: Level) -> None:
    told = calendar.calendar(
        [document(status=status, impact=level.word)], name="Downtime", provider="tierline.example", account="everybody"
    )
    [found] = read(told)
    assert found.status.value == status
    assert (found.maintenance_id, found.uid, found.sequence) == ("DT-12", "dt-12@tierline.example", 3)
    assert [(one.circuit_id, one.impact.value) for one in found.circuits] == [("mhv_sm", level.word)]
    starts, ends = document().starts, document().ends
    assert starts is not None
    assert ends is not None
    assert (found.start, found.end) == (starts.timestamp(), ends.timestamp())


def test_several_notices_read_back_as_several() -> None:
    told = calendar.calendar(
        [document(), document(reference="DT-13", uid="dt-13@x")], name="D", provider="p", account="a"
    )
    assert len(read(told)) == 2


def test_the_feed_holds_what_the_standard_asks_for() -> None:
    told = atom.feed(
        [document()],
        title="D",
        feed_id="urn:f",
        feed_url="https://x.example/feed",
        link="https://x.example/",
        updated=document().issued_at,
    )
    feed = ET.fromstring(told.partition("\n")[2])  # noqa: S314 - our own text
    for name in ("id", "title", "updated"):
        assert feed.find(ATOM + name) is not None
        assert feed.find(f"{ATOM}entry/{ATOM}{name}") is not None
    assert feed.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == "Communication Owner"
