"""The way of a case, as people walk it: taken in, handed off with reasons, acknowledged, refused, solved, told,
closed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report, thorough
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import chasing, handing_off, working
from tierline.cases.actions.entering import enter
from tierline.cases.lifecycle import CaseMove, CaseState
from tierline.cases.searching import search
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Unusable
from tierline.outbox.queries import effects
from tierline.plans.decision import Outcome

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def numbers(page: queries.QueuePage) -> list[int]:
    return [line.number for line in page.lines]


def test_a_refill_fault_goes_from_hrc_through_vets_gov_to_sustainment_by_email(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    assert (case.decision.outcome, case.decision.to) == (Outcome.HAND_OFF, "vets-gov")
    handing_off.offer(cast.agent, case.number, ask="Please find out whose fault this is.", at=at)
    assert case.number in numbers(queries.queue(cast.triager, "vets-gov", "new", at=at))
    assert case.number in numbers(queries.queue(cast.agent, "hrc", "waiting", at=at))

    handing_off.acknowledge(cast.triager, case.number, at=at + HOUR)
    working.begin(cast.triager, case.number, at=at + HOUR)
    working.correct_facts(cast.triager, case.number, fault_in="mhv-api", needs_tier=3, at=at + 2 * HOUR)
    handing_off.offer(cast.triager, case.number, ask="The API answers 502; please repair it.", at=at + 2 * HOUR)

    shown = queries.case(cast.triager, case.number, at=at + 3 * HOUR)
    assert shown.hand_offs[-1].by == "email"
    assert shown.hand_offs[-1].receiver == "mhv-sustainment"
    mails = effects(cast.triager)
    assert {mail.message["from_name"] for mail in mails} == {"Vets.gov support"}
    assert all("The API answers 502" in mail.message["text"] for mail in mails)
    assert not any(a_report().description in mail.message["text"] for mail in mails)

    handing_off.acknowledge(cast.triager, case.number, said="They wrote back: taken.", at=at + 4 * HOUR)
    shown = queries.case(cast.triager, case.number, at=at + 4 * HOUR)
    assert shown.line.holder == "mhv-sustainment"
    assert shown.line.trail == ("hrc", "vets-gov", "mhv-sustainment")
    assert case.number in numbers(queries.queue(cast.triager, "vets-gov", "waiting", at=at + 4 * HOUR))


def test_tier_3_wants_more_than_a_thin_report_and_says_what(cast: Cast, at: datetime) -> None:
    case = enter(cast.supporter, a_report(holder="mhv-support", service="secure-messaging", needs_tier=3), at=at)
    assert case.decision.outcome is Outcome.NEEDS_INFORMATION
    assert "steps-to-reproduce" in case.decision.missing
    with pytest.raises(Unusable, match="say why it goes without"):
        handing_off.offer(cast.supporter, case.number, ask="Please take it.", at=at)
    working.correct_facts(cast.supporter, case.number, answers=thorough(), at=at)
    assert queries.case(cast.supporter, case.number, at=at).line.missing == ()
    handing_off.offer(cast.supporter, case.number, ask="Please take it.", at=at)
    assert case.number in numbers(queries.queue(cast.lead, "mhv-tier-3", "new", at=at))


def test_it_may_go_without_when_somebody_says_why_and_the_reason_is_kept(cast: Cast, at: datetime) -> None:
    case = enter(cast.supporter, a_report(holder="mhv-support", service="secure-messaging", needs_tier=3), at=at)
    handing_off.offer(
        cast.supporter, case.number, ask="Look at this.", override="Forty people report the same since noon.", at=at
    )
    kept = queries.case(cast.lead, case.number, at=at).hand_offs[0]
    assert kept.override == "Forty people report the same since noon."
    assert kept.decision["outcome"] == "needs-information"


def test_a_refused_hand_off_is_the_senders_to_do_again_with_the_reason(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    handing_off.offer(cast.agent, case.number, ask="Please look.", at=at)
    with pytest.raises(Unusable, match="Say why"):
        handing_off.refuse(cast.triager, case.number, " ", at=at)
    handing_off.refuse(cast.triager, case.number, "This is a question about the address; please answer it.", at=at)
    shown = queries.case(cast.agent, case.number, at=at)
    assert (shown.line.holder, shown.line.state) == ("hrc", CaseState.IN_PROGRESS)
    assert shown.hand_offs[0].return_words.startswith("This is a question")
    assert shown.hand_offs[0].return_reason == "other"
    assert case.number in numbers(queries.queue(cast.agent, "hrc", "todo", at=at))


def test_a_hand_off_nobody_acknowledges_becomes_overdue_and_is_written_down_once(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    handing_off.offer(cast.agent, case.number, ask="Please look.", at=at)
    due = queries.case(cast.agent, case.number, at=at).hand_offs[0].acknowledge_by
    assert chasing.chase_overdue_hand_offs(at=due) == 0
    late = due + timedelta(minutes=1)
    assert chasing.chase_overdue_hand_offs(at=late) == 1
    assert chasing.chase_overdue_hand_offs(at=late + HOUR) == 0
    for who, team in ((cast.agent, "hrc"), (cast.triager, "vets-gov")):
        assert case.number in numbers(queries.queue(who, team, "overdue", at=late))
    handing_off.acknowledge(cast.triager, case.number, at=late)
    assert numbers(queries.queue(cast.triager, "vets-gov", "overdue", at=late)) == []


def test_somebody_else_cannot_move_a_case_they_may_see(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    handing_off.offer(cast.agent, case.number, ask="Please look.", at=at)
    with pytest.raises(NotAllowed):
        handing_off.acknowledge(cast.agent, case.number, at=at)
    with pytest.raises(NotAllowed):
        handing_off.withdraw(cast.triager, case.number, at=at)


def test_the_second_writer_is_told_and_overwrites_nothing(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(), at=at)
    seen = queries.case(cast.agent, case.number, at=at).line.version
    working.begin(cast.agent, case.number, version=seen, at=at)
    with pytest.raises(Conflict, match="Ada Quill"):
        working.solve(cast.agent, case.number, "Told how.", version=seen, at=at)
    assert queries.case(cast.agent, case.number, at=at).line.state is CaseState.IN_PROGRESS


def test_a_case_closes_only_after_it_is_solved_and_the_reporter_told(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(), at=at)
    with pytest.raises(MoveNotAllowed):
        working.close(cast.agent, case.number, "Called back.", at=at)
    working.solve(cast.agent, case.number, "Explained where the button is.", at=at)
    with pytest.raises(Unusable):
        working.close(cast.agent, case.number, "", at=at)
    working.close(cast.agent, case.number, "Told on the telephone.", at=at)
    assert queries.queue(cast.agent, "hrc", "todo", at=at).counts == {"new": 0, "todo": 0, "waiting": 0, "overdue": 0}
    working.reopen(cast.agent, case.number, "It still happens.", at=at)
    assert case.number in numbers(queries.queue(cast.agent, "hrc", "todo", at=at))


def test_a_restricted_case_is_seen_only_by_the_duties_that_are_told(cast: Cast, at: datetime) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", flags=frozenset({"security-privacy"}))
    case = enter(cast.lead, report, at=at)
    assert case.restricted
    with pytest.raises(NotFound):
        queries.case(cast.lead, case.number, at=at)
    assert case.number not in numbers(queries.queue(cast.lead, "mhv-tier-3", "new", at=at))
    assert search(cast.lead, "refill").lines == ()
    assert queries.case(cast.privacy, case.number, at=at).line.restricted
    assert case.number in [line.number for line in queries.restricted_cases(cast.privacy)]
    assert queries.queue(cast.lead, "mhv-tier-3", "new", at=at).counts["new"] == 0
    with pytest.raises(NotAllowed, match="restricted"):
        handing_off.offer(cast.privacy, case.number, ask="x", to="secure-messaging-team", override="y", at=at)


def test_a_restricted_case_of_another_organisation_is_still_in_the_hands_of_the_duty(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(flags=frozenset({"security-privacy"})), at=at)
    assert [line.number for line in queries.restricted_cases(cast.privacy)] == [case.number]
    assert queries.restricted_cases(cast.agent) == []
    working.begin(cast.privacy, case.number, at=at)
    working.correct_facts(cast.privacy, case.number, flags=frozenset(), at=at)
    assert queries.case(cast.agent, case.number, at=at).line.state is CaseState.IN_PROGRESS
    assert case.number in numbers(queries.queue(cast.agent, "hrc", "todo", at=at))
    assert queries.restricted_cases(cast.privacy) == []


def test_the_duties_of_the_restricted_path_are_told_once_that_there_is_something_and_never_what(
    cast: Cast, at: datetime
) -> None:
    report = a_report(holder="mhv-tier-3", service="secure-messaging", flags=frozenset({"security-privacy"}))
    case = enter(cast.lead, report, at=at)
    told = effects(cast.privacy)
    assert {mail.subject_id for mail in told} == {case.number}
    assert not any(report.summary in str(mail.message) or report.reporter_name in str(mail.message) for mail in told)
    assert effects(cast.lead) == []
    working.correct_facts(cast.privacy, case.number, fault_in="mhv-api", at=at)
    assert len(effects(cast.privacy)) == len(told)


def test_a_note_of_a_colleague_does_not_stand_in_the_way(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(), at=at)
    seen = queries.case(cast.agent, case.number, at=at).line.version
    working.note(cast.agent, case.number, "Called twice.", at=at)
    working.begin(cast.agent, case.number, version=seen, at=at)


def test_the_outsider_sees_nothing_and_can_do_nothing(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    verbs: list[Callable[[], object]] = [
        lambda: queries.case(cast.outsider, case.number, at=at),
        lambda: queries.case_as_it_stood(cast.outsider, case.number, at),
        lambda: working.note(cast.outsider, case.number, "hello", at=at),
        lambda: working.begin(cast.outsider, case.number, at=at),
        lambda: handing_off.offer(cast.outsider, case.number, ask="x", at=at),
    ]
    for verb in verbs:
        with pytest.raises(NotFound):
            verb()
    assert queries.number_behind(cast.outsider, f"TL-{case.number}") is None
    assert search(cast.outsider, "refill").lines == ()
    with pytest.raises(NotAllowed):
        queries.queue(cast.outsider, "hrc", "new", at=at)
    with pytest.raises(NotAllowed):
        enter(cast.outsider, a_report(), at=at)


def test_a_number_of_another_system_has_one_case(cast: Cast, at: datetime) -> None:
    report = a_report(numbers=(("dynamics", "25-HRC-HD-53-35482519"),))
    case = enter(cast.agent, report, at=at)
    with pytest.raises(Conflict, match=f"TL-{case.number}"):
        enter(cast.agent, report, at=at)
    assert queries.number_behind(cast.agent, " 25-HRC-HD-53-35482519 ") == case.number
    with pytest.raises(Conflict, match="does not see") as refused:
        enter(cast.supporter, a_report(holder="mhv-support", numbers=report.numbers), at=at)
    assert "TL-" not in str(refused.value)


def test_a_case_can_be_read_back_as_it_stood(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    handing_off.offer(cast.agent, case.number, ask="Please look.", at=at + HOUR)
    handing_off.acknowledge(cast.triager, case.number, at=at + 2 * HOUR)
    holders = [queries.case_as_it_stood(cast.agent, case.number, at + n * HOUR / 2).fields["holder"] for n in range(6)]
    assert holders == ["hrc", "hrc", "hrc", "hrc", "vets-gov", "vets-gov"]
    with pytest.raises(NotFound):
        queries.case_as_it_stood(cast.agent, case.number, at - HOUR)


def test_what_the_page_offers_is_what_the_table_allows(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(needs_tier=2), at=at)
    assert set(queries.case(cast.agent, case.number, at=at).moves) == {
        CaseMove.BEGIN, CaseMove.OFFER, CaseMove.WAIT, CaseMove.SOLVE, CaseMove.ASK,
    }  # fmt: skip
    handing_off.offer(cast.agent, case.number, ask="Please look.", at=at)
    assert queries.case(cast.agent, case.number, at=at).moves == (CaseMove.WITHDRAW,)
    assert set(queries.case(cast.triager, case.number, at=at).moves) == {CaseMove.ACKNOWLEDGE, CaseMove.REFUSE}


def test_words_are_found_in_reports_and_notes(cast: Cast, at: datetime) -> None:
    case = enter(cast.agent, a_report(), at=at)
    working.note(cast.agent, case.number, "Seems to be the zeppelin release.", at=at)
    assert [line.number for line in search(cast.agent, "zeppelin").lines] == [case.number]
    assert [line.number for line in search(cast.agent, '"refill fails" -balloon').lines] == [case.number]
    assert search(cast.agent, "refill balloon").lines == ()
