"""Jobs of mail: three lines round an action. A queue of its own, so that a mailbox that hangs delays nothing else."""

from procrastinate.contrib.django import app

from tierline.foundation.clock import now
from tierline.mail.fetching import fetch_mail


@app.periodic(cron="* * * * *")
@app.task(name="mail.fetch", queue="mail-in", queueing_lock="mail.fetch", lock="mail.fetch")
def fetch(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the planned instant
    """Fetch what is new in the mailbox."""
    fetch_mail(at=now())
