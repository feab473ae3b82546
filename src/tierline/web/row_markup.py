"""The rows of a list as markup, written in one go: a queue has fifty, and a template would take longer than all else.

Every word that people typed is escaped here; nothing else may write a row. Pure.
"""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

from tierline.web.moments import Moment
from tierline.web.rows import Row
from tierline.web.words import Tag

NOTHING_DUE = '<span class="rows__none">–<span class="usa-sr-only">nothing due</span></span>'


def rows_markup(rows: Iterable[Row], *, chosen: int | None = None, beside: bool = False) -> SafeString:
    """The table's rows. ``beside``: a summary opens its case beside the list, else the case's page."""
    return mark_safe("".join(_row(row, chosen=row.number == chosen, beside=beside) for row in rows))  # noqa: S308 - escaped word by word below


def _row(row: Row, *, chosen: bool, beside: bool) -> str:
    who = f'<span class="rows__who">{escape(row.assignee)}</span>' if row.assignee else ""
    return (
        f'<tr data-row{" class=is-chosen" if chosen else ""}><td class="rows__case">{_opener(row, chosen, beside)}'
        f"{_tags(row)}{_about(row)}</td>"
        f'<td class="rows__state">{_tag(row.standing)}{who}</td>'
        f'<td class="rows__missing">{_missing(row, "badge")}</td>'
        f'<td class="rows__age">{_time(row.age, "")}</td>'
        f'<td class="rows__due">{_due(row)}</td></tr>\n'
    )


def _due(row: Row) -> str:
    if row.due is None:
        return NOTHING_DUE
    kind = f'<span class="rows__kind">{escape(row.due_kind)}</span>' if row.due_kind else ""
    return _time(row.due, f"due due--{row.due.tone}") + kind


def _opener(row: Row, chosen: bool, beside: bool) -> str:
    if not beside:
        return f'<a class="rows__open" href="{escape(row.address)}">{escape(row.summary)}</a>'
    address = escape(row.beside)
    return (
        f'<a class="rows__open" href="{address}" data-case="{row.number}"{" aria-current=true" if chosen else ""} '
        f'hx-get="{address}" hx-target="#preview" hx-swap="innerHTML" hx-replace-url="true">{escape(row.summary)}</a>'
    )


def _about(row: Row) -> str:
    return (
        f'<span class="rows__about"><a class="rows__ref" href="{escape(row.address)}">{row.reference}</a> '
        f'<span class="rows__standing-here">{escape(row.standing.word)}</span> '
        f'<span class="rows__service">{escape(row.service)}</span> '
        f'<span class="rows__trail">{escape(row.trail)}</span> {_missing(row, "rows__missing-here")}</span>'
    )


def _tags(row: Row) -> str:
    flags = (*row.flags, Tag("Restricted", "restricted")) if row.restricted else row.flags
    return "".join(f" {_tag(flag)}" for flag in flags)


def _tag(tag: Tag) -> str:
    return f'<span class="tag tag--{tag.tone}">{escape(tag.word)}</span>'


def _missing(row: Row, kind: str) -> str:
    if not row.missing:
        return ""
    return f'<span class="{kind}" title="{escape(row.missing_words)}">{row.missing} missing</span>'


def _time(moment: Moment, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<time{named} datetime="{moment.iso}" data-full="{moment.full}" title="{moment.full}">{moment.short}</time>'
