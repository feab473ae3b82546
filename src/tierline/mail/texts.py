"""Words out of bytes: charsets, encoded headers, HTML, and what somebody wrote above the text they quote. Pure.

Refuses no bytes: what no charset explains becomes a replacement sign. Every step takes time in proportion to its input.
"""

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from html import unescape

_CHARSET = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
#: Families of charsets that are read; others (``punycode``, ``unicode_escape``) are traps or no charsets of mail.
_FAMILIES = (
    "ascii", "big5", "cp", "euc", "gb", "hz", "iso2022", "iso8859", "johab", "koi8", "latin", "mac", "shift", "tis",
    "utf",
)  # fmt: skip
_JUNK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_TAG = re.compile(r"<[^<>]{0,10000}>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote)\b[^<>]{0,1000}>", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]\b[^<>]{0,1000}>", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z][A-Za-z /-]{1,40}")
_HIDDEN = ("script", "style", "head", "title")
_BLANKS = re.compile(r"[ \t\u00a0]{2,}")
_LINES = re.compile(r"\n{3,}")
#: How mail programs introduce what they quote, each on a line of its own.
_QUOTED_FROM_HERE = (
    re.compile(r"^\s{0,8}-{2,}\s{0,4}(original message|forwarded message)", re.IGNORECASE),
    re.compile(r"^_{20,}\s*$"),
    re.compile(r"^\s{0,8}on .{4,200} wrote:\s*$", re.IGNORECASE),
)


def decoded(content: bytes, charset: str) -> str:
    """Text in the charset it names, if that is one; else as UTF-8."""
    return without_junk(content.decode(_known(charset), "replace"))


def _known(charset: str) -> str:
    if not _CHARSET.fullmatch(charset):
        return "utf-8"
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if name.replace("-", "").replace("_", "").startswith(_FAMILIES) else "utf-8"


def without_junk(text: str) -> str:
    """Text without what no page and no table can hold: NUL, control signs, halves of letters, signs that turn lines."""
    return _JUNK.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def header_words(value: str) -> str:
    """A header's words, encoded ones (RFC 2047) decoded."""
    value = value[:8000]
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError, LookupError):
        return without_junk(value)
    words = [
        decoded(piece, charset or "utf-8") if isinstance(piece, bytes) else without_junk(piece)
        for piece, charset in pieces
    ]
    return " ".join("".join(words).split())


def text_of_html(page: str) -> str:
    """The words of a page, its lines kept; nothing of it is ever shown as HTML. A row of a table that is a word and
    what belongs to it is written as people write that in a line: ``Start: 9:00``."""
    for name in _HIDDEN:
        page = _without(page, name)
    page = _CELL.sub("\x1f", _BREAK.sub("\n", page.replace("\n", " ")))
    text = unescape(_TAG.sub(" ", page))
    lines = (_BLANKS.sub(" ", _row(line)).strip() for line in text.split("\n"))
    return without_junk(_LINES.sub("\n\n", "\n".join(lines))).strip()


def _row(line: str) -> str:
    cells = [cell.strip() for cell in line.split("\x1f") if cell.strip()]
    named = len(cells) == 2 and _LABEL.fullmatch(cells[0])
    return (": " if named else " ").join(cells)


def _without(page: str, name: str) -> str:
    """The page without one kind of element; an element that never ends takes the rest with it."""
    low, kept, here = page.lower(), [], 0
    if len(low) != len(page):  # a letter that changes its length in lower case; positions would not fit
        low = page
    while (start := low.find(f"<{name}", here)) >= 0:
        kept.append(page[here:start])
        end = low.find(f"</{name}", start)
        if end < 0:
            return "".join(kept)
        closed = low.find(">", end)
        here = closed + 1 if closed >= 0 else len(page)
    kept.append(page[here:])
    return "".join(kept)


def own_words(text: str) -> str:
    """What somebody wrote themselves: without what they quote below it and without their signature.

    When nothing is left (they wrote between the lines, or below), the whole text.
    """
    kept: list[str] = []
    for line in text.split("\n"):
        if line.rstrip("\r") == "-- " or any(start.match(line[:300]) for start in _QUOTED_FROM_HERE):
            break
        kept.append(line)
    while kept and (not kept[-1].strip() or kept[-1].startswith(">")):
        kept.pop()
    own = "\n".join(line for line in kept if not line.startswith(">")).strip()
    return own or text.strip()
