"""The methods of Slack's Web API that are used. Every answer is 200; a refusal says ``ok: false``."""

from tests.trackers.schema.operation import (
    FLAG,
    NON_EMPTY,
    TEXT,
    Operation,
    Schema,
    closed,
    list_of,
    open_to_more,
)

CHANNEL = {"type": "string", "pattern": "^[CGD][A-Z0-9]+$"}
PERSON = {"type": "string", "pattern": "^[UW][A-Z0-9]+$"}
TS = {"type": "string", "pattern": r"^\d+\.\d{6}$"}
NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
SAFE = {"type": "string", "not": {"pattern": "<!(channel|here|everyone)"}}
TEXT_OBJECT = closed({"type": {"enum": ["mrkdwn", "plain_text"]}, "text": SAFE, "emoji": FLAG}, "type", "text")
BLOCK = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": NON_EMPTY,
        "block_id": {"type": "string", "maxLength": 255},
        "text": TEXT_OBJECT,
        "fields": {"type": "array", "maxItems": 10, "items": TEXT_OBJECT},
        "elements": {"type": "array", "minItems": 1, "maxItems": 10},
    },
    "allOf": [
        {
            "if": {"properties": {"type": {"const": "section"}}},
            "then": {"properties": {"text": {"properties": {"text": {"maxLength": 3000}}}}},
        },
        {
            "if": {"properties": {"type": {"const": "header"}}},
            "then": {"properties": {"text": {"properties": {"text": {"maxLength": 150}}}}},
        },
    ],
}
BLOCKS = {"type": "array", "maxItems": 50, "minItems": 1, "items": BLOCK}
METADATA = closed(
    {
        "event_type": NON_EMPTY,
        "event_payload": {"type": "object", "properties": {"key": NON_EMPTY}, "required": ["key"]},
    },
    "event_type",
    "event_payload",
)
REFUSED = closed({"ok": {"const": False}, "error": NON_EMPTY, "needed": TEXT, "provided": TEXT}, "ok", "error")
HEADERS = {"user-agent": NON_EMPTY}
MESSAGE = open_to_more({"type": {"const": "message"}, "ts": TS, "text": TEXT})
NEXT = closed({"next_cursor": TEXT}, "next_cursor")
LISTED = {"has_more": FLAG, "response_metadata": NEXT}


def yes(**properties: Schema) -> Schema:
    """A good answer with these, or a refusal."""
    return {"anyOf": [open_to_more({"ok": {"const": True}, **properties}), REFUSED]}


PAGED = {"limit": NUMBER, "cursor": NON_EMPTY}
LOOKED_FOR = {
    "channel": CHANNEL,
    "oldest": TS,
    "inclusive": {"const": "true"},
    "include_all_metadata": {"const": "true"},
    **PAGED,
}

OPERATIONS = {
    ("POST", "/api/chat.postMessage"): Operation(
        query=closed({}),
        request=closed(
            {
                "channel": CHANNEL,
                "text": SAFE,
                "blocks": BLOCKS,
                "metadata": METADATA,
                "thread_ts": TS,
                "reply_broadcast": FLAG,
                "unfurl_links": FLAG,
                "unfurl_media": FLAG,
            },
            "channel",
            "text",
            "metadata",
        ),
        answers={200: yes(channel=CHANNEL, ts=TS, message=MESSAGE)},
        headers=HEADERS,
    ),
    ("POST", "/api/chat.update"): Operation(
        query=closed({}),
        request=closed({"channel": CHANNEL, "ts": TS, "text": SAFE, "blocks": BLOCKS}, "channel", "ts", "text"),
        answers={200: yes(channel=CHANNEL, ts=TS, text=TEXT)},
        headers=HEADERS,
    ),
    ("GET", "/api/conversations.history"): Operation(
        query=closed(LOOKED_FOR, "channel", "limit", "include_all_metadata"),
        answers={200: yes(messages=list_of(MESSAGE), **LISTED)},
        headers=HEADERS,
    ),
    ("GET", "/api/conversations.replies"): Operation(
        query=closed({**LOOKED_FOR, "ts": TS}, "channel", "ts", "limit", "include_all_metadata"),
        answers={200: yes(messages=list_of(MESSAGE), **LISTED)},
        headers=HEADERS,
    ),
    ("GET", "/api/conversations.members"): Operation(
        query=closed({"channel": CHANNEL, **PAGED}, "channel", "limit"),
        answers={200: yes(members=list_of(PERSON), response_metadata=NEXT)},
        headers=HEADERS,
    ),
    ("POST", "/api/conversations.open"): Operation(
        query=closed({}),
        request=closed({"users": PERSON}, "users"),
        answers={200: yes(channel=open_to_more({"id": CHANNEL}))},
        headers=HEADERS,
    ),
    ("GET", "/api/users.lookupByEmail"): Operation(
        query=closed({"email": NON_EMPTY}, "email"),
        answers={200: yes(user=open_to_more({"id": PERSON, "deleted": FLAG}))},
        headers=HEADERS,
    ),
    ("GET", "/api/usergroups.users.list"): Operation(
        query=closed({"usergroup": NON_EMPTY}, "usergroup"),
        answers={200: yes(users=list_of(PERSON))},
        headers=HEADERS,
    ),
}
