"""Every channel with somebody at its other end, for the contract test. Joining it is one subclass in PARTNERS."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import SecretStr
from tests.mail_server import MailServer, mail_server

from tierline.channels import pagerduty, slack, sms, teams, webhook
from tierline.channels.channel import Channel
from tierline.channels.email import Email
from tierline.rehearsal.desk import Desk
from tierline.rehearsal.faults import Answering, ExpiredToken, LostAnswer, Reset, Throttled, Unavailable
from tierline.rehearsal.pager_duty import PagerDuty
from tierline.rehearsal.slack import Slack
from tierline.rehearsal.teams import Teams
from tierline.rehearsal.webhook_receiver import WebhookReceiver

FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
KEY = "DT-1:r1:day_before:all"
WORDS = "Refills cannot be ordered on Saturday."


class Partner(ABC):
    """A channel and who takes what it sends.

    ``asks``: what an earlier try left is found before a repeat. ``counts``: the other end keeps one of a key, asked or
    not. ``names_pauses``: it says how long to wait. ``says_late``: people read it, so what waited says that it did.
    """

    asks: ClassVar[bool] = False
    counts: ClassVar[bool] = False
    names_pauses: ClassVar[bool] = True
    says_late: ClassVar[bool] = False
    channel: Channel
    secrets: tuple[str, ...] = ()

    @abstractmethod
    def message(self, **more: Any) -> dict[str, Any]:
        """A message it takes; its words are WORDS."""

    def other(self, number: int) -> dict[str, Any]:
        """What makes a message another one, beside its key."""
        return {}

    @abstractmethod
    def held(self) -> list[str]:
        """What arrived, each by what a repeat is known by."""

    @abstractmethod
    def newest(self) -> str:
        """All of what arrived last, as text."""

    @abstractmethod
    def lose_the_answer(self) -> None:
        """The next is taken and its answer lost."""

    @abstractmethod
    def throttle(self, seconds: float) -> None:
        """The next is told to pause."""

    @abstractmethod
    def fail(self) -> None:
        """The next finds the provider unable."""

    @abstractmethod
    def refuse(self) -> None:
        """The next is refused for good, with words of ours in the refusal."""

    @abstractmethod
    def unreachable(self) -> AbstractContextManager[Any]:
        """Within the block nobody answers."""

    @abstractmethod
    def unfit(self) -> dict[str, Any]:
        """A message it can never take."""


class DeskPartner(Partner):
    """With a rehearsal partner over HTTP."""

    writes: ClassVar[str] = ""  # the path, as a pattern, of the call that makes something
    desk: Desk

    def newest(self) -> str:
        return json.dumps(self.desk.exchanges[-1].request, ensure_ascii=False)

    def lose_the_answer(self) -> None:
        self.desk.faults.next(LostAnswer(), method="POST", path=self.writes)

    def break_the_line(self) -> None:
        """The next call ends before anything is done."""
        self.desk.faults.next(Reset())

    def throttle(self, seconds: float) -> None:
        self.desk.faults.next(Throttled(seconds))

    def fail(self) -> None:
        self.desk.faults.next(Unavailable())

    def expire(self) -> None:
        """The token is worth nothing from the next call on."""
        self.desk.faults.next(ExpiredToken())

    def refuse(self) -> None:
        told = {"error": {"message": WORDS, "errors": [WORDS]}, "message": WORDS}
        self.desk.faults.next(Answering(400, told), method="POST", path=self.writes)

    def unreachable(self) -> AbstractContextManager[Any]:
        return self.desk.unreachable()


class SlackPartner(DeskPartner):
    """A channel with the app in it, a user group, two people."""

    says_late = True
    asks = True
    writes = "chat.postMessage"
    secrets = ("xoxb-hush",)
    desk: Slack

    def message(self, **more: Any) -> dict[str, Any]:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": f"{WORDS} <!subteam^SONCALL> <@UADA>"}}
        return {"to": "CDOWN", "text": WORDS, "blocks": [section], "written_at": FRIDAY.isoformat(), **more}

    def held(self) -> list[str]:
        return [one.metadata["event_payload"]["key"] for one in self.desk.messages]

    def refuse(self) -> None:
        self.desk.says_no("restricted_action", path=self.writes)

    def unfit(self) -> dict[str, Any]:
        return self.message(text="", blocks=[])


@contextmanager
def slack_partner(**fields: Any) -> Iterator[SlackPartner]:
    """A running workspace and its channel."""
    with Slack(token="xoxb-hush") as desk:
        partner = SlackPartner()
        partner.desk = desk
        desk.clock.stand_at(FRIDAY)
        desk.joins("UADA", "Ada Quill", "ada.quill@desk.example")
        desk.joins("UBEN", "Ben Rowe", "ben.rowe@desk.example")
        desk.has_channel("CDOWN", "downtimes", "UADA")
        desk.puts_in_group("SONCALL", "UADA", "UBEN")
        told = {"token": "xoxb-hush", "address": desk.address, "seconds_between_posts": 0, **fields}
        partner.channel = slack.Slack(slack.Account.model_validate(told))
        yield partner


class PagerDutyPartner(DeskPartner):
    """An account with two services."""

    asks = True
    writes = "maintenance_windows$"
    secrets = ("hush-pager", "hush-routing")
    desk: PagerDuty

    def message(self, **more: Any) -> dict[str, Any]:
        return {
            "verb": "set-window",
            "description": f"[DT-1#r1] USER_MESSAGE: {WORDS}",
            "start": (FRIDAY + timedelta(hours=7)).isoformat(),
            "end": (FRIDAY + timedelta(hours=9)).isoformat(),
            "services": ["PSM", "PMEDS"],
            **more,
        }

    def other(self, number: int) -> dict[str, Any]:
        return {"description": f"[DT-{number}#r1] USER_MESSAGE: {WORDS}"}

    def refuse(self) -> None:
        told = {"error": {"message": "Invalid Input Provided", "errors": ["Services is invalid"]}}
        self.desk.faults.next(Answering(400, told), method="POST", path=self.writes)

    def held(self) -> list[str]:
        return [one.description.split(" ")[0] for one in self.desk.windows.values()]

    def unfit(self) -> dict[str, Any]:
        return self.message(description=f"[DT-1#r1] {'x' * 250}")


@contextmanager
def pagerduty_partner(**fields: Any) -> Iterator[PagerDutyPartner]:
    """A running account and its channel."""
    with PagerDuty(token="hush-pager", routing_key="hush-routing") as desk:
        partner = PagerDutyPartner()
        partner.desk = desk
        desk.clock.stand_at(FRIDAY)
        desk.has_service("PSM", "Secure Messaging")
        desk.has_service("PMEDS", "Medications")
        told = {
            "token": "hush-pager",
            "sender": "tierline@desk.example",
            "address": desk.url,
            "events_address": desk.events_address,
            "routing_keys": {"owner": "hush-routing"},
            **fields,
        }
        partner.channel = pagerduty.PagerDuty(pagerduty.Account.model_validate(told))
        yield partner


class TeamsPartner(DeskPartner):
    """One flow."""

    says_late = True
    writes = "/invoke"
    secrets = ("hush-signature",)
    desk: Teams

    def message(self, **more: Any) -> dict[str, Any]:
        facts = [{"label": "When", "text": "Saturday, 07:00"}]
        return {"to": "downtimes", "title": "Downtime", "text": WORDS, "facts": facts, **more}

    def held(self) -> list[str]:
        return [str(one.content["body"][-1]["text"]) for one in self.desk.cards]

    def unfit(self) -> dict[str, Any]:
        return self.message(text="x" * 30_000)


@contextmanager
def teams_partner() -> Iterator[TeamsPartner]:
    """A running flow and its channel."""
    with Teams(signature="hush-signature") as desk:
        partner = TeamsPartner()
        partner.desk = desk
        desk.clock.stand_at(FRIDAY)
        account = teams.Account(webhooks={"downtimes": SecretStr(desk.webhook)})
        partner.channel = teams.Teams(account)
        yield partner


class WebhookPartner(DeskPartner):
    """A receiver on this machine, which the account allows."""

    counts = True
    writes = "/hooks/"
    secrets = ("aHVzaC13ZWJob29rLTAxMjM0NTY3ODk=",)
    desk: WebhookReceiver

    def message(self, **more: Any) -> dict[str, Any]:
        return {"type": "notice.announced", "body": {"title": WORDS}, **more}

    def held(self) -> list[str]:
        return list(self.desk.taken)

    def unfit(self) -> dict[str, Any]:
        return self.message(body={"title": "x" * 300_000})


@contextmanager
def webhook_partner(**fields: Any) -> Iterator[WebhookPartner]:
    """A running receiver and its channel."""
    secret = WebhookPartner.secrets[0]
    with WebhookReceiver(secret=secret) as desk:
        partner = WebhookPartner()
        partner.desk = desk
        told = {"address": desk.address, "secret": secret, "allow_private": True, **fields}
        partner.channel = webhook.Webhook(webhook.Account.model_validate(told))
        yield partner


class EmailPartner(Partner):
    """A mail server."""

    names_pauses = False
    says_late = True
    server: MailServer
    to = "ada.quill@desk.example"

    def message(self, **more: Any) -> dict[str, Any]:
        return {"to": self.to, "subject": "Downtime", "text": WORDS, **more}

    def held(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.server.received]

    def newest(self) -> str:
        return str(self.server.received[-1])

    def lose_the_answer(self) -> None:
        self.server.drop_answer = 1

    def throttle(self, seconds: float) -> None:
        self.server.refuse_once = "451 4.7.1 Try later"

    def fail(self) -> None:
        self.server.refuse_once = "421 4.3.2 Shutting down"

    def refuse(self) -> None:
        self.server.refuse_once = "550 5.7.1 Not wanted"

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        connected = self.channel
        self.channel = self.by_mail("smtp://127.0.0.1:1")
        try:
            yield
        finally:
            self.channel = connected

    def by_mail(self, url: str) -> Channel:
        """The channel, by this server."""
        return Email(url=url, sender="Tierline <tierline@tierline.example>")

    def unfit(self) -> dict[str, Any]:
        return self.message(to="ada@desk.example, ben@desk.example")


class SmsPartner(EmailPartner):
    """A mail server as a gateway to telephones."""

    to = "+1 555 010 0100"

    def by_mail(self, url: str) -> Channel:
        send = super().by_mail(url).deliver
        return sms.Sms(sms.Account(gateway="{number}@text.example", drop_prefix="1"), send)

    def unfit(self) -> dict[str, Any]:
        return self.message(text="x" * 460)


@contextmanager
def _by_mail(partner: EmailPartner) -> Iterator[EmailPartner]:
    with mail_server() as server:
        partner.server = server
        partner.channel = partner.by_mail(server.url)
        yield partner


def email_partner() -> AbstractContextManager[EmailPartner]:
    """A running server and its channel."""
    return _by_mail(EmailPartner())


def sms_partner() -> AbstractContextManager[EmailPartner]:
    """A running gateway and its channel."""
    return _by_mail(SmsPartner())


PARTNERS: dict[str, Callable[[], AbstractContextManager[Partner]]] = {
    "email": email_partner,
    "pagerduty": pagerduty_partner,
    "slack": slack_partner,
    "sms": sms_partner,
    "teams": teams_partner,
    "webhook": webhook_partner,
}
