"""An announcement as e-mail: plain text that can be read on its own, and the same as HTML without anything fetched.

Pure. Nothing in it acts when it is opened: what somebody has to do is a link to a form.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from tierline.notices.document import Document, Fact

_STYLE: Final = "font-family:sans-serif;max-width:40em;line-height:1.4"


@dataclass(frozen=True, slots=True)
class Mail:
    """Subject and both bodies."""

    subject: str
    text: str
    html: str

    def to(self, address: str, sender: str) -> dict[str, str]:
        """The message by which it leaves to one address; ``sender`` is the role that writes."""
        return {
            "to": address, "from_name": sender, "subject": self.subject, "text": self.text, "html": self.html,
        }  # fmt: skip


def mail(document: Document, *, why: str = "", relay: Fact | None = None) -> Mail:
    """The mail to one person. ``why`` says for which role they get it; ``relay`` asks them to pass it on."""
    return Mail(document.subject, _text(document, why, relay), _html(document, why, relay))


def _text(document: Document, why: str, relay: Fact | None) -> str:
    parts = [document.lead, *([document.late] if document.late else [])]
    if document.changes:
        parts.append("What has changed:\n" + "\n".join(f"- {fact.label}: {fact.text}" for fact in document.changes))
    parts += [f"{fact.label}\n{_indented(_with_doubt(fact))}" for fact in document.facts]
    if document.also_for:
        parts.append(f"This message also stands for: {', '.join(document.also_for)}.")
    parts += document.asides
    if relay is not None:
        parts.append(f"{relay.label}\n{_indented(relay.text)}")
    foot = [document.foot, *([f"You get this as: {why}."] if why else [])]
    return "\n\n".join(parts) + "\n\n-- \n" + "\n".join(foot) + "\n"


def _with_doubt(fact: Fact) -> str:
    return f"{fact.text}\n({fact.tentative})" if fact.tentative else fact.text


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())


def _html(document: Document, why: str, relay: Fact | None) -> str:
    parts = [f"<h1>{escape(document.heading)}: {escape(document.title)}</h1>", f"<p>{_lines(document.lead)}</p>"]
    if document.late:
        parts.append(f"<p><strong>{escape(document.late)}</strong></p>")
    if document.changes:
        rows = "".join(f"<li>{escape(fact.label)}: {_lines(fact.text)}</li>" for fact in document.changes)
        parts.append(f"<h2>What has changed</h2><ul>{rows}</ul>")
    parts += [f"<h2>{escape(fact.label)}</h2><p>{_lines(_with_doubt(fact))}</p>" for fact in document.facts]
    if document.also_for:
        parts.append(f"<p>This message also stands for: {escape(', '.join(document.also_for))}.</p>")
    parts += [f"<p>{escape(sentence)}</p>" for sentence in document.asides]
    if relay is not None:
        parts.append(f"<h2>{escape(relay.label)}</h2><p>{_lines(relay.text)}</p>")
    parts.append(f"<hr><p>{escape(document.foot)}{f'<br>You get this as: {escape(why)}.' if why else ''}</p>")
    title = escape(document.subject)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="{_STYLE}">\n{chr(10).join(parts)}\n</body></html>\n'
    )


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
