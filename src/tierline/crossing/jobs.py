"""Jobs of crossing: three lines round an action. A queue of its own: a partner who hangs delays nothing else."""

from procrastinate.contrib.django import app

from tierline.crossing import reading, settling
from tierline.foundation.clock import now
from tierline.outbox import registry


@app.periodic(cron="* * * * *")
@app.task(name="crossing.read", queue="system", queueing_lock="crossing.read")
def read(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Have every partner's system read, each by a job of its own."""
    for system in registry.trackers():
        settling.read_soon(system)


@app.task(name="crossing.read_system", queue="crossing")
def read_system(system: str) -> None:
    """Read what is new in one system."""
    reading.read_system(system, at=now())


@app.task(name="crossing.take_evidence", queue="system")
def take_evidence(effect_id: int) -> None:
    """Write what became of a message on its bond and case."""
    settling.take_evidence(effect_id, at=now())
