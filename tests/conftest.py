"""What every test may ask for: a database, a stopped clock, a browser. Lets no test reach another machine.

- ``db``, ``transactional_db``, ``live_server`` (pytest-django): on the cluster of ``tests.cluster``, or on
  the server ``DATABASE_URL`` names.
- ``at``: the instant most tests happen at. ``stopped_clock``: the clock stands there; ``.forward(hours=2)``.
- ``browser``, ``page``: a real Chromium; use them with ``live_server``.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from tests import cluster
from tests.chromium import FLAGS, chromium
from tests.network import only_this_machine
from tests.standing import StoppedClock

from tierline.launch.places import socket_directory

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from tests.people import Cast

TEST_HOME = "TIERLINE_TEST_HOME"
_held = ExitStack()

# On a busy machine an example may take long once; that is no finding.
hypothesis.settings.register_profile("tierline", deadline=None, print_blob=True)
hypothesis.settings.load_profile("tierline")


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings at the test home before anything connects; the first process starts the cluster."""
    from django.conf import settings  # noqa: PLC0415 - after pytest-django set it up

    worker = hasattr(config, "workerinput")
    if not worker:
        os.environ[TEST_HOME] = str(_held.enter_context(cluster.free_home()))
    home = Path(os.environ[TEST_HOME])
    os.environ["TIERLINE_HOME"] = str(home)
    settings.HOME = home
    settings.STATIC_ROOT = home / "static"
    settings.MEDIA_ROOT = home / "attachments"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.SMTP_URL = settings.REHEARSAL = ""
    settings.TRACKERS, settings.TRACKERS_TROUBLE = {}, ""
    # pytest keeps what is logged; our own handler would write to a stream that pytest has closed by then.
    logging.getLogger().handlers.clear()
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Argon2 is slow on purpose; tests that sign in hundreds of times are not the place for it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    if "DATABASE_URL" not in os.environ:
        _use_embedded_cluster(home, start=not worker and not config.option.collectonly)


def _use_embedded_cluster(home: Path, *, start: bool) -> None:
    from django.db import connections  # noqa: PLC0415 - after pytest-django set it up

    mark = cluster.schema_mark()
    default = connections.databases["default"]
    default["HOST"] = str(socket_directory(home))
    default["TEST"]["NAME"] = f"test_tierline_{mark}"
    if start:
        _held.enter_context(cluster.running_cluster(home))
        cluster.drop_databases_of_other_schemas(socket_directory(home), mark)


def pytest_unconfigure() -> None:
    """Stop what was started, and let the next run have the home."""
    _held.close()


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Keep the embedded cluster's databases for the next run; leave none on an external server."""
    return "DATABASE_URL" not in os.environ or bool(request.config.getoption("reuse_db"))


@pytest.fixture(scope="session", autouse=True)
def this_machine_only() -> Iterator[None]:
    """No test talks to another machine."""
    with only_this_machine():
        yield


@pytest.fixture
def at() -> datetime:
    """A Friday morning in November, in working hours on both coasts."""
    return datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@pytest.fixture
def stopped_clock(at: datetime) -> Iterator[StoppedClock]:
    """The clock stands at ``at``. Threads (a live server's) keep the real time."""
    with ExitStack() as moves:
        yield StoppedClock(at, moves)


@pytest.fixture
def cast(db: None) -> Iterator["Cast"]:
    """Everybody of ``tests.people``, under the shipped plans in force."""
    from tests.jobs import forget_jobs  # noqa: PLC0415 - needs Django's apps
    from tests.people import enter_cast  # noqa: PLC0415 - needs Django's apps

    from tierline.plans.queries import forget  # noqa: PLC0415 - needs Django's apps

    forget()
    forget_jobs()  # of a run that committed them and threw their rows away
    yield enter_cast()
    forget()


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy, and only browser tests need it

    executable = chromium()
    # Playwright keeps an event loop in this thread, which Django would take for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh page without cookies, 1280 pixels wide; waiting for anything ends after ten seconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
