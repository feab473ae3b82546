"""Jobs of the machine interface: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.api.idempotency import forget_old_answers
from tierline.foundation.clock import now


@app.periodic(cron="17 * * * *")
@app.task(name="api.forget_old_answers", queue="system", queueing_lock="api.forget_old_answers")
def forget(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Throw away answers kept for repeated creations, a day after."""
    forget_old_answers(at=now())
