"""What the next message says of the channels that were down."""

from datetime import UTC, datetime, timedelta

from tierline.notices.outages import Passage, told_of_channels

THEN = datetime(2026, 11, 20, 13, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAILED = Passage("email", THEN, THEN, tried_in_vain=False)


def test_a_channel_that_came_back_is_told_with_both_times_and_what_went_meanwhile() -> None:
    slack = Passage("slack", THEN, THEN + 38 * MINUTE, tried_in_vain=True)
    assert told_of_channels([MAILED, slack], THEN + 60 * MINUTE) == (
        "Slack was not available from 2026-11-20 13:32 to 14:10 UTC; e-mail went at 2026-11-20 13:32.",
    )


def test_a_channel_that_is_still_down_is_told_so_since_the_first_of_the_words_it_missed() -> None:
    later = THEN + 20 * MINUTE
    passages = [
        MAILED,
        Passage("slack", THEN, None, tried_in_vain=True),
        Passage("slack", later, None, tried_in_vain=True),
        Passage("email", later, later, tried_in_vain=False),
    ]
    assert told_of_channels(passages, later + 5 * MINUTE) == (
        "Slack has not been available since 2026-11-20 13:32 UTC; e-mail went at 2026-11-20 13:32.",
    )


def test_what_arrived_in_time_or_was_told_of_before_is_not_told() -> None:
    soon = Passage("slack", THEN, THEN + 2 * MINUTE, tried_in_vain=True)
    assert told_of_channels([MAILED, soon], THEN + 60 * MINUTE) == ()
    later = THEN + 60 * MINUTE
    back = [
        Passage("slack", THEN, THEN + 38 * MINUTE, tried_in_vain=True),
        Passage("slack", later, later, tried_in_vain=False),
    ]
    assert told_of_channels([MAILED, *back], later + 60 * MINUTE) == ()
    assert told_of_channels([], THEN) == ()
