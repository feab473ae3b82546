"""A job's messages: booked together, tried one after the other, given back in time, each with trouble of its own."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.mail_server import MailServer, mail_server

from tierline.channels.channel import Answer, Delivered
from tierline.directory.actor import TIERLINE
from tierline.outbox import actions, queries
from tierline.outbox.carrying import LAST_BEGIN, LEASE
from tierline.outbox.lifecycle import EffectState

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.SMTP_URL = running.url
        yield running


def messages(at: datetime, count: int) -> list[int]:
    put = actions.send_out_all(
        {f"k{n}": {"to": f"p{n}@far.example", "subject": "Downtime", "text": "On Saturday."} for n in range(count)},
        by="email",
        subject=("notice", 1),
        team="front",
        organisations=["desk"],
        at=at,
        wide=True,
    )
    return sorted(put.values())


def jobs() -> list[list[int]]:
    """What the jobs are to try, the newest last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM procrastinate_jobs WHERE status = 'todo' "
            "AND task_name LIKE 'outbox.deliver_effect%' ORDER BY id"
        )
        told = [json.loads(args) for (args,) in cursor.fetchall()]
    return [args.get("effect_ids") or [args["effect_id"]] for args in told]


def test_many_are_booked_in_two_statements_and_settled_in_two_each(server: MailServer, at: datetime) -> None:
    effects = messages(at, 10)
    with CaptureQueriesContext(connection) as asked:
        assert set(actions.carry_out_all(effects, clock=lambda: at).values()) == {EffectState.DONE}
    said = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(said) == 2 + 2 * len(effects)
    assert len(server.received) == 10


def test_what_could_outlast_the_lease_is_given_back_untried_with_a_job(server: MailServer, at: datetime) -> None:
    effects = messages(at, 4)
    ticks = iter([at, at, at + SECOND, at + LAST_BEGIN + SECOND])
    before = len(jobs())
    assert list(actions.carry_out_all(effects, clock=lambda: next(ticks))) == effects[:2]
    left = [queries.effect(TIERLINE, effect) for effect in effects[2:]]
    assert [(one.state, one.attempts, one.next_try_at) for one in left] == [
        (EffectState.PENDING, 0, at + LAST_BEGIN + SECOND)
    ] * 2
    assert jobs()[before:] == [effects[2:]]
    assert LAST_BEGIN + timedelta(minutes=1) < LEASE  # a visit takes a minute at most


def test_what_a_provider_put_off_shares_a_job(server: MailServer, at: datetime) -> None:
    effects = messages(at, 3)
    for effect in effects:
        server.refuse[f"p{effects.index(effect)}@far.example"] = "451 4.7.1 Try later"
    before = len(jobs())
    ticks = iter([at, at, at + SECOND, at + 2 * SECOND])
    actions.carry_out_all(effects, clock=lambda: next(ticks))
    assert jobs()[before:] == [effects]
    server.refuse.clear()
    later = actions.carry_out_all(effects, clock=lambda: at + timedelta(seconds=17))
    assert set(later.values()) == {EffectState.DONE}


def test_a_mistake_of_ours_is_one_messages_trouble(server: MailServer, at: datetime) -> None:
    effects = messages(at, 3)

    class Clumsy:
        name, label = "email", "E-mail"

        def deliver(self, key: str, message: Mapping[str, Any]) -> Answer:
            if key == "k1":
                raise KeyError("text")
            return Delivered({})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tierline.outbox.carrying.channel", lambda name: Clumsy())
        states = actions.carry_out_all(effects, clock=lambda: at)
    assert [states[effect] for effect in effects] == [EffectState.DONE, EffectState.PENDING, EffectState.DONE]
    trouble = queries.effect(TIERLINE, effects[1]).trouble
    assert "Tierline itself failed" in trouble
    assert "KeyError" in trouble


def test_the_sweep_finds_what_waits_for_one_channel_behind_a_heap_of_anothers(server: MailServer, at: datetime) -> None:
    messages(at - 9 * SECOND, 5)
    chat = actions.send_out(
        "chat", by="slack", subject=("notice", 1), team="front", organisations=["desk"], message={"text": "x"}, at=at
    )
    before = len(jobs())
    assert actions.deliver_due(at=at, most=2) == 3
    assert [chat] in jobs()[before:]


def test_an_address_outside_ascii_leaves_where_the_server_takes_it_and_is_refused_otherwise(
    server: MailServer, at: datetime
) -> None:
    effects = []
    for key in ("k1", "k2"):
        message = {"to": "jürgen@far.example", "subject": "Downtime", "text": "On Saturday."}
        effects.append(
            actions.send_out(
                key, by="email", subject=("notice", 1), team="front", organisations=["desk"], message=message, at=at
            )
        )
    assert actions.carry_out(effects[0], at=at) is EffectState.DONE
    server.ascii_only = True
    assert actions.carry_out(effects[1], at=at) is EffectState.FAILED
    assert "outside ASCII" in queries.effect(TIERLINE, effects[1]).trouble
    assert len(server.received) == 1
