"""Jobs of planned work: three lines round an action each."""

import structlog
from django.conf import settings
from procrastinate.contrib.django import app

from tierline.channels.heartbeat import Heartbeat
from tierline.downtime import publishing
from tierline.downtime.actions import changing, minding, reaching, rostering, watching, windowing
from tierline.foundation.clock import now
from tierline.notices.auditing import audit
from tierline.plans.queries import nothing_published

log = structlog.get_logger("tierline.downtime")


@app.periodic(cron="* * * * *")
@app.task(name="downtime.mind", queue="system", queueing_lock="downtime.mind")
def mind(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Windows that were answered, word of the day before, reminders, open ends, people whom no channel has reached."""
    at = now()
    windowing.read_windows_back(at=at)
    minding.mind(at=at)
    reaching.reach_another_way(at=at)


@app.periodic(cron="*/2 * * * *")
@app.task(name="downtime.read_approvals", queue="crossing", queueing_lock="downtime.read_approvals")
def read_approvals(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Changes that were opened, and what was decided in them. By the queue of partners, who may be slow."""
    changing.read_changes_back(at=now())
    changing.read_hindrances(at=now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="downtime.watch", queue="crossing", queueing_lock="downtime.watch")
def watch(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Windows where they are set, and who is on call to look at them. By the queue of partners, who may be slow."""
    if nothing_published():
        return
    watching.watch_windows(at=now())
    rostering.look_up_on_call(at=now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="downtime.publish", queue="system", queueing_lock="downtime.publish")
def publish(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """The public page and its feeds as files, for the day when this house is down."""
    publishing.write_files(settings.HOME / "status", at=now())


@app.periodic(cron="* * * * *")
@app.task(name="downtime.audit", queue="system", queueing_lock="downtime.audit")
def hold_against_evidence(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Whether everything owed was told; only then the outside hears a heartbeat."""
    found = audit(at=now())
    if found.clean:
        Heartbeat(settings.HEARTBEAT_URL).beat()
    else:
        log.warning("words_not_told", late=found.late, undelivered=found.undelivered, to_call=found.to_call)
