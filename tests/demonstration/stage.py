"""Partners to rehearse with, stood up for a test as the demonstration's start does."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from tierline.cli.rehearse import SCRIPT, accounts_address, filled_in, furnish
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.github_issues import GitHubIssues
from tierline.rehearsal.mail_server import MailServer
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.service_now import ServiceNow
from tierline.rehearsal.showing import Showing
from tierline.rehearsal.slack import Slack


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Those whom planned work reaches, and the page that shows all."""

    slack: Slack
    paging: PagerDuty
    servicenow: ServiceNow
    mail: MailServer
    page: Showing


@contextmanager
def rehearsed(settings: Any) -> Iterator[Rehearsed]:
    """All of them, with the settings pointing at them."""
    script = yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))
    slack, paging, servicenow, mail = Slack(), PagerDuty(), ServiceNow(script["group"]), MailServer()
    others = (GitHubIssues(script["repository"]), Dynamics365())
    desks = (*others, servicenow, slack, paging, mail)
    page = Showing(desks)
    furnish(script, slack, paging, servicenow)
    with ExitStack() as standing:
        for desk in (*desks, page):
            standing.enter_context(desk)
        addresses = {desk.name: accounts_address(desk) for desk in desks}
        settings.CHANNELS = filled_in(script["channels"], addresses)
        settings.TRACKERS = filled_in(script["accounts"], addresses)
        settings.SMTP_URL = mail.url
        settings.REHEARSAL = page.url
        yield Rehearsed(slack, paging, servicenow, mail, page)
