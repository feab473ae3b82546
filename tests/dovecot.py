"""A real IMAP server for tests: Debian's Dovecot, run by whoever runs the tests, from a scratch folder, on free ports.

It knows one password and takes any user. Without Dovecot: an error where ``CI=true``, else a plain word.
"""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

PASSWORD = 'a "wild" pass\\word'
USER = "desk@tierline.example"


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server; ``certificate`` is what a client has to trust."""

    port: int
    secure_port: int
    certificate: Path

    def url(self, scheme: str = "imap", folder: str = "INBOX", password: str = PASSWORD) -> str:
        """An ``IMAP_URL``."""
        port = self.secure_port if scheme == "imaps" else self.port
        return f"{scheme}://{USER.replace('@', '%40')}:{quote(password, safe='')}@localhost:{port}/{folder}"

    @contextmanager
    def opened(self) -> Iterator[imaplib.IMAP4]:
        """Signed in as the owner of the mailbox, to put mail there and to look."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as owner:
            owner.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield owner

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        """A mail arrives."""
        with self.opened() as owner:
            owner.create(folder)
            answer, told = owner.append(folder, "", "", raw)
            assert answer == "OK", told


def program() -> str:
    """The path of Dovecot."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found and Path("/usr/lib/dovecot/imap").exists():
        return found
    sentence = (
        "There is no Dovecot on this machine, so this test against a real mail server did not run. "
        "Install it (Debian: apt-get install dovecot-imapd)."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A running server, gone afterwards with all it kept."""
    command = program()
    home = Path(tempfile.mkdtemp(prefix="tierline-imap-", dir="/tmp"))
    home.chmod(0o711)
    try:
        server = Dovecot(_free_port(), _free_port(), home / "cert.pem")
        _make_certificate(home)
        (home / "dovecot.conf").write_text(_settings(home, server))
        running = subprocess.Popen(
            [command, "-F", "-c", str(home / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _wait(server, running, home)
            yield server
        finally:
            running.terminate()
            running.wait(10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path, server: Dovecot) -> str:
    root = os.geteuid() == 0
    # Dovecot gives root no mail, so root's tests keep it as nobody; anybody else is the one user there is.
    keeper = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
    mail = home / "mail"
    mail.mkdir()
    os.chown(mail, keeper.pw_uid, keeper.pw_gid)
    group = grp.getgrgid(keeper.pw_gid).gr_name
    own = (
        ""
        if root
        else f"""
default_internal_user = {keeper.pw_name}
default_internal_group = {group}
default_login_user = {keeper.pw_name}
"""
    )
    chroot = "" if root else "chroot ="
    return f"""
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{mail}/%n
first_valid_uid = 1
first_valid_gid = 1
{own}
service anvil {{
  {chroot}
}}
service stats {{
  {chroot}
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {server.port}
  }}
  inet_listener imaps {{
    port = {server.secure_port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {home}/people
}}
userdb {{
  driver = static
  args = uid={keeper.pw_uid} gid={keeper.pw_gid} home={mail}
}}
"""


def _make_certificate(home: Path) -> None:
    (home / "people").write_text(f"{USER.partition('@')[0]}:{{PLAIN}}{PASSWORD}\n")
    (home / "people").chmod(0o644)
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(home / "key.pem"), "-out", str(home / "cert.pem")]
    subprocess.run([*request, *names, *files], check=True, capture_output=True)


def _wait(server: Dovecot, running: "subprocess.Popen[bytes]", home: Path) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and running.poll() is None:
        try:
            with server.opened():
                return
        except (OSError, imaplib.IMAP4.error, ssl.SSLError):
            time.sleep(0.1)
    log = home / "log"
    pytest.fail(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else running.poll()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
