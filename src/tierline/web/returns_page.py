"""What came back: returned hand-offs over weeks, by sender, service and reason; the hand-offs behind each number; CSV.

About the work of teams and nothing else. Whose hand-offs are counted is the query's to say. Refuses weeks that are
none, and periods it does not offer.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from tierline.cases.returns import (
    OFTEN_WITHIN,
    Counted,
    Figure,
    Side,
    Sought,
    counted,
    figure_of,
    hand_offs_behind,
)
from tierline.cases.wording import written
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Unusable
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.moments import past

SIDES: Final[dict[Side, str]] = {"sent": "Sent by our teams", "received": "Received by our teams"}
WEEKS: Final = (4, 8, 13, 26, 52)
USUAL_WEEKS: Final = 8
DAYS_30: Final = "30-days"
Link = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: a name, its figure, and where each number leads."""

    names: tuple[str, ...]
    figure: Figure
    all_link: str
    back_link: str
    reasons: tuple[tuple[str, int, str], ...]

    @property
    def share(self) -> str:
        """What part came back; nothing where nothing was handed off."""
        figure = self.figure
        return f"{round(100 * figure.came_back / figure.hand_offs)} %" if figure.hand_offs else "–"


@page("GET")
def returns(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The report."""
    at, planbook, asked = now(), planbook_in_force().planbook, request.GET
    sought = sought_in(asked, at)
    counts = counted(actor, sought, _zone())
    context = {
        "nav": "returns",
        "sought": sought,
        "weeks": _weeks(asked),
        "fresh": written(at, settings.TIME_ZONE),
        "since": _day_words(sought.begins),
        "choices": _choices(planbook),
        "export": f"{reverse('returns-export')}?{_query(asked)}",
        **_lines(counts, sought, planbook, asked),
    }
    return render(request, "tierline/returns/returns.html", context)


@page("GET")
def rows(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The hand-offs behind a number."""
    at, planbook, asked = now(), planbook_in_force().planbook, request.GET
    sought = sought_in(asked, at)
    behind = hand_offs_behind(actor, sought, below=_number(asked.get("below")))
    older = asked.copy()
    older["below"] = str(behind.following)
    context = {
        "nav": "returns",
        "said": _said(sought, planbook),
        "back": f"{reverse('returns')}?{_query(asked, 'week', 'reason', 'sender', 'service', 'receiver')}",
        "older": older.urlencode() if behind.following else "",
        "lines": [
            {
                "line": line,
                "sender": planbook.team_label(line.sender),
                "receiver": planbook.team_label(line.receiver),
                "service": planbook.service_label(line.service),
                "reason": planbook.return_label(line.reason) if line.reason else "",
                "offered": past(line.offered_at, at, settings.TIME_ZONE),
                "returned": past(line.returned_at, at, settings.TIME_ZONE) if line.returned_at else None,
            }
            for line in behind.lines
        ],
    }
    return render(request, "tierline/returns/rows.html", context)


@page("GET")
def export(request: DeskRequest, actor: Actor) -> StreamingHttpResponse:
    """The counts as CSV: a line for each week, sender, receiver and service, a column for each reason."""
    at, planbook = now(), planbook_in_force().planbook
    sought = sought_in(request.GET, at)
    counts = counted(actor, sought, _zone())
    response = StreamingHttpResponse(_csv(counts, planbook), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="returns-{sought.side}-{at:%Y-%m-%d}.csv"'
    return response


def sought_in(asked: QueryDict, at: datetime) -> Sought:
    """What an address asks for. A ``week`` names one week by its Monday; ``period`` may be the last 30 days."""
    begins, ends = _period(asked, at)
    side = asked.get("side", "sent")
    words = {key: asked.get(key, "")[:60] for key in ("sender", "receiver", "service", "reason")}
    known: Side = "received" if side == "received" else "either" if side == "either" else "sent"
    return Sought(known, begins, ends, came_back=asked.get("came_back") == "yes", **words)


def _period(asked: QueryDict, at: datetime) -> tuple[datetime, datetime]:
    if asked.get("period") == DAYS_30:
        return at - OFTEN_WITHIN, at
    this = _monday(at)
    if not asked.get("week"):
        return _midnight(this - timedelta(weeks=_weeks(asked) - 1)), at
    try:
        week = date.fromisoformat(asked.get("week", ""))
    except ValueError:
        raise Unusable("That is no week. Name it by its Monday, like 2026-11-16.") from None
    if not date(2000, 1, 3) <= week <= this:
        raise Unusable("That week is not one there is anything to say of. Choose one of the report.")
    return _midnight(week), min(_midnight(week + timedelta(weeks=1)), at)


def _weeks(asked: QueryDict) -> int:
    text = asked.get("weeks", "")
    return int(text) if text in {str(weeks) for weeks in WEEKS} else USUAL_WEEKS


def _lines(counts: tuple[Counted, ...], sought: Sought, planbook: Planbook, asked: QueryDict) -> dict[str, Any]:
    def link(**more: str) -> str:
        query = _without(asked, "week", "below")
        for key, word in more.items():
            query[key] = word
        return f"{reverse('returns-rows')}?{query.urlencode()}"

    def line(names: tuple[str, ...], found: Iterable[Counted], **where: str) -> Line:
        figure = figure_of(found)
        reasons = tuple(
            (planbook.return_label(reason), count, link(**where, reason=reason, came_back="yes"))
            for reason, count in figure.reasons.items()
        )
        return Line(names, figure, link(**where), link(**where, came_back="yes"), reasons)

    weeks = [
        line((_week_words(week),), found, week=week.isoformat())
        for week, found in _grouped(counts, lambda count: count.week, _every_week(sought)).items()
    ]
    senders = [
        line((planbook.team_label(key[0]), planbook.service_label(key[1])), found, sender=key[0], service=key[1])
        for key, found in _grouped(counts, lambda count: (count.sender, count.service)).items()
    ]
    total = line(("All",), counts)
    known = planbook.return_reasons
    guidance = [known[reason].guidance if reason in known else "" for reason in total.figure.reasons]
    return {
        "total": total,
        "by_week": weeks[::-1],
        "by_sender": sorted(senders, key=lambda one: (-one.figure.came_back, one.names)),
        "by_reason": [(*told, said) for told, said in zip(total.reasons, guidance, strict=True)],
    }


def _grouped(
    counts: Iterable[Counted], key: Callable[[Counted], Any], first: Iterable[Any] = ()
) -> Mapping[Any, list[Counted]]:
    found: dict[Any, list[Counted]] = {one: [] for one in first}
    for count in counts:
        found.setdefault(key(count), []).append(count)
    return found


def _every_week(sought: Sought) -> Iterator[date]:
    week = _monday(sought.begins)
    while _midnight(week) < sought.ends:
        yield week
        week += timedelta(weeks=1)


def _csv(counts: tuple[Counted, ...], planbook: Planbook) -> Iterator[str]:
    reasons = [*planbook.return_reasons, *sorted({c.reason for c in counts} - {*planbook.return_reasons, ""})]
    labels = [planbook.return_label(reason) for reason in reasons]
    yield _csv_line(["Week of", "Sender", "Receiver", "Service", "Handed off and answered", "Came back", *labels])
    key = lambda count: (count.week, count.sender, count.receiver, count.service)  # noqa: E731 - said once, used once
    for (week, sender, receiver, service), found in _grouped(counts, key).items():
        figure = figure_of(found)
        names = [planbook.team_label(sender), planbook.team_label(receiver), planbook.service_label(service)]
        numbers = [figure.hand_offs, figure.came_back, *(figure.reasons.get(reason, 0) for reason in reasons)]
        yield _csv_line([week.isoformat(), *names, *map(str, numbers)])


def _csv_line(cells: list[str]) -> str:
    written_to = StringIO()
    # A leading apostrophe keeps spreadsheets from taking a name for a formula.
    csv.writer(written_to).writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return written_to.getvalue()


def _choices(planbook: Planbook) -> dict[str, Any]:
    services = sorted(((key, entry.label) for key, entry in planbook.services.items()), key=lambda one: one[1])
    return {"sides": list(SIDES.items()), "weeks": WEEKS, "services": services}


def _said(sought: Sought, planbook: Planbook) -> str:
    """What the rows have in common, as one sentence."""
    what = "Hand-offs that came back" if sought.came_back or sought.reason else "Hand-offs that were answered"
    parts = [
        f"because: {planbook.return_label(sought.reason)}" if sought.reason else "",
        f"from {planbook.team_label(sought.sender)}" if sought.sender else "",
        f"to {planbook.team_label(sought.receiver)}" if sought.receiver else "",
        f"about {planbook.service_label(sought.service)}" if sought.service else "",
        f"offered from {_day_words(sought.begins)} to {_day_words(sought.ends - timedelta(seconds=1))}",
    ]
    return f"{what}{'' if sought.reason else ','} {', '.join(part for part in parts if part)}"


def _without(asked: QueryDict, *keys: str) -> QueryDict:
    query = asked.copy()
    for key in keys:
        query.pop(key, None)
    return query


def _query(asked: QueryDict, *more: str) -> str:
    return _without(asked, "below", "came_back", *more).urlencode()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _monday(at: datetime) -> date:
    day = at.astimezone(_zone()).date()
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _zone())


def _day_words(at: datetime) -> str:
    day = at.astimezone(_zone())
    return f"{day.day} {day:%b %Y}"


def _week_words(week: date) -> str:
    return f"Week of {week.day} {week:%b %Y}"
