"""Accounts from a file: found by kind, refused with the account and the field, secrets from the environment only."""

from pathlib import Path

import pytest
from pytest_django import Settings
from tests.trackers.partners import PARTNERS

from tierline.channels.channel import NotConnected
from tierline.outbox import registry
from tierline.outbox.apps import usable_accounts
from tierline.trackers.accounts import (
    UnusableAccount,
    kinds,
    read_accounts,
    read_accounts_or_trouble,
    tracker_of,
    troubles,
)

GITHUB = {"repository": "team/product", "token": "env:HUSH_HUB"}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUSH_HUB", "hush-hub")


def sentence_of(told: object, name: str = "github") -> str:
    with pytest.raises(UnusableAccount) as trouble:
        tracker_of(name, told)
    return str(trouble.value)


def test_the_folder_is_the_registry() -> None:
    assert set(PARTNERS) <= set(kinds())


def test_an_account_is_of_the_kind_its_name_says_unless_it_says_another() -> None:
    assert tracker_of("github", GITHUB).name == "github"
    assert tracker_of("portal-issues", {"kind": "github", **GITHUB}).name == "github"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"kind": "jira"}, "Account 'github', field 'kind': 'jira' is no kind of tracker. There are: "),
        ({"token": "x"}, "Account 'github' (github): field 'repository' is missing."),
        ({**GITHUB, "lable": "x"}, "field 'lable' is not known"),
        ({**GITHUB, "token": "env:NOT_SET"}, "field 'token': the environment variable NOT_SET is not set"),
        ({**GITHUB, "stages": {"open": "odd"}}, "field 'stages.open'"),
        ({**GITHUB, "address": "http://api.desk.example"}, "the token would travel unencrypted; write https://"),
        ({**GITHUB, "address": "https://ada@desk.example"}, "without a user name in it"),
        ("rubbish", "write its fields below its name"),
        (None, "write its fields below its name"),
    ],
)
def test_every_error_names_the_account_and_the_field(told: object, sentence: str) -> None:
    assert sentence in sentence_of(told)


def test_a_secret_is_in_no_sentence() -> None:
    assert "hush-hub" not in sentence_of({**GITHUB, "repository": "env:HUSH_HUB"})
    assert "hush-hub" not in repr(vars(tracker_of("github", GITHUB))["account"])


def test_a_file_is_read_and_its_troubles_are_told_together(tmp_path: Path) -> None:
    file = tmp_path / "trackers.yaml"
    file.write_text("github:\n  repository: team/product\n  token: env:HUSH_HUB\nservicenow: {}\nnsd: 7\n")
    told = read_accounts(str(file))
    assert list(told) == ["github", "servicenow", "nsd"]
    assert [sentence.split(":")[0] for sentence in troubles(told)] == [
        "Account 'servicenow' (servicenow)",
        "Account 'nsd'",
    ]
    assert read_accounts("") == {}


@pytest.mark.parametrize(
    ("written", "sentence"), [("a: [", "line 2: this is no YAML"), ("- a", "write one account a name"), (None, "read")]
)
def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path, written: str | None, sentence: str) -> None:
    file = tmp_path / "trackers.yaml"
    if written is not None:
        file.write_text(written + "\n")
    with pytest.raises(UnusableAccount, match=sentence) as trouble:
        read_accounts(str(file))
    assert str(file) in str(trouble.value)


def test_the_outbox_finds_mail_and_trackers_and_holds_what_is_not_connected(settings: Settings) -> None:
    settings.TRACKERS = {"github": GITHUB, "broken": {"kind": "github"}}
    assert registry.channel("email").name == "email"
    assert registry.channel("github") is registry.channel("github")
    assert registry.channel("github").name == "github"
    for name, words in (("nsd", "no account for 'nsd'"), ("broken", "field 'repository' is missing")):
        answer = registry.channel(name).deliver("k", {"verb": "open"})
        assert isinstance(answer, NotConnected)
        assert words in answer.because
        assert isinstance(registry.tracker(name), NotConnected)
    assert [registry.queue(name) for name in ("email", "github", "nsd")] == ["email", "github", "system"]


def test_a_file_that_cannot_be_read_holds_everything_with_its_sentence(settings: Settings) -> None:
    told, trouble = read_accounts_or_trouble("/nowhere/trackers.yaml")
    settings.TRACKERS, settings.TRACKERS_TROUBLE = told, trouble
    answer = registry.tracker("github")
    assert isinstance(answer, NotConnected)
    assert "/nowhere/trackers.yaml, which cannot be read" in answer.because
    assert [warning.msg for warning in usable_accounts()] == [answer.because]


def test_a_start_warns_of_what_cannot_be_used(settings: Settings) -> None:
    settings.TRACKERS = {"github": GITHUB, "broken": {"kind": "github"}}
    [warning] = usable_accounts()
    assert "Account 'broken' (github): field 'repository' is missing." in warning.msg
