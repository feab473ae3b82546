"""The browser of the browser tests: one found on the machine, with all that phones home turned off."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def chromium() -> str:
    """The path of a Chromium. Without one: an error where ``CI=true``, else a plain word."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    sentence = (
        "There is no Chromium on this machine, so this browser test did not run. "
        "Install it (Debian: apt-get install chromium)."
    )
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
