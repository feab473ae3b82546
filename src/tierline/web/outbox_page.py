"""The outbox: every message on its way out, what became of it, and taking it back or letting it try again.

Refuses messages of other organisations, and moves by anybody but the team that wrote the message.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from tierline.bonds.systems import label_of
from tierline.directory.actor import Actor
from tierline.foundation.clock import now
from tierline.foundation.trouble import Conflict, MoveNotAllowed, Refusal, Unusable
from tierline.outbox.actions import release, rewrite, send_as_it_is, send_redacted, withdraw
from tierline.outbox.lifecycle import EffectMove, EffectState
from tierline.outbox.queries import COUNTED_TO, PAGE, EffectView, counts, effect, effects
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force
from tierline.web.access import DeskRequest, page
from tierline.web.boundary import words_for
from tierline.web.effect_words import CHANNELS, TEXTS, About, about, headline, recipient, texts
from tierline.web.marked_words import Piece, kind_words, pieces
from tierline.web.moments import Moment, past, promise
from tierline.web.words import Tag

MOST_EXPORTED = 5000
STATES: dict[EffectState, Tag] = {
    EffectState.FAILED: Tag("Failed", "danger"),
    EffectState.HELD: Tag("Held", "waiting"),
    EffectState.PENDING: Tag("On its way", "doing"),
    EffectState.DONE: Tag("Left", "solved"),
    EffectState.WITHDRAWN: Tag("Withdrawn", "closed"),
}
EVIDENCE = {
    "message_id": "Message-ID, the same at every try",
    "server": "Mail server that took it",
    "accepted": "Accepted for",
    "id": "Its id there",
    "number": "Its number there",
    "url": "Where it is",
    "revision": "Revision there",
    "status": "Status there",
    "found": "Was there already",
}
MOVES = {EffectMove.RELEASE: release, EffectMove.WITHDRAW: withdraw}
DONE = {
    EffectMove.RELEASE: "{count} released: Tierline tries again now. Until it has left you can still withdraw it.",
    EffectMove.WITHDRAW: "{count} withdrawn: nothing of it leaves. To tell them after all, hand the case off again.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One message, every word ready; ``mine`` when one of the reader's teams wrote it and can still act on it."""

    view: EffectView
    standing: Tag
    channel: str
    to: str
    subject: str
    about: About | None
    team: str
    created: Moment
    settled: Moment | None
    next_try: Moment | None
    gives_up: Moment
    mine: bool
    trouble: str


