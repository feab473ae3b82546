"""Files over the machine interface: kept with a case, given back as downloads, refused when they could be executed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.callers import BASE, Caller, entered

pytestmark = pytest.mark.django_db
PIXEL = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def upload(by: Caller, reference: str, name: str, content: bytes) -> Any:
    return by.client.post(
        f"{BASE}/cases/{reference}/attachments", {"file": SimpleUploadedFile(name, content)}, headers=by.headers
    )


def test_a_picture_is_kept_listed_and_given_back_as_a_download(agent: Caller) -> None:
    reference = entered(agent)
    made = upload(agent, reference, "banner.png", PIXEL)
    assert made.status_code == 201, made.content
    listed = agent.get(f"/cases/{reference}/attachments").json()["attachments"]
    assert [(file["id"], file["name"], file["size"]) for file in listed] == [
        (made.json()["attachment"], "banner.png", len(PIXEL))
    ]
    got = agent.get(f"/cases/{reference}/attachments/{listed[0]['id']}")
    assert b"".join(got.streaming_content) == PIXEL
    assert got.headers["Content-Disposition"] == 'attachment; filename="banner.png"'
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"MZ"), ("fake.png", b"<html>"), ("nul.txt", b"a\x00b")])
def test_what_could_be_executed_or_is_not_what_it_says_is_not_kept(agent: Caller, name: str, content: bytes) -> None:
    reference = entered(agent)
    answer = upload(agent, reference, name, content)
    assert answer.status_code == 403
    assert agent.get(f"/cases/{reference}/attachments").json()["attachments"] == []


def test_a_call_without_a_file_is_told_so(agent: Caller) -> None:
    answer = agent.post(f"/cases/{entered(agent)}/attachments", {"file": "no"})
    assert answer.status_code == 422


def test_a_file_is_found_under_its_own_case_only(agent: Caller, outsider: Caller) -> None:
    mine, other = entered(agent), entered(agent)
    made = upload(agent, mine, "notes.txt", b"seen").json()["attachment"]
    assert agent.get(f"/cases/{other}/attachments/{made}").status_code == 404
    assert outsider.get(f"/cases/{mine}/attachments/{made}").status_code == 404
    assert upload(outsider, mine, "notes.txt", b"seen").status_code == 404
