"""Callers with keys of the cast."""

from collections.abc import Iterator

import pytest
from tests.api.callers import Caller, caller
from tests.people import Cast, enter_cast

from tierline.plans.queries import forget


@pytest.fixture
def committed_cast(transactional_db: None) -> Iterator[Cast]:
    """The cast in a database that every connection sees; its tables are emptied afterwards."""
    forget()
    yield enter_cast()
    forget()


@pytest.fixture
def agent(cast: Cast) -> Caller:
    """HRC, Tier 1."""
    return caller(cast.agent)


@pytest.fixture
def triager(cast: Cast) -> Caller:
    """vets.gov, who takes what HRC hands on."""
    return caller(cast.triager)


@pytest.fixture
def outsider(cast: Cast) -> Caller:
    """Somebody of an organisation that has nothing to do with any of it."""
    return caller(cast.outsider)
