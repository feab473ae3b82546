"""What the supervisor tells people: one line per event, on the screen and in ``log/supervisor.log``.

Refuses to fall over because nobody listens: a closed terminal or a full disk loses lines, never the supervisor.
"""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

LARGEST_LOG = 5_000_000


class Events:
    """Where events are told."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def say(self, sentence: str, at: datetime) -> None:
        """Tell one event. The screen shows the time of day here, the log the instant in UTC."""
        with suppress(OSError, ValueError):
            print(f"{at.astimezone():%H:%M:%S}  {sentence}", flush=True)
        with suppress(OSError), self._log.open("a", encoding="utf-8") as log:
            log.write(f"{at.astimezone(UTC).isoformat(timespec='milliseconds')} {sentence}\n")

    @staticmethod
    def show(text: str) -> None:
        """Print text for people to read, as it is."""
        with suppress(OSError, ValueError):
            print(text, flush=True)


def put_away_large_logs(logs: Path) -> None:
    """Keep one earlier generation of every log that has grown large. Before anything writes to them."""
    with suppress(OSError):
        for log in logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
