"""The demonstration: something under every tab of every queue, every kind of hand-off; loaded twice is loaded once."""

from datetime import date, datetime, timedelta

import pytest
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.left_alone import cases_left_alone
from tierline.cases.lifecycle import CaseState, HandOffState
from tierline.cases.models import CaseRow, HandOffRow, InquiryRow
from tierline.cases.promising import PromiseState
from tierline.cli.main import main
from tierline.demonstration.cast import PASSWORD, players, sign_ins
from tierline.demonstration.loading import arriving_on, load
from tierline.demonstration.queue_export import CSV, made_up
from tierline.directory.actor import TIERLINE, Actor
from tierline.directory.queries import actor_of_person, colleagues
from tierline.foundation.trouble import Conflict
from tierline.mail.queries import mails
from tierline.outbox.models import EffectRow
from tierline.plans.clocks import PromiseKind
from tierline.plans.loading import load_planbook
from tierline.plans.queries import forget, planbook_in_force

pytestmark = pytest.mark.django_db
TEAMS = ("hrc", "vets-gov", "mhv-support", "mhv-tier-3", "secure-messaging-team", "medications-team")


@pytest.fixture
def loaded(at: datetime) -> datetime:
    """The demonstration is loaded; the instant it was."""
    forget()
    assert load(at=at)
    return at


def actor(email: str) -> Actor:
    person = next(p for team in TEAMS for p in colleagues(team) if p.email == email)
    found = actor_of_person(person.person_id)
    assert found is not None
    return found


def test_every_queue_has_something_under_every_tab(loaded: datetime) -> None:
    counted = {team: queries.queue(TIERLINE, team, "new", at=loaded).counts for team in TEAMS}
    assert {(team, tab) for team, counts in counted.items() for tab, count in counts.items() if not count} == set()
    assert counted["mhv-tier-3"]["new"] > queries.PAGE


def test_every_kind_of_hand_off_and_state_is_there(loaded: datetime) -> None:
    assert set(CaseRow.objects.values_list("state", flat=True)) == set(CaseState)
    ways = set(HandOffRow.objects.values_list("by", "state"))
    assert {("ticket", "refused"), ("email", "offered"), ("email", "acknowledged"), ("call", "acknowledged")} <= ways
    assert {("call", "offered"), ("issue", "offered"), ("issue", "acknowledged")} <= ways
    assert HandOffRow.objects.filter(state=HandOffState.OFFERED).exclude(chased_at=None).exists()
    assert HandOffRow.objects.exclude(override="").exists()
    assert EffectRow.objects.filter(channel="email").exists()
    flags = {flag for flags in CaseRow.objects.values_list("flags", flat=True) for flag in flags}
    assert flags == {"security-privacy", "patient-safety", "congressional"}


def test_questions_travel_have_landed_and_reporters_are_told(loaded: datetime) -> None:
    kinds = sorted(InquiryRow.objects.filter(kind="ask").values_list("state", "case__service"))
    assert [state for state, _ in kinds] == ["attempting", "landed", "landed", "travelling"]
    assert CaseRow.objects.filter(round_trips=1, state=CaseState.NEW).count() == 1
    told = InquiryRow.objects.filter(kind="tell").values_list("state", flat=True)
    assert sorted(told) == ["attempting", "landed", "landed", "landed"]


def test_a_tool_teams_question_reached_a_veteran_and_the_answer_came_back_by_mail(loaded: datetime) -> None:
    closed = CaseRow.objects.get(summary="Message to Cardiology never left")
    assert (closed.state, closed.round_trips, closed.holder) == (CaseState.CLOSED, 1, "secure-messaging-team")
    view = queries.case(TIERLINE, closed.pk, at=loaded)
    (resolution,) = [one for one in view.promised.promises if one.kind is PromiseKind.RESOLUTION]
    assert any("waiting for the reporter" in step for step in resolution.due.sentences())
    assert [fact.kind for fact in view.story].count("reply-received") == 2
    waits = CaseRow.objects.get(summary="Sending ends in Drafts for a whole clinic")
    assert waits.answered_for == "mhv-support"


