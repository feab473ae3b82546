"""Every kind of tracker with its rehearsal partner, for the contract test. Joining it is one subclass in PARTNERS."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from bench.moving import dynamics_account

from tierline.rehearsal.desk import Desk
from tierline.rehearsal.dynamics_365 import Dynamics365
from tierline.rehearsal.faults import LostAnswer, Throttled
from tierline.rehearsal.github_issues import GitHubIssues
from tierline.rehearsal.service_now import ServiceNow
from tierline.trackers import dynamics, github, servicenow
from tierline.trackers.servicenow_account import Account as ServiceNowAccount
from tierline.trackers.tracker import Stage, Tracker

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


class Partner(ABC):
    """A tracker that speaks to a rehearsal partner over HTTP, and what the people of that partner can do.

    ``renews``: an expired token is replaced by the tracker itself. ``solved``: the stage a person's solving leads to.
    """

    renews: ClassVar[bool] = True
    solved: ClassVar[Stage] = Stage.SOLVED

    moving: ClassVar[str] = "PATCH"  # the method of the call that changes a record
    saying: ClassVar[str] = ""  # the path, as a pattern, of the call that adds a comment

    def __init__(self, desk: Desk, tracker: Tracker, secrets: tuple[str, ...]) -> None:
        self.desk, self.tracker, self.secrets = desk, tracker, secrets
        desk.clock.stand_at(FRIDAY)

    def message(self, **more: Any) -> dict[str, Any]:
        """A message that opens a record."""
        return {"verb": "open", "title": "Refills cannot be ordered", "text": "What is asked.", **more}

    def lose_the_answer(self) -> None:
        """The next change is made and its answer lost."""
        self.desk.faults.next(LostAnswer(), method="POST")

    def lose_the_answer_to_a_move(self) -> None:
        """The next change of a record is made and its answer lost."""
        self.desk.faults.next(LostAnswer(), method=self.moving)

    def throttle(self, after: float | datetime) -> None:
        """The next call is told to pause."""
        self.desk.faults.next(Throttled(after))

    def restore_token(self) -> None:  # noqa: B027 - most renew it themselves
        """What an administrator does when the tracker cannot renew its token itself."""

    @abstractmethod
    def held(self) -> list[str]:
        """The ids of all records there."""

    @abstractmethod
    def person_opens(self, title: str) -> str:
        """Somebody there opens a record in our queue; its id."""

    @abstractmethod
    def person_says(self, record: str, text: str) -> None:
        """Somebody there comments."""

    @abstractmethod
    def person_solves(self, record: str) -> None:
        """Somebody there solves it."""

    @abstractmethod
    def said(self, record: str) -> list[str]:
        """The comments there, as they stand."""


class GitHubPartner(Partner):
    """GitHub Issues."""

    renews = False
    saying = "/comments$"
    desk: GitHubIssues

    def restore_token(self) -> None:
        self.desk.tokens["hush-hub"] = "tierline-bot"

    def held(self) -> list[str]:
        return [str(number) for _, number in self.desk.issues]

    def person_opens(self, title: str) -> str:
        return str(self.desk.opens(title, labels=["MHV-Tier-3"]))

    def person_says(self, record: str, text: str) -> None:
        self.desk.comments(int(record), text)

    def person_solves(self, record: str) -> None:
        self.desk.closes(int(record))

    def said(self, record: str) -> list[str]:
        return [comment.body for comment in self.desk.issue(int(record)).comments]


@contextmanager
def github_partner(**fields: Any) -> Iterator[GitHubPartner]:
    """A running GitHub with one repository, and its tracker."""
    with GitHubIssues(token="hush-hub") as desk:
        desk.webhooks.secret = "hush-hook"
        told: Mapping[str, Any] = {
            "repository": desk.repository,
            "token": "hush-hub",
            "address": desk.url,
            "label": "MHV-Tier-3",
            "webhook_secret": "hush-hook",
            **fields,
        }
        account = github.Account.model_validate(told)
        yield GitHubPartner(desk, github.GitHub(account), ("hush-hub", "hush-hook"))


class ServiceNowPartner(Partner):
    """ServiceNow, with an OAuth client."""

    saying = "/table/incident/"
    desk: ServiceNow

    def lose_the_answer(self) -> None:
        self.desk.faults.next(LostAnswer(), method="POST", path="/table/incident$")

    def held(self) -> list[str]:
        return list(self.desk.tables["incident"])

    def person_opens(self, title: str) -> str:
        return self.desk.opens(title)

    def person_says(self, record: str, text: str) -> None:
        self.desk.comments(record, text)

    def person_solves(self, record: str) -> None:
        self.desk.resolves(record)

    def said(self, record: str) -> list[str]:
        return self.desk.journal(record)


@contextmanager
def servicenow_partner(**fields: Any) -> Iterator[ServiceNowPartner]:
    """A running instance with one queue, and its tracker."""
    with ServiceNow(secret="hush-now") as desk:
        told: Mapping[str, Any] = {
            "address": desk.url,
            "client_id": "tierline",
            "client_secret": "hush-now",
            "queue": "Product Support",
            "fields": {"area": "category"},
            **fields,
        }
        account = ServiceNowAccount.model_validate(told)
        yield ServiceNowPartner(desk, servicenow.ServiceNow(account), ("hush-now",))


TIER_3 = "11111111-0000-4000-8000-000000000003"


class DynamicsPartner(Partner):
    """Microsoft Dynamics 365. Somebody who comments there touches the case, too: a note alone does not change it."""

    saying = r"/annotations\("
    moving = "POST"
    desk: Dynamics365

    def lose_the_answer(self) -> None:
        self.desk.faults.next(LostAnswer(), method="PATCH")

    def held(self) -> list[str]:
        return list(self.desk.incidents.rows)

    def person_opens(self, title: str) -> str:
        return self.desk.enter(title=title, new_queue="MHV Tier 3")

    def person_says(self, record: str, text: str) -> None:
        self.desk.says(record, text, by=TIER_3)
        self.desk.edit(record, prioritycode=2)

    def person_solves(self, record: str) -> None:
        self.desk.close(record)

    def said(self, record: str) -> list[str]:
        notes = self.desk.annotations.rows.values()
        return [str(note["notetext"]) for note in notes if note["_objectid_value"] == record]


@contextmanager
def dynamics_partner(**fields: Any) -> Iterator[DynamicsPartner]:
    """A running Dynamics with one queue, and its tracker."""
    with Dynamics365(client=("tierline", "hush-dyn")) as desk:
        desk.person(TIER_3, "Tier Three")
        owners = {"Tier 3": f"/systemusers({TIER_3})"}
        told = dynamics_account(desk.url, client_secret="hush-dyn", owners=owners, **fields)
        account = dynamics.Account.model_validate({name: value for name, value in told.items() if name != "kind"})
        yield DynamicsPartner(desk, dynamics.Dynamics(account), ("hush-dyn",))


#: Every kind that speaks HTTP. A kind that does not is named in WITHOUT_HTTP, with the test that proves it instead.
PARTNERS: dict[str, Callable[..., AbstractContextManager[Partner]]] = {
    "dynamics": dynamics_partner,
    "github": github_partner,
    "servicenow": servicenow_partner,
}
WITHOUT_HTTP: dict[str, str] = {"nsd": "tests/trackers/test_nsd.py"}
