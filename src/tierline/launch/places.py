"""Where the embedded PostgreSQL keeps its socket. Pure; refuses nothing."""

import hashlib
import os
from pathlib import Path


def socket_directory(home: Path) -> Path:
    """A short private folder for the socket of the database in ``home``.

    A Unix socket's path may have 107 bytes, so a deeply nested home cannot hold it; the folder's name is made
    from the home's path, so that every process of one home finds the same one.
    """
    mark = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path("/tmp") / f"tierline-{os.getuid()}-{mark}"  # noqa: S108 - 0700, owned and checked by the launcher
