"""What a provider answered, as people read it."""

import pytest

from tierline.notices.answers import answer_in_words


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (
            {
                "dsn": True,
                "found": False,
                "answer": "250 Kept as 7",
                "server": "mail.example:25",
                "accepted": "maja@octo.example",
                "message_id": "<7@tierline.example>",
            },
            (
                "taken for maja@octo.example, by mail.example:25, which said 250 Kept as 7, "
                "Message-ID <7@tierline.example>, a report comes back if it cannot be delivered"
            ),
        ),
        (
            {"ts": "17.3", "found": True, "channel": "C01", "outside": []},
            "message 17.3, in channel C01, it was there already when asked",
        ),
        ({"ts": "17.3", "outside": ["U01", "U02"]}, "message 17.3, tagged, but not in the channel: U01 U02"),
        ({"accepted": True, "dedup_key": "dt-7"}, "known by dt-7"),
        ({"of_their_own": 3, "unknown": None}, "of their own: 3"),
        ({}, ""),
    ],
)
def test_an_answer_is_words_and_no_table_of_the_provider(evidence: dict[str, object], said: str) -> None:
    assert answer_in_words(evidence).removeprefix("taken, ") == said
