"""A rehearsed NSD's export and a rehearsed Dynamics, and the command that takes one to the other."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from bench.moving import write_accounts
from django.db import connection

from tierline.cli.main import main
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.made_up_tickets import HEADINGS, rows

Row = dict[str, str]


class Scene:
    """A folder with an export and accounts, the partner, and what the command said last."""

    def __init__(self, folder: Path, desk: Dynamics365, capsys: pytest.CaptureFixture[str] | None) -> None:
        self.folder, self.desk, self._capsys = folder, desk, capsys
        self.export = folder / "export.csv"
        self.accounts = write_accounts(folder / "accounts.yaml", desk.url)
        self.lines: list[dict[str, Any]] = []
        self.said = ""

    def tickets(self, count: int, change: Callable[[list[Row]], None] = lambda _: None) -> list[Row]:
        """Write an export of so many tickets, changed by hand."""
        made = list(rows(count))
        change(made)
        self.write(made)
        return made

    def write(self, made: list[Row]) -> None:
        with self.export.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, HEADINGS)
            writer.writeheader()
            writer.writerows(made)

    def migrate(self, verb: str, *words: str) -> int:
        """The exit status; the lines it wrote are in ``lines``."""
        assert self._capsys is not None
        given = [str(self.export)] if verb in ("plan", "run", "report") else []
        accounts = [] if verb == "find" else ["--accounts", str(self.accounts)]
        status = main(["migrate", verb, *given, *accounts, *words, "--json"])
        told = self._capsys.readouterr()
        self.lines, self.said = [json.loads(line) for line in told.out.splitlines()], told.err
        return status

    @property
    def summary(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.lines[-1]["summary"]
        return found

    def told(self, status: str) -> list[str]:
        """The numbers of rows that were told with a status."""
        return [line["record"] for line in self.lines if line.get("status") == status]

    def held(self) -> dict[str, list[str]]:
        """The ids over there by old number."""
        found: dict[str, list[str]] = {}
        for ident, row in self.desk.incidents.rows.items():
            found.setdefault(str(row.get("new_formernumber")), []).append(ident)
        return found

    def case(self, number: str) -> dict[str, Any]:
        [ident] = self.held()[number]
        return self.desk.incidents.rows[ident]

    def ident(self, number: str) -> str:
        [ident] = self.held()[number]
        return ident

    def change_account(self, **fields: Any) -> None:
        """Change the account of Dynamics."""
        told = yaml.safe_load(self.accounts.read_text())
        told["dynamics"].update(fields)
        self.accounts.write_text(yaml.safe_dump(told))

    def started(self, *words: str) -> "subprocess.Popen[str]":
        """The command as a process of its own, on the database of this test."""
        told = connection.settings_dict
        url = f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}"
        command = [sys.executable, "-m", "tierline.cli.main", "migrate", *words]
        command += ["--accounts", str(self.accounts), "--json"]
        return subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True)
