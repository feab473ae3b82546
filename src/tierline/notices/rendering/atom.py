"""Notices as an Atom feed (RFC 4287): the newest word of each, by a stable id. Pure; names roles, never people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from tierline.notices.document import Document

_NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(
    documents: Iterable[Document], *, title: str, feed_id: str, feed_url: str, link: str, updated: datetime
) -> str:
    """The feed. ``feed_id`` is its id for good, ``feed_url`` where it is read, ``link`` the page it mirrors."""
    ET.register_namespace("", _NAMESPACE)
    root = ET.Element(_name("feed"))
    _put(root, "title", title)
    _put(root, "id", feed_id)
    _put(root, "updated", _instant(updated))
    ET.SubElement(root, _name("link"), {"rel": "self", "href": feed_url})
    ET.SubElement(root, _name("link"), {"rel": "alternate", "href": link})
    for document in documents:
        _entry(root, document)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _entry(root: ET.Element, document: Document) -> None:
    entry = ET.SubElement(root, _name("entry"))
    _put(entry, "title", document.subject)
    _put(entry, "id", f"urn:tierline:{document.uid}")
    _put(entry, "updated", _instant(document.issued_at))
    ET.SubElement(entry, _name("link"), {"rel": "alternate", "href": document.link})
    author = ET.SubElement(entry, _name("author"))
    _put(author, "name", document.sender)
    for service in document.services:
        ET.SubElement(entry, _name("category"), {"term": service})
    said = [document.lead, *(f"{fact.label}: {fact.text}" for fact in document.facts)]
    content = _put(entry, "content", "\n\n".join(said))
    content.set("type", "text")


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, _name(name))
    element.text = text
    return element


def _name(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
