"""A small page that lists what the rehearsal partners hold, and lets whoever looks play their people.

Stands on loopback like the partners themselves. Refuses acts that come from another site's page.
"""

from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar, Final

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.github_issues import GitHubIssues

HTML: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_STYLE: Final = (
    "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#1b1b1b}"
    "article{border:1px solid #dfe1e2;border-radius:4px;padding:.6rem 1rem;margin:.8rem 0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f6f7;padding:.6rem}"
    "form{display:inline-block;margin:.3rem .5rem .3rem 0}textarea{width:100%;min-width:16rem}"
    ".quiet{color:#565c65}"
)
_TOP: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Partners to rehearse with</title>'
    f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
    "<main><h1>Partners to rehearse with</h1><p>Invented systems on this machine. What Tierline sends arrives here; "
    "what you do here comes back within a minute.</p>"
)


class Showing(Desk):
    """The page. ``desks`` are shown in their order."""

    name: ClassVar[str] = "showing"
    label: ClassVar[str] = "What the partners hold"

    def __init__(self, desks: Sequence[Desk], *, port: int = 0) -> None:
        super().__init__(port=port)
        self.desks = tuple(desks)

    def routes(self) -> Sequence[Route]:
        """The list, and what people do with an issue."""
        return [Route("GET", "/", self.list), Route("POST", "/github/{number}", self.act)]

    def list(self, call: Call) -> Reply:  # noqa: ARG002 - every handler takes the call
        """Everything they hold."""
        parts = [_TOP]
        for desk in self.desks:
            rows = list(desk.holdings())
            parts.append(f"<h2>{escape(desk.label)} <span class='quiet'>{len(rows)}</span></h2>")
            parts += [self._row(desk, row) for row in reversed(rows)]
        return Reply(headers=HTML, body="".join([*parts, "</main></body></html>"]).encode())

    def act(self, call: Call) -> Reply:
        """What somebody of the partner does with an issue."""
        github = next((desk for desk in self.desks if isinstance(desk, GitHubIssues)), None)
        origin = call.headers.get("origin", self.url)
        if (
            github is None
            or origin not in (self.url, f"http://localhost:{self.port}")
            or not call.named["number"].isdigit()
        ):
            return Reply(403, headers=HTML, body=b"Not from here.")
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

    def _row(self, desk: Desk, row: Any) -> str:
        about = " · ".join(escape(str(row.get(key))) for key in ("status", "owner", "labels", "queue") if row.get(key))
        shown = [f"<article><h3>{escape(row['number'])} {escape(row['title'])}</h3><p class='quiet'>{about}</p>"]
        if row.get("text"):
            shown.append(f"<details><summary>The text</summary><pre>{escape(row['text'])}</pre></details>")
        if row.get("comments"):
            shown.append(f"<pre>{escape(row['comments'])}</pre>")
        if isinstance(desk, GitHubIssues):
            shown.append(_form(str(row["number"]).lstrip("#")))
        return "".join([*shown, "</article>"])


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
