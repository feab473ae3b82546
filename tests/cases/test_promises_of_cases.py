"""Promises as people meet them: the clock moves, hand-offs escalate, nudges come, holidays and pauses do not count."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import attempting, handing_off, inquiring, working
from tierline.cases.actions.chasing import chase_overdue_hand_offs
from tierline.cases.actions.entering import enter
from tierline.cases.actions.importing import Importing, take_in
from tierline.cases.actions.reminding import carry_out_promises, renew_promises
from tierline.cases.extent import Extent
from tierline.cases.importing.judging import Incoming, Judged
from tierline.cases.left_alone import cases_left_alone
from tierline.cases.models import CaseRow
from tierline.cases.promising import Promise, PromiseState
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Unusable
from tierline.outbox.models import EffectRow
from tierline.plans.actions import publish_planbook
from tierline.plans.clocks import PromiseKind
from tierline.plans.facts import Facts
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.queries import planbook_in_force

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
ACK, FIRST, DONE = PromiseKind


def at(text: str) -> datetime:
    """A time in New York, such as ``2026-03-06 16:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def local(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M %Z")


def at_vets_gov(cast: Cast, entered: str, **known: Any) -> int:
    """A case vets.gov takes in itself; its clock counts the contact centre's hours, seven to seven Central."""
    return enter(cast.triager, a_report(holder="vets-gov", **known), at=at(entered)).number


def promise(number: int, kind: PromiseKind, when: str, *, asked: bool = False) -> Promise:
    told = queries.case(TIERLINE, number, at=at(when)).promised
    (found,) = [one for one in told.promises if one.kind is kind and one.asked is asked]
    return found


def due(number: int, kind: PromiseKind, when: str) -> str | None:
    return local(promise(number, kind, when).due.at)


def kinds(number: int) -> list[str]:
    return [fact.kind for fact in queries.case(TIERLINE, number, at=at("2027-12-31 12:00")).story]


def sweep(when: str | datetime) -> int:
    moment = at(when) if isinstance(when, str) else when
    chase_overdue_hand_offs(at=moment)
    return carry_out_promises(at=moment)


def mails(number: int) -> list[tuple[str, str]]:
    rows = EffectRow.objects.filter(subject_id=number).order_by("pk").values_list("message", flat=True)
    return [(message["to"], message["subject"]) for message in rows]


# -- due times ---------------------------------------------------------------------------------------------


def test_48_business_hours_leave_out_nights_the_weekend_and_the_hour_that_is_missing_on_8_march(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-03-06 16:00")  # a Friday; four hours are left of it
    assert due(number, FIRST, "2026-03-06 16:00") == "2026-03-12 16:00 EDT"
    said = " ".join(promise(number, FIRST, "2026-03-06 16:00").due.sentences())
    assert "weekend" in said
    assert "night" in said
    row = CaseRow.objects.get(pk=number)
    assert (local(row.due_at), row.due_kind) == ("2026-03-12 16:00 EDT", "first-response")


def test_ten_reports_on_a_day_make_it_48_hours_by_the_clock_across_1_november(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-10-31 12:00", extent=Extent(reports=12, reports_in_one_day=10))
    assert due(number, DONE, "2026-10-31 12:00") == "2026-11-02 11:00 EST"


def test_thanksgiving_does_not_count_and_is_named_among_the_steps(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-11-25 16:00")
    assert due(number, FIRST, "2026-11-25 16:00") == "2026-12-02 16:00 EST"
    assert any("Thanksgiving" in step for step in promise(number, FIRST, "2026-11-25 16:00").due.sentences())


def test_a_week_of_waiting_for_the_reporter_moves_what_is_due_by_a_week(cast: Cast) -> None:
    extent = Extent(reports=3, workaround=False)
    number = at_vets_gov(cast, "2026-06-01 09:00", extent=extent)
    assert due(number, DONE, "2026-06-01 09:00") == "2026-06-16 09:00 EDT"
    question = inquiring.ask(cast.triager, number, "What did the message say?", at=at("2026-06-03 09:00"))
    inquiring.acknowledge(cast.agent, question, at=at("2026-06-03 11:00"))
    standing = promise(number, DONE, "2026-06-05 09:00")
    assert (standing.state, standing.due.at) == (PromiseState.PAUSED, None)
    assert CaseRow.objects.get(pk=number).due_kind == ""
    attempting.attempt(cast.agent, question, "reached", answer="That it failed.", at=at("2026-06-09 17:00"))
    assert promise(number, DONE, "2026-06-09 18:00").state is PromiseState.PAUSED
    attempting.pass_back(cast.agent, question, at=at("2026-06-10 09:00"))
    assert due(number, DONE, "2026-06-10 09:00") == "2026-06-23 09:00 EDT"
    assert local(CaseRow.objects.get(pk=number).due_at) == "2026-06-23 09:00 EDT"
    assert any("waiting for the reporter" in step for step in promise(number, DONE, "2026-06-10 09:00").due.sentences())


def test_laying_a_case_down_for_anything_else_stops_no_clock_that_waits_for_the_reporter_only(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(reports=3, workaround=False))
    working.wait(cast.triager, number, "A new release.", at=at("2026-06-03 09:00"))
    assert promise(number, DONE, "2026-06-05 09:00").state is PromiseState.RUNNING
    assert due(number, DONE, "2026-06-05 09:00") == "2026-06-16 09:00 EDT"


def test_asking_about_a_case_that_was_laid_down_stops_the_clock_from_the_question_on(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(reports=3, workaround=False))
    working.wait(cast.triager, number, "A new release.", at=at("2026-06-03 09:00"))
    question = inquiring.ask(cast.triager, number, "What did it say?", at=at("2026-06-05 09:00"))
    assert promise(number, DONE, "2026-06-06 09:00").state is PromiseState.PAUSED
    inquiring.withdraw(cast.triager, question, "Found it in the log.", at=at("2026-06-07 09:00"))
    assert due(number, DONE, "2026-06-07 09:00") == "2026-06-18 09:00 EDT"


def test_a_question_nobody_takes_up_is_due_and_escalates_while_the_case_waits(cast: Cast) -> None:
    number = enter(cast.lead, a_report(holder="mhv-tier-3"), at=at("2026-06-01 09:00")).number
    question = inquiring.ask(cast.lead, number, "When was it?", at=at("2026-06-02 09:00"))
    standing = promise(number, ACK, "2026-06-02 10:00", asked=True)
    assert (standing.state, standing.asked) == (PromiseState.RUNNING, True)
    row = CaseRow.objects.get(pk=number)
    assert (row.due_kind, row.due_at) == ("acknowledgement", standing.due.at)
    inquiring.acknowledge(TIERLINE, question, at=at("2026-06-02 11:00"))
    assert promise(number, ACK, "2026-06-02 12:00", asked=True).state is PromiseState.KEPT


def test_a_hand_off_is_due_two_days_later_and_kept_when_it_is_acknowledged(cast: Cast) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at("2026-03-07 10:00")).number
    assert CaseRow.objects.get(pk=number).due_kind == ""
    handing_off.offer(cast.agent, number, ask="Please look.", at=at("2026-03-07 10:00"))
    assert due(number, ACK, "2026-03-07 12:00") == "2026-03-09 10:00 EDT"
    assert CaseRow.objects.get(pk=number).due_kind == "acknowledgement"
    handing_off.acknowledge(cast.triager, number, at=at("2026-03-09 09:59"))
    assert promise(number, ACK, "2026-03-09 10:30").state is PromiseState.KEPT
    assert CaseRow.objects.get(pk=number).due_kind == "first-response"


def test_a_first_response_is_given_by_beginning_and_the_resolution_by_solving(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(reports=3, workaround=True))
    working.begin(cast.triager, number, at=at("2026-06-01 10:00"))
    assert promise(number, FIRST, "2026-06-01 11:00").state is PromiseState.KEPT
    assert CaseRow.objects.get(pk=number).due_kind == "resolution"
    working.solve(cast.triager, number, "Repaired.", at=at("2026-07-05 10:00"))
    assert promise(number, DONE, "2026-07-05 11:00").state is PromiseState.KEPT_LATE
    assert CaseRow.objects.get(pk=number).due_kind == "acknowledgement"  # of the telling, by whoever may tell
    working.reopen(cast.triager, number, "It still happens.", at=at("2026-08-03 09:00"))
    assert due(number, DONE, "2026-08-03 10:00") == "2026-09-02 09:00 EDT"


def test_better_facts_make_another_level_and_another_due_time(cast: Cast) -> None:
    number = enter(
        cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at("2026-11-20 12:00")
    ).number
    assert queries.case(cast.lead, number, at=at("2026-11-20 12:00")).line.due_at is None
    working.correct_facts(cast.lead, number, extent={"impacts": ["multiple-users"]}, at=at("2026-11-20 12:10"))
    assert due(number, FIRST, "2026-11-20 12:10") == "2026-11-20 16:00 EST"
    working.correct_facts(cast.lead, number, flags=frozenset({"patient-safety"}), at=at("2026-11-20 12:20"))
    assert due(number, FIRST, "2026-11-20 12:20") == "2026-11-20 13:00 EST"
    working.correct_facts(
        cast.lead, number, flags=frozenset(), extent={"impacts": None, "workaround": None}, at=at("2026-11-20 12:30")
    )
    assert queries.case(cast.lead, number, at=at("2026-11-20 12:30")).line.due_at is None
    stood = queries.case_as_it_stood(cast.lead, number, at("2026-11-20 12:15"))
    assert stood.fields["impacts"] == ["multiple-users"]


def test_words_no_plan_asks_about_and_impossible_counts_are_refused(cast: Cast) -> None:
    with pytest.raises(Unusable, match=r"No plan speaks of the impact 'world-ends'\. Use one of patient-safety"):
        at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(impacts=("world-ends",)))
    with pytest.raises(Unusable, match="More reports on one day than in all"):
        at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(reports=2, reports_in_one_day=3))
    number = at_vets_gov(cast, "2026-06-01 09:00")
    with pytest.raises(Unusable, match="No plan speaks of the severity 'loud'"):
        working.correct_facts(cast.triager, number, extent={"severity": "loud"}, at=at("2026-06-01 10:00"))


# -- the sweep ---------------------------------------------------------------------------------------------


def to_sustainment(cast: Cast, offered: str) -> int:
    """A case offered to MHV sustainment by mail."""
    number = at_vets_gov(cast, offered, fault_in="mhv-api", needs_tier=3)
    handing_off.offer(cast.triager, number, ask="The API answers 502; please repair it.", at=at(offered))
    return number


def test_a_mail_nobody_acknowledges_is_told_to_the_lead_and_then_to_the_deputy_each_once(cast: Cast) -> None:
    number = to_sustainment(cast, "2026-11-16 09:00")
    assert sweep("2026-11-18 09:01") == 0  # two days have passed; the lead hears of it four hours later
    assert sweep("2026-11-18 12:59") == 0
    before = len(mails(number))
    assert sweep("2026-11-18 13:00") == 1
    assert sweep("2026-11-18 13:01") == 0
    assert sweep("2026-11-19 13:00") == 1
    assert [sweep(at("2026-11-19 14:00") + n * DAY) for n in range(3)] == [0, 0, 0]
    escalated = [
        fact
        for fact in queries.case(TIERLINE, number, at=at("2026-12-01 12:00")).story
        if fact.kind == "promise-escalated"
    ]
    assert [(fact.said["duty"], fact.said["deputy"]) for fact in escalated] == [
        ("mhv-sustainment-lead", False),
        ("mhv-sustainment-lead", True),
    ]
    planbook = planbook_in_force().planbook
    wanted = [
        box.email
        for box in (*planbook.firsts_of("mhv-sustainment-lead"), *planbook.deputies_of("mhv-sustainment-lead"))
    ]
    assert [to for to, _ in mails(number)[before:]] == wanted
    assert all(subject == f"[TL-{number}] A promise was not kept" for _, subject in mails(number)[before:])
    first, second = [row.message["text"] for row in EffectRow.objects.filter(subject_id=number).order_by("pk")][before:]
    assert f"You hold the duty Lead of MHV sustainment: TL-{number} is late." in first
    assert "You stand in for Lead of MHV sustainment" in second
    for text in (first, second):  # neither has to work here to act on it
        assert "Vets.gov support offered it to MHV sustainment team on Mon 16 Nov 2026, 09:00 EST." in text
        assert "an answer was due by Wed 18 Nov 2026, 09:00 EST" in text
        assert f"If you do not, ask Vets.gov support and name TL-{number}." in text
        assert "502" not in text
        assert "has still to read it" not in text


def test_what_was_acknowledged_in_time_escalates_to_nobody(cast: Cast) -> None:
    number = to_sustainment(cast, "2026-11-16 09:00")
    handing_off.acknowledge(cast.triager, number, said="Taken.", at=at("2026-11-17 09:00"))
    assert sweep("2026-11-30 09:00") == 0
    assert "promise-escalated" not in kinds(number)


def test_what_is_open_after_7_15_and_30_days_is_reminded_of_each_once_to_whoever_works_on_it(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-05-04 09:00")
    working.begin(cast.triager, number, at=at("2026-05-04 10:00"))
    given = [day for day in range(40) if sweep(at("2026-05-04 09:00") + day * DAY)]
    assert given == [7, 15, 30]
    assert mails(number) == [("triager@tierline.example", f"[TL-{number}] Still open after {n} days") for n in given]
    assert kinds(number).count("nudged") == 3


def test_after_a_long_stand_still_one_reminder_is_given_not_three(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-05-04 09:00")
    working.begin(cast.triager, number, at=at("2026-05-04 10:00"))
    assert sweep("2026-07-01 09:00") == 1
    assert mails(number) == [("triager@tierline.example", f"[TL-{number}] Still open after 30 days")]
    assert sweep("2026-07-02 09:00") == 0


def test_what_touches_security_or_privacy_is_begun_within_the_hour_or_those_who_handle_it_hear(cast: Cast) -> None:
    number = enter(cast.triager, a_report(holder="vets-gov", flags=frozenset({"security-privacy"})),
                   at=at("2026-06-06 22:00")).number  # fmt: skip
    assert due(number, FIRST, "2026-06-06 22:00") == "2026-06-06 23:00 EDT"
    assert sweep("2026-06-06 22:59") == 0
    assert sweep("2026-06-06 23:01") == 1
    told = {to for to, subject in mails(number) if "was not kept" in subject}
    assert told
    assert told <= {
        box.email for duty in ("isso", "privacy-officer") for box in planbook_in_force().planbook.holders_of(duty)
    }


def test_a_case_that_waits_for_its_reporter_is_not_nudged(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-05-04 09:00")
    question = inquiring.ask(cast.triager, number, "When was it?", at=at("2026-05-05 09:00"))
    inquiring.acknowledge(cast.agent, question, at=at("2026-05-05 09:00"))
    assert sweep("2026-06-30 09:00") == 0
    inquiring.withdraw(cast.triager, question, "No longer needed.", at=at("2026-07-01 09:00"))
    assert sweep("2026-07-06 09:00") == 0
    assert sweep("2026-07-07 09:01") == 1


def test_of_a_restricted_case_only_those_who_handle_it_hear(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-05-04 09:00", flags=frozenset({"security-privacy"}))
    told = set(mails(number))
    sweep("2026-05-30 09:00")
    planbook = planbook_in_force().planbook
    duties = CaseRow.objects.get(pk=number).restricted_to
    handling = {box.email for duty in duties for box in planbook.holders_of(duty)}
    after = set(mails(number)) - told
    assert {to for to, _ in after} <= handling
    assert after


def test_messages_say_where_and_never_what(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-05-04 09:00", summary="Refill of a rare medicine fails")
    sweep("2026-05-30 09:00")
    texts = [row.message["subject"] + row.message["text"] for row in EffectRow.objects.filter(subject_id=number)]
    assert texts
    assert not any("rare medicine" in text or "Tamsin" in text for text in texts)
    assert all(f"TL-{number}" in text for text in texts)


def test_what_fell_due_in_another_system_is_nobodys_to_carry_out_here(cast: Cast) -> None:
    in_force = planbook_in_force()
    facts = Facts(service="secure-messaging", holder="mhv-tier-3", needs_tier=3, flags=frozenset({"patient-safety"}))
    when = at("2026-11-20 12:00")
    incoming = Incoming(
        record="HRC-HD-K1-0000000001", opened_at=when - 9 * DAY, facts=facts, summary="Lies there", description="",
        notes="", answers={}, theirs="Open", assignee="", place="", reporter_name="", reporter_contact="",
    )  # fmt: skip
    judged = Judged(2, incoming.record, "accepted", None, incoming, in_force.planbook.decide(facts, when))
    actor = Actor(1, "Ravi", teams=frozenset({"mhv-tier-3"}), organisations=frozenset({"my-healthevet"}))
    take_in(Importing(actor, "dynamics", in_force, when), [judged], told=lambda _: None)
    (row,) = CaseRow.objects.all()
    assert local(row.due_at) == "2026-11-11 13:00 EST"
    assert sweep("2026-11-21 12:00") == 0
    assert "promise-escalated" not in kinds(row.pk)


def test_a_plan_published_later_promises_open_cases_anew(cast: Cast) -> None:
    number = at_vets_gov(cast, "2026-06-01 09:00", extent=Extent(reports=3, workaround=True))
    assert renew_promises(at=at("2026-06-01 10:00")) == 0
    texts = {name: text.replace(b"resolution: 30d", b"resolution: 20d") for name, text in texts_of([SHIPPED]).items()}
    publish_planbook(TIERLINE, texts, at=at("2026-06-02 09:00"), remark="Sooner")
    working.begin(cast.triager, number, at=at("2026-06-02 09:00"))
    working_row = CaseRow.objects.get(pk=number)
    CaseRow.objects.filter(pk=number).update(due_at=working_row.due_at + 10 * DAY)
    assert renew_promises(at=at("2026-06-02 10:00")) == 1
    assert local(CaseRow.objects.get(pk=number).due_at) == "2026-06-21 09:00 EDT"
    assert renew_promises(at=at("2026-06-02 11:00")) == 0


# -- left alone --------------------------------------------------------------------------------------------


def alone(when: str, team: str = "mhv-tier-3") -> tuple[int, ...]:
    found = cases_left_alone(planbook_in_force().planbook, team, at=at(when))
    assert found is not None
    return found.numbers


def test_what_nobody_touched_since_this_morning_surfaces_in_the_afternoon_and_at_log_on(cast: Cast) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging")
    early = enter(cast.lead, report, at=at("2026-11-25 08:30")).number
    late = enter(cast.lead, report, at=at("2026-11-25 09:30")).number
    assert alone("2026-11-25 12:59") == ()
    assert alone("2026-11-25 13:00") == (early,)
    working.note(cast.lead, early, "Asked the desk.", at=at("2026-11-25 14:00"))
    assert alone("2026-11-25 16:00") == ()
    assert alone("2026-11-27 08:59") == ()  # Thanksgiving: nobody logs on
    assert alone("2026-11-27 09:00") == (late,)
    assert alone("2026-11-27 13:00") == (early, late)
    working.begin(cast.lead, late, at=at("2026-11-27 14:00"))
    assert alone("2026-11-27 15:00") == (early,)
    assert queries.case(cast.lead, early, at=at("2026-11-27 15:00")).promised.left_alone
    assert not queries.case(cast.lead, late, at=at("2026-11-27 15:00")).promised.left_alone


def test_a_queue_no_plan_checks_has_nothing_left_alone(cast: Cast) -> None:
    assert cases_left_alone(planbook_in_force().planbook, "hrc", at=at("2026-11-25 13:00")) is None


def test_an_escalation_says_that_a_mail_about_it_has_still_to_be_read(cast: Cast) -> None:
    number = to_sustainment(cast, "2026-11-16 09:00")
    CaseRow.objects.filter(pk=number).update(answered_for="vets-gov")
    sweep("2026-11-18 13:00")
    newest = EffectRow.objects.filter(subject_id=number).order_by("-pk")[0].message["text"]
    assert "A mail about it came; Vets.gov support has still to read it." in newest
