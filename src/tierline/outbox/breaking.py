"""How well a provider is, judged from what became of its messages. Pure.

*Healthy*: nothing is failing. *Degraded*: something is being tried again. *Open*: several are, and nothing arrived
lately; whoever must be reached is reached another way meanwhile. Refusals do not count: a provider that says no is
well. Refuses to remember: the same signs are always judged the same, so that two processes agree.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: How many messages failing make it more than one message's own trouble.
SEVERAL = 3
#: How long nothing may have arrived before a provider that fails is taken for down.
SILENCE = timedelta(minutes=5)


class Health(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Signs:
    """What the outbox knows of a channel.

    ``failing``: messages that were tried, failed and are tried again; ``failing_since``: when the first of them was
    written; ``delivered_at``: when anything arrived last.
    """

    channel: str
    failing: int = 0
    failing_since: datetime | None = None
    delivered_at: datetime | None = None


def health(signs: Signs, at: datetime) -> Health:
    """How well the provider is at ``at``."""
    if not signs.failing or signs.failing_since is None:
        return Health.HEALTHY
    quiet_since = max(signs.failing_since, signs.delivered_at or signs.failing_since)
    down = at - quiet_since >= SILENCE and (signs.failing >= SEVERAL or at - quiet_since >= 2 * SILENCE)
    return Health.OPEN if down else Health.DEGRADED
