"""Who reported a case is corrected by whoever has to reach them, and the story never repeats it."""

from datetime import datetime

import pytest
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import corresponding, inquiring, working
from tierline.cases.actions.entering import enter
from tierline.foundation.trouble import NotAllowed, NotFound, Unusable

pytestmark = pytest.mark.django_db


def asked_without_an_address(cast: Cast, at: datetime) -> tuple[int, int]:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", reporter_contact="")
    number = enter(cast.lead, report, at=at).number
    return number, inquiring.ask(cast.lead, number, "Which browser?", at=at)


def test_whoever_is_to_ask_them_adds_their_address_and_writes(cast: Cast, at: datetime) -> None:
    number, question = asked_without_an_address(cast, at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    working.correct_reporter(cast.supporter, number, name="Tamsin", contact=" tamsin@mail.example ", at=at)
    corresponding.send_attempt(cast.supporter, question, at=at)
    view = queries.case(cast.supporter, number, at=at)
    assert (view.reporter_name, view.reporter_contact) == ("Tamsin", "tamsin@mail.example")
    (fact,) = [fact for fact in view.story if fact.kind == "reporter-corrected"]
    assert "tamsin" not in str(fact.said).lower()


def test_nobody_else_corrects_it(cast: Cast, at: datetime) -> None:
    number, _ = asked_without_an_address(cast, at)
    with pytest.raises(NotFound):
        working.correct_reporter(cast.outsider, number, name="X", contact="", at=at)
    with pytest.raises((NotAllowed, NotFound)):
        working.correct_reporter(cast.product_manager, number, name="X", contact="", at=at)


@pytest.mark.parametrize("contact", ["a" * 201, "one\ntwo", "nul\x00"])
def test_what_is_no_address_of_one_line_is_refused(cast: Cast, at: datetime, contact: str) -> None:
    number, _ = asked_without_an_address(cast, at)
    with pytest.raises(Unusable):
        working.correct_reporter(cast.lead, number, name="Tamsin", contact=contact, at=at)
    with pytest.raises(Unusable, match="Nothing was changed"):
        working.correct_reporter(cast.lead, number, name="Tamsin Stillwater", contact="", at=at)
