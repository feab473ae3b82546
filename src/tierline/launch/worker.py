"""The process that does the jobs: one worker a queue, so that a slow provider delays no other queue.

    python -m tierline.launch.worker

Ends, for its supervisor to start it again, when one of its workers ends: half a worker is none. Asked to stop
(SIGTERM, SIGINT) it lets running jobs finish for some seconds. Refuses to share threads between queues that
hang: there are as many as jobs may run.
"""

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

import procrastinate
from procrastinate.connector import BaseConnector

JOBS_PER_QUEUE = 4
GRACE = 10.0
# Beside one connection a queue that listens for new jobs.
POOLED_CONNECTIONS = 4


class WorkersConnector(procrastinate.PsycopgConnector):
    """The worker's own connections; what a job writes for later goes by the job's, so that it commits with the job.

    By the worker's, another job would look for rows that are not there yet, and those of a job that is rolled back
    would stay.
    """

    def get_sync_connector(self) -> BaseConnector:
        """Django's connection of the thread the job runs in."""
        from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: PLC0415 - after Django's setup

        return DjangoConnector()


def connector_for(queues: int) -> WorkersConnector:
    """Connections enough for so many queues. Not open yet."""
    from procrastinate.contrib.django.utils import connector_params  # noqa: PLC0415 - after Django was set up

    return WorkersConnector(kwargs=connector_params(), min_size=1, max_size=queues + POOLED_CONNECTIONS)


def queues_of(app: procrastinate.App) -> list[str]:
    """The queues of every task there is."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # the library left its annotation out
    return sorted({task.queue for task in app.tasks.values()})


async def keep_working(app: procrastinate.App, stop: asyncio.Event) -> None:
    """Work on every queue until ``stop`` is set or a worker ends. Raises what ended a worker."""
    queues = queues_of(app)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(JOBS_PER_QUEUE * len(queues) + POOLED_CONNECTIONS))
    workers = [
        asyncio.create_task(
            app.run_worker_async(
                queues=[queue],
                name=queue,
                concurrency=JOBS_PER_QUEUE,
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE,
            )
        )
        for queue in queues
    ]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([*workers, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in [*workers, stopped]:
        task.cancel()
    for ended in await asyncio.gather(*workers, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


async def _work() -> None:
    from procrastinate.contrib.django import app  # noqa: PLC0415 - after Django was set up

    stop = asyncio.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)
    with app.replace_connector(connector_for(len(queues_of(app)))) as working:
        async with working.open_async():
            await keep_working(working, stop)


def main() -> int:
    """Work until asked to stop."""
    import django  # noqa: PLC0415 - Django wants to be set up before anything of it is imported

    django.setup()
    asyncio.run(_work())
    return 0


if __name__ == "__main__":
    sys.exit(main())
