"""When the outbox tries again: doubling pauses, the provider's own pause, patience until the moment loses its sense."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tierline.outbox.retrying import LONGEST_PAUSE, next_try

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FAR = AT + timedelta(days=30)


@given(st.integers(1, 1000))
def test_a_pause_never_shrinks_and_never_exceeds_the_longest(attempt: int) -> None:
    sooner, later = next_try(attempt, at=AT, not_after=FAR), next_try(attempt + 1, at=AT, not_after=FAR)
    assert sooner is not None
    assert later is not None
    assert AT < sooner <= later <= AT + LONGEST_PAUSE


def test_a_providers_own_pause_is_kept() -> None:
    assert next_try(1, at=AT, not_after=FAR, pause=600) == AT + timedelta(seconds=600)


@given(st.integers(1, 100), st.floats(0, 1e6))
def test_nothing_is_tried_after_its_moment(attempt: int, pause: float) -> None:
    until = AT + timedelta(hours=1)
    moment = next_try(attempt, at=AT, not_after=until, pause=pause)
    assert moment is None or moment <= until
