"""A rehearsed Slack with the room of Tier 3 in it, and the minutes going by: what is due is posted and leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.cases.reports import a_report, thorough
from tests.jobs import do_all_due

from tierline.cases.actions import entering
from tierline.directory.actor import Actor
from tierline.outbox.actions import deliver_due
from tierline.rehearsal.slack import Message, Slack
from tierline.rooms.posting import post_what_is_due

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ROOM = "mhv-tier-3-support"
PEOPLE = ("U01RAVI", "U01ILSE", "U01NOOR", "U01JORY")


@dataclass
class TierThree:
    """The workspace and its channel."""

    slack: Slack

    def posts(self) -> list[Message]:
        """What stands in the channel, threads apart."""
        return [one for one in self.slack.in_channel("C01TIER3") if not one.thread_ts]

    def thread(self, post: Message) -> list[Message]:
        return [one for one in self.slack.in_channel("C01TIER3") if one.thread_ts == post.ts]

    def everything(self) -> str:
        """All bytes that ever came to the workspace, as it was asked."""
        return "\n".join(str(one) for one in self.slack.exchanges)

    def minutes(self, at: datetime, count: int = 2) -> datetime:
        """Let minutes go by: what is due is posted, leaves, and is posted again where it changed. Returns the time."""
        for _ in range(count):
            at += MINUTE
            self.slack.clock.stand_at(at)
            post_what_is_due(at=at)
            deliver_due(at=at)
            do_all_due(at)
        return at


@contextmanager
def tier_three(settings: Any, at: datetime) -> Iterator[TierThree]:
    """The channel, connected."""
    with Slack(token="xoxb-hush") as slack:
        slack.clock.stand_at(at)
        for one in PEOPLE:
            slack.joins(one, one.title(), f"{one.lower()}@desk.example")
        slack.has_channel("C01TIER3", ROOM, *PEOPLE)
        slack.puts_in_group("S01SECMSG", "U01NOOR")
        slack.puts_in_group("S01MEDS", "U01JORY")
        account = {"kind": "slack", "token": "xoxb-hush", "address": slack.address, "seconds_between_posts": 0}
        settings.CHANNELS = {"slack": account | {"channels": {ROOM: "C01TIER3"}}}
        yield TierThree(slack)


def at_tier_three(actor: Actor, at: datetime, **other: Any) -> int:
    """A case of Secure Messaging that Tier 3 took in itself, with everything a tool team asks for."""
    said: dict[str, Any] = {"holder": "mhv-tier-3", "service": "secure-messaging", "needs_tier": 3}
    return entering.enter(actor, a_report(**(said | {"answers": thorough()} | other)), at=at).number
