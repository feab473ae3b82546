"""Two sides walked together, in whatever order they come, larger than what is kept in memory."""

import random
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from tierline.migration import comparing
from tierline.migration.comparing import Side, differences, in_order

COLUMNS = ("title",)


def side(number: str, ident: str = "a", title: str | None = "t") -> Side:
    return Side(number, ident, "", "", (title,))


NUMBERS = st.lists(st.text("0123456789-AZaz", min_size=1, max_size=6), max_size=60)


@given(NUMBERS, NUMBERS, st.randoms())
def test_exactly_what_differs_is_found(here: list[str], there: list[str], chance: random.Random) -> None:
    ours = [side(number) for number in dict.fromkeys(here)]
    theirs = [side(number, f"id-{place}", chance.choice(["t", "u"])) for place, number in enumerate(there)]
    found = list(differences(ours, theirs, COLUMNS))
    assert {one.number for one in found if one.kind == "missing"} == set(here) - set(there)
    assert {one.number for one in found if one.kind == "only-there"} == set(there) - set(here)
    doubled = {number for number in there if there.count(number) > 1 and number in here}
    assert {one.number for one in found if one.kind == "doubled"} == doubled


def test_a_column_nothing_is_expected_of_is_not_compared() -> None:
    assert list(differences([side("1", title=None)], [side("1", title="x")], COLUMNS)) == []
    [one] = differences([side("1")], [side("1", title="x")], COLUMNS)
    assert (one.kind, one.columns) == ("differing", ("title",))


@given(NUMBERS)
def test_sorting_on_disk_is_sorting(numbers: list[str]) -> None:
    with patch.object(comparing, "RUN", 7):
        sides = [side(number, str(place)) for place, number in enumerate(numbers)]
        assert [one.number for one in in_order(sides)] == sorted(numbers)
