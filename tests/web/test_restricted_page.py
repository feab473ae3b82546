"""Restricted cases: one list for the duties that are told, nothing for everybody else."""

from datetime import datetime

import pytest
from tests.cases.reports import a_report
from tests.people import Cast
from tests.web.desk import page, sign_in, text

from tierline.cases.actions.entering import enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]
RESTRICTED = a_report(summary="The page showed another person's messages", flags=frozenset({"security-privacy"}))


def test_the_duty_finds_a_restricted_case_of_any_team_in_its_list(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, RESTRICTED, at=at).number
    shown = text(sign_in("privacy").get(page("restricted")))
    assert f"TL-{number}<" in shown
    assert 'aria-current="page">Restricted' in shown


def test_for_everybody_else_the_list_is_empty_and_not_in_the_header(cast: Cast, at: datetime) -> None:
    enter(cast.agent, RESTRICTED, at=at)
    for role in ("agent", "lead", "outsider"):
        shown = text(sign_in(role).get(page("restricted")))
        assert "another person" not in shown
        assert ">Restricted</a>" not in shown
        assert "Nothing here is for you to see" in shown


def test_a_queue_counts_no_case_that_its_reader_does_not_see(cast: Cast, at: datetime) -> None:
    enter(cast.agent, RESTRICTED, at=at)
    shown = sign_in("agent").get(page("queue", "hrc"))
    assert {tab["count"] for tab in shown.context["tabs"]} == {"0"}
