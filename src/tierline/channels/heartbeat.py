"""One call to somebody outside who notices when it stays away: "everything that was owed has been told".

Refuses to follow redirects and to wait long. No effect in the outbox: it changes nothing, and a late one says nothing.
"""

from dataclasses import dataclass
from typing import ClassVar

import httpx

from tierline.channels.channel import Answer, Delivered, NotConnected, TryAgain

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``url`` is what to call; empty: nobody listens."""

    url: str
    name: ClassVar[str] = "heartbeat"
    label: ClassVar[str] = "Heartbeat"

    def beat(self) -> Answer:
        """Call it once."""
        if not self.url:
            return NotConnected("Nobody outside listens for a heartbeat (TIERLINE_HEARTBEAT_URL).")
        try:
            answer = httpx.post(self.url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except httpx.HTTPError as trouble:
            return TryAgain(f"The heartbeat could not be sent: {type(trouble).__name__}.")
        if answer.status_code >= 300:
            return TryAgain(f"The heartbeat was answered with {answer.status_code}.")
        return Delivered({"status": answer.status_code})
