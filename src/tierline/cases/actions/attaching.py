"""Files that belong to a case.

Refuses what is too large, of a kind that could be executed, or not what it says it is.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tierline.cases.actions.changing import take
from tierline.cases.models import Attachment
from tierline.directory.actor import Actor
from tierline.foundation.trouble import Unusable

LARGEST = 10 * 1024 * 1024
MOST_A_CASE = 50
#: Allowed kinds by file name ending, with the bytes such a file begins with (empty: any text).
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".txt": ("text/plain", ()),
    ".log": ("text/plain", ()),
    ".csv": ("text/csv", ()),
}


@transaction.atomic
def attach(actor: Actor, number: int, name: str, content: Iterable[bytes], *, at: datetime) -> int:
    """Keep a file with a case. ``content`` comes in pieces. Returns the attachment's id."""
    change = take(actor, number, at=at)
    name = plain_name(name)
    kind, starts = _kind(name)
    if change.case.attachments.count() >= MOST_A_CASE:
        raise Unusable(
            f"A case keeps at most {MOST_A_CASE} files. Remove what is not needed elsewhere.", {"file": "Too many."}
        )
    body = _read(content)
    if starts and not body.startswith(starts):
        raise Unusable(
            f"{name} is not what its ending says. Save it again as {kind} and attach that.", {"file": "Wrong kind."}
        )
    if not starts and b"\x00" in body:
        raise Unusable(f"{name} is not a text file. Attach a picture, a PDF or plain text.", {"file": "Wrong kind."})
    digest = hashlib.sha256(body).hexdigest()
    keep_bytes(body, digest)
    row = Attachment.objects.create(
        case=change.case, name=name, kind=kind, size=len(body), digest=digest, added_by=actor.name, added_at=at
    )
    change.save("file-attached", new_version=False, attachment=row.pk, name=name, size=len(body))
    return row.pk


def plain_name(name: str) -> str:
    """A file name without folders, control characters or anything a header could trip over."""
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[^\w .()+-]", "_", last).strip(". ")[-150:] or "file.txt"


def stored_at(digest: str) -> Path:
    """Where the bytes lie: below the home, named by their digest, never below a web root."""
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest


def _kind(name: str) -> tuple[str, tuple[bytes, ...]]:
    ending = Path(name).suffix.lower()
    if ending not in KINDS:
        raise Unusable(
            f"Files ending in '{ending or name}' are not kept. Use {', '.join(KINDS)}.", {"file": "Wrong kind."}
        )
    return KINDS[ending]


def _read(content: Iterable[bytes]) -> bytes:
    body = bytearray()
    for piece in content:
        body += piece
        if len(body) > LARGEST:
            raise Unusable(
                f"The file is larger than {LARGEST // 1024**2} MiB. Cut it to what matters.", {"file": "Too large."}
            )
    if not body:
        raise Unusable("The file is empty. Attach it again.", {"file": "Empty."})
    return bytes(body)


def keep_bytes(body: bytes, digest: str) -> None:
    """Keep bytes under their digest (SHA-256, hexadecimal), readable by their owner only; the same bytes once."""
    path = stored_at(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(".partial")
    partial.write_bytes(body)
    partial.chmod(0o600)
    partial.replace(path)
