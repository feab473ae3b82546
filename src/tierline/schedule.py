"""What the worker does of its own accord beside the packages' jobs: give back jobs whose worker died, forget old ones.

Refuses to give a job back for ever: what has killed its worker five times is left failed, to be looked at.
"""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

STALLED_AFTER = 30  # seconds without a heartbeat; three times the interval at which workers send one
MOST_TRIES = 5
KEPT_HOURS = 72


@app.periodic(cron="* * * * * */15")
@app.task(
    name="schedule.give_back_stalled", queue="system", queueing_lock="schedule.give_back_stalled", pass_context=True
)
async def give_back_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the instant
    """Let another worker take the jobs of one that no longer answers."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        if job.attempts >= MOST_TRIES:
            await jobs.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await jobs.retry_job(job)


@app.periodic(cron="17 3 * * *")
@app.task(name="schedule.forget_old_jobs", queue="system", queueing_lock="schedule.forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes the instant
    """Delete the rows of jobs that ended well; what they did is on the timeline."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)
