"""Microsoft Teams: a card that can be told from its repeat, its limit, what its answers mean."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError
from tests.channels.partners import KEY, WORDS, TeamsPartner, teams_partner

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.teams import LARGEST, Account, reference_of
from tierline.rehearsal.faults import Answering


@pytest.fixture
def partner() -> Iterator[TeamsPartner]:
    with teams_partner() as running:
        yield running


def test_accepted_is_all_that_is_claimed_and_the_reference_is_on_the_card(partner: TeamsPartner) -> None:
    told = partner.channel.deliver(KEY, partner.message(url="https://desk.example/notices/1"))
    reference = reference_of(KEY)
    assert told == Delivered({"accepted": True, "reference": reference, "status": 202, "found": False})
    [card] = partner.desk.cards
    texts = [one.get("text") for one in card.content["body"]]
    assert texts == ["Downtime", WORDS, None, f"Reference {reference}"]
    assert card.content["body"][2]["facts"] == [{"title": "When", "value": "Saturday, 07:00"}]
    assert card.content["actions"][0]["url"] == "https://desk.example/notices/1"
    assert card.tracking == reference
    assert KEY not in repr(card)


def test_a_card_that_is_ready_is_sent_as_it_is_with_its_reference(partner: TeamsPartner) -> None:
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Ready"}]}
    assert isinstance(partner.channel.deliver(KEY, {"to": "downtimes", "card": card}), Delivered)
    assert [one["text"] for one in partner.desk.cards[0].content["body"]] == ["Ready", f"Reference {reference_of(KEY)}"]
    assert len(card["body"]) == 1


def test_a_document_becomes_a_card(partner: TeamsPartner) -> None:
    document = {"title": "Downtime", "summary": WORDS, "facts": [{"label": "When", "text": "Saturday"}]}
    told = partner.channel.deliver(KEY, {"room": "#downtimes", "post": {"blocks": []}, "document": document})
    assert isinstance(told, Delivered), told
    assert [one.get("text") for one in partner.desk.cards[0].content["body"]][:2] == ["Downtime", WORDS]


def test_a_card_that_waited_for_its_channel_says_at_the_top_that_it_is_late_and_once(partner: TeamsPartner) -> None:
    late = "Sent late, at 2026-11-20 14:10 UTC; e-mail went 2026-11-20 13:32 UTC."
    document = {"title": "Downtime", "summary": WORDS, "asides": ["Slack was not available either."]}
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Ready"}]}
    for more in ({"document": document, "room": "#downtimes"}, partner.message(), {"to": "downtimes", "card": card}):
        assert isinstance(partner.channel.deliver(KEY, {**more, "late": late}), Delivered)
        texts = [one.get("text") for one in partner.desk.cards[-1].content["body"]]
        assert texts[0] == late
        assert texts.count(late) == 1
    assert "Slack was not available either." in repr(partner.desk.cards[0].content)


def test_what_is_just_small_enough_is_taken_and_one_byte_more_is_not(partner: TeamsPartner) -> None:
    partner.channel.deliver(KEY, partner.message(text=""))
    import json  # noqa: PLC0415 - only here

    room = LARGEST - len(json.dumps(partner.desk.exchanges[0].request))
    assert isinstance(partner.channel.deliver(KEY, partner.message(text="x" * room)), Delivered)
    told = partner.channel.deliver(KEY, partner.message(text="x" * (room + 1)))
    assert isinstance(told, Refused)
    assert "28,673 bytes; Teams takes 28,672" in told.because


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (400, Refused, "status 400"),
        (401, TryAgain, "renewed or switched off"),
        (404, Refused, "is gone"),
        (413, Refused, "too large"),
        (302, Refused, "status 302"),
        (503, TryAgain, "not able to answer"),
    ],
)
def test_its_answers_say_what_to_do(partner: TeamsPartner, status: int, answer: type, words: str) -> None:
    partner.desk.faults.next(Answering(status, headers={"Location": "https://far.example"}))
    told = partner.channel.deliver(KEY, partner.message())
    assert isinstance(told, answer)
    assert not isinstance(told, Delivered)
    assert words in told.because


def test_a_channel_without_a_flow_is_refused(partner: TeamsPartner) -> None:
    told = partner.channel.deliver(KEY, partner.message(to="other"))
    assert isinstance(told, Refused)
    assert "knows no channel 'other'. There are: downtimes." in told.because


@pytest.mark.parametrize("address", ["http://flows.example/x?sig=1", "flows.example", ""])
def test_an_address_that_would_tell_its_secret_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Account.model_validate({"webhooks": {"downtimes": address}})