@page("GET", "POST")
def outbox(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The list of one state, or of all; a POST releases or withdraws the messages ticked."""
    if request.method == "POST":
        return _move_ticked(request, actor)
    state = _state(request.GET.get("state"))
    shown = _shown(actor, state, _number(request.GET.get("before")), now())
    return render(request, "tierline/outbox/outbox.html", shown)


def _shown(actor: Actor, state: EffectState | None, before: int | None, at: datetime) -> dict[str, object]:
    """What the list says: one page of messages, the states with their counts, how fresh it is."""
    planbook = planbook_in_force().planbook
    views = effects(actor, state=state, before=before)
    lines = [line_of(view, actor, planbook, at) for view in views]
    return {
        "nav": "outbox",
        "nothing_leaves": not settings.SMTP_URL,
        "state": state,
        "tabs": _tabs(actor, state),
        "lines": lines,
        "any_mine": any(line.mine for line in lines),
        "newest": before is None,
        "older": views[-1].id if len(views) == PAGE else None,
        "fresh": past(at, at, settings.TIME_ZONE).full,
    }


@page("GET", "POST")
def outbox_effect(request: DeskRequest, actor: Actor, effect_id: int) -> HttpResponse:
    """One message with its exact text; a POST makes one of its moves."""
    if request.method == "POST":
        try:
            told = _let_go(request.POST, actor, effect_id)
        except (Unusable, MoveNotAllowed, Conflict) as trouble:
            return _show(request, actor, effect_id, trouble)
        messages.success(request, told)
        return HttpResponseRedirect(reverse("outbox-effect", args=[effect_id]))
    return _show(request, actor, effect_id)


def _show(request: DeskRequest, actor: Actor, effect_id: int, trouble: Refusal | None = None) -> HttpResponse:
    view = effect(actor, effect_id)
    context = {
        "nav": "outbox",
        "nothing_leaves": not settings.SMTP_URL and view.channel == "email",
        "line": line_of(view, actor, planbook_in_force().planbook, now()),
        "evidence": [(EVIDENCE.get(key, key), value) for key, value in view.evidence.items()],
        "moves": view.moves,
        "texts": _texts(view),
        "guarded": [f"{kind_words(one)} ({one.where})" for one in view.found],
        "trouble": trouble,
        "typed": request.POST,
    }
    status = words_for(trouble).status if trouble else 200
    return render(request, "tierline/outbox/effect.html", context, status=status)


def _texts(view: EffectView) -> list[tuple[str, str, str, tuple[Piece, ...]]]:
    """The message's own texts: name, words for it, the text, and the text with the guard's marks."""
    return [
        (name, label, text, pieces(text, [f for f in view.found if f.where == name]))
        for name, label, text in texts(view)
    ]


def _let_go(sent: QueryDict, actor: Actor, effect_id: int) -> str:
    """One of the moves of a message; the sentence that says what was done."""
    name, at = sent.get("move"), now()
    if name == "redact":
        send_redacted(actor, effect_id, at=at)
        return "What was private is taken out; it leaves now."
    if name == EffectMove.REWRITE:
        rewrite(actor, effect_id, {key: sent[key] for key in TEXTS if key in sent}, at=at)
        return "It is written anew; the privacy guard looks at it once more as it leaves."
    if name == EffectMove.CLEAR:
        send_as_it_is(actor, effect_id, sent.get("reason", ""), at=at)
        return "It leaves as it is. The case's story keeps who let it, and why."
    move = _move(name)
    MOVES[move](actor, effect_id, at=at)
    return DONE[move].format(count="The message was")


@page("GET")
def export(request: DeskRequest, actor: Actor) -> HttpResponse:
    """The messages of one state, or of all, as CSV without their text; at most 5,000, newest first."""
    at, planbook, state = now(), planbook_in_force().planbook, _state(request.GET.get("state"))
    views = effects(actor, state=state)
    last = views
    while len(last) == PAGE and len(views) < MOST_EXPORTED:
        last = effects(actor, state=state, before=last[-1].id)
        views += last
    response = HttpResponse(_csv([line_of(view, actor, planbook, at) for view in views]), content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="outbox-{state or "all"}-{at:%Y-%m-%d}.csv"'
    return response


def line_of(view: EffectView, actor: Actor, planbook: Planbook, at: datetime) -> Line:
    """A message in words."""
    zone = settings.TIME_ZONE
    return Line(
        view=view,
        standing=STATES[view.state],
        channel=CHANNELS.get(view.channel) or label_of(view.channel),
        to=recipient(view),
        subject=headline(view),
        about=about(view),
        team=planbook.team_label(view.team),
        created=past(view.created_at, at, zone),
        settled=past(view.settled_at, at, zone) if view.settled_at else None,
        next_try=promise(view.next_try_at, at, zone) if view.next_try_at else None,
        gives_up=promise(view.not_after, at, zone),
        mine=bool(view.moves) and view.team in actor.teams,
        # That nothing leaves is said once, on top of the page.
        trouble="" if _only_no_mail(view) else view.trouble,
    )


def _only_no_mail(view: EffectView) -> bool:
    return view.state is EffectState.HELD and view.channel == "email" and not settings.SMTP_URL and not view.found


def _move_ticked(request: DeskRequest, actor: Actor) -> HttpResponse:
    """One move for every message ticked; what one of them refuses does not stop the others."""
    move, at, moved = _move(request.POST.get("move")), now(), 0
    ticked = [number for number in map(_number, request.POST.getlist("effect")) if number is not None]
    if not ticked:
        messages.warning(request, "Nothing was ticked, so nothing was done. Tick the messages you mean first.")
    for effect_id in ticked[:PAGE]:
        try:
            MOVES[move](actor, effect_id, at=at)
            moved += 1
        except Refusal as refusal:
            messages.warning(request, f"Message {effect_id}: {refusal}")
    if moved:
        messages.success(request, DONE[move].format(count=f"{moved} message{'s were' if moved > 1 else ' was'}"))
    state = _state(request.GET.get("state"))
    return HttpResponseRedirect(reverse("outbox") + (f"?state={state}" if state else ""))


def _tabs(actor: Actor, state: EffectState | None) -> list[dict[str, object]]:
    """All messages and each state, with how many there are."""
    found = counts(actor)
    tabs: list[dict[str, object]] = [
        {"word": "All", "state": "", "here": state is None, "count": _count(sum(found.values()))}
    ]
    for key, tag in STATES.items():
        tabs.append({"word": tag.word, "state": key.value, "here": key is state, "count": _count(found[key])})
    return tabs


def _count(number: int) -> str:
    return f"{COUNTED_TO:,}+" if number >= COUNTED_TO else str(number)


def _state(word: str | None) -> EffectState | None:
    """The state an address names; an unknown one means all."""
    return EffectState(word) if word in set(EffectState) else None


def _move(word: str | None) -> EffectMove:
    if word not in (EffectMove.RELEASE, EffectMove.WITHDRAW):
        raise Unusable("A message can be released or withdrawn, nothing else. Use the buttons of the outbox.")
    return EffectMove(word)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _csv(lines: list[Line]) -> str:
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow(
        ["Message", "State", "Channel", "To", "Subject", "About", "Written by", "Written", "Tries", "Trouble"]
    )
    for line in lines:
        view = line.view
        cells = [
            str(view.id), line.standing.word, line.channel, line.to, line.subject,
            line.about.reference if line.about else "", line.team,
            view.created_at.isoformat(), str(view.attempts), view.trouble,
        ]  # fmt: skip
        # A leading apostrophe keeps spreadsheets from taking somebody's words for a formula.
        rows.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return written.getvalue()