def test_nothing_happened_in_the_future_or_more_than_three_weeks_ago(loaded: datetime) -> None:
    assert not CaseRow.objects.filter(changed_at__gte=loaded).exists()
    assert not CaseRow.objects.filter(changed_at__lt=loaded - timedelta(days=21)).exists()


@pytest.mark.parametrize("hour", [0, 3, 6, 12, 18, 23])
def test_it_loads_at_any_hour_of_the_day(at: datetime, hour: int) -> None:
    forget()
    assert load(at=at.replace(hour=hour, minute=59))
    assert CaseRow.objects.filter(state=CaseState.CLOSED).count() >= 3


def test_loading_again_changes_nothing(loaded: datetime) -> None:
    before = list(CaseRow.objects.order_by("pk").values_list("pk", "version", "state"))
    assert not load(at=loaded + timedelta(days=1))
    assert list(CaseRow.objects.order_by("pk").values_list("pk", "version", "state")) == before


def test_the_isso_sees_restricted_cases_and_the_lead_does_not(loaded: datetime) -> None:
    isso, lead = actor("isko.navarro@mhv.example"), actor("ravi.sorensen@tier3.example")
    restricted = set(CaseRow.objects.exclude(restricted_to=[]).values_list("pk", flat=True))
    assert restricted
    assert set(CaseRow.objects.visible_to(isso).values_list("pk", flat=True)) >= restricted
    assert not set(CaseRow.objects.visible_to(lead).values_list("pk", flat=True)) & restricted


def test_duties_are_those_of_the_plans(loaded: datetime) -> None:
    assert "system-owner" in actor("sybil.overton@mhv.example").duties
    assert "mhv-tier-3-support-lead" in actor("ilse.quintero@tier3.example").duties
    assert "plan-editor" in actor("magnus.oyelaran@tier3.example").duties


def test_it_is_not_loaded_where_somebody_works(cast: Cast, at: datetime) -> None:
    with pytest.raises(Conflict, match="works here already"):
        load(at=at)
    assert not CaseRow.objects.exists()


def test_who_can_sign_in_is_told(loaded: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demonstration", "load"]) == 0
    told = capsys.readouterr().out
    assert told == sign_ins(planbook_in_force().planbook)
    assert PASSWORD in told
    assert all(player.email in told for player in players(load_planbook()))
    assert main(["demonstration", "sign-ins"]) == 0
    assert capsys.readouterr().out == told


def test_everybody_is_at_an_example_address() -> None:
    assert all(player.email.endswith(".example") for player in players(load_planbook()))


def test_the_queue_export_is_what_its_script_makes() -> None:
    assert CSV.read_text(encoding="utf-8") == made_up().replace("\r\n", "\n")


def test_the_export_looks_as_if_it_came_today_whenever_that_is() -> None:
    moved = arriving_on(date(2031, 3, 1), "12345678,11/06/2026 08:17 AM,Since 11/02/2026\nx,11/07/2026 09:00 AM,y\n")
    assert moved == "12345678,02/28/2031 08:17 AM,Since 02/24/2031\nx,03/01/2031 09:00 AM,y\n"


def test_promises_run_are_late_stand_still_and_were_escalated(loaded: datetime) -> None:
    told = [queries.case(TIERLINE, number, at=loaded) for number in CaseRow.objects.values_list("pk", flat=True)]
    states = {promise.state for view in told for promise in view.promised.promises}
    assert states >= set(PromiseState) - {PromiseState.KEPT_LATE}
    assert any(fact.kind == "promise-escalated" for view in told for fact in view.story)
    assert any(fact.kind == "nudged" for view in told for fact in view.story)
    alone = cases_left_alone(planbook_in_force().planbook, "mhv-tier-3", at=loaded)
    assert alone is not None
    assert alone.numbers


def test_somebody_places_mail_and_has_one_to_place(loaded: datetime) -> None:
    marcus = actor("marcus.iyer@hrc.example")
    assert "mail-desk" in marcus.duties
    assert [mail.subject for mail in mails(marcus, waiting=True)] == ["Re: Recipients"]
