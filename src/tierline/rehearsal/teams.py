"""Microsoft Teams to rehearse with: the address of a channel's workflow, which takes a card and says 202.

Kept as there: the address itself is the secret, 202 says no more than accepted, more than 28 KB is turned away, and
what a flow was given twice it posts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tierline.rehearsal.desk import Call, Desk, Reply, Route

LARGEST = 28 * 1024


@dataclass(frozen=True)
class Card:
    """A card that was posted."""

    content: Mapping[str, Any]
    tracking: str


class Teams(Desk):
    """One flow, of one channel."""

    name: ClassVar[str] = "teams"
    label: ClassVar[str] = "Microsoft Teams (rehearsal)"

    def __init__(self, *, port: int = 0, signature: str = "rehearsal-signature") -> None:
        super().__init__(port=port)
        self.signature = signature
        self.cards: list[Card] = []

    @property
    def webhook(self) -> str:
        """The flow's address."""
        return f"{self.url}/workflows/7a1/triggers/manual/paths/invoke?api-version=2016-06-01&sig={self.signature}"

    def routes(self) -> Sequence[Route]:
        """One trigger."""
        return [Route("POST", "/workflows/{flow}/triggers/manual/paths/invoke", self.post)]

    def refusal(self, status: int, words: str) -> Any:
        """The flow's error."""
        return {"error": {"code": str(status), "message": words}}

    def admit(self, call: Call) -> Reply | None:
        """401 when the address carries another signature."""
        known = call.query.get("sig") == self.signature
        return None if known else self.refuse(401, "The signature does not match.")

    def expire(self, call: Call) -> None:  # noqa: ARG002 - the address stands for the token
        """The flow's owner renews its address."""
        self.signature = f"{self.signature}-renewed"

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Every card."""
        return [{"number": one.tracking, "title": title_of(one.content), "status": "posted"} for one in self.cards]

    def post(self, call: Call) -> Reply:
        """POST a message with one card."""
        if len(call.body) > LARGEST:
            return self.refuse(413, "Request body is too large.")
        told = call.json if isinstance(call.json, dict) else {}
        attachments = told.get("attachments")
        content = attachments[0].get("content") if isinstance(attachments, list) and attachments else None
        if told.get("type") != "message" or not isinstance(content, dict) or content.get("type") != "AdaptiveCard":
            return self.refuse(400, "The card is not valid.")
        self.cards.append(Card(content, call.headers.get("x-ms-client-tracking-id", "")))
        return Reply(202)


def title_of(content: Mapping[str, Any]) -> str:
    """The first words of a card."""
    return next((str(one.get("text")) for one in content.get("body", ()) if one.get("text")), "")
