"""An announcement for tests."""

from datetime import UTC, datetime
from typing import Any

from tierline.notices.document import Document, Fact, Status
from tierline.notices.moments import Moment


def document(**other: Any) -> Document:
    """The first word of a database upgrade."""
    said: dict[str, Any] = {
        "reference": "DT-12",
        "uid": "dt-12@tierline.example",
        "sequence": 3,
        "moment": Moment.PLANNING_STARTED,
        "status": Status.TENTATIVE,
        "title": "Database upgrade <yearly> & more",
        "lead": "Secure Messaging does not work from Friday 4 December 2026, 22:00 EST to Saturday 5 December 2026, "
        "02:00 EST. About 1,200 people are affected. Please plan around it.",
        "facts": (
            Fact("Reason", "The database gets its yearly upgrade."),
            Fact("Anticipated impact", "Messages can be neither read nor sent.\nAbout 1,200 people."),
            Fact("Rollback plan", "Restore the snapshot.", "tentative: the release manager settles it by 1 December"),
        ),
        "services": ("Secure Messaging",),
        "keys": ("mhv_sm",),
        "impact": "OUTAGE",
        "starts": datetime(2026, 12, 5, 3, tzinfo=UTC),
        "ends": datetime(2026, 12, 5, 7, tzinfo=UTC),
        "zone": "America/New_York",
        "sender": "Communication Owner",
        "link": "https://tierline.example/downtimes/DT-12/",
        "issued_at": datetime(2026, 11, 20, 17, tzinfo=UTC),
        "also_for": ("The day before",),
    }
    return Document(**(said | other))
