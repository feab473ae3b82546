"""The outbox finds every channel by its account, each with a queue of its own, and delivers through them once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django import app
from pytest_django import Settings
from tests.jobs import forget_jobs
from tests.mail_server import mail_server

from tierline.channels.accounts import CHANNELS, UnusableAccount
from tierline.channels.channel import Delivered, NotConnected
from tierline.channels.on_call import FixedList, KnowsOnCall, OnCall
from tierline.directory.actor import TIERLINE
from tierline.launch.worker import queues_of
from tierline.outbox import actions, carrying, queries, registry
from tierline.outbox.apps import usable_accounts
from tierline.outbox.lifecycle import EffectState
from tierline.rehearsal.faults import LostAnswer
from tierline.rehearsal.slack import Slack


@pytest.fixture
def workspace(settings: Settings, at: datetime) -> Iterator[Slack]:
    with Slack(token="xoxb-hush") as desk:
        desk.clock.stand_at(at)
        desk.joins("UADA", "Ada Quill", "ada.quill@desk.example")
        desk.has_channel("CDOWN", "downtimes", "UADA")
        desk.puts_in_group("SONCALL", "UADA")
        account = {"token": "xoxb-hush", "address": desk.address, "seconds_between_posts": 0}
        settings.CHANNELS = {"slack": account, "chat-of-partners": {"kind": "slack", **account}}
        settings.TRACKERS = {}
        yield desk


def announce(at: datetime, by: str = "slack", **message: Any) -> int:
    return actions.send_out(
        f"DT-1:r1:day_before:{by}:CDOWN",
        by=by,
        subject=("notice", 1),
        team="front",
        organisations=["desk"],
        message={"to": "CDOWN", "text": "Downtime on Saturday", **message},
        at=at,
    )


@pytest.mark.django_db
def test_an_announcement_leaves_by_chat_and_a_lost_answer_is_asked_for(workspace: Slack, at: datetime) -> None:
    effect = announce(at)
    workspace.faults.next(LostAnswer(), path="postMessage")
    assert actions.carry_out(effect, at=at) is EffectState.PENDING
    assert actions.carry_out(effect, at=at + timedelta(minutes=1)) is EffectState.DONE
    assert len(workspace.messages) == 1
    evidence = queries.effect(TIERLINE, effect).evidence
    assert (evidence["found"], evidence["ts"]) == (True, workspace.messages[0].ts)
    looked = next(one for one in workspace.exchanges if one.route == "/api/conversations.history")
    assert float(looked.query["oldest"]) == (at - timedelta(seconds=60)).timestamp()


@pytest.mark.django_db
def test_a_worker_that_dies_after_the_post_leaves_no_second_one(workspace: Slack, at: datetime) -> None:
    effect = announce(at)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(carrying, "_settle", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        actions.carry_out(effect, at=at)
    assert len(workspace.messages) == 1
    registry._channel.cache_clear()  # the next worker is another process
    assert actions.carry_out(effect, at=at + actions.LEASE) is EffectState.DONE
    assert queries.effect(TIERLINE, effect).evidence["found"] is True
    assert len(workspace.messages) == 1


@pytest.mark.django_db
def test_what_has_no_account_is_held_and_leaves_once_it_has(workspace: Slack, settings: Settings, at: datetime) -> None:
    account = settings.CHANNELS
    settings.CHANNELS = {}
    effect = announce(at)
    assert actions.carry_out(effect, at=at) is EffectState.HELD
    assert "TIERLINE_CHANNELS" in queries.effect(TIERLINE, effect).trouble
    settings.CHANNELS = account
    actions.release(TIERLINE, effect, at=at)
    assert actions.carry_out(effect, at=at) is EffectState.DONE


def test_every_way_out_has_a_queue_of_its_own(workspace: Slack, settings: Settings) -> None:
    settings.TRACKERS = {"github": {}}
    assert registry.ways_out() == ["email", "slack", "chat-of-partners", "github"]
    assert [registry.queue(name) for name in (*registry.ways_out(), "teams")] == [*registry.ways_out(), "system"]
    assert registry.channel("chat-of-partners").name == "slack"
    assert registry.channel("slack") is registry.channel("slack")
    assert registry.channel("slack") is not registry.channel("chat-of-partners")


def test_the_worker_works_on_the_queues_of_all_accounts() -> None:
    """As the process does it: a deployment with accounts, its tasks imported anew."""
    import os  # noqa: PLC0415 - for the child's environment only
    import subprocess  # noqa: PLC0415 - a process of its own reads the accounts
    import sys  # noqa: PLC0415 - the same Python
    import tempfile  # noqa: PLC0415 - a home of its own

    asked = (
        "import django; django.setup()\n"
        "from procrastinate.contrib.django import app\n"
        "from tierline.launch.worker import queues_of\n"
        "print(' '.join(queues_of(app)))\n"
    )
    with tempfile.TemporaryDirectory() as home:
        for name, told in (
            ("channels", "slack: {token: x}\npagers: {kind: pagerduty}\n"),
            ("trackers", "github: {}\n"),
        ):
            (Path(home) / f"{name}.yaml").write_text(told)
        surroundings = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tierline.settings",
            "TIERLINE_HOME": home,
            "TIERLINE_CHANNELS": f"{home}/channels.yaml",
            "TIERLINE_TRACKERS": f"{home}/trackers.yaml",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        done = subprocess.run(
            [sys.executable, "-c", asked], env=surroundings, capture_output=True, text=True, check=True, timeout=60
        )
    assert {"email", "slack", "pagers", "github", "system"} <= set(done.stdout.split())


@pytest.mark.django_db
def test_each_message_waits_in_its_own_providers_queue(workspace: Slack, at: datetime) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415 - the library's own table

    forget_jobs()
    announce(at)
    announce(at, by="email", to="ada.quill@desk.example", subject="Downtime")
    announce(at, by="teams")
    jobs = ProcrastinateJob.objects.filter(task_name="outbox.deliver_effect")
    assert sorted(job.queue_name for job in jobs) == ["email", "slack", "system"]
    assert "email" in queues_of(app)


def test_a_name_in_both_files_is_held_with_a_sentence(workspace: Slack, settings: Settings) -> None:
    settings.TRACKERS = {"slack": {}}
    answer = registry.channel("slack").deliver("k", {})
    assert isinstance(answer, NotConnected)
    assert "in both TIERLINE_CHANNELS and TIERLINE_TRACKERS" in answer.because


def test_text_messages_leave_by_the_mail_that_is_set_up(settings: Settings) -> None:
    settings.CHANNELS = {"sms": {"gateway": "{number}@text.example"}}
    channel = registry.channel("sms")
    with mail_server() as server:
        settings.SMTP_URL = server.url
        answer = channel.deliver("k1", {"to": "+1 555 010 0100", "text": "All back."})
        assert isinstance(answer, Delivered), answer
        assert [mail["To"] for mail in server.received] == ["15550100100@text.example"]
    settings.SMTP_URL = ""
    assert isinstance(channel.deliver("k2", {"to": "+1 555 010 0100", "text": "x"}), NotConnected)


def test_whoever_knows_is_asked_who_is_on_call(workspace: Slack, settings: Settings, at: datetime) -> None:
    knows = registry.knows_on_call("slack")
    assert isinstance(knows, KnowsOnCall)
    assert knows.on_call("SONCALL", at) == [OnCall("UADA", source="slack:SONCALL")]
    settings.CHANNELS |= {"sms": {"gateway": "{number}@text.example"}}
    for name, words in (("email", "does not know"), ("sms", "does not know"), ("nobody", "no account for 'nobody'")):
        told = registry.knows_on_call(name)
        assert isinstance(told, NotConnected)
        assert words in told.because
    kept = FixedList((OnCall("ada", "Ada Quill", "ada.quill@desk.example"),))
    assert isinstance(kept, KnowsOnCall)
    assert [one.name for one in kept.on_call("", at)] == ["Ada Quill"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"kind": "pigeon"}, "'pigeon' is no kind of channel. There are: pagerduty, slack, sms, teams, webhook."),
        ({}, "field 'token' is missing"),
        ({"token": "env:NOT_SET"}, "the environment variable NOT_SET is not set"),
        ({"token": "x", "addres": "y"}, "is it spelled as in docs/how-to/channels.md?"),
        ({"token": "x", "address": "http://chat.example"}, "write https://"),
        ("rubbish", "write its fields below its name"),
    ],
)
def test_an_account_that_cannot_be_used_is_named_with_its_field(
    settings: Settings, told: object, sentence: str
) -> None:
    settings.CHANNELS = {"slack": told}
    answer = registry.channel("slack").deliver("k", {})
    assert isinstance(answer, NotConnected)
    assert sentence in answer.because
    assert answer.because in [warning.msg for warning in usable_accounts()]


def test_a_file_that_cannot_be_read_stops_nothing_and_is_said(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text("slack: [")
    settings.CHANNELS, settings.CHANNELS_TROUBLE = CHANNELS.read_or_trouble(str(file))
    answer = registry.channel("slack").deliver("k", {})
    assert isinstance(answer, NotConnected)
    assert "this is no YAML" in answer.because
    with pytest.raises(UnusableAccount):
        CHANNELS.read(str(file))
