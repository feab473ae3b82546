"""What a message of the outbox says, for the eye: to whom, in a line, about what, and its very text on any channel.

Pure. Refuses nothing: of a message in a form it does not know it says what every message has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tierline.foundation.ids import case_reference, downtime_reference
from tierline.outbox.queries import EffectView

CHANNELS: Final = {
    "email": "E-mail",
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "sms": "SMS",
    "pagerduty": "PagerDuty",
    "webhook": "Webhook",
}
TEXTS: Final = {
    "subject": "Subject",
    "summary": "Page",
    "title": "Title",
    "text": "Text",
    "close_notes": "Words at the end",
}
_VERBS: Final = {
    "say": "A comment",
    "move": "A change",
    "set-window": "Set the window in which alarms keep quiet",
    "trigger": "Page whoever answers for it",
    "resolve": "End the page",
    "end-window": "End the window in which alarms keep quiet",
}


@dataclass(frozen=True, slots=True)
class About:
    """What a message belongs to: what people call it, and the name of its page."""

    reference: str
    page: str


def about(view: EffectView) -> About | None:
    """The case or the downtime a message belongs to."""
    if view.subject_kind == "case":
        return About(case_reference(view.subject_id), "case")
    if view.subject_kind == "downtime":
        return About(downtime_reference(view.subject_id), "downtime")
    return None


def recipient(view: EffectView) -> str:
    """Where it goes: a person's address, a room, a project, a record, the services of a window."""
    message = view.message
    if room := str(message.get("room") or ""):
        return room if room.startswith("#") else f"#{room}"
    found = next((str(message[name]) for name in ("to", "project", "record", "window") if message.get(name)), "")
    return found or ", ".join(map(str, message.get("services") or ()))


def headline(view: EffectView) -> str:
    """The message in a line."""
    message = view.message
    named = next((str(message[name]) for name in ("subject", "title") if message.get(name)), "")
    if named:
        return named
    if said := _VERBS.get(str(message.get("verb", ""))):
        return said
    document = message.get("document")
    if isinstance(document, Mapping) and document.get("title"):
        return f"[{document.get('id', '')}] {document['title']}"
    return str(message.get("text") or _posted(message)).partition("\n")[0][:120]


def texts(view: EffectView) -> list[tuple[str, str, str]]:
    """The message's own texts: name, words for it, the text. Only those of ``TEXTS`` can be written anew."""
    message = view.message
    found = [(name, label, message[name]) for name, label in TEXTS.items() if isinstance(message.get(name), str)]
    if post := _posted(message):
        found.append(("post", "Post", post))
    if message.get("verb") == "set-window":
        when = f"From {message.get('start', '')} to {message.get('end', '')}"
        found.append(("window", "Window", f"{message.get('description', '')}\n{when}"))
    return found


def _posted(message: Mapping[str, Any]) -> str:
    """The words of a post in a room, block by block, as they are written there."""
    post = message.get("post")
    if not isinstance(post, Mapping):
        return ""
    return "\n\n".join(_said(post.get("blocks") or ())) or str(post.get("text", ""))


def _said(blocks: Any) -> Iterator[str]:
    for block in blocks:
        for part in (block.get("text"), *(block.get("elements") or ())):
            words = part.get("text") if isinstance(part, Mapping) else None
            if isinstance(words, str):
                yield words
