"""The job of rooms: a few lines round an action."""

from procrastinate.contrib.django import app

from tierline.foundation.clock import now
from tierline.plans.queries import nothing_published
from tierline.rooms.posting import post_what_is_due


@app.periodic(cron="* * * * *")
@app.task(name="rooms.post", queue="system", queueing_lock="rooms.post")
def post(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Post what fell due in any room."""
    if not nothing_published():
        post_what_is_due(at=now())
