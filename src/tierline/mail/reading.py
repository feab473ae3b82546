"""What a message says, read from its bytes. Pure; refuses nothing and raises nothing, whatever the bytes are.

A message is hostile input. Everything has a limit (size, lines, nesting, parts, length of a header), names of charsets
come from a list, and what could not be read is named in ``troubles`` while the rest is read. The raw message is kept
beside, so nothing that is cut here is lost.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import errors
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import Compat32
from email.utils import getaddresses

from tierline.mail.bounces import Delivery, deliveries_in, inner_parts, returned_ids_in
from tierline.mail.texts import decoded, header_words, text_of_html, without_junk

LARGEST = 25 * 1024 * 1024  # bytes that are read of a message
MOST_LINES = 1_000_000
MOST_EFFORT = 20_000_000  # lines times nested parts: what reading costs
MOST_PARTS = 100
DEEPEST = 20
MOST_FILES = 20
LONGEST_HEADER = 8_000
LONGEST_TEXT = 100_000  # characters
LONGEST_HTML = 500_000  # bytes
MOST_IDS = 100
MOST_ADDRESSES = 50
_ID = re.compile(r"<[^<>\s]{1,250}>")
_ADDRESS = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}")
_NESTING = re.compile(rb"multipart/|message/", re.IGNORECASE)
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_AUTOMATIC = ("Auto-Submitted", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "Precedence")


class _Cut(Compat32):
    """The parser's rules, with a limit on every header before anything looks into it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name[:200], value[:LONGEST_HEADER]


_POLICY = _Cut()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that came along."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A message as far as it could be read. ``identity`` is the same for the same message by whatever way it came."""

    identity: str
    message_id: str = ""
    answers: tuple[str, ...] = ()  # the Message-IDs it says it answers
    returned: tuple[str, ...] = ()  # the Message-IDs of messages it brings back
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    page: str = ""  # what its HTML says, where there is plain text as well
    automatic: tuple[tuple[str, str], ...] = ()  # headers that say a machine wrote it, lower-cased
    null_sender: bool = False
    report: bool = False
    failed_recipients: str = ""
    deliveries: tuple[Delivery, ...] = ()
    files: tuple[ReadFile, ...] = ()
    troubles: tuple[str, ...] = ()


def read(raw: bytes) -> ReadMail:
    """Read a message."""
    try:
        message, troubles = _parsed(raw[:LARGEST], too_large=len(raw) > LARGEST)
        return _told(raw, message, troubles)
    except Exception as trouble:  # noqa: BLE001 - hostile input must become a row, whatever the parser makes of it
        said = f"It cannot be read as a message ({type(trouble).__name__}); the raw mail is kept."
        return ReadMail(identity=hashlib.sha256(raw).hexdigest(), troubles=(said,))


def _parsed(raw: bytes, *, too_large: bool) -> tuple["Message[str, str]", list[str]]:
    lines, nesting = raw.count(b"\n"), len(_NESTING.findall(raw))
    if too_large:
        why = f"It is larger than {LARGEST // 1024**2} MiB"
    elif lines > MOST_LINES or lines * (nesting + 1) > MOST_EFFORT:
        why = "It is made of too many lines and parts"
    else:
        try:
            return BytesParser(policy=_POLICY).parsebytes(raw), []
        except (RecursionError, errors.MessageError, ValueError, LookupError, AttributeError, IndexError):
            why = "Its parts are nested or broken beyond reading"
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0][: 1024 * 1024]
    return BytesHeaderParser(policy=_POLICY).parsebytes(head), [f"{why}; only its headers were read."]


def _told(raw: bytes, message: "Message[str, str]", troubles: list[str]) -> ReadMail:
    parts = list(_parts(message, troubles))
    answers = " ".join(_header(message, name) for name in ("In-Reply-To", "References"))
    message_id = next(iter(_ID.findall(_header(message, "Message-ID"))), "")
    return ReadMail(
        identity=_identity(raw, message_id, message),
        message_id=message_id,
        answers=tuple(_ID.findall(answers)[:MOST_IDS]),
        returned=returned_ids_in(parts),
        sender=next(iter(_addresses(message, ("From",))), "") or next(iter(_addresses(message, ("Sender",))), ""),
        recipients=_addresses(message, _RECIPIENTS),
        subject=header_words(_header(message, "Subject"))[:500],
        text=_text(parts, troubles),
        page=_page(parts),
        automatic=tuple((name, _header(message, name).lower()[:200]) for name in _AUTOMATIC if _header(message, name)),
        null_sender=_header(message, "Return-Path").replace(" ", "") == "<>",
        report=_is_report(message),
        failed_recipients=_header(message, "X-Failed-Recipients")[:500],
        deliveries=deliveries_in(parts),
        files=tuple(_files(parts, troubles)),
        troubles=tuple(troubles),
    )


