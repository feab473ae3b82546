"""The import contracts cover the house as it stands: no package's tables, no channel is left out of them."""

import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = PROJECT / "src" / "tierline"


def contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found: list[dict[str, Any]] = settings["contracts"]
    return found


def test_every_package_with_tables_keeps_them_to_itself() -> None:
    with_tables = {f"tierline.{path.parent.name}.models" for path in SOURCES.glob("*/models.py")}
    protected = {
        module: contract["allowed_importers"]
        for contract in contracts()
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    assert set(protected) == with_tables
    for module, importers in protected.items():
        assert importers == [module.removesuffix(".models")]


def test_every_channel_is_held_apart_from_the_others() -> None:
    shared = {"__init__", "accounts", "addresses", "answers", "channel", "knowing_people", "line", "on_call"}
    parts_of_one = {"block_kit", "paging_windows", "letter", "mail_line"}  # Slack's, PagerDuty's, e-mail's
    base = shared | parts_of_one
    channels = {f"tierline.channels.{path.stem}" for path in SOURCES.glob("channels/*.py") if path.stem not in base}
    [independent] = [contract["modules"] for contract in contracts() if contract["type"] == "independence"]
    assert set(independent) == channels


def test_no_import_is_ignored() -> None:
    assert not any("ignore_imports" in contract or "exhaustive_ignores" in contract for contract in contracts())


def test_every_module_says_what_it_is_for() -> None:
    empty = [
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        if "migrations" not in path.parts and not path.read_text().startswith(('"""', 'r"""'))
    ]
    assert empty == []
