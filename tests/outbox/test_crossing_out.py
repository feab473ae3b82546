"""The outbox through a tracker: a record once, whatever happens to the answer; held without an account."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tierline.directory.actor import Actor
from tierline.outbox import actions, queries
from tierline.outbox.lifecycle import EffectState
from tierline.rehearsal.faults import LostAnswer, Throttled
from tierline.rehearsal.github_issues import GitHubIssues

WRITER = Actor(7, "Ada", frozenset({"front"}), frozenset({"desk"}))


@pytest.fixture
def github(settings: Settings) -> Iterator[GitHubIssues]:
    with GitHubIssues() as running:
        settings.TRACKERS = {
            "github": {
                "repository": running.repository,
                "token": "rehearsal-token",
                "address": running.url,
                "label": "MHV-Tier-3",
            }
        }
        yield running


def an_issue(at: datetime, by: str = "github") -> int:
    return actions.send_out(
        "case-1:issue-1",
        by=by,
        subject=("case", 1),
        team="front",
        organisations=["desk"],
        message={"verb": "open", "title": "Refills", "text": "What is asked.", "labels": ["Refills"]},
        at=at,
    )


@pytest.mark.django_db
def test_a_lost_answer_makes_no_second_issue(github: GitHubIssues, at: datetime) -> None:
    github.faults.next(LostAnswer(), method="POST")
    effect = an_issue(at)
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    assert actions.carry_out(effect, at=at + timedelta(minutes=1)) is EffectState.DONE
    assert len(github.issues) == 1
    evidence = queries.effect(WRITER, effect).evidence
    assert (evidence["number"], evidence["found"]) == ("#1", True)


@pytest.mark.django_db
def test_a_pause_the_partner_asks_for_is_waited_for(github: GitHubIssues, at: datetime) -> None:
    github.faults.next(Throttled(600))
    effect = an_issue(at)
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    assert queries.effect(WRITER, effect).next_try_at == at + timedelta(seconds=600)


@pytest.mark.django_db
def test_without_an_account_the_message_is_held_and_leaves_once_there_is_one(
    github: GitHubIssues, settings: Settings, at: datetime
) -> None:
    accounts, settings.TRACKERS = settings.TRACKERS, {}
    effect = an_issue(at)
    assert actions.carry_out(effect, at=at) is EffectState.HELD
    assert "no account for 'github'" in queries.effect(WRITER, effect).trouble
    settings.TRACKERS = accounts
    actions.release(WRITER, effect, at=at)
    assert actions.carry_out(effect, at=at) is EffectState.DONE


def test_every_account_has_a_queue_that_is_worked_on(tmp_path: Path) -> None:
    file = tmp_path / "trackers.yaml"
    file.write_text("github:\n  repository: team/product\nother-desk:\n  kind: servicenow\n")
    asked = (
        "import django; django.setup(); from procrastinate.contrib.django import app; "
        "from tierline.launch.worker import queues_of; print(*queues_of(app))"
    )
    environment = os.environ | {
        "TIERLINE_TRACKERS": str(file),
        "TIERLINE_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tierline.settings",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"),
    }
    told = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert {"github", "other-desk", "email", "system"} <= set(told.stdout.split())
