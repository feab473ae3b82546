"""Jobs of planned work: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.downtime.actions import minding
from tierline.foundation.clock import now


@app.periodic(cron="* * * * *")
@app.task(name="downtime.mind", queue="system", queueing_lock="downtime.mind")
def mind(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Word of the day before, reminders, open ends."""
    minding.mind(at=now())
