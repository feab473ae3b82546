"""Partners of the demonstration: they play their script, show what they hold, and remember it."""

import http.client
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from tierline.cli.rehearse import SCRIPT
from tierline.rehearsal.desk import Desk
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.github_issues import GitHubIssues
from tierline.rehearsal.keeping import bring_back, keep
from tierline.rehearsal.playing import Act, Player, parts_of
from tierline.rehearsal.showing import Showing
from tierline.trackers.accounts import troubles

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PARTS = parts_of(
    [
        {
            "when": "Drafts",
            "then": [
                {"after": 10, "does": "assigns", "words": ["ada-q"]},
                {"after": 20, "does": "comments", "words": ["Which browser?"]},
                {"after": 20, "does": "relabels", "words": ["needs-info"]},
            ],
        }
    ]
)


def a_github() -> GitHubIssues:
    github = GitHubIssues()
    github.clock.stand_at(NOON)
    return github


def test_an_issue_is_played_once_in_its_time() -> None:
    github = a_github()
    player = Player(github, PARTS)
    number = github.opens("Drafts are lost", labels=["bug"])
    github.opens("Something else")
    assert player.play() == 0
    github.clock.forward(seconds=30)
    assert player.play() == 3
    assert player.play() == 0
    issue = github.issue(number)
    assert (issue.assignees, issue.labels) == (["ada-q"], ["bug", "needs-info"])
    assert [comment.body for comment in issue.comments] == ["Which browser?"]


def test_a_script_with_a_verb_nobody_has_is_refused() -> None:
    with pytest.raises(ValueError, match="can"):
        Act(0, "dances")


def test_what_they_hold_is_there_after_a_restart(tmp_path: Path) -> None:
    github, dynamics = a_github(), Dynamics365()
    player = Player(github, PARTS)
    github.opens("Drafts are lost")
    dynamics.enter(title="Inbox is empty", new_queue="Ours")
    github.clock.forward(seconds=30)
    player.play()
    parts: dict[str, Desk | Player] = {"github": github, "dynamics": dynamics, "player": player}
    keep(parts, tmp_path / "state")
    again, other = a_github(), Dynamics365()
    fresh = Player(again, PARTS)
    assert bring_back({"github": again, "dynamics": other, "player": fresh}, tmp_path / "state")
    assert (again.holdings(), other.holdings()[0]["title"]) == (github.holdings(), "Inbox is empty")
    again.clock.forward(seconds=60)
    assert fresh.play() == 0
    other.enter(title="Another")
    assert [row["title"] for row in other.holdings()] == ["Another", "Inbox is empty"]
    (tmp_path / "state").write_bytes(b"torn")
    assert not bring_back({"github": again}, tmp_path / "state")


def test_the_page_shows_what_they_hold_and_lets_one_play_their_people() -> None:
    github = a_github()
    number = github.opens("Drafts <lost>")

    def ask(method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", page.port, timeout=5)
        line.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})
        answer = line.getresponse()
        told = answer.status, answer.read().decode()
        line.close()
        return told

    with github, Showing([github]) as page:
        assert "Drafts &lt;lost&gt;" in ask("GET", "/")[1]
        said = urlencode({"text": "Repaired.", "does": "solve"})
        assert ask("POST", f"/github/{number}", said, Origin="https://elsewhere.example")[0] == 403
        assert ask("POST", f"/github/{number}", said)[0] == 303
    issue = github.issue(number)
    assert (issue.state, [comment.body for comment in issue.comments]) == ("closed", ["Repaired."])


def test_the_accounts_of_the_demonstration_can_be_used() -> None:
    accounts = yaml.safe_load(SCRIPT.read_text())["accounts"]
    written = {
        name: {field: "http://127.0.0.1:9" if value == "ADDRESS" else value for field, value in account.items()}
        for name, account in accounts.items()
    }
    assert troubles(written) == []
    assert parts_of(yaml.safe_load(SCRIPT.read_text())["github"])
