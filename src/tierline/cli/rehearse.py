"""``tierline rehearse``: partner systems to rehearse with, on this machine, and the accounts to reach them by.

Stands up GitHub Issues, Dynamics 365, ServiceNow, Slack, PagerDuty and a mail server, plays their people by the script
of the demonstration, and shows what they hold on a small page. Keeps what they hold in the home. Refuses (status 2) a
home that cannot be written to.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import yaml

from tierline import demonstration
from tierline.launch.processes import die_with_parent
from tierline.rehearsal.desk import Desk
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.github_issues import GitHubIssues
from tierline.rehearsal.keeping import bring_back, keep
from tierline.rehearsal.mail_server import MailServer
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.playing import Player, parts_of
from tierline.rehearsal.service_now import ServiceNow
from tierline.rehearsal.showing import Showing
from tierline.rehearsal.slack import Slack

SCRIPT = Path(demonstration.__file__).parent / "partners.yaml"
KEEP_EVERY_SECONDS = 5.0


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    words = argparse.ArgumentParser(
        prog="tierline rehearse",
        description="Stand up partner systems to rehearse with, until Ctrl-C. TIERLINE_TRACKERS and "
        "TIERLINE_CHANNELS are to name the accounts files this command writes, SMTP_URL the mail server, and "
        "TIERLINE_REHEARSAL the page it prints; `tierline run` does all that by itself for the demonstration.",
    )
    words.add_argument(
        "--home",
        type=Path,
        default=Path(os.environ.get("TIERLINE_HOME") or ".tierline"),
        help="the folder in which they are kept, below rehearsal/ (default: TIERLINE_HOME, else .tierline)",
    )
    words.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse until asked to stop."""
    given = parser().parse_args(arguments)
    if given.with_parent:
        die_with_parent(os.getppid(), signal.SIGTERM)
    asked = threading.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda _signal, _frame: asked.set())
    try:
        folder = given.home.resolve() / "rehearsal"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _rehearse(folder, asked)
    except OSError as error:
        print(f"{given.home} cannot be used: {error.strerror}. Name another folder with --home.", file=sys.stderr)
        return 2
    return 0


def _rehearse(folder: Path, asked: threading.Event) -> None:
    script = yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))
    ports = _ports(folder)
    github = GitHubIssues(script["repository"], port=ports.get("github", 0))
    dynamics = Dynamics365(port=ports.get("dynamics", 0))
    servicenow = ServiceNow(script["group"], port=ports.get("servicenow", 0))
    slack, paging = Slack(port=ports.get("slack", 0)), PagerDuty(port=ports.get("pagerduty", 0))
    mail = MailServer(port=ports.get("mail", 0))
    player = Player(github, parts_of(script["github"]))
    partners = (github, dynamics, servicenow, slack, paging, mail)
    showing = Showing(partners, port=ports.get("showing", 0))
    kept: dict[str, Desk | Player] = {"player": player}
    kept.update((desk.name, desk) for desk in partners)
    if not bring_back(kept, folder / "state"):
        _fill(script, dynamics, servicenow)
        furnish(script, slack, paging, servicenow)
    desks = (*partners, showing)
    try:
        for desk in desks:
            _stand_up(desk)
        _write_accounts(folder, script, desks)
        print(f"Partners to rehearse with: {showing.url}/", flush=True)
        print(f"Their accounts: {folder / 'trackers.yaml'}, {folder / 'channels.yaml'}", flush=True)
        print(f"Their mail server: {mail.url}", flush=True)
        player.start()
        while not asked.wait(KEEP_EVERY_SECONDS):
            _keep(kept, folder)
    finally:
        player.stop()
        _keep(kept, folder)
        for desk in desks:
            desk.stop()


def _fill(script: dict[str, Any], dynamics: Dynamics365, servicenow: ServiceNow) -> None:
    """What people there had entered before anything crossed."""
    for row in script["dynamics"]:
        dynamics.enter(**row)
    for row in script["servicenow"]:
        made = servicenow.opens(row["title"], row["text"], table=row["table"])
        if row.get("columns"):
            servicenow.changes(made, **row["columns"])


def furnish(script: dict[str, Any], slack: Slack, paging: PagerDuty, servicenow: ServiceNow | None = None) -> None:
    """Who is in the channels that hear of planned work and of cases, what is watched where windows are set and who is
    on call there, and whose approval every change is sent to."""
    told = script["slack"]
    rooms = told.get("rooms", [])
    for person in dict.fromkeys([*told["people"], *(one for room in rooms for one in room["people"])]):
        name = person.removeprefix("U01").title()
        slack.joins(person, name, f"{name.lower()}@desk.example")
    slack.has_channel(told["channel"]["id"], told["channel"]["name"], *told["people"])
    for room in rooms:
        slack.has_channel(room["id"], room["name"], *room["people"])
    for group, members in told["groups"].items():
        slack.puts_in_group(group, *members)
    for service, name in script["pagerduty"].items():
        paging.has_service(service, name)
    for turn in script["on_call"]:
        paging.takes_turn(**turn)
    if servicenow is not None:
        servicenow.approvers = tuple(script["approvers"])


def _keep(kept: dict[str, Desk | Player], folder: Path) -> None:
    with ExitStack() as still:
        for part in kept.values():
            if isinstance(part, Desk):
                still.enter_context(part.lock)
        keep(kept, folder / "state")


def _stand_up(desk: Desk) -> None:
    """At the port of the last rehearsal; at any when somebody else has it now."""
    try:
        desk.start()
    except OSError:
        desk.port = 0
        desk.start()


def _ports(folder: Path) -> dict[str, int]:
    with suppress(OSError, ValueError):
        told = json.loads((folder / "ports.json").read_text())
        return {name: int(port) for name, port in told.items()}
    return {}


def _write_accounts(folder: Path, script: dict[str, Any], desks: Sequence[Desk]) -> None:
    """The accounts for the addresses the partners stand at, written last: whoever waits for them finds all there."""
    showing = next(desk for desk in desks if desk.name == Showing.name)
    (folder / "ports.json").write_text(json.dumps({desk.name: desk.port for desk in desks}))
    (folder / "address").write_text(f"{showing.url}/\n")
    (folder / "mail").write_text(next(desk.url for desk in desks if isinstance(desk, MailServer)) + "\n")
    addresses = {desk.name: accounts_address(desk) for desk in desks}
    _write(folder / "channels.yaml", script["channels"], addresses)
    _write(folder / "trackers.yaml", script["accounts"], addresses)


def accounts_address(desk: Desk) -> dict[str, str]:
    """What is written for ADDRESS, by field; under no field's name, for every other."""
    if isinstance(desk, Slack):
        return {"": desk.address}
    return {"": desk.url} | ({"events_address": desk.events_address} if isinstance(desk, PagerDuty) else {})


def _write(file: Path, accounts: dict[str, Any], addresses: dict[str, dict[str, str]]) -> None:
    draft = file.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(yaml.safe_dump(filled_in(accounts, addresses), sort_keys=False))
    draft.replace(file)


def filled_in(accounts: dict[str, Any], addresses: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The accounts of a script with the addresses written in."""
    return {
        name: {
            field: _address(addresses[account.get("kind", name)], field) if value == "ADDRESS" else value
            for field, value in account.items()
        }
        for name, account in accounts.items()
    }


def _address(known: dict[str, str], field: str) -> str:
    return known.get(field, known[""])
