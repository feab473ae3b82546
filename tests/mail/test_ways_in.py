"""The other ways in: one message from a pipe, and messages by LMTP from a mail server of this machine."""

import io
import smtplib
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from tests.mail.letters import a_reply
from tests.mail.scene import a_mailed_hand_off, answer_address
from tests.people import Cast

from tierline.channels.lmtp import CannotListen, Server
from tierline.cli.main import main
from tierline.mail.models import MailRow

MAIL = a_reply("tierline@tierline.example", text="First\n.\n..dots\n")


@dataclass
class Kept:
    """What was handed over; ``broken`` lets keeping fail."""

    mails: list[tuple[bytes, tuple[str, ...]]] = field(default_factory=list)
    broken: bool = False

    def keep(self, raw: bytes, recipients: Sequence[str]) -> None:
        if self.broken:
            raise OSError("the disk is full")
        self.mails.append((raw, tuple(recipients)))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def door() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="tl-") as folder:
        yield Path(folder) / "lmtp"


@pytest.fixture
def post_office(kept: Kept, door: Path) -> Iterator[smtplib.LMTP]:
    with Server(door, kept.keep, largest=10_000) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        talk = smtplib.LMTP(str(door))
        yield talk
        talk.close()
        server.shutdown()


def test_a_message_arrives_as_it_is_with_all_its_recipients(post_office: smtplib.LMTP, kept: Kept) -> None:
    assert post_office.sendmail("zoe@far.example", ["one@tierline.example", "two@tierline.example"], MAIL) == {}
    [(raw, recipients)] = kept.mails
    assert raw == MAIL
    assert recipients == ("one@tierline.example", "two@tierline.example")


def test_what_could_not_be_kept_is_to_be_tried_again(post_office: smtplib.LMTP, kept: Kept) -> None:
    kept.broken = True
    with pytest.raises(smtplib.SMTPDataError) as refused:
        post_office.sendmail("zoe@far.example", ["one@tierline.example"], MAIL)
    assert refused.value.smtp_code == 451
    kept.broken = False
    post_office.sendmail("zoe@far.example", ["one@tierline.example"], MAIL)
    assert len(kept.mails) == 1


def test_a_message_beyond_the_limit_is_cut_and_not_lost(post_office: smtplib.LMTP, kept: Kept) -> None:
    post_office.sendmail("zoe@far.example", ["one@tierline.example"], MAIL + b"x" * 60 + b"\r\nyyyy" * 10_000)
    assert 10_000 <= len(kept.mails[0][0]) < 20_000
    assert kept.mails[0][0].startswith(MAIL[:100])


def test_only_a_dot_between_two_full_line_ends_ends_a_message(kept: Kept, door: Path) -> None:
    with Server(door, kept.keep, largest=10_000) as server, socket.socket(socket.AF_UNIX) as line:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        line.settimeout(5)
        line.connect(str(door))
        answers = line.makefile("rb")
        smuggled = b"one\n.\nMAIL FROM:<evil@x.example>\n.\r\nstill one\r\n"
        line.sendall(b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + smuggled + b".\r\nQUIT\r\n")
        said = answers.read().decode()
        server.shutdown()
    assert said.count("Kept") == 1
    assert said.rstrip().endswith("Bye")
    # The bare line end before the dot is a line of its own to nobody but whoever smuggles.
    assert [raw for raw, _ in kept.mails] == [smuggled]


@pytest.mark.parametrize(
    ("words", "answer"),
    [(b"DATA\r\n", "503"), (b"RCPT TO:<a@b>\r\n", "503"), (b"EHLO x\r\n", "500"), (b"\xff\xfe\r\n", "500")],
)
def test_words_out_of_turn_are_refused(post_office: smtplib.LMTP, words: bytes, answer: str) -> None:
    post_office.sock.sendall(words)  # type: ignore[union-attr]  # it is connected
    assert post_office.getreply()[0] == int(answer)


def test_a_socket_in_use_is_refused_and_a_dead_one_replaced(kept: Kept, door: Path) -> None:
    with Server(door, kept.keep, largest=10):
        with pytest.raises(CannotListen, match="already"):
            Server(door, kept.keep, largest=10)
        assert door.stat().st_mode & 0o007 == 0
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(door))
    with Server(door, kept.keep, largest=10):
        pass
    assert not door.exists()
    door.write_text("a file")
    with pytest.raises(CannotListen, match="no socket"):
        Server(door, kept.keep, largest=10)


class Standard:
    """Standard input that holds bytes."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


@pytest.mark.django_db
def test_a_pipe_hands_over_one_message(
    cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = a_mailed_hand_off(cast, at)
    raw = a_reply("somebody@tierline.example")
    for again in ("", ", as before"):
        monkeypatch.setattr("sys.stdin", Standard(raw))
        assert main(["mail", "take", "--to", answer_address(number)]) == 0
        assert capsys.readouterr().out.endswith(f"reply, on TL-{number}{again}.\n")
    assert MailRow.objects.get().came_by == "pipe"


@pytest.mark.django_db
def test_a_pipe_that_cannot_keep_it_asks_to_be_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left")

    monkeypatch.setattr("tierline.mail.actions.keep_bytes", full)
    monkeypatch.setattr("sys.stdin", Standard(MAIL))
    assert main(["mail", "take"]) == 75
    assert "Hand it over again" in capsys.readouterr().err