def _identity(raw: bytes, message_id: str, message: "Message[str, str]") -> str:
    """A digest of what stays the same on every way here: id, sender and body, not the stamps of post offices.

    Without an id two short mails of one sender would be one: then to whom, when and about what count too, and
    where no empty line ends the headers, all of it.
    """
    head, parted, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    told = () if message_id else tuple(_header(message, name) for name in ("To", "Date", "Subject"))
    same = (message_id, _header(message, "From"), *told)
    return hashlib.sha256(b"\x00".join((*map(_bytes, same), (body if parted else head).rstrip()))).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _parts(message: "Message[str, str]", troubles: list[str]) -> Iterator["Message[str, str]"]:
    """Every part, the outermost first; stops at the limits and says so. What a returned message holds is not ours."""
    waiting: list[tuple[Message[str, str], int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            troubles.append(f"It has more than {MOST_PARTS} parts; the rest was not read.")
            return
        yield part
        inner = inner_parts(part)
        if not inner or part.get_content_maintype() != "multipart":
            continue
        if depth >= DEEPEST:
            troubles.append(f"Its parts are nested more than {DEEPEST} deep; the rest was not read.")
            continue
        waiting += [(child, depth + 1) for child in reversed(inner)]


def _header(message: "Message[str, str]", name: str) -> str:
    return without_junk(str(message.get(name, ""))).replace("\n", " ").strip()


def _addresses(message: "Message[str, str]", names: tuple[str, ...]) -> tuple[str, ...]:
    """The plain addresses of some headers, in their order."""
    found: list[str] = []
    for name in names:
        values = [str(value)[:LONGEST_HEADER] for value in message.get_all(name, [])[:MOST_ADDRESSES]]
        try:
            pairs = getaddresses([without_junk(value) for value in values])
        except (ValueError, IndexError, RecursionError):
            continue
        found += [address for _, address in pairs if _ADDRESS.fullmatch(address)]
    return tuple(dict.fromkeys(found[:MOST_ADDRESSES]))


def _is_report(message: "Message[str, str]") -> bool:
    kind = str(message.get("Content-Type", "")).lower()
    return kind.strip().startswith("multipart/report") and "delivery-status" in kind


def _text(parts: list["Message[str, str]"], troubles: list[str]) -> str:
    """The plain text; without one, that of the HTML."""
    text = _plain(parts) or _from_html(parts)
    if len(text) > LONGEST_TEXT:
        troubles.append(f"Its text is longer than {LONGEST_TEXT:,} characters; the rest is in the raw mail.")
    return text[:LONGEST_TEXT]


def _page(parts: list["Message[str, str]"]) -> str:
    """What the HTML says beside the plain text; empty where the plain text is all, or is made of it."""
    return _from_html(parts)[:LONGEST_TEXT] if _plain(parts) else ""


def _plain(parts: list["Message[str, str]"]) -> str:
    return _joined(_words(part) for part in _shown(parts, "text/plain"))


def _from_html(parts: list["Message[str, str]"]) -> str:
    return _joined(text_of_html(_words(part)[:LONGEST_HTML]) for part in _shown(parts, "text/html"))


def _shown(parts: list["Message[str, str]"], kind: str) -> list["Message[str, str]"]:
    return [part for part in parts if part.get_content_type() == kind and not _is_file(part)][:10]


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())


def _words(part: "Message[str, str]") -> str:
    return decoded(_content(part), part.get_content_charset("utf-8") or "utf-8")


def _content(part: "Message[str, str]") -> bytes:
    """The bytes of one part; of one that is no single part (a message in the message) its own source."""
    if part.is_multipart():
        return part.as_bytes()
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_file(part: "Message[str, str]") -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment") or bool(_file_name(part))


def _file_name(part: "Message[str, str]") -> str:
    try:
        name = part.get_filename("")
    except (ValueError, LookupError, TypeError, IndexError):
        return "unreadable-name"
    return header_words(name or "")[:300]


def _files(parts: list["Message[str, str]"], troubles: list[str]) -> Iterator[ReadFile]:
    """What came along beside the text; a part of a report is not a file."""
    count = 0
    for part in parts:
        kind = part.get_content_type()
        name = _file_name(part)
        if part.get_content_maintype() == "multipart" or (kind in ("text/plain", "text/html") and not _is_file(part)):
            continue
        if kind == "message/delivery-status" or (kind in ("message/rfc822", "text/rfc822-headers") and not name):
            continue
        count += 1
        if count > MOST_FILES:
            troubles.append(f"It brought more than {MOST_FILES} files; the others are in the raw mail.")
            return
        yield ReadFile(name or f"part-{count}.{kind.rpartition('/')[2][:20]}", _content(part))
