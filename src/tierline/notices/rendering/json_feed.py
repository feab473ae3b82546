"""Notices as a JSON Feed (version 1.1): what a reader of feeds shows, and beside it every fact for machines.

Pure; names roles, never people. ``_downtime`` of an item holds what ``machine`` says, under a name of our own as that
format asks for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tierline.notices.document import Document
from tierline.notices.rendering.machine import as_json

VERSION: Final = "https://jsonfeed.org/version/1.1"


def feed(documents: Iterable[Document], *, title: str, feed_url: str, link: str) -> dict[str, Any]:
    """The feed, ready for ``json.dumps``. ``feed_url`` is where it is read, ``link`` the page it mirrors."""
    return {
        "version": VERSION,
        "title": title,
        "home_page_url": link,
        "feed_url": feed_url,
        "items": [_item(document) for document in documents],
    }


def _item(document: Document) -> dict[str, Any]:
    told = as_json(document)
    said = [document.lead, *(f"{fact.label}: {fact.text}" for fact in document.facts)]
    return {
        "id": f"urn:tierline:{document.uid}",
        "url": document.link,
        "title": document.subject,
        "content_text": "\n\n".join(said),
        "date_modified": told["issued_at"],
        "authors": [{"name": document.sender}],
        "tags": list(document.services),
        "_downtime": told,
    }
