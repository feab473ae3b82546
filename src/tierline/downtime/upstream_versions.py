"""What a newer version of another team's notice says otherwise; a mail with its calendars as one text. Pure.

A notice is the same work as an earlier one by its UID; the higher SEQUENCE is the newer. Refuses nothing: what does not
fit into a notice's length is left out, and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tierline.downtime.upstream import LONGEST, LONGEST_UID, NoticeRefused, Proposal, ReadInstant, proposals

MARGIN: Final = 1_000  # characters that stay free, for what joins the parts
Said = tuple[str, str, str]  # what, before, after
NOTHING_SAID: Final = "not said"


def read_as_far_as_it_goes(text: str) -> tuple[tuple[Proposal, ...], tuple[str, ...]]:
    """The proposals in a text and what is wrong with it; nothing is read of what cannot be a notice."""
    try:
        return proposals(text), ()
    except NoticeRefused as refusal:
        return (), (str(refusal),)


def by_work(found: Iterable[Proposal]) -> Mapping[str, tuple[Proposal, ...]]:
    """The proposals of each piece of work by its UID; those without one are together under the empty word. Of one that
    is there several times the newest."""
    works: dict[str, list[Proposal]] = {}
    for one in found:
        uid = one.uid.value.strip()[:LONGEST_UID] if one.uid else ""
        works.setdefault(uid, []).append(one)
    return {uid: (newest(same),) if uid else tuple(same) for uid, same in works.items()}


def newest(same: Sequence[Proposal]) -> Proposal:
    """The one with the highest SEQUENCE; of several, the first in the text."""
    return max(same, key=lambda one: -1 if one.sequence is None else one.sequence)


def changes_between(before: Proposal, after: Proposal) -> tuple[Said, ...]:
    """What the later one says otherwise, in words, for people to compare."""
    then, now = _said(before), _said(after)
    return tuple(
        (what, then[what] or NOTHING_SAID, now[what] or NOTHING_SAID) for what in now if then[what] != now[what]
    )


def _said(one: Proposal) -> dict[str, str]:
    return {
        "Title": one.title.value if one.title else "",
        "Starts": _instant(one.starts),
        "Ends": _instant(one.ends),
        "How bad": one.level.word if one.level is not None else "",
        "Concerns": ", ".join(service.value for service in one.services),
        "Reason": one.reason.value if one.reason else "",
        "Their status": one.status.value.strip().upper() if one.status else "",
    }


def _instant(read: ReadInstant | None) -> str:
    return f"{read.at:%Y-%m-%d %H:%M} UTC" if read else ""


def fuller(plain: str, page: str) -> str:
    """Of a mail that is there twice, its plain text, or what its HTML says where a start is read from that alone: some
    senders put no more into the plain text than that there is HTML."""
    return page if page and not _says_a_start(plain) and _says_a_start(page) else plain


def _says_a_start(text: str) -> bool:
    return any(one.starts is not None for one in read_as_far_as_it_goes(text)[0])


def one_text(subject: str, text: str, calendars: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """A mail as one text to be read: its subject, its words, then its calendars (name, text), the same one once."""
    whole, troubles = f"Subject: {' '.join(subject.split())}\n\n{text.strip()}\n", []
    if len(whole) > LONGEST - MARGIN:
        whole = whole[: LONGEST - MARGIN]
        troubles.append("Its words are longer than a notice; the rest is in the raw mail.")
    seen: set[str] = set()
    for name, calendar in calendars:
        if calendar in seen:
            continue
        seen.add(calendar)
        if len(whole) + len(calendar) > LONGEST - MARGIN:
            troubles.append(f"The calendar {name[:80]} is too large to be read; it is in the raw mail.")
            continue
        whole = f"{whole}\n{calendar.strip()}\n"
    return whole, tuple(troubles)
