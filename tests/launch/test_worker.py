"""The worker: a queue that hangs delays no other, and it stops when asked to."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector

from tierline.launch.worker import JOBS_PER_QUEUE, keep_working, queues_of

Result = TypeVar("Result")


class Stand:
    """An app with a queue whose jobs hang until let go, and one whose jobs are quick."""

    def __init__(self) -> None:
        self.app = procrastinate.App(connector=InMemoryConnector())
        self.let_go = threading.Event()
        self.done = threading.Event()

        @self.app.task(queue="slow", name="hang")
        def hang() -> None:
            self.let_go.wait(20)

        @self.app.task(queue="quick", name="finish")
        def finish() -> None:
            self.done.set()

        self.hang, self.finish = hang, finish


@pytest.fixture
def stand() -> Stand:
    return Stand()


def test_every_queue_that_has_a_task_is_worked_on(stand: Stand) -> None:
    assert {"slow", "quick"} <= set(queues_of(stand.app))


def apart(scenario: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run in a thread of its own: a browser test before may have left this one's event loop running."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(scenario())).result()


def test_jobs_that_hang_delay_no_other_queue(stand: Stand) -> None:
    async def scenario() -> bool:
        stop = asyncio.Event()
        async with stand.app.open_async():
            for _ in range(3 * JOBS_PER_QUEUE):
                await stand.hang.defer_async()
            await stand.finish.defer_async()
            working = asyncio.create_task(keep_working(stand.app, stop))
            done = await asyncio.to_thread(stand.done.wait, 10)
            stand.let_go.set()
            stop.set()
            await working
        return done

    assert apart(scenario)


def test_one_worker_that_ends_takes_the_others_along(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    run = procrastinate.App.run_worker_async

    async def fails_on_slow(self: procrastinate.App, **options: object) -> None:
        if options["queues"] == ["slow"]:
            raise ConnectionError("the database is gone")
        await run(self, **options)  # type: ignore[arg-type]  # the options pass through as they came

    monkeypatch.setattr(procrastinate.App, "run_worker_async", fails_on_slow)

    async def scenario() -> None:
        async with stand.app.open_async():
            await keep_working(stand.app, asyncio.Event())

    with pytest.raises(ConnectionError, match="the database is gone"):
        apart(scenario)
