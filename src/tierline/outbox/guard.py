"""The privacy guard at the one way out: which messages it looks at, what it found in them, and them without it. Pure.

It looks at every text of a message that others than its one receiver may read: a tracker's, a channel's, a wide list's.
Refuses to keep what it found: kind and place are all that is written down.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from tierline.privacy.judging import Hit, judge

#: What is no text for people: ids, words of the partner's form, addresses of the message itself.
UNREAD: Final = frozenset(
    ("verb", "record", "if_revision", "follow_up_at", "stage", "status", "owner", "queue", "labels", "project", "to",
     "mark", "reply_to", "attempt", "channel", "thread", "key", "priority", "room", "ts", "thread_of", "window",
     "marker", "services", "start", "end", "dedup_key", "written_at", "in_reply_to", "references",
     "uid")
)  # fmt: skip

#: How a chat names somebody or a group: an id of its own, which only looks like a number of something private.
_REFERENCE: Final = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]{6,20})[|>]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One private piece: in which text of the message (``fields.area``), where in it, of which kind, in words."""

    where: str
    start: int
    end: int
    kind: str
    words: str

    def as_json(self) -> dict[str, Any]:
        """As the row keeps it: nothing of the piece itself."""
        return {"where": self.where, "start": self.start, "end": self.end, "kind": self.kind, "words": self.words}


def findings(message: Mapping[str, Any], names: Collection[str]) -> tuple[Finding, ...]:
    """What holds the message back; ``names`` are those of the person concerned."""
    return tuple(
        Finding(where, hit.start, hit.end, hit.kind.value, _placed(hit.words, where))
        for where, text in texts_of(message)
        for hit in _hits(text, tuple(names))
    )


@lru_cache(maxsize=32)
def _hits(text: str, names: tuple[str, ...]) -> tuple[Hit, ...]:
    """What is found in a text; the same words to hundreds of people are looked at once."""
    return judge(text, names=names, known=_REFERENCE.findall(text)).hits


def _placed(words: str, where: str) -> str:
    """A title has one line and is not the text's first; the text's lines are counted."""
    return f"{words.partition(' in line ')[0]} in the title" if where in ("title", "subject") else words


def redacted(message: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The message with everything that holds it back taken out of its texts."""
    return {key: value if key in UNREAD else _redacted(value, names) for key, value in message.items()}


def _redacted(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, str):
        return judge(value, names=names, known=_REFERENCE.findall(value)).redacted
    if isinstance(value, Mapping):
        return {key: inner if key in UNREAD else _redacted(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_redacted(inner, names) for inner in value]
    return value


def texts_of(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a message with its place: ``text``, ``fields.area``, ``blocks.0.text``."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in UNREAD:
                yield from texts_of(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from texts_of(inner, f"{where}.{place}")


def digest(message: Mapping[str, Any]) -> str:
    """What a person lets leave as it is: other words would have to be looked at again."""
    written = json.dumps(list(texts_of(message)), ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()


def in_words(found: Collection[Finding]) -> str:
    """Why the message is held, without a piece of what was found."""
    told = "; ".join(dict.fromkeys(one.words for one in found))
    return f"The privacy guard holds it: {told}. Nothing of it has left."
