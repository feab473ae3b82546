"""The accounts shown in the how-to are accounts that can be used."""

import re
import textwrap
from pathlib import Path

import pytest
import yaml

from tierline.trackers.accounts import kinds, tracker_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "trackers.md"
BLOCKS = re.findall(r"^((?:    .*\n)+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
ACCOUNTS = {
    name: account
    for block in BLOCKS
    if re.match(r"    [a-z-]+:\n", block)
    for name, account in yaml.safe_load(textwrap.dedent(block)).items()
}


def test_every_kind_is_shown() -> None:
    assert {account.get("kind", name) for name, account in ACCOUNTS.items()} >= set(kinds())


@pytest.mark.parametrize("name", sorted(ACCOUNTS))
def test_an_account_of_the_guide_can_be_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for secret in re.findall(r"env:([A-Z_]+)", str(ACCOUNTS[name])):
        monkeypatch.setenv(secret, "invented")
    assert tracker_of(name, ACCOUNTS[name]).label
