"""``tierline people add``: let somebody sign in. Refuses teams no plan names; never prints a password it was given.

For whoever runs Tierline: the first people of an installation come in this way.
"""

import argparse
import secrets
from collections.abc import Sequence

from tierline.cli.database import set_up
from tierline.cli.output import DONE, refuse, write
from tierline.foundation.trouble import Refusal


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="tierline people", description="Let people sign in.")
    commands = options.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="add somebody, or bring their teams and duties up to date")
    add.add_argument("email", help="their e-mail address; they sign in with it")
    add.add_argument("--name", required=True, help="as colleagues know them")
    add.add_argument("--team", action="append", default=[], required=True, help="a team's id; may be given again")
    add.add_argument("--duty", action="append", default=[], help="a duty's id, such as plan-editor; may be given again")
    add.add_argument("--deputy", action="append", default=[], help="a duty they stand in for; may be given again")
    return options


def main(arguments: Sequence[str]) -> int:
    """0 when they can sign in, 2 when something given cannot be used."""
    given = parser().parse_args(arguments)
    try:
        set_up()
        return _add(given)
    except Refusal as refusal:
        return refuse(str(refusal))


def _add(given: argparse.Namespace) -> int:
    from tierline.directory.actions import enter_person  # noqa: PLC0415 - after Django is set up
    from tierline.directory.queries import is_known, unknown_teams  # noqa: PLC0415 - the same

    unknown = unknown_teams(given.team)
    if unknown:
        return refuse(f"No plan in force names the team {unknown[0]!a}. Publish its plan first: tierline publish DIR.")
    new = not is_known(given.email)
    password = secrets.token_urlsafe(12) if new else None
    duties = dict.fromkeys(given.deputy, 2) | dict.fromkeys(given.duty, 1)
    enter_person(email=given.email, name=given.name, password=password, teams=given.team, duties=duties)
    if password:
        write(f"{given.name} can sign in as {given.email} with {password} and should change that at once.\n")
    else:
        write(f"{given.name} is up to date.\n")
    return DONE
