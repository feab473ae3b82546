"""Jobs of cases: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.cases.actions.chasing import chase_overdue_hand_offs
from tierline.foundation.clock import now


@app.periodic(cron="* * * * *")
@app.task(name="cases.chase", queue="system", queueing_lock="cases.chase")
def chase(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Write down hand-offs that have become overdue."""
    chase_overdue_hand_offs(at=now())
