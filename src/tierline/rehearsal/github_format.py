"""GitHub's wire format of issues, comments and users, with every field its description requires. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from zlib import crc32


class _Comment(Protocol):
    id: int
    body: str
    author: str
    created_at: datetime


class _Issue(Protocol):
    number: int
    repository: str
    title: str
    body: str
    author: str
    created_at: datetime
    updated_at: datetime
    labels: list[str]
    assignees: list[str]
    state: str
    state_reason: str | None
    closed_at: datetime | None
    closed_by: str | None
    pull_request: bool

    @property
    def comments(self) -> Iterable[Any]: ...


def issue_json(issue: _Issue, base: str) -> dict[str, Any]:
    """An issue as GitHub writes it; a pull request has one field more."""
    repository = f"{base}/repos/{issue.repository}"
    url = f"{repository}/issues/{issue.number}"
    assignees = [user_json(login, base) for login in issue.assignees]
    told: dict[str, Any] = {
        "id": crc32(url.encode()),
        "node_id": f"I_{issue.number}",
        "url": url,
        "repository_url": repository,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{base}/{issue.repository}/issues/{issue.number}",
        "number": issue.number,
        "state": issue.state,
        "state_reason": issue.state_reason,
        "title": issue.title,
        "body": issue.body,
        "user": user_json(issue.author, base),
        "labels": [label_json(name, repository) for name in issue.labels],
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": len(list(issue.comments)),
        "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_by": user_json(issue.closed_by, base) if issue.closed_by else None,
        "author_association": "MEMBER",
    }
    if issue.pull_request:
        pull = f"{repository}/pulls/{issue.number}"
        told["pull_request"] = {"url": pull, "html_url": pull, "diff_url": pull, "patch_url": pull}
    return told


def comment_json(comment: _Comment, issue: _Issue, base: str) -> dict[str, Any]:
    """A comment as GitHub writes it."""
    repository = f"{base}/repos/{issue.repository}"
    return {
        "id": comment.id,
        "node_id": f"IC_{comment.id}",
        "url": f"{repository}/issues/comments/{comment.id}",
        "html_url": f"{base}/{issue.repository}/issues/{issue.number}#issuecomment-{comment.id}",
        "issue_url": f"{repository}/issues/{issue.number}",
        "body": comment.body,
        "user": user_json(comment.author, base),
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.created_at),
        "author_association": "MEMBER",
    }


def user_json(login: str, base: str) -> dict[str, Any]:
    """A user as GitHub writes one."""
    url = f"{base}/users/{login}"
    lists = ("followers", "following", "gists", "starred", "subscriptions", "repos", "events", "received_events")
    return {
        "login": login,
        "id": crc32(login.encode()),
        "node_id": f"U_{login}",
        "avatar_url": f"{base}/avatars/{login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{base}/{login}",
        **{f"{name}_url": f"{url}/{name}" for name in (*lists, "organizations")},
        "type": "Bot" if login.endswith("bot") else "User",
        "site_admin": False,
    }


def label_json(name: str, repository: str) -> dict[str, Any]:
    """A label as GitHub writes one."""
    return {
        "id": crc32(name.encode()),
        "node_id": f"L_{crc32(name.encode())}",
        "url": f"{repository}/labels/{name.replace(' ', '%20')}",
        "name": name,
        "description": None,
        "color": "ededed",
        "default": False,
    }


def stamp(at: datetime) -> str:
    """An instant in whole seconds, as GitHub has them."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
