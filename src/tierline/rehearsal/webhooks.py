"""What a rehearsal partner tells of its own accord: kept, and posted to whoever subscribed on this machine.

Refuses subscribers on other machines. A delivery that fails is kept with its trouble and not repeated, as most vendors
do; ``again`` sends one a second time under its own id, as their pages offer.
"""

import http.client
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tierline.rehearsal.faults import Faults

ANSWER_SECONDS = 10.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass
class Webhook:
    """One telling. ``answer`` is the subscriber's status, None until it came; ``trouble`` why it never will."""

    headers: Mapping[str, str]
    body: bytes
    answer: int | None = None
    trouble: str = ""


class Webhooks:
    """Everything told so far, in order, and the line to the subscriber."""

    def __init__(self, faults: Faults) -> None:
        self.told: list[Webhook] = []
        self.subscriber = ""
        self.secret = ""
        self._faults = faults
        self._waiting: queue.Queue[Webhook | None] = queue.Queue()
        self._postman: threading.Thread | None = None

    def subscribe(self, url: str, secret: str) -> None:
        """Post to ``url`` from now on; the vendor signs with ``secret``."""
        if urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError("A rehearsal tells this machine only.")
        self.subscriber, self.secret = url, secret

    def tell(self, headers: Mapping[str, str], body: bytes) -> None:
        """Send one; with the fault ``ToldTwice`` armed, twice under the same headers."""
        for _ in range(2 if self._faults.take_told_twice() else 1):
            self._put(Webhook(headers, body))

    def again(self, which: int = -1) -> None:
        """Redeliver one that was told before."""
        once = self.told[which]
        self._put(Webhook(once.headers, once.body))

    def wait(self) -> None:
        """Return when everything told so far was posted."""
        self._waiting.join()

    def stop(self) -> None:
        """Let the postman go."""
        if self._postman is not None:
            self._waiting.put(None)
            self._postman = None

    def _put(self, one: Webhook) -> None:
        self.told.append(one)
        if not self.subscriber:
            return
        if self._postman is None:
            self._postman = threading.Thread(target=self._carry, daemon=True, name="webhooks")
            self._postman.start()
        self._waiting.put(one)

    def _carry(self) -> None:
        while (one := self._waiting.get()) is not None:
            self._post(one)
            self._waiting.task_done()
        self._waiting.task_done()

    def _post(self, one: Webhook) -> None:
        parts = urlsplit(self.subscriber)
        line = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=ANSWER_SECONDS)
        try:
            line.request("POST", parts.path or "/", one.body, dict(one.headers))
            one.answer = line.getresponse().status
        except (OSError, http.client.HTTPException) as trouble:
            one.trouble = f"{type(trouble).__name__}: {trouble}"
        finally:
            line.close()
