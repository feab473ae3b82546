"""Jobs of cases: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.cases.actions.chasing import chase_overdue_hand_offs, chase_overdue_questions
from tierline.foundation.clock import now


@app.periodic(cron="* * * * *")
@app.task(name="cases.chase", queue="system", queueing_lock="cases.chase")
def chase(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Write down hand-offs and questions that have become overdue."""
    at = now()
    chase_overdue_hand_offs(at=at)
    chase_overdue_questions(at=at)
