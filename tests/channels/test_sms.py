"""Text messages: lengths as telephones count them, numbers as gateways want them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tierline.channels.channel import Answer, Delivered, Refused, TryAgain
from tierline.channels.sms import GSM_7, UCS_2, Account, Sms, alphabet_of, fit, parts_of, units


class Gateway:
    """Keeps what was sent; answers what it is told to."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.answer = answer or Delivered({"message_id": "<m@desk.example>"})

    def send(self, key: str, message: Any) -> Answer:
        self.sent.append((key, dict(message)))
        return self.answer


def deliver(to: str = "+1 (555) 010-0100", text: str = "All back.", **fields: Any) -> tuple[Answer, Gateway]:
    gateway = Gateway()
    account = Account.model_validate({"gateway": "{number}@text.example", "parts": 1, **fields})
    return Sms(account, gateway.send).deliver("k1", {"to": to, "text": text, "mark": "m", "attempt": 2}), gateway


def test_it_says_that_it_is_late_only_where_there_is_room_for_the_words_as_well() -> None:
    for length, begins in ((100, "Sent late, at 14:10 UTC. x"), (150, "x")):
        gateway = Gateway()
        account = Account.model_validate({"gateway": "{number}@text.example", "parts": 1})
        late = {"to": "+15550100100", "text": "x" * length, "late": "Sent late, at 14:10 UTC."}
        assert isinstance(Sms(account, gateway.send).deliver("k1", late), Delivered)
        assert gateway.sent[0][1]["text"].startswith(begins)


def test_a_number_becomes_an_address_and_the_key_stays() -> None:
    answer, gateway = deliver()
    assert isinstance(answer, Delivered)
    assert gateway.sent == [
        ("k1", {"to": "15550100100@text.example", "subject": "", "text": "All back.", "mark": "m", "attempt": 2})
    ]
    assert answer.evidence["message_id"] == "<m@desk.example>"
    assert (answer.evidence["parts"], answer.evidence["alphabet"]) == (1, GSM_7)
    _, gateway = deliver(drop_prefix="1")
    assert gateway.sent[0][1]["to"] == "5550100100@text.example"


@pytest.mark.parametrize("to", ["555 0100", "ada@desk.example", "", "+0123456789", "+1555", "+1555010010012345678"])
def test_what_is_no_number_is_refused(to: str) -> None:
    answer, gateway = deliver(to)
    assert isinstance(answer, Refused)
    assert gateway.sent == []


def test_what_the_gateway_answers_is_the_answer() -> None:
    gateway = Gateway(TryAgain("Later."))
    channel = Sms(Account(gateway="{number}@text.example"), gateway.send)
    assert channel.deliver("k1", {"to": "+15550100100", "text": "x"}) == TryAgain("Later.")


def test_a_long_text_is_refused_with_the_room_there_is_or_shortened_and_says_so() -> None:
    answer, gateway = deliver(text="x" * 161)
    assert isinstance(answer, Refused)
    assert "1 characters too long; there is room for 160 (GSM-7)" in answer.because
    assert gateway.sent == []
    answer, gateway = deliver(text="x" * 161, too_long="shorten")
    assert isinstance(answer, Delivered)
    assert answer.evidence["shortened"] is True
    assert gateway.sent[0][1]["text"] == "x" * 157 + "..."
    answer, _ = deliver(text="x" * 300, parts=2)
    assert isinstance(answer, Delivered)
    assert answer.evidence["parts"] == 2


@pytest.mark.parametrize(
    ("text", "alphabet", "length", "parts"),
    [
        ("x" * 160, GSM_7, 160, 1),
        ("x" * 161, GSM_7, 161, 2),
        ("x" * 306, GSM_7, 306, 2),
        ("x" * 307, GSM_7, 307, 3),
        ("€" * 80, GSM_7, 160, 1),
        ("ж" * 70, UCS_2, 70, 1),
        ("ж" * 71, UCS_2, 71, 2),
        ("😀", UCS_2, 2, 1),
    ],
)
def test_lengths_are_counted_as_telephones_count_them(text: str, alphabet: str, length: int, parts: int) -> None:
    assert (alphabet_of(text), units(text, alphabet), parts_of(text, alphabet)) == (alphabet, length, parts)


@given(st.text(min_size=1, max_size=400), st.integers(1, 3))
def test_a_shortened_text_always_fits_and_is_the_beginning(text: str, parts: int) -> None:
    if not text.split():
        return
    fitted = fit(text, parts, shorten=True)
    assert fitted.parts <= parts
    whole = " ".join(text.split())
    assert fitted.text == whole or whole.startswith(fitted.text.rstrip(".…").rstrip())


def test_an_empty_text_and_a_gateway_without_a_number_are_refused() -> None:
    assert isinstance(deliver(text=" \n ")[0], Refused)
    for gateway in ("text.example", "{number}", "sms@text.example", "{name}@text.example"):
        with pytest.raises(ValidationError):
            Account(gateway=gateway)
