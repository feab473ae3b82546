from datetime import UTC, datetime, timedelta
import time
import pytest
from typing import Any
from tests.demonstration.stage import rehearsed
from tierline.demonstration.loading import load
from tierline.plans.queries import forget
from tierline.directory.actor import TIERLINE
from tierline.downtime.queries import board, downtime, who_was_told
pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 20, 17, 3, 20, tzinfo=UTC)

def test_try(settings: Any) -> None:
    with rehearsed(settings) as there:
        forget()
        t=time.monotonic()
        load(at=DAY, rehearsal=there.page.url)
        print("took", time.monotonic()-t)
        print(len(there.mail.mails), len(there.slack.messages), len(there.paging.windows), there.servicenow.holdings()[2:])
        for l in [*board(TIERLINE), *board(TIERLINE, past=True)]:
            v = downtime(TIERLINE, l.number, at=DAY)
            print(l.reference, l.title, l.state, l.result, v.gates.window, v.gates.verification, v.gates.approval, v.window.get("id"), v.closed)
            print("   ", [(o.moment.value, o.standing.value) for o in v.obligations])
            print("   ", [(d.moment, d.channel, d.state, d.answer) for d in who_was_told(TIERLINE, l.number) if not d.went][:5])
            for f in v.story: print("        ", f.at, f.kind)
