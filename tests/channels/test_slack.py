"""Slack: a root and its thread, tags that reach somebody, limits said before, what its errors mean."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.channels.partners import FRIDAY, KEY, SlackPartner, slack_partner
from tests.trackers.validation import specs, violations

from tierline.channels.block_kit import escaped, made_safe, safe, tagged, unfit
from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.knowing_people import Member
from tierline.channels.on_call import OnCall
from tierline.channels.slack import Account, Slack
from tierline.rehearsal.faults import LostAnswer, Throttled


@pytest.fixture
def partner() -> Iterator[SlackPartner]:
    with slack_partner(workspace="https://desk.chat.example") as running:
        yield running
        assert violations(running.desk) == []


def slack(partner: SlackPartner) -> Slack:
    assert isinstance(partner.channel, Slack)
    return partner.channel


def post(partner: SlackPartner, key: str = KEY, **more: Any) -> Delivered:
    told = partner.channel.deliver(key, partner.message(**more))
    assert isinstance(told, Delivered), told
    return told


def refused(partner: SlackPartner, **more: Any) -> str:
    told = partner.channel.deliver(KEY, partner.message(**more))
    assert isinstance(told, Refused), told
    return told.because


def test_a_root_and_its_thread_and_what_everybody_is_to_see(partner: SlackPartner) -> None:
    root = post(partner).evidence
    reply = post(partner, "k2", thread=root["ts"], broadcast=True).evidence
    assert reply["thread"] == root["ts"]
    assert root["url"] == f"https://desk.chat.example/archives/CDOWN/p{root['ts'].replace('.', '')}"
    [first, second] = partner.desk.messages
    assert (first.thread_ts, second.thread_ts, second.broadcast) == ("", first.ts, True)


def test_a_thread_is_found_by_the_key_of_its_first_message(partner: SlackPartner) -> None:
    early = partner.channel.deliver("k2", partner.message(thread_of=KEY))
    assert isinstance(early, TryAgain)
    assert "not in the Slack channel yet" in early.because
    root = post(partner).evidence
    assert post(partner, "k2", thread_of=KEY).evidence["thread"] == root["ts"]
    post(partner, "k3", verb="update", thread_of=KEY, text="It is over.", blocks=[])
    first = partner.desk.messages[0]
    assert (first.text, first.edits) == ("It is over.", 1)


def test_the_first_message_is_found_by_a_process_that_did_not_send_it(partner: SlackPartner) -> None:
    root = post(partner).evidence
    post(partner, "k2", verb="update", ts=root["ts"], text="Moved.", blocks=[])
    with slack_partner(address=partner.desk.address) as other:
        told = other.channel.deliver("k3", partner.message(thread_of=KEY))
        assert isinstance(told, Delivered), told
        assert told.evidence["thread"] == root["ts"]


def test_a_first_message_that_never_came_keeps_the_next_from_nobody(partner: SlackPartner) -> None:
    told = post(partner, "k2", thread_of=KEY, attempt=5).evidence
    assert "thread" not in told
    assert "stands alone" in told["but"]


def test_a_plans_word_for_a_channel_is_its_id_in_the_account() -> None:
    with slack_partner(channels={"#coordination": "CDOWN"}) as partner:
        for number, room in enumerate(("#coordination", "coordination")):
            content = {"post": partner.message(), "room": room, "document": {"title": "x"}}
            told = partner.channel.deliver(f"k{number}", content)
            assert isinstance(told, Delivered), told
            assert told.evidence["channel"] == "CDOWN"
    with pytest.raises(ValueError, match="a channel's id"):
        Account.model_validate({"token": "x", "channels": {"coordination": "#general"}})


def test_a_repeat_in_a_thread_is_looked_for_in_the_thread(partner: SlackPartner) -> None:
    root = post(partner).evidence
    partner.lose_the_answer()
    assert isinstance(partner.channel.deliver("k2", partner.message(thread=root["ts"])), TryAgain)
    assert post(partner, "k2", thread=root["ts"], attempt=2).evidence["found"] is True
    assert len(partner.desk.messages) == 2


def test_it_is_looked_for_from_a_minute_before_the_first_try_and_over_pages(partner: SlackPartner) -> None:
    post(partner)
    for number in range(450):
        partner.desk.writes("CDOWN", f"Talk {number}")
    slack(partner)._posted.clear()  # as a process that did not send it
    assert post(partner, attempt=2).evidence["found"] is True
    asked = [one for one in partner.desk.exchanges if one.route == "/api/conversations.history"]
    assert len(asked) == 3
    assert float(asked[0].query["oldest"]) == (FRIDAY - timedelta(seconds=60)).timestamp()
    assert "xoxb-hush" not in repr(partner.desk.exchanges)


def test_where_slack_takes_the_metadata_away_the_block_still_carries_the_key(partner: SlackPartner) -> None:
    post(partner)
    partner.desk.messages[0].metadata = {}
    slack(partner)._posted.clear()
    assert post(partner, attempt=2).evidence["found"] is True


def test_an_app_that_may_not_ask_sends_again_and_says_so(partner: SlackPartner) -> None:
    partner.lose_the_answer()
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)
    partner.desk.says_no("missing_scope", path="history", needed="channels:history")
    evidence = post(partner, attempt=2).evidence
    assert "could not be asked: The Slack app may not do this yet: it needs channels:history" in evidence["but"]
    assert partner.held() == [KEY, KEY]


def test_a_list_that_lags_doubles_and_the_double_carries_the_same_key(partner: SlackPartner) -> None:
    partner.desk.lag = timedelta(seconds=30)
    partner.lose_the_answer()
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)
    assert post(partner, attempt=2).evidence["found"] is False
    assert partner.held() == [KEY, KEY]


def test_an_edit_is_an_edit_however_often_it_is_sent(partner: SlackPartner) -> None:
    ts = post(partner).evidence["ts"]
    edit = {"verb": "update", "ts": ts, "text": "Moved to Sunday.", "blocks": []}
    partner.desk.faults.next(LostAnswer(), path="chat.update")
    assert isinstance(partner.channel.deliver("k2", partner.message(**edit)), TryAgain)
    post(partner, "k2", **edit, attempt=2)
    assert [one.text for one in partner.desk.messages] == ["Moved to Sunday."]
    assert "names it by its ts" in refused(partner, verb="update")


def test_groups_are_expanded_as_it_is_sent_and_who_is_outside_is_told(partner: SlackPartner) -> None:
    evidence = post(partner).evidence
    assert evidence["groups"] == {"SONCALL": ["UADA", "UBEN"]}
    assert evidence["outside"] == ["UBEN"]
    partner.desk.puts_in_group("SONCALL")
    assert "user group SONCALL is empty" in refused(partner)
    del partner.desk.groups["SONCALL"]
    assert "does not know this user group" in refused(partner)
    assert len(partner.desk.messages) == 1


def test_a_channel_whose_members_cannot_be_asked_is_told_all_the_same(partner: SlackPartner) -> None:
    partner.desk.says_no("missing_scope", path="members", needed="channels:read")
    evidence = post(partner).evidence
    assert "outside" not in evidence
    assert "needs channels:read" in evidence["but"]


def test_a_person_is_written_to_by_id_or_by_mail(partner: SlackPartner) -> None:
    by_id = post(partner, to="UBEN").evidence
    by_mail = post(partner, "k2", to="ben.rowe@desk.example").evidence
    assert by_id["channel"] == by_mail["channel"] == "DBEN"
    assert "nobody with this e-mail" in refused(partner, to="zoe@desk.example")
    partner.desk.people["UBEN"].deleted = True
    assert "nobody with this e-mail" in refused(partner, to="BEN.ROWE@desk.example")


def test_people_are_known_by_their_e_mail_until_they_leave(partner: SlackPartner) -> None:
    assert slack(partner).member("Ben.Rowe@desk.example") == Member("UBEN")
    partner.desk.people["UBEN"].deleted = True
    assert slack(partner).member("ben.rowe@desk.example") == Member("UBEN", left=True)
    assert slack(partner).member("zoe@desk.example") is None


def test_a_pause_in_looking_people_up_holds_no_message(partner: SlackPartner) -> None:
    partner.desk.faults.next(Throttled(30), path="lookupByEmail")
    assert isinstance(slack(partner).member("ben.rowe@desk.example"), TryAgain)
    asked = len(partner.desk.exchanges)
    assert isinstance(slack(partner).member("ada.quill@desk.example"), TryAgain)
    assert len(partner.desk.exchanges) == asked
    assert isinstance(partner.channel.deliver(KEY, partner.message()), Delivered)


@pytest.mark.parametrize("to", ["#downtimes", "downtimes", "@ada", "", "C-DOWN"])
def test_a_name_is_no_place_to_write_to(partner: SlackPartner, to: str) -> None:
    assert "is no id" in refused(partner, to=to)
    assert partner.desk.exchanges == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("not_in_channel", "Invite it there"),
        ("channel_not_found", "Check the channel's id"),
        ("is_archived", "is archived"),
        ("msg_too_long", "too long"),
        ("invalid_blocks", "does not take the blocks"),
        ("some_new_error", "does not take this: some_new_error."),
    ],
)
def test_what_slack_will_never_take_says_what_to_do(partner: SlackPartner, error: str, words: str) -> None:
    partner.desk.says_no(error, path="postMessage")
    assert words in refused(partner)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable", "ratelimited"])
def test_what_passes_is_tried_again(partner: SlackPartner, error: str) -> None:
    partner.desk.says_no(error, path="postMessage")
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)


def test_a_pause_is_for_its_channel_and_kept_without_asking_again(partner: SlackPartner) -> None:
    partner.desk.has_channel("COTHER", "other", "UADA", "UBEN")
    partner.desk.faults.next(Throttled(30), path="postMessage")
    assert isinstance(partner.channel.deliver(KEY, partner.message()), TryAgain)
    asked = len(partner.desk.exchanges)
    told = partner.channel.deliver("k2", partner.message())
    assert isinstance(told, TryAgain)
    assert told.after is not None
    assert 0 < told.after <= 30
    assert len(partner.desk.exchanges) == asked
    assert post(partner, "k3", to="COTHER").evidence["channel"] == "COTHER"


def test_posts_to_one_channel_keep_their_distance() -> None:
    with slack_partner(seconds_between_posts=0.2) as partner:
        partner.desk.has_channel("COTHER", "other", "UADA", "UBEN")
        begun = time.monotonic()
        for number in range(3):
            post(partner, f"k{number}")
        assert time.monotonic() - begun >= 0.4


def test_who_is_in_a_group_in_a_channel_on_call(partner: SlackPartner) -> None:
    assert slack(partner).members_of("SONCALL") == ("UADA", "UBEN")
    assert slack(partner).in_channel("CDOWN") == frozenset({"UADA"})
    assert slack(partner).person("ada.quill@desk.example") == "UADA"
    assert slack(partner).person("nobody@desk.example") is None
    assert slack(partner).on_call("SONCALL", FRIDAY) == [
        OnCall("UADA", source="slack:SONCALL"),
        OnCall("UBEN", source="slack:SONCALL"),
    ]
    assert isinstance(slack(partner).members_of("oncall"), Refused)
    with partner.desk.unreachable():
        assert isinstance(slack(partner).on_call("SONCALL", FRIDAY), TryAgain)


def test_a_large_channel_is_read_to_its_end(partner: SlackPartner) -> None:
    partner.desk.has_channel("CBIG", "big", *(f"U{number:05d}" for number in range(2500)))
    members = slack(partner).in_channel("CBIG")
    assert isinstance(members, frozenset)
    assert len(members) == 2500


def test_the_government_host_is_an_address_like_another() -> None:
    assert Account.model_validate({"token": "x"}).address == "https://slack.com/api"
    govern = Account.model_validate({"token": "x", "address": "https://slack-gov.com/api/"})
    assert govern.address == "https://slack-gov.com/api"
    with pytest.raises(ValueError, match="https"):
        Account.model_validate({"token": "x", "address": "http://slack-gov.com/api"})


def test_nobody_can_tag_everybody_and_what_is_written_is_shown(partner: SlackPartner) -> None:
    block = {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "<!channel> a < b & c <@UADA> <https://x.example|x>"},
    }
    post(partner, text="<!here> & <b>", blocks=[block])
    [kept] = partner.desk.messages
    assert kept.text == "&lt;!here&gt; &amp; &lt;b&gt;"
    shown = kept.blocks[0]["text"]["text"]
    assert shown == "&lt;!channel&gt; a &lt; b &amp; c <@UADA> <https://x.example|x>"


def section(length: int) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}}


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([section(3001)], "3,001 characters; Slack takes 3,000"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "Slack takes 150"),
        ([section(1)] * 51, "51 blocks; Slack takes 50"),
        ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}], "field 1 has 2,001"),
        ([{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}], "11 fields; Slack takes 10"),
        ([{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}], "11 elements"),
        ([{**section(1), "block_id": "x" * 256}], "block_id of Block 1 (section) has 256"),
        ([{**section(1), "block_id": "a"}, {**section(1), "block_id": "a"}], "same block_id"),
        ([section(0)], "is empty"),
        (["rubbish"], "has no type"),
    ],
)
def test_a_limit_is_said_before_anything_is_sent(partner: SlackPartner, blocks: list[Any], words: str) -> None:
    assert words in refused(partner, blocks=blocks)
    assert partner.desk.exchanges == []


def test_what_a_limit_lets_through_slack_lets_through() -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2000}] * 10}
    assert unfit("x", [header, section(3000), fields]) == ""


@given(st.text(max_size=60))
def test_any_text_made_safe_stays_as_it_is_and_tags_nobody(text: str) -> None:
    assert safe(safe(text)) == safe(text)
    assert tagged(escaped(text), [])[0] == []
    assert "<!" not in safe(text).replace("<!subteam^S", "").replace("<!date^", "")


def test_plain_text_is_left_alone() -> None:
    told = [{"type": "header", "text": {"type": "plain_text", "text": "a & b"}}]
    assert made_safe(told) == told


def test_every_parameter_is_known_to_slacks_own_description(partner: SlackPartner) -> None:
    """Where TIERLINE_SPECS is; that description of 2020 does not know metadata yet."""
    import json  # noqa: PLC0415 - only here

    post(partner, thread=post(partner, "k0").evidence["ts"])
    post(partner, attempt=2)
    slack(partner).member("ada.quill@desk.example")
    folder = specs()
    if folder is None:
        return
    described = json.loads((folder / "slack/slack_web_openapi_v2.json").read_text())["paths"]
    for exchange in partner.desk.exchanges:
        known = {
            one["name"] for one in described[exchange.route.removeprefix("/api")][exchange.method.lower()]["parameters"]
        }
        sent = set(exchange.query) | set(exchange.request or {})
        assert sent - known <= {"metadata", "include_all_metadata"}, exchange.route
