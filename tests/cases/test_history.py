"""A case read back as it stood: folding facts up to an instant."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tierline.cases.history import as_it_stood
from tierline.timeline.fact import Fact

START = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
CHANGES = st.dictionaries(st.sampled_from(["state", "holder", "summary"]), st.text(max_size=5), max_size=3)


def told(minutes: int, changes: dict[str, str], number: int = 1) -> Fact:
    return Fact(number, "case", 1, START + timedelta(minutes=minutes), 1, "Ada", "noted", {"changes": changes})


def test_before_it_was_entered_there_is_nothing() -> None:
    assert as_it_stood([told(5, {"state": "new"})], START) is None


def test_it_stands_as_the_last_fact_before_the_instant_left_it() -> None:
    facts = [told(0, {"state": "new", "holder": "front"}, 1), told(10, {"state": "in-progress"}, 2)]
    stood = as_it_stood(facts, START + timedelta(minutes=9))
    assert stood is not None
    assert stood.fields == {"state": "new", "holder": "front"}
    later = as_it_stood(facts, START + timedelta(minutes=10))
    assert later is not None
    assert later.fields == {"state": "in-progress", "holder": "front"}


@given(st.lists(CHANGES, min_size=1, max_size=12), st.integers(0, 11), st.randoms())
def test_the_order_in_which_facts_are_given_does_not_matter(
    changes: list[dict[str, str]], upto: int, chance: Random
) -> None:
    facts = [told(minute, change, minute) for minute, change in enumerate(changes)]
    mixed = list(facts)
    chance.shuffle(mixed)
    moment = START + timedelta(minutes=upto)
    assert as_it_stood(mixed, moment) == as_it_stood(facts, moment)
