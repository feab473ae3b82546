"""Jobs of the outbox: three lines round an action each."""

from procrastinate.contrib.django import app

from tierline.foundation.clock import now
from tierline.outbox import actions, registry


@app.task(name="outbox.deliver_effect", queue="email")
def deliver_effect(effect_id: int) -> None:
    """Try one effect."""
    actions.carry_out(effect_id, at=now())


# A worker serves the queues of the tasks there are: one an account, so that a slow partner delays no other.
for _name in registry.ways_out()[1:]:
    app.task(name=f"outbox.deliver_effect.{_name}", queue=_name)(deliver_effect.func)


@app.task(name="outbox.deliver_effects", queue="email")
def deliver_effects(effect_ids: list[int]) -> None:
    """Try several effects of one channel, one after the other."""
    actions.carry_out_all(effect_ids, clock=now)


@app.periodic(cron="* * * * *")
@app.task(name="outbox.deliver_due", queue="system", queueing_lock="outbox.deliver_due")
def deliver_due(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Pick up what is due, whatever became of its job."""
    actions.deliver_due(at=now())
