"""Cursors and hidden keys: nothing lost, nothing twice, any key comes back as it went."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.channels.line import Line, Stopped, Told
from tierline.trackers.cursors import OVERLAP, begun
from tierline.trackers.marking import hidden, key_in, shown, without_key

START = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
keys = st.text(min_size=1, max_size=80)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400), st.integers(1, 4)), max_size=40), st.integers(1, 5))
def test_every_revision_is_given_once_whatever_the_stamps_and_stops(
    happenings: list[tuple[int, int, int]], most: int
) -> None:
    """Records change at random seconds while somebody reads with stops in between."""
    rows: dict[str, tuple[datetime, str]] = {}
    given_out: list[tuple[str, str]] = []
    cursor, clock = "", START
    for revision, (record, forward, visits) in enumerate(happenings):
        clock += timedelta(seconds=forward)
        rows[str(record)] = (clock, str(revision))
        for _ in range(visits):
            sweep = begun(cursor, otherwise=START)
            assert sweep.since is not None
            new, midway = 0, False
            for name, (stamp, word) in sorted(rows.items(), key=lambda row: row[1][0]):
                if stamp < sweep.since:
                    continue
                if new >= most:
                    midway = True
                    break
                if sweep.is_new(name, stamp, word):
                    given_out.append((name, word))
                    new += 1
            cursor = sweep.written(midway=midway)
    for _ in range(20):
        sweep = begun(cursor, otherwise=START)
        for name, (stamp, word) in sorted(rows.items(), key=lambda row: row[1][0]):
            if sweep.since is not None and stamp >= sweep.since and sweep.is_new(name, stamp, word):
                given_out.append((name, word))
        cursor = sweep.written(midway=False)
    assert len(given_out) == len(set(given_out))
    assert {(name, word) for name, (_, word) in rows.items()} <= set(given_out)


def test_a_row_that_becomes_visible_late_is_still_seen() -> None:
    sweep = begun("", otherwise=START)
    sweep.is_new("a", START + timedelta(minutes=5), "1")
    later = begun(sweep.written(midway=False))
    assert later.since == START + timedelta(minutes=5) - OVERLAP
    assert later.is_new("b", START + timedelta(minutes=4), "1")
    assert not later.is_new("a", START + timedelta(minutes=5), "1")


@given(keys, st.text(max_size=60))
def test_any_key_comes_back_as_it_went_and_the_text_is_as_it_was(key: str, text: str) -> None:
    for mark in (hidden, shown):
        if key_in(text) is None:
            written = mark(text, key)
            assert key_in(written) == key.encode("utf-8", "replace").decode()
            assert without_key(written) == text.strip()


@given(keys)
def test_no_key_ends_the_comment_it_is_hidden_in(key: str) -> None:
    comment = hidden("", key).strip()
    assert comment.startswith("<!-- ")
    assert comment.count("--") == 2


@pytest.mark.parametrize("text", ["", "<!-- tierline -->", "<!-- tierline a b -->", "[tierline]", "<!-- note -->"])
def test_other_comments_carry_no_key(text: str) -> None:
    assert key_in(text) is None


def test_a_quoted_key_gives_way_to_the_last() -> None:
    assert key_in(hidden("> " + hidden("first", "k1"), "k2")) == "k2"


def test_nobody_leads_us_to_another_host() -> None:
    line = Line("The desk", "https://desk.example/api")
    for elsewhere in ("https://desk.example.evil.example/", "http://desk.example/api", "https://desk.example:444/"):
        with pytest.raises(Stopped, match="another host"):
            line.ask("GET", elsewhere)


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "7.5"}, 7.5),
        ({"retry-after": "99999999"}, 6 * 3600.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "Fri, 20 Nov 2026 17:00:30 GMT", "date": "Fri, 20 Nov 2026 17:00:00 GMT"}, 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 16:00:30 GMT", "date": "Fri, 20 Nov 2026 17:00:00 GMT"}, 1.0),
        ({"retry-after": "Fri, 20 Nov 2026 17:00:30 GMT"}, None),
        ({}, None),
    ],
)
def test_a_pause_is_read_with_care(headers: dict[str, str], pause: float | None) -> None:
    assert Told(429, headers, None, b"", "").pause == pause
