"""Jobs of notices: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.foundation.clock import now
from tierline.notices import looking_up
from tierline.plans.queries import nothing_published


@app.periodic(cron="* * * * *")
@app.task(name="notices.look_people_up", queue="crossing", queueing_lock="notices.look_people_up")
def look_people_up(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Where channels reach people, by their e-mail address. By the queue of partners, who may be slow."""
    if not nothing_published():
        looking_up.look_people_up(at=now())
