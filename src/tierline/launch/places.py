"""Where one home keeps what: pure names of folders and files, made by nobody here.

A *home* (``TIERLINE_HOME``) is the one folder with everything an installation must not lose. Refuses nothing;
whoever creates a place checks it (see ``tierline.launch.postgres``).
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

# The kernel allows 107 bytes for a socket's path; PostgreSQL puts a lock file with a longer name beside it.
SOCKET_PATH_LIMIT = 100
LONGEST_SOCKET_FILE = ".s.PGSQL.5432.lock"


def socket_directory(home: Path) -> Path:
    """The folder of the embedded PostgreSQL's socket: in ``home``, or a short one when that is too deep.

    The same home gives the same answer in every process, however it is spelled (links are followed), because
    the settings, the launcher and the tests each ask on their own.
    """
    home = home.resolve()
    inside = home / "socket"
    if len(os.fsencode(inside / LONGEST_SOCKET_FILE)) < SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"tierline-{os.getuid()}-{digest}"  # noqa: S108 - private: made 0700, owner checked


@dataclass(frozen=True, slots=True)
class Places:
    """The folders and files of one home."""

    home: Path

    @property
    def data(self) -> Path:
        """The database's files; named after the major version, so that the next one gets its own."""
        return self.home / "pgdata18"

    @property
    def socket(self) -> Path:
        """Where the embedded PostgreSQL listens."""
        return socket_directory(self.home)

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.home / "log"

    @property
    def lock(self) -> Path:
        """Held for life by the one supervisor of this home; its text says who that is."""
        return self.home / "lock"

    @property
    def rehearsal(self) -> Path:
        """Where partners to rehearse with keep what they hold, their address and their accounts."""
        return self.home / "rehearsal"

    @property
    def sign_ins(self) -> Path:
        """The demonstration's sign-ins as they were told when it was loaded."""
        return self.home / "demonstration-sign-ins.txt"

    @property
    def edition(self) -> Path:
        """What the demonstration was made of when it was loaded, so that the next start need not do it again."""
        return self.home / "demonstration-edition.txt"
