"""``tierline redact [FILE] [--json]``: what is private taken out of a text, or of JSON Lines; pure, streaming.

Without ``--json`` a text comes in and the redacted text goes out; what was found is told on standard error. With it,
``{"id", "text"}`` come in and ``{"id", "redacted", "spans": [{"start", "end", "kind"}]}`` go out. To find something
is what it is for, so that is exit status 0. Refuses a line that is no such object with its number (exit status 2);
what stood before it is answered. Needs no database and no server.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from tierline.cli.output import DONE, refuse, until_nobody_reads
from tierline.privacy.finding import find
from tierline.privacy.redacting import redact as without
from tierline.privacy.span import WORDS, Kind

LONGEST_LINE: Final = 32 << 20  # bytes of one JSON line
CHUNK: Final = 1 << 18  # bytes of text looked at together


class LineUnusable(ValueError):
    """A line that is no text to redact; the sentence says what and what to do."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(
        prog="tierline redact", description="Take out what is private: numbers, names, addresses, keys, health matters."
    )
    options.add_argument("file", metavar="FILE", nargs="?", default="-", help="a text; - or nothing for standard input")
    options.add_argument("--json", action="store_true", help='read {"id", "text"} a line, write JSON Lines')
    options.add_argument("--name", action="append", default=[], help="name of the person concerned; may be repeated")
    options.add_argument("--known", action="append", default=[], help="a word that is no secret here; may be repeated")
    return options


def main(arguments: Sequence[str]) -> int:
    """Redact; the exit status."""
    given = parser().parse_args(arguments)
    return until_nobody_reads(lambda: redact(given.file, given.name, given.known, as_json=given.json))


def redact(file: str, names: Sequence[str], known: Sequence[str], *, as_json: bool) -> int:
    """Redact a file (``-``: standard input); the exit status."""
    name = "standard input" if file == "-" else file
    try:
        with _opened(file) as source:
            if as_json:
                return _lines(source, name, names, known)
            _text(source, names, known)
    except BrokenPipeError:
        raise
    except OSError as error:
        return refuse(f"{file}: the file cannot be read: {error.strerror}. Give a file, or - for standard input.")
    return DONE


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream


def _lines(source: BinaryIO, name: str, names: Sequence[str], known: Sequence[str]) -> int:
    number = 0
    while line := source.readline(LONGEST_LINE + 1):
        number += 1
        if not line.strip():
            continue
        try:
            answer = _answer(line, names, known)
        except LineUnusable as refused:
            return refuse(f"{name}, line {number}{refused}")
        sys.stdout.write(answer)
        sys.stdout.flush()
    return DONE


def _answer(line: bytes, names: Sequence[str], known: Sequence[str]) -> str:
    """One redacted text as JSON; ASCII only, so that half characters (lone surrogates) can be written as well."""
    if len(line) > LONGEST_LINE:
        raise LineUnusable(f": it is longer than {LONGEST_LINE >> 20} MB; split the text.")
    value = _decoded(line)
    text = value.get("text")
    if not isinstance(text, str):
        raise LineUnusable(', text: it is missing or no string; write {"id": ..., "text": "..."}.')
    own = value.get("id")
    if isinstance(own, dict | list) or (isinstance(own, float) and own - own != 0):
        raise LineUnusable(", id: it is neither a string nor a number; leave it out or give one.")
    spans = find(text, names=names, known=known)
    told = [{"start": span.start, "end": span.end, "kind": span.kind} for span in spans]
    return json.dumps({"id": own, "redacted": without(text, spans), "spans": told}) + "\n"


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise LineUnusable(": it is not UTF-8; save the file as UTF-8.") from None
    except (ValueError, RecursionError):
        raise LineUnusable(': it is not JSON; write {"id": ..., "text": "..."} on a line of its own.') from None
    if not isinstance(value, dict):
        raise LineUnusable(': it is JSON but no object; write {"id": ..., "text": "..."}.')
    return value


def _text(source: BinaryIO, names: Sequence[str], known: Sequence[str]) -> None:
    """Redact a text of any length piece by piece; bytes that are no UTF-8 come out as they went in."""
    found: Counter[Kind] = Counter()
    for piece in _pieces(source):
        text = piece.decode("utf-8", "surrogateescape")
        spans = find(text, names=names, known=known)
        found.update(span.kind for span in spans)
        sys.stdout.buffer.write(without(text, spans).encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
    for kind, count in sorted(found.items()):
        sys.stderr.write(f"tierline: taken out {count} time{'' if count == 1 else 's'}: {WORDS[kind]}\n")


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    """The bytes in pieces that end with a paragraph where they can, with a line or a word otherwise."""
    kept = b""
    while read := source.read(CHUNK):
        kept += read
        cut = max(kept.rfind(b"\n\n") + 2 if b"\n\n" in kept else 0, 0) or kept.rfind(b"\n") + 1 or kept.rfind(b" ") + 1
        if cut:
            yield kept[:cut]
            kept = kept[cut:]
    if kept:
        yield kept
