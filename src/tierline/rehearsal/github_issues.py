"""GitHub Issues to rehearse with: the REST paths Tierline uses, in GitHub's wire format, with GitHub's own traps.

Kept as there: whole seconds, pull requests among the issues, labels and assignees dropped without a word for a token
without push rights, only open issues unless asked otherwise, pages by ``Link``, 410 for what was deleted, 301 for what
was moved, signed webhooks. People of the partner act by the verbs ``opens``, ``comments``, ``closes`` and so on.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from tierline.rehearsal.desk import Call, Desk, Reply, Route
from tierline.rehearsal.faults import Answering
from tierline.rehearsal.github_format import comment_json, issue_json, user_json

LONGEST = {"title": 256, "body": 65_536}


@dataclass
class Comment:
    """One comment, as kept."""

    id: int
    body: str
    author: str
    created_at: datetime


@dataclass
class Issue:
    """One issue or pull request, as kept."""

    number: int
    repository: str
    title: str
    body: str
    author: str
    created_at: datetime
    updated_at: datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    state: str = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    comments: list[Comment] = field(default_factory=list)
    pull_request: bool = False
    deleted: bool = False
    moved_to: str = ""


class GitHubIssues(Desk):
    """One server. ``push`` False is a token that may write issues and nothing else."""

    name: ClassVar[str] = "github"
    label: ClassVar[str] = "GitHub Issues (rehearsal)"

    def __init__(self, repository: str = "team/product", *, port: int = 0, token: str = "rehearsal-token") -> None:  # noqa: S107 - it opens nothing
        super().__init__(port=port)
        self.repository = repository
        self.tokens = {token: "tierline-bot"}
        self.push = True
        self.issues_on = True
        self.issues: dict[tuple[str, int], Issue] = {}
        self.members = {"tierline-bot", "ada-q", "ben-r"}
        self._ids = 1000

    def routes(self) -> Sequence[Route]:
        """The six calls."""
        issues = "/repos/{owner}/{repo}/issues"
        return [
            Route("GET", issues, self.list_issues),
            Route("POST", issues, self.create),
            Route("GET", issues + "/{issue_number}", self.get),
            Route("PATCH", issues + "/{issue_number}", self.update),
            Route("GET", issues + "/{issue_number}/comments", self.list_comments),
            Route("POST", issues + "/{issue_number}/comments", self.create_comment),
        ]

    def refusal(self, status: int, words: str) -> Any:
        """GitHub's basic error."""
        return {"message": words, "documentation_url": "https://docs.example/rest", "status": str(status)}

    def admit(self, call: Call) -> Reply | None:
        """401 without a token that is worth something."""
        return None if self._token(call) in self.tokens else self.refuse(401, "Bad credentials")

    def expire(self, call: Call) -> None:
        """The token is revoked; ``tokens`` takes another."""
        self.tokens.pop(self._token(call), None)

    def used_up(self, reset_in: float = 60.0, *, times: int = 1) -> None:
        """The primary limit: 403, nothing remaining, and when it begins anew."""
        reset = int(self.clock.now().timestamp() + reset_in)
        headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
        told = self.refusal(403, "API rate limit exceeded for user ID 1.")
        self.faults.next(Answering(403, told, headers), times=times)

    def too_quick(self, after: float = 30.0, *, status: int = 403) -> None:
        """The secondary limit: 403 or 429 with Retry-After."""
        told = self.refusal(status, "You have exceeded a secondary rate limit.")
        self.faults.next(Answering(status, told, {"Retry-After": f"{after:g}"}))

    def holdings(self) -> Sequence[Mapping[str, str]]:
        """Every issue."""
        return [
            {
                "number": f"#{one.number}",
                "title": one.title,
                "status": one.state if not one.state_reason else f"{one.state}: {one.state_reason}",
                "owner": ", ".join(one.assignees),
                "labels": ", ".join(one.labels),
                "text": one.body,
                "comments": "\n\n".join(f"{word.author}: {word.body}" for word in one.comments),
            }
            for one in self.issues.values()
            if not one.pull_request and not one.deleted
        ]

    # What people do there

    def opens(self, title: str, body: str = "", *, by: str = "ada-q", labels: Sequence[str] = ()) -> int:
        """Somebody opens an issue; its number."""
        with self.lock:
            return self._new(self.repository, title, body, by, list(labels)).number

    def opens_pull_request(self, title: str, *, by: str = "ada-q") -> int:
        """Somebody opens a pull request, which GitHub lists among the issues."""
        with self.lock:
            made = self._new(self.repository, title, "", by, [])
            made.pull_request = True
            return made.number

    def comments(self, number: int, text: str, *, by: str = "ada-q") -> None:
        """Somebody comments."""
        with self.lock:
            self._comment(self.issue(number), text, by)

    def closes(self, number: int, reason: str = "completed", *, by: str = "ada-q") -> None:
        """Somebody closes it."""
        with self.lock:
            self._set_state(self.issue(number), "closed", reason, by)

    def reopens(self, number: int, *, by: str = "ada-q") -> None:
        """Somebody reopens it."""
        with self.lock:
            self._set_state(self.issue(number), "open", "reopened", by)

    def assigns(self, number: int, *logins: str, by: str = "ada-q") -> None:
        """Somebody assigns people."""
        with self.lock:
            issue = self.issue(number)
            issue.assignees = list(logins)
            self._touched(issue, "assigned", by)

    def relabels(self, number: int, *labels: str, by: str = "ada-q") -> None:
        """Somebody sets its labels."""
        with self.lock:
            issue = self.issue(number)
            issue.labels = list(labels)
            self._touched(issue, "labeled", by)

    def deletes(self, number: int) -> None:
        """An owner deletes it: 410 from then on."""
        self.issue(number).deleted = True

    def moves(self, number: int, repository: str) -> int:
        """Somebody transfers it to another repository; its number there."""
        with self.lock:
            old = self.issue(number)
            new = self._new(repository, old.title, old.body, old.author, old.labels)
            new.comments = old.comments
            old.moved_to = f"{self.url}/repos/{repository}/issues/{new.number}"
            return new.number

    def issue(self, number: int, repository: str = "") -> Issue:
        """One issue as kept."""
        return self.issues[repository or self.repository, number]

    # The calls

    def list_issues(self, call: Call) -> Reply:
        """GET issues."""
        asked = call.query
        wanted = {name for name in asked.get("labels", "").split(",") if name}
        state, since = asked.get("state", "open"), asked.get("since", "")
        stamp = "updated_at" if asked.get("sort") == "updated" else "created_at"
        rows = [
            one
            for (repository, _), one in self.issues.items()
            if repository == _repository(call)
            and not one.deleted
            and not one.moved_to
            and state in ("all", one.state)
            and wanted <= set(one.labels)
            and asked.get("creator", one.author) == one.author
            and (not since or one.updated_at >= datetime.fromisoformat(since))
        ]
        rows.sort(key=lambda one: (getattr(one, stamp), one.number), reverse=asked.get("direction", "desc") == "desc")
        return self._page(call, [issue_json(one, self.url) for one in rows])

    def create(self, call: Call) -> Reply:
        """POST issues."""
        if not self.issues_on:
            return self.refuse(410, "Issues are disabled for this repo")
        asked = call.json
        if (unfit := self._unfit(asked, must=("title",), of="Issue")) is not None:
            return unfit
        labels = [one if isinstance(one, str) else one["name"] for one in asked.get("labels", ())]
        by = self.tokens[self._token(call)]
        issue = self._new(_repository(call), asked["title"], asked.get("body") or "", by, labels if self.push else [])
        told = issue_json(issue, self.url)
        return Reply(201, told, {"Location": told["url"]})

    def get(self, call: Call) -> Reply:
        """GET one issue."""
        found = self._found(call)
        return found if isinstance(found, Reply) else Reply(json=issue_json(found, self.url))

    def update(self, call: Call) -> Reply:
        """PATCH an issue."""
        issue = self._found(call)
        if isinstance(issue, Reply):
            return issue
        asked, by = call.json, self.tokens[self._token(call)]
        if (unfit := self._unfit(asked, must=(), of="Issue")) is not None:
            return unfit
        issue.title, issue.body = asked.get("title", issue.title), asked.get("body", issue.body)
        if self.push:
            issue.labels = asked.get("labels", issue.labels)
            issue.assignees = [one for one in asked.get("assignees", issue.assignees) if one in self.members]
        if asked.get("state", issue.state) != issue.state:
            self._set_state(issue, asked["state"], asked.get("state_reason"), by)
        else:
            self._touched(issue, "edited", by)
        return Reply(json=issue_json(issue, self.url))

    def list_comments(self, call: Call) -> Reply:
        """GET comments."""
        issue = self._found(call)
        if isinstance(issue, Reply):
            return issue
        since = call.query.get("since", "")
        rows = [one for one in issue.comments if not since or one.created_at >= datetime.fromisoformat(since)]
        return self._page(call, [comment_json(one, issue, self.url) for one in rows])

    def create_comment(self, call: Call) -> Reply:
        """POST a comment."""
        issue = self._found(call)
        if isinstance(issue, Reply):
            return issue
        if (unfit := self._unfit(call.json, must=("body",), of="IssueComment")) is not None:
            return unfit
        made = self._comment(issue, call.json["body"], self.tokens[self._token(call)])
        told = comment_json(made, issue, self.url)
        return Reply(201, told, {"Location": told["url"]})

    # How it keeps things

    def _found(self, call: Call) -> Issue | Reply:
        number = call.named["issue_number"]
        issue = self.issues.get((_repository(call), int(number))) if number.isdigit() else None
        if issue is None:
            return self.refuse(404, "Not Found")
        if issue.deleted:
            return self.refuse(410, "This issue was deleted")
        if issue.moved_to:
            told = {"message": "Moved Permanently", "url": issue.moved_to, "documentation_url": "https://docs.example"}
            return Reply(301, told, {"Location": issue.moved_to})
        return issue

    def _unfit(self, asked: Any, *, must: Sequence[str], of: str) -> Reply | None:
        """422 with what is wrong, as GitHub lists it; 400 for what is no JSON."""
        if not isinstance(asked, dict):
            return self.refuse(400, "Problems parsing JSON")
        wrong = [{"resource": of, "field": name, "code": "missing_field"} for name in must if not asked.get(name)]
        for name, longest in LONGEST.items():
            if len(asked.get(name) or "") > longest:
                wrong.append({"resource": of, "field": name, "code": "custom", "message": f"{name} is too long"})
        told = {"message": "Validation Failed", "errors": wrong, "documentation_url": "https://docs.example/rest"}
        return Reply(422, told) if wrong else None

    def _new(self, repository: str, title: str, body: str, by: str, labels: list[str]) -> Issue:
        number = 1 + max((number for home, number in self.issues if home == repository), default=0)
        at = self._second()
        made = Issue(number, repository, title, body, by, at, at, labels)
        self.issues[repository, number] = made
        self._tell("issues", "opened", made, by)
        return made

    def _comment(self, issue: Issue, text: str, by: str) -> Comment:
        self._ids += 1
        made = Comment(self._ids, text, by, self._second())
        issue.comments.append(made)
        issue.updated_at = self._second()
        self._tell("issue_comment", "created", issue, by, comment=comment_json(made, issue, self.url))
        return made

    def _set_state(self, issue: Issue, state: str, reason: str | None, by: str) -> None:
        issue.state, issue.state_reason = state, reason or ("completed" if state == "closed" else "reopened")
        issue.closed_at = self._second() if state == "closed" else None
        issue.closed_by = by if state == "closed" else None
        self._touched(issue, "closed" if state == "closed" else "reopened", by)

    def _touched(self, issue: Issue, action: str, by: str) -> None:
        issue.updated_at = self._second()
        self._tell("issues", action, issue, by)

    def _tell(self, event: str, action: str, issue: Issue, by: str, **more: Any) -> None:
        if issue.pull_request:
            return
        told = {
            "action": action,
            "issue": issue_json(issue, self.url),
            "repository": {"full_name": issue.repository},
            "sender": user_json(by, self.url),
            **more,
        }
        body = json.dumps(told).encode()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid5(NAMESPACE_URL, f"{self.url}/{len(self.webhooks.told)}")),
            "X-Hub-Signature-256": "sha256="
            + hmac.new(self.webhooks.secret.encode(), body, hashlib.sha256).hexdigest(),
        }
        self.webhooks.tell(headers, body)

    def _page(self, call: Call, rows: Sequence[Any]) -> Reply:
        size = min(int(call.query.get("per_page", "30")), 100)
        page = int(call.query.get("page", "1"))
        links = []
        for name, number in (("prev", page - 1), ("next", page + 1)):
            if 0 < number <= -(-len(rows) // size):
                query = urlencode({**call.query, "page": str(number)})
                links.append(f'<{self.url}{call.path}?{query}>; rel="{name}"')
        return Reply(
            json=list(rows[(page - 1) * size : page * size]), headers={"Link": ", ".join(links)} if links else {}
        )

    def _second(self) -> datetime:
        return self.clock.now().replace(microsecond=0)

    def _token(self, call: Call) -> str:
        return call.headers.get("authorization", "").partition(" ")[2]


def _repository(call: Call) -> str:
    return f"{call.named['owner']}/{call.named['repo']}"
