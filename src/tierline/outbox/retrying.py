"""When to try again. Pure: the same attempt always waits the same time, so that a queue's future can be read."""

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=30)


def next_try(attempt: int, *, at: datetime, not_after: datetime, pause: float | None = None) -> datetime | None:
    """When to try after the ``attempt``-th failure at ``at``: doubling from 15 s to 30 min, or the provider's own
    pause.

    None when the moment has lost its sense (``not_after``): the patience is until then, not "three tries".
    """
    wait = min(FIRST_PAUSE * 2 ** min(attempt - 1, 10), LONGEST_PAUSE)
    if pause is not None:
        wait = max(wait, timedelta(seconds=pause))
    moment = at + wait
    return moment if moment <= not_after else None
