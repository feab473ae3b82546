"""Searching finds every case once, newest first, however far apart their numbers lie and however rare the word is."""

from datetime import datetime

import pytest
from django.db import connection
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases.actions.entering import enter
from tierline.cases.searching import PAGE, search
from tierline.directory.actor import Actor

pytestmark = pytest.mark.django_db
A_STRETCH = 2048  # numbers that one mark of a case's words covers; a wide one covers sixteen times as many


def go_on_at(number: int) -> None:
    """Let the next case get this number, as if there had been that many before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s, false)", [number])


def entered(actor: Actor, at: datetime, count: int, summary: str) -> list[int]:
    return [enter(actor, a_report(summary=f"{summary} {n}"), at=at).number for n in range(count)]


def walked(actor: Actor, words: str) -> list[int]:
    """All pages of a search, one after the other."""
    found = search(actor, words)
    numbers = [line.number for line in found.lines]
    while found.following:
        found = search(actor, words, before=found.following)
        numbers += [line.number for line in found.lines]
    return numbers


def test_every_case_is_found_once_and_the_newest_first_across_all_stretches(cast: Cast, at: datetime) -> None:
    numbers: list[int] = []
    for first in (A_STRETCH - 2, 5 * A_STRETCH, 60 * A_STRETCH, 900 * A_STRETCH - 3):
        go_on_at(first)
        numbers += entered(cast.agent, at, 30, "Marmalade banner")
    assert walked(cast.agent, "marmalade") == sorted(numbers, reverse=True)
    assert len(search(cast.agent, "marmalade").lines) == PAGE


def test_a_single_old_case_is_found_behind_many_newer_ones(cast: Cast, at: datetime) -> None:
    go_on_at(7)
    [old] = entered(cast.agent, at, 1, "Quince jelly")
    go_on_at(3_000_000)
    entered(cast.agent, at, 3, "Marmalade banner")
    assert walked(cast.agent, "quince") == [old]


def test_words_left_out_and_alternatives_count_in_every_stretch(cast: Cast, at: datetime) -> None:
    plain = entered(cast.agent, at, 2, "Marmalade banner")
    go_on_at(200_000)
    other = entered(cast.agent, at, 2, "Marmalade quince")
    assert walked(cast.agent, "marmalade -quince") == plain[::-1]
    assert walked(cast.agent, "quince or banner") == sorted(plain + other, reverse=True)


@pytest.mark.parametrize("words", ["the", "the of and", "#97", "'#97'", "##6"])
def test_words_that_say_nothing_find_nothing_nor_can_marks_be_typed(cast: Cast, at: datetime, words: str) -> None:
    go_on_at(97 * A_STRETCH + 5)
    entered(cast.agent, at, 1, "Marmalade banner")
    assert walked(cast.agent, words) == []


def test_somebody_elsewhere_finds_nothing_in_any_stretch(cast: Cast, at: datetime) -> None:
    entered(cast.agent, at, 1, "Marmalade banner")
    go_on_at(500_000)
    entered(cast.agent, at, 1, "Marmalade banner")
    assert walked(cast.outsider, "marmalade") == []
