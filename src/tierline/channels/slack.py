"""Slack, by its Web API: a message in a channel or to a person, its thread, edits; who is in a group or a channel.

Slack has no key for "once": ours travels in the message's metadata and in a block's id, and is asked for before a
repeat. Where Slack's own list lags, a double can happen; it carries the same key. Channels are called by id only: names
differ between organisations that share one. Refuses what Block Kit would cut or turn away, groups that are empty, and
to tag everybody. Facts: the vendor's reference of the methods used.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tierline.channels.addresses import secure_address
from tierline.channels.answers import rows_at, text_at
from tierline.channels.block_kit import made_safe, safe, said_late, tagged, unfit, with_key
from tierline.channels.channel import Answer, Delivered, NotConnected, Refused, TryAgain
from tierline.channels.knowing_people import Member
from tierline.channels.line import Line, Stopped, visit
from tierline.channels.on_call import OnCall

BEFORE = timedelta(seconds=60)  # how far before our first try is looked, for clocks that differ
PAGE = 200
MOST_REMEMBERED = 5000
MOST_PAGES = 25
LOOKING_UP = "users.lookupByEmail"
UNSAID_PAUSE = 30.0  # where Slack does not say how long
TOKEN_PAUSE = 900.0
ALONE_AFTER = 5  # tries for which a thread's first message is waited for: some minutes
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,30}", re.ASCII)
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
_GROUP = re.compile(r"S[A-Z0-9]{2,30}", re.ASCII)
_TS = re.compile(r"\d{1,12}\.\d{1,9}", re.ASCII)
_NOT_NOW = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
_LIMITED = {"ratelimited", "rate_limited"}
_TOKEN = {"invalid_auth", "not_authed", "token_expired", "token_revoked", "account_inactive"}
_NOT_YET = "The message this belongs under is not in the Slack channel yet."
_SENTENCES = {
    "channel_not_found": "Slack does not know this channel, or the app may not see it. Check the channel's id.",
    "not_in_channel": "The app is not in this Slack channel. Invite it there, and send again.",
    "is_archived": "This Slack channel is archived. Name another, or bring it back.",
    "msg_too_long": "Slack finds the message too long. Shorten its texts.",
    "no_text": "Slack does not take a message without text.",
    "invalid_blocks": "Slack does not take the blocks of the message.",
    "restricted_action": "The workspace lets only some people post in this Slack channel. Ask its administrators.",
    "thread_not_found": "The message this belongs under is not in the Slack channel any more.",
    "message_not_found": "The message to change is not in the Slack channel any more.",
    "cant_update_message": "Slack lets only the app that wrote a message change it.",
    "edit_window_closed": "The workspace does not let messages of this age be changed.",
    "no_such_subteam": "Slack does not know this user group. Check its id (it begins with S).",
    "subteam_not_found": "Slack does not know this user group. Check its id (it begins with S).",
    "users_not_found": "Slack knows nobody with this e-mail address.",
    "user_not_found": "Slack does not know this person.",
    "user_disabled": "This person's Slack account is deactivated.",
    "cannot_dm_bot": "Slack lets nobody write to an app.",
}


class Account(BaseModel):
    """One workspace and the app installed there. ``address`` of GovSlack is ``https://slack-gov.com/api``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    address: str = "https://slack.com/api"
    channels: dict[str, str] = Field(default_factory=dict)  # the plan's word for a channel -> its id (C…)
    workspace: str = ""  # https://desk.slack.example, for links people open
    look_up_people: bool = False  # whether members are looked up by e-mail, for people whose id nobody wrote down
    seconds_between_posts: float = Field(default=1.0, ge=0, le=10)  # in one channel; Slack asks for about one

    @field_validator("channels")
    @classmethod
    def _ids(cls, given: dict[str, str]) -> dict[str, str]:
        for word, channel in given.items():
            if not _CHANNEL.fullmatch(channel):
                raise ValueError(f"{word} has to be a channel's id, such as C0123456789")
        return {word.lstrip("#"): channel for word, channel in given.items()}

    @field_validator("address", "workspace")
    @classmethod
    def _address(cls, written: str) -> str:
        return secure_address(written) if written else ""


