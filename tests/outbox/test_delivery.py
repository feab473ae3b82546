"""The outbox against a real SMTP server: once, recognisable on a repeat, held without a server, never lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from pytest_django import Settings
from tests.mail_server import MailServer, mail_server

from tierline.channels.email import Email
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import NotAllowed, NotFound
from tierline.outbox import actions, queries
from tierline.outbox.lifecycle import EffectState
from tierline.timeline.queries import story

pytestmark = pytest.mark.django_db
WRITER = Actor(7, "Ada", frozenset({"front"}), frozenset({"desk"}))
STRANGER = Actor(8, "Ola", frozenset({"other"}), frozenset({"elsewhere"}))
COLLEAGUE = Actor(9, "Ben", frozenset({"back"}), frozenset({"desk"}))


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.SMTP_URL = running.url
        yield running


def a_message(at: datetime, key: str = "case-1:hand-off-1:email:zoe@far.example") -> int:
    return actions.send_out(
        key,
        by="email",
        subject=("case", 1),
        team="front",
        organisations=["desk"],
        message={"to": "zoe@far.example", "subject": "Please take over", "text": "The ask."},
        at=at,
    )


def test_a_message_leaves_once_and_its_evidence_is_kept(server: MailServer, at: datetime) -> None:
    effect = a_message(at)
    assert actions.carry_out(effect, at=at) is EffectState.DONE
    assert actions.carry_out(effect, at=at + timedelta(hours=1)) is EffectState.DONE
    assert [mail["To"] for mail in server.received] == ["zoe@far.example"]
    assert queries.effect(WRITER, effect).evidence["message_id"] == server.received[0]["Message-ID"]
    assert parsedate_to_datetime(server.received[0]["Date"]).tzinfo is not None
    assert [fact.kind for fact in story("case", 1)] == ["message-sent"]


def test_the_same_key_is_the_same_message(server: MailServer, at: datetime) -> None:
    assert a_message(at) == a_message(at)


def test_a_lost_answer_is_tried_again_under_the_same_message_id(server: MailServer, at: datetime) -> None:
    server.drop_answer = 1
    effect = a_message(at)
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    assert actions.carry_out(effect, at=at + timedelta(minutes=1)) is EffectState.DONE
    first, second = (mail["Message-ID"] for mail in server.received)
    assert first == second


def test_a_full_mailbox_is_for_now_and_an_unknown_one_for_good(server: MailServer, at: datetime) -> None:
    server.refuse["zoe@far.example"] = "452 4.2.2 Mailbox full"
    effect = a_message(at)
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    server.refuse["zoe@far.example"] = "550 5.1.1 No such mailbox"
    assert actions.carry_out(effect, at=at + timedelta(minutes=1)) is EffectState.FAILED
    shown = queries.effect(WRITER, effect)
    assert "No such mailbox" in shown.trouble
    assert shown.attempts == 2


def test_patience_ends_when_the_moment_has_lost_its_sense(settings: Settings, at: datetime) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    effect = a_message(at)
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    assert actions.carry_out(effect, at=at + actions.PATIENCE) is EffectState.FAILED


def test_without_a_mail_server_nothing_leaves_and_the_message_is_held(settings: Settings, at: datetime) -> None:
    settings.SMTP_URL = ""
    effect = a_message(at)
    assert actions.carry_out(effect, at=at) is EffectState.HELD
    assert "nothing leaves this machine" in queries.effect(WRITER, effect).trouble


def test_a_held_message_leaves_when_somebody_of_its_team_releases_it(
    server: MailServer, settings: Settings, at: datetime
) -> None:
    settings.SMTP_URL = ""
    effect = a_message(at)
    actions.carry_out(effect, at=at)
    settings.SMTP_URL = server.url
    with pytest.raises(NotAllowed):
        actions.release(COLLEAGUE, effect, at=at)
    actions.release(WRITER, effect, at=at)
    assert actions.carry_out(effect, at=at) is EffectState.DONE


def test_two_workers_never_try_the_same_message_at_once(server: MailServer, at: datetime) -> None:
    effect = a_message(at)
    state: list[EffectState] = []

    class Nosy(Email):
        def deliver(self, key, message):  # type: ignore[no-untyped-def]
            state.append(actions.carry_out(effect, at=at))
            return Email(self.url, self.sender).deliver(key, message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tierline.outbox.carrying.channel", lambda name: Nosy(server.url, "tierline@tierline.example"))
        assert actions.carry_out(effect, at=at) is EffectState.DONE
    assert state == [EffectState.PENDING]
    assert len(server.received) == 1


def test_a_worker_that_dies_while_trying_leaves_the_message_to_the_next_sweep(server: MailServer, at: datetime) -> None:
    effect = a_message(at)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr("tierline.outbox.carrying.channel", lambda name: (_ for _ in ()).throw(SystemExit))
        actions.carry_out(effect, at=at)
    assert actions.deliver_due(at=at) == 0
    assert actions.deliver_due(at=at + actions.LEASE) == 1
    assert actions.carry_out(effect, at=at + actions.LEASE) is EffectState.DONE


def test_a_header_cannot_be_smuggled_in(server: MailServer, at: datetime) -> None:
    effect = actions.send_out(
        "k",
        by="email",
        subject=("case", 1),
        team="front",
        organisations=["desk"],
        message={"to": "zoe@far.example", "subject": "Hello\r\nBcc: all@far.example", "text": "x"},
        at=at,
    )
    assert actions.carry_out(effect, at=at) is EffectState.FAILED
    assert server.received == []


def test_a_stranger_sees_no_message_and_can_do_nothing_to_it(at: datetime) -> None:
    effect = a_message(at)
    assert queries.effects(STRANGER) == []
    for verb in (queries.effect, lambda who, which: actions.release(who, which, at=at)):
        with pytest.raises(NotFound):
            verb(STRANGER, effect)
    assert [shown.id for shown in queries.effects(TIERLINE)] == [effect]
