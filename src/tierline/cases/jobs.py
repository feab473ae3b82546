"""Jobs of cases: a few lines round actions."""

from procrastinate.contrib.django import app

from tierline.cases.actions.chasing import chase_overdue_hand_offs, chase_overdue_questions
from tierline.cases.actions.reminding import carry_out_promises, renew_promises
from tierline.foundation.clock import now
from tierline.plans.queries import nothing_published


@app.periodic(cron="* * * * *")
@app.task(name="cases.chase", queue="system", queueing_lock="cases.chase")
def chase(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Write down hand-offs and questions that have become overdue, nudge and escalate what fell due."""
    if nothing_published():
        return
    at = now()
    chase_overdue_hand_offs(at=at)
    chase_overdue_questions(at=at)
    renew_promises(at=at)
    carry_out_promises(at=at)
