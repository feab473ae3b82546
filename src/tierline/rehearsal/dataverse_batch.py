"""A batch as a rehearsed Dataverse reads it and answers: OData's multipart/mixed with change sets. Pure."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tierline.rehearsal.desk import Reply

BOUNDARY: Final = re.compile(rb'boundary="?([^";\r\n]+)')
KEY: Final = re.compile(r"(\w+)\(([^)]*)\)")

#: Method, address, headers, JSON.
Operation = tuple[str, str, dict[str, str], Any]


def parts_of(body: bytes, boundary: bytes) -> Iterator[bytes]:
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            return
        yield part


def operations_in(part: bytes) -> tuple[list[Operation], bool]:
    head, _, rest = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
    inner = BOUNDARY.search(head) if b"multipart/mixed" in head else None
    if inner is None:
        return [_operation_in(rest)], False
    return [_operation_in(one.partition(b"\r\n\r\n")[2]) for one in parts_of(rest, inner[1])], True


def _operation_in(text: bytes) -> Operation:
    head, _, body = text.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, url, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    content = body.strip()
    return method, url, headers, json.loads(content) if content else None


def ids_in(url: str, body: Any) -> Iterator[str]:
    texts = [url]
    if isinstance(body, dict):
        texts.append(str((body.get("IncidentResolution") or {}).get("incidentid@odata.bind", "")))
    for text in texts:
        if found := KEY.search(text):
            yield found[2].lower()


def answer_of_set(replies: list[Reply], number: int) -> bytes:
    if replies[-1].status >= 400:
        return answer_of(replies[-1], None)
    boundary = b"changesetresponse%d" % number
    inner = b"".join(b"--" + boundary + b"\r\n" + answer_of(one, place) for place, one in enumerate(replies, 1))
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n" + inner + b"--" + boundary + b"--\r\n"


def answer_of(reply: Reply, number: int | None) -> bytes:
    body = reply.written()
    named = b"" if number is None else b"Content-ID: %d\r\n" % number
    kind = b"Content-Type: application/json; odata.metadata=minimal\r\n" if body else b""
    head = b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n" + named + b"\r\n"
    return head + b"HTTP/1.1 %d \r\n" % reply.status + kind + b"OData-Version: 4.0\r\n\r\n" + body + b"\r\n"
