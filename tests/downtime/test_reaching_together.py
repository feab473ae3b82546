"""Two workers that look at the same minute, and one that dies in it: every step once, none lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from tests.downtime.crew import Crew, drafted, enter_crew
from tests.notices.documents import document
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions import planning, reaching
from tierline.downtime.queries import who_was_told
from tierline.notices.document import Document
from tierline.notices.reaching_otherwise import TEXT_MESSAGE, _in_short
from tierline.outbox.queries import effects_of

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def watched(crew: Crew, at: datetime) -> int:
    """A downtime nobody hears of, since no mail leaves; looked at for the first time."""
    number = drafted(crew, at)
    planning.plan(crew.communicator, number, at=at)
    assert reaching.reach_another_way(at=at) == 0
    return number


def steps(number: int) -> Counter[tuple[str, str]]:
    return Counter((one.person, one.step) for one in who_was_told(TIERLINE, number) if one.step)


def test_two_workers_in_the_same_minute_take_every_step_once(crew: Crew, at: datetime) -> None:
    number = watched(crew, at)

    def look() -> int:
        try:
            return reaching.reach_another_way(at=at + HOUR)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        taken = sum(one.result() for one in [pool.submit(look) for _ in range(2)])
    assert taken == len(steps(number)) > 0
    assert set(steps(number).values()) == {1}
    assert len([one for one in effects_of(TIERLINE, "downtime", number) if ":call-sheet:" in one.key]) == 1


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_done(
    crew: Crew, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = watched(crew, at)
    with monkeypatch.context() as dying:
        dying.setattr(reaching, "close", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reaching.reach_another_way(at=at + HOUR)
    assert not steps(number)
    assert reaching.reach_another_way(at=at + HOUR) == len(steps(number)) > 0


def test_a_first_line_that_is_too_long_for_a_text_message_is_left_for_the_page() -> None:
    short: Document = document()
    assert short.lead in _in_short(short)
    long = document(lead="It does not work. " * 40)
    assert len(_in_short(long)) <= TEXT_MESSAGE
    assert _in_short(long).endswith(long.link)
