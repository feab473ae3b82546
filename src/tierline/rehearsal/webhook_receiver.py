"""Somebody's receiver of signed webhooks to rehearse with: checks the signature and its age, keeps each once by its id.

Refuses what is unsigned, altered, older than ``window`` or from the future; answers a repeat as if it were the first,
which is what makes "at least once" harmless there.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tierline.rehearsal.desk import Call, Desk, Reply, Route


@dataclass(frozen=True)
class Taken:
    """One delivery that was taken."""

    id: str
    at: datetime
    told: Any


class WebhookReceiver(Desk):
    """One address. ``window`` is how old or early a signature may be."""

    name: ClassVar[str] = "webhook"
    label: ClassVar[str] = "A receiver of webhooks (rehearsal)"

    def __init__(self, *, port: int = 0, secret: str = "cmVoZWFyc2FsLXJlaGVhcnNhbC0wMQ==") -> None:  # noqa: S107 - it opens nothing
        super().__init__(port=port)
        self.secret = secret
        self.window = timedelta(minutes=5)
        self.taken: dict[str, Taken] = {}
        self.calls = 0

    @property
    def address(self) -> str:
        """Where to post."""
        return f"{self.url}/hooks/tierline"

    def routes(self) -> Sequence[Route]:
        """The one address, and one that sends on."""
        return [Route("POST", "/hooks/tierline", self.take), Route("POST", "/hooks/moved", self.moved)]

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Every delivery."""
        return [{"number": one.id, "title": str(one.told)[:200], "status": "taken"} for one in self.taken.values()]

    def take(self, call: Call) -> Reply:
        """POST a delivery."""
        self.calls += 1
        known, stamp = call.headers.get("webhook-id", ""), call.headers.get("webhook-timestamp", "")
        if not known or not stamp.isdigit():
            return self.refuse(400, "webhook-id or webhook-timestamp is missing.")
        at = datetime.fromtimestamp(int(stamp), UTC)
        if abs(self.clock.now() - at) > self.window:
            return self.refuse(401, "The signature is too old.")
        signed = f"{known}.{stamp}.".encode() + call.body
        ours = base64.b64encode(hmac.new(base64.b64decode(self.secret), signed, hashlib.sha256).digest()).decode()
        given = call.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(f"v1,{ours}".encode(), one.encode()) for one in given):
            return self.refuse(401, "The signature does not hold.")
        self.taken.setdefault(known, Taken(known, at, call.json))
        return Reply(204)

    def moved(self, call: Call) -> Reply:  # noqa: ARG002 - wherever it came from
        """307 to somewhere else."""
        return Reply(307, headers={"Location": self.address})