class Slack:
    """The channel."""

    name: ClassVar[str] = "slack"
    label: ClassVar[str] = "Slack"

    def __init__(self, account: Account) -> None:
        self.account = account
        token = account.token.get_secret_value()
        self._line = Line(
            "Slack", account.address, headers={"Authorization": f"Bearer {token}"}, secrets=(token,), redirects=0
        )
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}  # by channel: when the next post may leave
        self._paused_until: dict[str, float] = {}  # by channel: what Slack asked for
        self._posted: dict[tuple[str, str], str] = {}  # by channel and key: the ts
        self._direct: dict[str, str] = {}  # by person: their conversation with the app

    # Delivering

    def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
        """Post ``{"to", "text", "blocks"?, "metadata"?, "thread"?, "broadcast"?}`` or ``{"verb": "update", "ts", …}``.

        ``to`` is a channel's id or the account's word for it (``room`` says the same), a person's id or e-mail address.
        The content may stand under ``post``. In place of ``thread`` or ``ts``, ``thread_of`` names the message by the
        key it was sent with. Evidence: ``channel ts thread url found groups outside but`` (``outside``: who is tagged
        and not in the channel).
        """
        to = str(message.get("to") or message.get("room") or "")
        to = self.account.channels.get(to.lstrip("#"), to)
        left = self._paused_until.get(to, 0.0) - time.monotonic()
        if left > 0:
            return TryAgain("Slack asked for a pause in this channel.", left)
        verbs = {"post": self._post, "update": self._update}
        verb = verbs.get(str(message.get("verb") or "post"))
        if verb is None:
            return Refused(f"Slack knows no '{message.get('verb')}'; a message is a post or an update.")
        try:
            with visit():
                return verb(key, message, to)
        except Stopped as stopped:
            if stopped.status == 429 and isinstance(stopped.answer, TryAgain) and stopped.answer.after:
                self._paused_until[to] = time.monotonic() + stopped.answer.after
            return stopped.answer

    def _post(self, key: str, message: Mapping[str, Any], to: str) -> Answer:
        post = message.get("post")
        asked = self._content(key, said_late(post if isinstance(post, Mapping) else message, message))
        channel = self._conversation(to)
        thread, told = self._thread(message, channel)
        if int(message.get("attempt", 1)) > 1:
            ts, unasked = self._left_before(key, channel, thread, str(message.get("written_at", "")))
            if ts:
                return Delivered(self._evidence(channel, ts, thread, found=True))
            told |= unasked
        told |= self._told_of(channel, asked)
        if thread:
            asked |= {"thread_ts": thread, "reply_broadcast": bool(message.get("broadcast"))}
        self._keep_the_pace(channel)
        answer = self._call("chat.postMessage", body={**asked, "channel": channel})
        ts = text_at(answer, "ts")
        if not _TS.fullmatch(ts):
            raise Stopped(TryAgain("Slack answered with something that cannot be read. It will be asked again."))
        self._remember(channel, key, ts)
        return Delivered({**self._evidence(channel, ts, thread, found=False), **told})

    def _update(self, key: str, message: Mapping[str, Any], to: str) -> Answer:
        post = message.get("post")
        asked = self._content(key, post if isinstance(post, Mapping) else message)
        asked = {name: asked[name] for name in asked if not name.startswith("unfurl")}
        channel = self._conversation(to)
        first = str(message.get("thread_of") or "")
        ts = str(message.get("ts") or "") or (self._ts_of(first, channel, "", "") if first else "")
        if first and not ts:
            raise Stopped(TryAgain(_NOT_YET))
        if not _TS.fullmatch(ts):
            return Refused("An update of a Slack message names it by its ts or by the key it was sent with.")
        # The message keeps the key it was sent with, so that it is still found by it.
        asked = {name: told for name, told in asked.items() if name != "metadata"}
        self._call("chat.update", body={**asked, "channel": channel, "ts": ts})
        return Delivered(self._evidence(channel, ts, "", found=False))

    def _content(self, key: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Text, blocks and metadata as they leave. Raises Stopped with the limit they break."""
        text = safe(str(message.get("text") or ""))
        told = message.get("blocks")
        blocks = with_key(made_safe(told), key) if isinstance(told, Sequence) and not isinstance(told, str) else []
        trouble = unfit(text, blocks)
        if trouble:
            raise Stopped(Refused(f"The message does not fit into Slack. {trouble}"))
        metadata = message.get("metadata")
        metadata = metadata if isinstance(metadata, Mapping) else {}
        payload = metadata.get("event_payload")
        asked: dict[str, Any] = {
            "text": text,
            "metadata": {
                "event_type": str(metadata.get("event_type") or "tierline_message"),
                "event_payload": {**(payload if isinstance(payload, Mapping) else {}), "key": key},
            },
        }
        asked |= {name: bool(message.get(name)) for name in ("unfurl_links", "unfurl_media")}
        return asked | ({"blocks": blocks} if blocks else {})

    def _conversation(self, to: str) -> str:
        """The id of the conversation ``to`` names."""
        if _CHANNEL.fullmatch(to):
            return to
        if not _PERSON.fullmatch(to) and "@" not in to.lstrip("@"):
            raise Stopped(
                Refused(
                    f"'{to[:80]}' is no id. Slack channels are called by id (C…), people by id (U…) or e-mail; the "
                    "account's 'channels' says which id a name stands for."
                )
            )
        if to not in self._direct:
            person = to if _PERSON.fullmatch(to) else self._person(to)
            if person is None:
                raise Stopped(Refused("Slack knows nobody with this e-mail address."))
            told = self._call("conversations.open", body={"users": person})
            opened = text_at(told, "channel", "id")
            if not _CHANNEL.fullmatch(opened):
                raise Stopped(TryAgain("Slack opened no conversation with this person. It will be asked again."))
            self._direct[to] = opened
        return self._direct[to]

    def _thread(self, message: Mapping[str, Any], channel: str) -> tuple[str, dict[str, Any]]:
        """The ts a message goes under (empty: under none), and what is to be said of it.

        A first message that is not there after some tries does not keep the next from being read: it stands alone.
        """
        thread, first = str(message.get("thread") or ""), str(message.get("thread_of") or "")
        if thread and not _TS.fullmatch(thread):
            raise Stopped(
                Refused("A thread in Slack is named by the ts of its first message, such as 1700000000.000100.")
            )
        if thread or not first:
            return thread, {}
        ts = self._ts_of(first, channel, "", "")
        if not ts and int(message.get("attempt", 1)) < ALONE_AFTER:
            raise Stopped(TryAgain(_NOT_YET))
        return ts, {} if ts else {"but": "The message this belongs under is not in the channel, so it stands alone."}

    def _told_of(self, channel: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Whom the tags reach: members of the groups, and who of all is not in the channel."""
        people, groups = tagged(asked["text"], asked.get("blocks"))
        members = {group: self._members_of(group) for group in groups}
        for group, found in members.items():
            if not found:
                raise Stopped(Refused(f"The Slack user group {group} is empty, so its tag would tell nobody."))
        told: dict[str, Any] = {"groups": members} if groups else {}
        everybody = dict.fromkeys([*people, *(one for found in members.values() for one in found)])
        if not everybody or not channel.startswith(("C", "G")):
            return told
        try:
            inside = self._in_channel(channel)
        except Stopped as stopped:
            return told | {"but": f"Who is in the channel is not known: {stopped.answer.because}"}
        return told | {"outside": [one for one in everybody if one not in inside]}

    def _left_before(self, key: str, channel: str, thread: str, written_at: str) -> tuple[str, dict[str, Any]]:
        """What an earlier try left, and what is to be said when the app may not ask: a double is better than a loss."""
        try:
            return self._ts_of(key, channel, thread, written_at), {}
        except Stopped as stopped:
            if not isinstance(stopped.answer, Refused):
                raise
            return "", {"but": f"Whether an earlier try arrived could not be asked: {stopped.answer.because}"}

    def _ts_of(self, key: str, channel: str, thread: str, written_at: str) -> str:
        """The ts of our message with this key; empty when it is not there."""
        if (channel, key) in self._posted:
            return self._posted[channel, key]
        asked = {"channel": channel, "limit": str(PAGE), "include_all_metadata": "true", "inclusive": "true"}
        oldest = _instant(written_at)
        if oldest is not None:
            asked["oldest"] = f"{(oldest - BEFORE).timestamp():.6f}"
        if thread:
            asked["ts"] = thread
        for row in self._pages("conversations.replies" if thread else "conversations.history", asked, "messages"):
            ids = [text_at(block, "block_id") for block in rows_at(row, "blocks")]
            if text_at(row, "metadata", "event_payload", "key") == key or key[:255] in ids:
                self._remember(channel, key, text_at(row, "ts"))
                return text_at(row, "ts")
        return ""

    def _remember(self, channel: str, key: str, ts: str) -> None:
        """So that a thread's first message is not looked for with every message below it."""
        if len(self._posted) >= MOST_REMEMBERED:
            self._posted.clear()
        self._posted[channel, key] = ts

    def _keep_the_pace(self, channel: str) -> None:
        """Wait until a post may leave: Slack takes about one a second in a channel."""
        with self._lock:
            now = time.monotonic()
            leaves = max(now, self._free_at.get(channel, 0.0))
            self._free_at[channel] = leaves + self.account.seconds_between_posts
        if leaves > now:
            time.sleep(min(leaves - now, 10.0))

    def _evidence(self, channel: str, ts: str, thread: str, *, found: bool) -> dict[str, Any]:
        evidence = {"channel": channel, "ts": ts, "found": found}
        if thread:
            evidence["thread"] = thread
        if self.account.workspace:
            evidence["url"] = f"{self.account.workspace}/archives/{channel}/p{ts.replace('.', '')}"
        return evidence

    # Asking

    def members_of(self, group: str) -> tuple[str, ...] | TryAgain | Refused | NotConnected:
        """The ids of the people in a user group now; empty when nobody is."""
        told: tuple[str, ...] | TryAgain | Refused | NotConnected = _asked(lambda: tuple(self._members_of(group)))
        return told

    def in_channel(self, channel: str) -> frozenset[str] | TryAgain | Refused | NotConnected:
        """The ids of everybody in a channel."""
        told: frozenset[str] | TryAgain | Refused | NotConnected = _asked(lambda: self._in_channel(channel))
        return told

    def person(self, email: str) -> str | TryAgain | Refused | NotConnected | None:
        """The id of the person with an e-mail address; None when there is none."""
        told: str | TryAgain | Refused | NotConnected | None = _asked(lambda: self._person(email))
        return told

    @property
    def looks_people_up(self) -> bool:
        """Whether the account wants people looked up by e-mail."""
        return self.account.look_up_people

    def member(self, email: str) -> Member | TryAgain | Refused | NotConnected | None:
        """Who has an e-mail address, and whether their account is deactivated; None when Slack knows nobody.

        A pause Slack asks for is kept: until it is over nobody is asked for.
        """
        left = self._paused_until.get(LOOKING_UP, 0.0) - time.monotonic()
        if left > 0:
            return TryAgain("Slack asked for a pause in looking people up.", left)
        told: Member | TryAgain | Refused | NotConnected | None = _asked(lambda: self._member(email))
        if isinstance(told, TryAgain):
            self._paused_until[LOOKING_UP] = time.monotonic() + (told.after or UNSAID_PAUSE)
        return told

    def on_call(self, of: str, at: datetime) -> Sequence[OnCall] | TryAgain | Refused | NotConnected:  # noqa: ARG002 - a group holds whoever is on call now
        """Who is in the user group that holds whoever is on call."""
        told = self.members_of(of)
        return [OnCall(person, source=f"{self.name}:{of}") for person in told] if isinstance(told, tuple) else told

    def _members_of(self, group: str) -> list[str]:
        if not _GROUP.fullmatch(group):
            raise Stopped(Refused(f"'{group[:80]}' is no Slack user group; they are called by id (S…)."))
        told = self._call("usergroups.users.list", {"usergroup": group})
        users = told.get("users")
        return [one for one in users if isinstance(one, str)] if isinstance(users, list) else []

    def _in_channel(self, channel: str) -> frozenset[str]:
        found: set[str] = set()
        asked = {"channel": channel, "limit": "1000"}
        for _ in range(MOST_PAGES):
            told = self._call("conversations.members", asked)
            members = told.get("members")
            found.update(one for one in members if isinstance(one, str)) if isinstance(members, list) else None
            cursor = text_at(told, "response_metadata", "next_cursor")
            if not cursor:
                break
            asked["cursor"] = cursor
        return frozenset(found)

    def _person(self, email: str) -> str | None:
        found = self._member(email)
        return found.id if found is not None and not found.left else None

    def _member(self, email: str) -> Member | None:
        told = self._call("users.lookupByEmail", {"email": email}, unless="users_not_found")
        found = text_at(told, "user", "id")
        deactivated = isinstance(told.get("user"), Mapping) and told["user"].get("deleted") is True
        return Member(found, left=deactivated) if _PERSON.fullmatch(found) else None

    def _pages(self, method: str, asked: Mapping[str, str], rows: str) -> Iterator[Mapping[str, Any]]:
        asked = dict(asked)
        for _ in range(MOST_PAGES):
            told = self._call(method, asked)
            yield from rows_at(told, rows)
            cursor = text_at(told, "response_metadata", "next_cursor")
            if not cursor:
                return
            asked["cursor"] = cursor

    def _call(
        self, method: str, params: Mapping[str, str] | None = None, *, body: Any = None, unless: str = ""
    ) -> Mapping[str, Any]:
        """One method; reads by GET, writes by POST. Raises Stopped with what Slack says is wrong, except ``unless``."""
        told = self._line.ask("GET" if body is None else "POST", method, params=params, json=body)
        error = text_at(told.json, "error")
        if isinstance(told.json, Mapping) and (told.json.get("ok") is True or (unless and error == unless)):
            return told.json
        if error in _LIMITED:
            raise Stopped(TryAgain("Slack asks for a pause: too many requests.", told.pause), 429)
        if error in _TOKEN or told.status == 401:
            raise Stopped(
                TryAgain("Slack does not take the token of the account: it expired or was revoked.", TOKEN_PAUSE)
            )
        if error in _SENTENCES:
            raise Stopped(Refused(_SENTENCES[error]))
        if error == "missing_scope":
            needed = self._line.clean(text_at(told.json, "needed")) or "more scopes"
            raise Stopped(
                Refused(f"The Slack app may not do this yet: it needs {needed}. Add it and install it again.")
            )
        if not error or error in _NOT_NOW:
            raise Stopped(TryAgain("Slack answered with something that cannot be read. It will be asked again."))
        raise Stopped(Refused(f"Slack does not take this: {self._line.clean(error, most=60)}."))


def _asked(question: Any) -> Any:
    try:
        with visit():
            return question()
    except Stopped as stopped:
        return stopped.answer


def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        return None
