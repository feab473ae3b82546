"""A small page that lists what the rehearsal partners hold, and lets whoever looks play their people.

Stands on loopback like the partners themselves. Refuses acts that come from another site's page.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any, ClassVar, Final

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.faults import Unavailable
from tierline.rehearsal.github_issues import GitHubIssues
from tierline.rehearsal.mail_server import MailServer
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.service_now import ServiceNow

HTML: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
NEWEST: Final = 20  # mails on the first page; the others have a page of their own
A_PAGE: Final = 100
AN_HOUR: Final = timedelta(hours=1)
FOR_GOOD: Final = 1_000_000_000
_STYLE: Final = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#1b1b1b}"
    "article{border:1px solid #dfe1e2;border-radius:4px;padding:.6rem 1rem;margin:.8rem 0;overflow-wrap:anywhere}"
    "h3{margin:.2rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f6f7;padding:.6rem}"
    "form{display:block;margin:.3rem 0}textarea{width:100%;box-sizing:border-box}"
    "button{margin:.3rem .4rem .3rem 0;padding:.35rem .7rem;font:inherit}.quiet{color:#565c65}"
    "nav a{margin-right:1rem}.said{white-space:pre-wrap}"
)
_TOP: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Partners to rehearse with</title>'
    f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
    "<main><h1>Partners to rehearse with</h1><p>Invented systems on this machine. What Tierline sends arrives here; "
    "what you do here comes back within a minute or two.</p>"
)
_BOTTOM: Final = "</main></body></html>"
_STATES: Final = {"approve": "approved", "reject": "rejected"}


class Showing(Desk):
    """The page. ``desks`` are shown in their order."""

    name: ClassVar[str] = "showing"
    label: ClassVar[str] = "What the partners hold"

    def __init__(self, desks: Sequence[Desk], *, port: int = 0) -> None:
        super().__init__(port=port)
        self.desks = tuple(desks)

    def start(self) -> None:
        """Listen, and let the partners know where they are shown."""
        super().start()
        for desk in self.desks:
            desk.shown_at = self.url

    def routes(self) -> Sequence[Route]:
        """The lists, what people do with an issue and with a change, and what time it is there."""
        return [
            Route("GET", "/", self.list),
            Route("GET", "/mail", self.list_mail),
            Route("POST", "/github/{number}", self.act),
            Route("POST", "/changes/{number}", self.decide),
            Route("POST", "/windows/{window}", self.cut_short),
            Route("POST", "/down/{desk}", self.take_down),
            Route("POST", "/clock", self.set_clocks),
            Route("POST", "/anew", self.begin_anew_all),
            Route("GET", "/addresses", self.addresses),
        ]

    def admit(self, call: Call) -> Reply | None:
        """Nothing is done for a page of another site."""
        origin = call.headers.get("origin", self.url)
        if call.method == "GET" or origin in (self.url, f"http://localhost:{self.port}"):
            return None
        return _plain(403, "Not from here.")

    # The lists

    def list(self, call: Call) -> Reply:  # noqa: ARG002 - every handler takes the call
        """Everything they hold; of mail the newest."""
        held = {desk.name: list(desk.holdings()) for desk in self.desks}
        links = "".join(
            f"<a href='#{desk.name}'>{escape(desk.label)} {len(held[desk.name])}</a> " for desk in self.desks
        )
        parts = [_TOP, f"<nav aria-label='Partners'>{links}</nav>"]
        for desk in self.desks:
            rows = held[desk.name]
            count = f"<span class='quiet'>{len(rows)}</span>"
            parts.append(f"<h2 id='{desk.name}'>{escape(desk.label)} {count}</h2>{_switch(desk)}")
            if isinstance(desk, MailServer) and len(rows) > NEWEST:
                parts.append(f"<p><a href='/mail'>All {len(rows)} mails</a>; here are the newest {NEWEST}.</p>")
                rows = rows[-NEWEST:]
            parts += [self._row(desk, row) for row in reversed(rows)]
        return _page(parts)

    def list_mail(self, call: Call) -> Reply:
        """Every mail the mail server took, newest first, a page at a time; ``to`` keeps to one address."""
        desk = next((one for one in self.desks if isinstance(one, MailServer)), None)
        wanted = call.query.get("to", "").casefold()
        rows = [row for row in (desk.holdings() if desk else ()) if wanted in row["owner"].casefold()]
        said = call.query.get("skip", "")
        skip = int(said) if said.isascii() and said.isdigit() else 0
        shown = rows[::-1][skip : skip + A_PAGE]
        parts = [_TOP, "<p><a href='/'>All partners</a></p>", f"<h2>Mail <span class='quiet'>{len(rows)}</span></h2>"]
        parts.append(
            "<form method='get' action='/mail'><label for='to'>To whom</label> "
            f"<input id='to' name='to' value='{escape(wanted)}'> <button>Show</button></form>"
        )
        parts += [self._row(self, row) for row in shown]
        if skip + A_PAGE < len(rows):
            parts.append(f"<p><a href='/mail?to={escape(wanted)}&amp;skip={skip + A_PAGE}'>Older mail</a></p>")
        return _page(parts)

    # What people do there

    def act(self, call: Call) -> Reply:
        """What somebody of the partner does with an issue."""
        github = next((desk for desk in self.desks if isinstance(desk, GitHubIssues)), None)
        if github is None or not call.named["number"].isdigit():
            return _plain(403, "There is no such issue.")
        number, told = int(call.named["number"]), call.form
        text = told.get("text", "").strip()
        if text:
            github.comments(number, text)
        self._do(github, number, told.get("does", ""))
        return Reply(303, headers={"Location": "/"})

    def _do(self, github: GitHubIssues, number: int, does: str) -> None:
        issue = github.issue(number)
        without = [label for label in issue.labels if label != "needs-info"]
        match does:
            case "take":
                github.assigns(number, "ada-q")
            case "ask":
                github.relabels(number, *without, "needs-info")
            case "solve":
                github.relabels(number, *without)
                github.closes(number)
            case "refuse":
                github.closes(number, "not_planned")
            case "reopen":
                github.reopens(number)

    def decide(self, call: Call) -> Reply:
        """Somebody approves a change, or rejects it."""
        desk = self._service_now()
        told = call.form
        state = _STATES.get(told.get("does", ""))
        if desk is None or state is None:
            return _plain(400, "Say approve or reject.")
        try:
            asked = desk.asked_of(desk.numbered(call.named["number"]))
        except KeyError:
            return _plain(404, "There is no such change.")
        approval = next((known for known, who in asked.items() if who == told.get("who")), None)
        if approval is None:
            return _plain(409, "Their approval is not asked for.")
        desk.decides(approval, state, told.get("text", "").strip()[:1000])
        return Reply(303, headers={"Location": "/#servicenow"})

    def cut_short(self, call: Call) -> Reply:
        """Somebody changes a window by hand where it is set: it ends an hour earlier, or halfway when it is shorter."""
        desk = next((one for one in self.desks if isinstance(one, PagerDuty)), None)
        kept = desk.windows.get(call.named["window"]) if desk else None
        if desk is None or kept is None:
            return _plain(404, "There is no such window.")
        desk.changes_window(kept.id, end=kept.end - min(AN_HOUR, (kept.end - kept.start) / 2))
        return Reply(303, headers={"Location": "/#pagerduty"})

    def take_down(self, call: Call) -> Reply:
        """A partner answers nobody from now on, or does again; what else was to go wrong there is forgotten."""
        desk = next((one for one in self.desks if one.name == call.named["desk"]), None)
        if desk is None:
            return _plain(404, "There is no such partner.")
        desk.faults.clear()
        if call.form.get("does") == "down":
            desk.faults.next(Unavailable(), times=FOR_GOOD)
        return Reply(303, headers={"Location": f"/#{desk.name}"})

    def set_clocks(self, call: Call) -> Reply:
        """Let all partners stand at an instant, or run on."""
        said = call.form.get("at", "")
        try:
            at = datetime.fromisoformat(said) if said else None
        except ValueError:
            return _plain(400, "Say an instant, such as 2026-11-20T17:00:00+00:00.")
        if at is not None and at.tzinfo is None:
            return _plain(400, "Say the instant with its offset.")
        for desk in self.desks:
            desk.clock.standing = at
        return Reply(204)

    def begin_anew_all(self, call: Call) -> Reply:  # noqa: ARG002 - every handler takes the call
        """Let all partners forget what planned work left there."""
        for desk in self.desks:
            desk.begin_anew()
        return Reply(204)

    def addresses(self, call: Call) -> Reply:  # noqa: ARG002 - every handler takes the call
        """Where each of them stands, by name."""
        return Reply(json={desk.name: desk.url for desk in self.desks})

    def _service_now(self) -> ServiceNow | None:
        return next((desk for desk in self.desks if isinstance(desk, ServiceNow)), None)

    # How it is written

    def _row(self, desk: Desk, row: Any) -> str:
        named = ("status", "owner", "labels", "queue", "services", "start", "end")
        about = " · ".join(escape(str(row.get(key))) for key in named if row.get(key))
        place = escape(f"{desk.name}-{str(row['number']).lstrip('#')}")
        number = "" if row.get("as_read") else f"{escape(row['number'])} "  # a message's is for machines only
        shown = [f"<article id='{place}'><h3>{number}{escape(row['title'])}</h3><p class='quiet'>{about}</p>"]
        if row.get("as_read"):
            shown.append(f"<p class='said'>{row['as_read']}</p>")
        if row.get("whole"):
            shown.append(f"<details><summary>All of it</summary><p class='said'>{row['whole']}</p></details>")
        if row.get("text"):
            shown.append(f"<details><summary>The text</summary><pre>{escape(row['text'])}</pre></details>")
        if row.get("comments"):
            shown.append(f"<pre>{escape(row['comments'])}</pre>")
        if isinstance(desk, GitHubIssues):
            shown.append(_form(str(row["number"]).lstrip("#")))
        if isinstance(desk, ServiceNow) and str(row["number"]).startswith("CHG"):
            number = str(row["number"])
            shown += [_approval(number, who) for who in desk.asked_of(desk.numbered(number)).values()]
        if isinstance(desk, PagerDuty) and row["number"] in desk.windows and row["status"] != "past":
            shown.append(
                f"<form method='post' action='/windows/{escape(row['number'])}'>"
                "<button>Let it end earlier, behind everybody's back</button></form>"
            )
        return "".join([*shown, "</article>"])


def _page(parts: Sequence[str]) -> Reply:
    return Reply(headers=HTML, body="".join([*parts, _BOTTOM]).encode())


def _plain(status: int, words: str) -> Reply:
    return Reply(status, headers={"Content-Type": "text/plain; charset=utf-8"}, body=words.encode())


def _switch(desk: Desk) -> str:
    down = desk.faults.armed > 0
    does, words = ("up", "Let it answer again") if down else ("down", "Let it be down")
    said = "<strong>Down: it answers nobody.</strong> " if down else ""
    button = f"<button name='does' value='{does}' aria-label='{words}: {escape(desk.label)}'>{words}</button>"
    return f"<form method='post' action='/down/{desk.name}'>{said}{button}</form>"


def _approval(number: str, who: str) -> str:
    label = f"<label for='text-{number}'>What {escape(who)} says to it</label>"
    area = f"<textarea id='text-{number}' name='text' rows='2'></textarea>"
    kept = f"<input type='hidden' name='who' value='{escape(who)}'>"
    made = f"<button name='does' value='approve'>Approve as {escape(who)}</button>"
    made += f"<button name='does' value='reject'>Reject as {escape(who)}</button>"
    return f"<form method='post' action='/changes/{number}'>{label}{area}{kept}{made}</form>"


def _form(number: str) -> str:
    buttons = {
        "say": "Comment",
        "take": "Take it",
        "ask": "Ask, and put it on hold",
        "solve": "Close as completed",
        "refuse": "Close as not planned",
        "reopen": "Open again",
    }
    made = "".join(f"<button name='does' value='{does}'>{words}</button> " for does, words in buttons.items())
    label = f"<label for='text-{number}'>A comment of the tool team</label>"
    area = f"<textarea id='text-{number}' name='text' rows='2'></textarea>"
    return f"<form method='post' action='/github/{number}'>{label}{area}{made}</form>"
