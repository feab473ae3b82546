"""Slack to rehearse with: the Web API methods Tierline uses, in Slack's wire format, with Slack's traps.

Kept as there: every answer is 200 with ``ok``, metadata only when asked for, newest first and by pages, channels and
people by id only, an app that is not in a channel may not post, limits of Block Kit, a list that lags behind (``lag``).
People join, leave and get into groups by the verbs ``joins``, ``puts_in_group`` and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.faults import Answering
from tierline.rehearsal.slack_words import as_read, words_of

LONGEST = {"header": 150, "section": 3000}


@dataclass
class Person:
    """A member of the workspace."""

    id: str
    name: str
    email: str
    deleted: bool = False


@dataclass
class Conversation:
    """A channel, or a person's conversation with the app."""

    id: str
    name: str = ""
    members: list[str] = field(default_factory=list)
    has_app: bool = True
    archived: bool = False


@dataclass
class Message:
    """One message, as kept."""

    ts: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any]
    thread_ts: str = ""
    broadcast: bool = False
    edits: int = 0
    author: str = "BTIERLINE"


class Slack(Desk):
    """One workspace. ``lag`` is how far its lists are behind what was posted."""

    name: ClassVar[str] = "slack"
    label: ClassVar[str] = "Slack (rehearsal)"

    def __init__(self, *, port: int = 0, token: str = "xoxb-rehearsal") -> None:  # noqa: S107 - it opens nothing
        super().__init__(port=port)
        self.tokens = {token}
        self.people: dict[str, Person] = {}
        self.conversations: dict[str, Conversation] = {}
        self.groups: dict[str, list[str]] = {}
        self.messages: list[Message] = []
        self.lag = timedelta(0)
        self._made = 0

    @property
    def address(self) -> str:
        """The base address of its methods."""
        return f"{self.url}/api"

    def routes(self) -> Sequence[Route]:
        """The methods."""
        return [
            Route("POST", "/api/chat.postMessage", self.post),
            Route("POST", "/api/chat.update", self.update),
            Route("GET", "/api/conversations.history", self.history),
            Route("GET", "/api/conversations.replies", self.replies),
            Route("GET", "/api/conversations.members", self.members),
            Route("POST", "/api/conversations.open", self.open),
            Route("GET", "/api/users.lookupByEmail", self.look_up),
            Route("GET", "/api/usergroups.users.list", self.group_members),
        ]

    def refusal(self, status: int, words: str) -> Any:
        """Slack's error."""
        return {"ok": False, "error": {429: "ratelimited", 503: "service_unavailable"}.get(status, words)}

    def admit(self, call: Call) -> Reply | None:
        """``invalid_auth``, under 200, without a token that is worth something."""
        known = call.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens
        return None if known else self._no("invalid_auth")

    def expire(self, call: Call) -> None:
        """The token is revoked; ``tokens`` takes another."""
        self.tokens.discard(call.headers.get("authorization", "").removeprefix("Bearer "))

    def says_no(self, error: str, *, times: int = 1, path: str = "", **more: str) -> None:
        """The next calls are answered with this error, under 200 as Slack does."""
        self.faults.next(Answering(200, {"ok": False, "error": error, **more}), times=times, path=path)

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Every message."""
        names = {person.id: person.name for person in self.people.values()}
        names |= {group: f"{group} (a group)" for group in self.groups}
        return [self._shown(one, names) for one in self.messages]

    def _shown(self, one: Message, names: Mapping[str, str]) -> Mapping[str, str]:
        begun = f"in the thread of {self._time_of(one.thread_ts)}" if one.thread_ts else ""
        where = self.conversations[one.channel].name or one.channel
        return {
            "number": one.ts,
            "title": f"{where}, {self._time_of(one.ts)}",
            "status": "edited" if one.edits else "posted",
            "owner": " · ".join(filter(None, [begun, "and to the whole channel" if one.broadcast else ""])),
            "as_read": as_read(one.text, names),
            "whole": as_read(words_of(one.blocks), names),
        }

    @staticmethod
    def _time_of(ts: str) -> str:
        return f"{datetime.fromtimestamp(float(ts), UTC):%Y-%m-%d %H:%M} UTC"

    # What people do there

    def has_channel(self, channel: str, name: str, *members: str, has_app: bool = True) -> Conversation:
        """A channel is there."""
        made = Conversation(channel, name, list(members), has_app=has_app)
        self.conversations[channel] = made
        return made

    def joins(self, person: str, name: str, email: str) -> Person:
        """Somebody joins the workspace."""
        self.people[person] = Person(person, name, email)
        return self.people[person]

    def puts_in_group(self, group: str, *people: str) -> None:
        """A user group holds these people from now on."""
        self.groups[group] = list(people)

    def writes(self, channel: str, text: str, *, by: str = "UADA", thread: str = "") -> str:
        """Somebody writes; the ts."""
        with self.lock:
            return self._keep(channel, text, [], {}, thread, author=by).ts

    def begin_anew(self) -> None:
        """Forget every message."""
        with self.lock:
            self.messages.clear()

    def in_channel(self, channel: str) -> list[Message]:
        """What stands in a channel, oldest first."""
        return [one for one in self.messages if one.channel == channel]

    # The methods

    def post(self, call: Call) -> Reply:
        """chat.postMessage."""
        told = call.json if isinstance(call.json, dict) else {}
        conversation = self.conversations.get(str(told.get("channel")))
        if conversation is None:
            return self._no("channel_not_found")
        if conversation.archived:
            return self._no("is_archived")
        if not conversation.has_app:
            return self._no("not_in_channel")
        trouble = self._unfit(told)
        if trouble:
            return self._no(trouble)
        thread = str(told.get("thread_ts") or "")
        if thread and not any(one.ts == thread for one in self.in_channel(conversation.id)):
            return self._no("thread_not_found")
        kept = self._keep(
            conversation.id, str(told.get("text", "")), told.get("blocks") or [], told.get("metadata") or {}, thread
        )
        kept.broadcast = bool(told.get("reply_broadcast"))
        return self._yes(channel=conversation.id, ts=kept.ts, message=self._told(kept, metadata=True))

    def update(self, call: Call) -> Reply:
        """chat.update."""
        told = call.json if isinstance(call.json, dict) else {}
        if told.get("channel") not in self.conversations:
            return self._no("channel_not_found")
        found = next((m for m in self.in_channel(told["channel"]) if m.ts == told.get("ts")), None)
        if found is None:
            return self._no("message_not_found")
        if not found.author.startswith("B"):
            return self._no("cant_update_message")
        trouble = self._unfit(told)
        if trouble:
            return self._no(trouble)
        found.text, found.blocks = str(told.get("text", "")), told.get("blocks") or []
        found.metadata = told.get("metadata") or found.metadata
        found.edits += 1
        message = self._told(found, metadata=True)
        return self._yes(channel=found.channel, ts=found.ts, text=found.text, message=message)

    def history(self, call: Call) -> Reply:
        """conversations.history: newest first, without replies that were not broadcast."""
        return self._list(call, lambda one: not one.thread_ts or one.broadcast, newest_first=True)

    def replies(self, call: Call) -> Reply:
        """conversations.replies: the first message and its thread."""
        thread = call.query.get("ts", "")
        if not any(one.ts == thread for one in self.in_channel(call.query.get("channel", ""))):
            return self._no("thread_not_found")
        return self._list(call, lambda one: thread in (one.ts, one.thread_ts), newest_first=False, always=thread)

    def members(self, call: Call) -> Reply:
        """conversations.members."""
        conversation = self.conversations.get(call.query.get("channel", ""))
        if conversation is None:
            return self._no("channel_not_found")
        page, cursor = self._page(call, conversation.members)
        return self._yes(members=page, response_metadata={"next_cursor": cursor})

    def open(self, call: Call) -> Reply:
        """conversations.open: a person's conversation with the app."""
        person = self.people.get(str((call.json or {}).get("users", "")))
        if person is None:
            return self._no("user_not_found")
        if person.deleted:
            return self._no("user_disabled")
        channel = f"D{person.id[1:]}"
        already = channel in self.conversations
        self.conversations.setdefault(channel, Conversation(channel, f"to {person.name}", [person.id]))
        return self._yes(no_op=already, already_open=already, channel={"id": channel})

    def look_up(self, call: Call) -> Reply:
        """users.lookupByEmail."""
        wanted = call.query.get("email", "").casefold()
        found = next((p for p in self.people.values() if p.email.casefold() == wanted), None)
        if found is None:
            return self._no("users_not_found")
        profile = {"real_name": found.name, "email": found.email}
        return self._yes(user={"id": found.id, "name": found.name, "deleted": found.deleted, "profile": profile})

    def group_members(self, call: Call) -> Reply:
        """usergroups.users.list."""
        group = call.query.get("usergroup", "")
        return self._yes(users=self.groups[group]) if group in self.groups else self._no("no_such_subteam")

    # How it keeps things

    def _keep(
        self, channel: str, text: str, blocks: Any, metadata: Any, thread: str, *, author: str = "BTIERLINE"
    ) -> Message:
        self._made += 1
        ts = f"{int(self.clock.now().timestamp())}.{self._made:06d}"
        kept = Message(ts, channel, text, blocks, metadata, thread, author=author)
        self.messages.append(kept)
        return kept

    def _list(self, call: Call, fits: Any, *, newest_first: bool, always: str = "") -> Reply:
        channel = call.query.get("channel", "")
        conversation = self.conversations.get(channel)
        if conversation is None:
            return self._no("channel_not_found")
        if not conversation.has_app:
            return self._no("not_in_channel")
        oldest = float(call.query.get("oldest", "0"))
        newest = (self.clock.now() - self.lag).timestamp() if self.lag else float("inf")
        rows = [
            one
            for one in self.in_channel(channel)
            if fits(one) and (oldest <= float(one.ts) <= newest or one.ts == always)
        ]
        page, cursor = self._page(call, rows[::-1] if newest_first else rows)
        metadata = call.query.get("include_all_metadata") == "true"
        told = [self._told(one, metadata=metadata) for one in page]
        return self._yes(messages=told, has_more=bool(cursor), response_metadata={"next_cursor": cursor})

    def _page(self, call: Call, rows: Sequence[Any]) -> tuple[list[Any], str]:
        start = int(call.query.get("cursor", "page-0").removeprefix("page-"))
        end = start + int(call.query.get("limit", "100"))
        return list(rows[start:end]), f"page-{end}" if end < len(rows) else ""

    def _told(self, one: Message, *, metadata: bool) -> dict[str, Any]:
        told: dict[str, Any] = {"type": "message", "ts": one.ts, "text": one.text, "blocks": one.blocks}
        told["bot_id" if one.author.startswith("B") else "user"] = one.author
        if one.thread_ts:
            told["thread_ts"] = one.thread_ts
        if one.metadata and metadata:
            told["metadata"] = one.metadata
        return told

    def _unfit(self, told: Mapping[str, Any]) -> str:
        """The error for what Block Kit does not take; empty when it takes it."""
        blocks = told.get("blocks") or []
        if not told.get("text") and not blocks:
            return "no_text"
        if len(str(told.get("text", ""))) > 40_000:
            return "msg_too_long"
        long = [b for b in blocks if len(str((b.get("text") or {}).get("text", ""))) > LONGEST.get(b["type"], 10**6)]
        ids = [block["block_id"] for block in blocks if "block_id" in block]
        return "invalid_blocks" if long or len(blocks) > 50 or len(set(ids)) < len(ids) else ""

    def _yes(self, **told: Any) -> Reply:
        return Reply(json={"ok": True, **told})

    def _no(self, error: str) -> Reply:
        return Reply(json={"ok": False, "error": error})
