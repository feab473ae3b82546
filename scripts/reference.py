"""``make reference``: write ``docs/reference`` from the code, so that it cannot say something else than the code does.

``check`` writes nothing and fails when a page is not what the code says now.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
PAGES = PROJECT / "docs" / "reference"
MADE = "<!-- Written by scripts/reference.py from the code. Change the code, then run `make reference`. -->\n"


def lives() -> str:
    """Every transition table as a diagram and a list."""
    from tierline.bonds import lifecycle as bonds  # noqa: PLC0415 - the code is read where it is told of
    from tierline.cases import inquiry_life as inquiries  # noqa: PLC0415 - the code is read where it is told of
    from tierline.cases import lifecycle as cases  # noqa: PLC0415 - the code is read where it is told of
    from tierline.downtime import gates  # noqa: PLC0415
    from tierline.downtime import lifecycle as downtimes  # noqa: PLC0415
    from tierline.mail import lifecycle as mail  # noqa: PLC0415
    from tierline.notices import moments, relays  # noqa: PLC0415
    from tierline.outbox import lifecycle as outbox  # noqa: PLC0415

    parts = ["# Lives\n", "Every other move is refused, with what is possible instead.\n"]
    for title, table in (
        ("A case", cases.TRANSITIONS),
        ("A hand-off", cases.HAND_OFF_TRANSITIONS),
        ("An inquiry and a telling", inquiries.TRANSITIONS),
        ("A bond", bonds.TRANSITIONS),
        ("An effect in the outbox", outbox.TRANSITIONS),
        ("A mail that came in", mail.TRANSITIONS),
        ("A downtime", downtimes.TRANSITIONS),
        ("Its approval", gates.APPROVAL_TRANSITIONS),
        ("Its window", gates.WINDOW_TRANSITIONS),
        ("Its verification on call", gates.VERIFICATION_TRANSITIONS),
        ("A word that is owed", moments.TRANSITIONS),
        ("A passing on", relays.TRANSITIONS),
    ):
        parts.append(f"## {title}\n\n```mermaid\nstateDiagram-v2")
        parts.extend(_arrow(*row) for row in table.items())
        parts.append("```\n\n| in this state | this move | leads to |\n|---|---|---|")
        parts.extend(f"| {start} | {move} | {end} |" for (start, move), end in table.items())
        parts.append("")
    return "\n".join(parts)


def _arrow(row: tuple[StrEnum, StrEnum], end: StrEnum) -> str:
    start, move = row
    return f"    {_node(start)} --> {_node(end)} : {move}"


def _node(state: StrEnum) -> str:
    return state.replace("-", "_")


def commands() -> str:
    """What ``--help`` of every command says."""
    from tierline.cli.main import COMMANDS, main  # noqa: PLC0415

    os.environ["COLUMNS"] = "100"
    parts = ["# Commands\n"]
    for name, (_, does) in COMMANDS.items():
        parts.append(f"## tierline {name}\n\n{does[:1].upper()}{does[1:]}.\n\n```\n{_help_of(main, name)}\n```\n")
    return "\n".join(parts)


def _help_of(main: Any, name: str) -> str:
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        main([name, "--help"])
    return said.getvalue().rstrip()


def plan_files() -> str:
    """Every entry of a plan's file, its keys and their types."""
    from tierline.plans import schema  # noqa: PLC0415

    document = schema.Plan.model_json_schema(by_alias=True)
    entries = {"Plan": document, **document["$defs"]}
    parts = ["# Plan files\n", "A plan is one YAML file; its top level is a *Plan*. Keys not named here are refused.\n"]
    for name, entry in entries.items():
        parts.append(f"## {name}\n\n{(entry.get('description') or '').strip()}\n")
        parts.extend(_keys_of(entry))
    return "\n".join(parts)


def _keys_of(entry: dict[str, Any]) -> Iterator[str]:
    keys = entry.get("properties")
    if not keys:
        return
    yield "| key | is | |\n|---|---|---|"
    required = set(entry.get("required", ()))
    for key, told in keys.items():
        yield f"| `{key}` | {_type_of(told)} | {'required' if key in required else ''} |"
    yield ""


def _type_of(told: dict[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    if "anyOf" in told:
        return " or ".join(_type_of(kind) for kind in told["anyOf"] if kind.get("type") != "null")
    if "enum" in told:
        return ", ".join(f"`{word}`" for word in told["enum"])
    if told.get("type") == "array":
        return f"list of {_type_of(told.get('items', {}))}"
    return str(told.get("format") or told.get("type") or "any of the forms its description names")


def machine_interface() -> str:
    """The endpoints of ``/api/v1`` in one table; the OpenAPI document says the rest."""
    import django  # noqa: PLC0415

    django.setup()
    from ninja import NinjaAPI  # noqa: PLC0415

    from tierline.api.v1 import api  # noqa: PLC0415

    # The served document adds the words of the planbook in force; these pages speak of no particular one.
    document = NinjaAPI.get_openapi_schema(api, path_prefix="/api/v1")
    parts = [
        "# Machine interface\n",
        "Send `Authorization: Bearer <key>`; make a key on your account's page. Errors are problem details (RFC 9457).",
        "The whole document is at `/api/v1/openapi.json`.\n",
        "| call | does |\n|---|---|",
    ]
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            parts.append(f"| `{method.upper()} {path}` | {call.get('summary', '')} |")
    return "\n".join([*parts, ""])


def places() -> dict[Path, str]:
    """Every page and what it has to say now."""
    makers = {
        "lives.md": lives,
        "commands.md": commands,
        "plan-files.md": plan_files,
        "machine-interface.md": machine_interface,
    }
    return {PAGES / name: f"{MADE}\n{make().rstrip()}\n" for name, make in makers.items()}


def main(words: list[str]) -> int:
    """0 when every page says what the code says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tierline.settings")
    stale = [path for path, text in places().items() if not path.is_file() or path.read_text() != text]
    if words != ["check"]:
        for path, text in places().items():
            path.write_text(text)
        return 0
    for path in stale:
        print(f"{path.relative_to(PROJECT)} is not what the code says. Run: make reference")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
