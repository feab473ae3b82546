"""Signed calls: what a receiver can believe, where we never call."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from tests.channels.partners import KEY, WebhookPartner, webhook_partner

from tierline.channels.channel import Delivered, Refused, TryAgain
from tierline.channels.webhook import REPLAY_WINDOW, Account, Webhook, id_of, is_public, signature
from tierline.foundation.clock import now
from tierline.rehearsal.faults import Answering

SECRET = WebhookPartner.secrets[0]


@pytest.fixture
def partner() -> Iterator[WebhookPartner]:
    with webhook_partner() as running:
        yield running


def deliver(partner: WebhookPartner, **more: Any) -> Any:
    return partner.channel.deliver(KEY, partner.message(**more))


def test_a_receiver_can_check_who_wrote_it_and_when(partner: WebhookPartner) -> None:
    assert deliver(partner) == Delivered({"id": KEY, "status": 204, "found": False})
    [exchange] = partner.desk.exchanges
    stamp, signed = exchange.headers["webhook-timestamp"], exchange.headers["webhook-signature"]
    body = json.dumps(exchange.request, sort_keys=True, separators=(",", ":"))
    ours = hmac.new(base64.b64decode(SECRET), f"{KEY}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    assert signed == f"v1,{base64.b64encode(ours).decode()}"
    assert exchange.request["id"] == KEY
    assert exchange.headers["host"].startswith("127.0.0.1:")


def test_a_replayed_call_is_too_old_after_the_window(partner: WebhookPartner) -> None:
    partner.desk.clock.skew = REPLAY_WINDOW + timedelta(seconds=5)
    told = deliver(partner)
    assert isinstance(told, TryAgain)
    assert "its secret or its clock differs" in told.because
    partner.desk.clock.skew = -REPLAY_WINDOW + timedelta(seconds=30)
    assert isinstance(deliver(partner, attempt=2), Delivered)


def test_another_secret_is_not_believed(partner: WebhookPartner) -> None:
    partner.desk.secret = "b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
    assert isinstance(deliver(partner), TryAgain)
    assert partner.desk.taken == {}


def test_the_signature_is_the_one_of_the_open_form() -> None:
    """The example its specification gives."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    known, stamp, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    assert signature(secret, known, stamp, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_ids_are_what_headers_and_signatures_can_carry() -> None:
    assert id_of(KEY) == KEY
    assert len(id_of("key with spaces. and dots")) == 64
    assert id_of("ключ") == id_of("ключ") != id_of("other ключ")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "255.255.255.255", "no address",
    ],
)  # fmt: skip
def test_inside_addresses_are_inside_however_they_are_wrapped(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_outside_addresses_are_outside(address: str) -> None:
    assert is_public(address)


def test_an_address_inside_is_refused_unless_the_account_allows_it() -> None:
    with webhook_partner(allow_private=False) as partner:
        told = deliver(partner)
        assert isinstance(told, Refused)
        assert "inside this machine or its network" in told.because
        assert partner.desk.calls == 0


def channel_to(host: str, **fields: Any) -> Webhook:
    return Webhook(Account.model_validate({"address": f"https://{host}/hook", "secret": SECRET, **fields}))


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_public_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for addresses in (["10.0.0.5"], ["8.8.8.8", "127.0.0.1"]):
        names_lead_to(monkeypatch, *addresses)
        assert isinstance(channel_to("hooks.partner.example").deliver(KEY, {"body": {}}), Refused)


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def ask(self: object, method: str, where: str, **more: Any) -> Any:
        asked.append((where, more["headers"]["Host"], more["host"]))
        raise LookupError

    names_lead_to(monkeypatch, "8.8.8.8")
    monkeypatch.setattr("tierline.channels.webhook.Line.ask", ask)
    with pytest.raises(LookupError):
        channel_to("hooks.partner.example").deliver(KEY, {"body": {}})
    assert asked == [("https://8.8.8.8:443/hook", "hooks.partner.example", "hooks.partner.example")]


def test_a_name_that_cannot_be_resolved_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*asked: Any, **options: Any) -> Any:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert isinstance(channel_to("hooks.partner.example").deliver(KEY, {"body": {}}), TryAgain)


def test_no_redirect_is_followed() -> None:
    with webhook_partner() as partner:
        address = partner.desk.url + "/hooks/moved"
        fields = {"address": address, "secret": SECRET, "allow_private": True}
        told = Webhook(Account.model_validate(fields)).deliver(KEY, partner.message())
        assert isinstance(told, Refused)
        assert "does not follow" in told.because
        assert partner.desk.taken == {}


@pytest.mark.parametrize(("status", "answer"), [(404, Refused), (410, Refused), (422, Refused), (500, TryAgain)])
def test_what_a_receiver_says_is_kept(partner: WebhookPartner, status: int, answer: type) -> None:
    partner.desk.faults.next(Answering(status))
    assert isinstance(deliver(partner), answer)


@pytest.mark.parametrize(
    "fields", [{"secret": "c2hvcnQ="}, {"secret": "no base64!"}, {"address": "http://far.example"}]
)
def test_an_account_that_would_be_unsafe_is_refused(fields: dict[str, str]) -> None:
    told = {"address": "https://far.example/hook", "secret": SECRET, **fields}
    with pytest.raises(ValidationError):
        Account.model_validate(told)
    assert Account.model_validate({**told, "address": "https://far.example", "secret": f"whsec_{SECRET}"})


def test_the_stamp_is_the_time_it_leaves(partner: WebhookPartner) -> None:
    deliver(partner)
    [taken] = partner.desk.taken.values()
    assert abs(now() - taken.at) < timedelta(seconds=30)
