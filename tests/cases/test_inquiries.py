"""Questions that travel: down the ladder to whoever may ask, back up to whoever asked, days apart; and tellings."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.cases.reports import a_report, thorough
from tests.people import Cast

from tierline.cases import queries
from tierline.cases.actions import attempting, chasing, handing_off, inquiring, working
from tierline.cases.actions.entering import enter
from tierline.cases.actions.replying import Answer, receive_answer
from tierline.cases.inquiry_life import InquiryKind, InquiryMove, InquiryState, Reached
from tierline.cases.inquiry_queries import inquiry, open_inquiry_of
from tierline.cases.lifecycle import CaseMove, CaseState
from tierline.cases.searching import search
from tierline.directory.actor import TIERLINE, Actor
from tierline.foundation.trouble import Conflict, MoveNotAllowed, NotAllowed, NotFound, Unusable
from tierline.outbox.models import EffectRow
from tierline.outbox.queries import effects

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS = "Which browser do you use, and does it happen in another one too?"


def stands(actor: Actor, team: str, number: int, at: datetime) -> str | None:
    """Under which tab the case stands in the team's queue."""
    tabs = ("new", "todo", "waiting")
    found = [t for t in tabs if number in [line.number for line in queries.queue(actor, team, t, at=at).lines]]
    assert len(found) < 2
    return found[0] if found else None


def a_case_at_the_tool_team(cast: Cast, at: datetime) -> int:
    """Support took it in, Tier 3 handed it to the Secure Messaging team, which works on it."""
    report = a_report(
        holder="mhv-tier-3", service="secure-messaging", needs_tier=3, fault_in="mhv-on-va-gov", answers=thorough()
    )
    number = enter(cast.lead, report, at=at).number
    handing_off.offer(
        cast.lead,
        number,
        ask="Please find out why sending fails.",
        to="secure-messaging-team",
        override="Theirs.",
        at=at,
    )
    handing_off.acknowledge(cast.product_manager, number, at=at)
    working.begin(cast.product_manager, number, at=at)
    return number


def a_question_with_support(cast: Cast, at: datetime) -> tuple[int, int]:
    """Tier 3 asks; MHV support, which may ask, has taken the question up. Case and inquiry."""
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    inquiring.acknowledge(cast.supporter, question, at=at)
    return number, question


def test_a_tool_teams_question_reaches_the_veteran_through_two_desks_and_its_answer_comes_back(
    cast: Cast, at: datetime
) -> None:
    number = a_case_at_the_tool_team(cast, at)
    team, three, two = "secure-messaging-team", "mhv-tier-3", "mhv-support"
    question = inquiring.ask(cast.product_manager, number, WORDS, note="We suspect Safari.", at=at)
    assert queries.case(cast.product_manager, number, at=at).line.state is CaseState.WAITING
    assert (stands(cast.product_manager, team, number, at), stands(cast.lead, three, number, at)) == ("waiting", "new")

    # An hour later Tier 3 takes it up and passes it on; support has it the next day.
    inquiring.acknowledge(cast.lead, question, at=at + HOUR)
    assert stands(cast.lead, three, number, at + HOUR) == "todo"
    shown = inquiry(cast.lead, question, at=at + HOUR)
    assert (shown.state, shown.next_step.to if shown.next_step else "") == (InquiryState.TRAVELLING, two)
    inquiring.pass_on(cast.lead, question, at=at + HOUR)
    assert stands(cast.lead, three, number, at + HOUR) == "waiting"
    assert stands(cast.supporter, two, number, at + HOUR) == "new"
    inquiring.acknowledge(cast.supporter, question, at=at + DAY)
    shown = inquiry(cast.supporter, question, at=at + DAY)
    assert (shown.state, shown.words, shown.next_channel) == (InquiryState.TO_BE_ASKED, WORDS, "email")

    # Two e-mails stay unanswered; on the telephone, five days later, the Veteran answers.
    for day in (1, 3):
        attempting.attempt(cast.supporter, question, "waiting", at=at + day * DAY)
    attempting.attempt(
        cast.supporter,
        question,
        "reached",
        answer="Safari; in Firefox it works.",
        note="Rang at 4 pm.",
        at=at + 6 * DAY,
    )
    made = inquiry(cast.supporter, question, at=at + 6 * DAY).attempts
    assert [(a.by, a.outcome) for a in made] == [
        ("email", Reached.NO_ANSWER), ("email", Reached.NO_ANSWER), ("telephone", Reached.REACHED),
    ]  # fmt: skip
    attempting.pass_back(cast.supporter, question, at=at + 6 * DAY)
    assert stands(cast.lead, three, number, at + 6 * DAY) == "new"
    assert queries.case(cast.lead, number, at=at + 6 * DAY).line.state is CaseState.WAITING
    attempting.pass_back(cast.lead, question, at=at + 7 * DAY)

    # It lands as new work for the asker, and the round trip is counted.
    line = queries.case(cast.product_manager, number, at=at + 7 * DAY).line
    assert (line.state, line.holder, line.round_trips, line.question_to) == (CaseState.NEW, team, 1, None)
    assert stands(cast.product_manager, team, number, at + 7 * DAY) == "new"
    assert stands(cast.supporter, two, number, at + 7 * DAY) is None
    assert search(cast.product_manager, "Firefox").lines[0].number == number
    kinds = [fact.kind for fact in queries.case(cast.lead, number, at=at + 7 * DAY).story if "inquiry" in fact.kind]
    assert kinds == [
        "inquiry-asked", "inquiry-acknowledged", "inquiry-passed-on", "inquiry-acknowledged", "inquiry-attempted",
        "inquiry-attempted", "inquiry-attempted", "inquiry-answered", "inquiry-passed-back", "inquiry-landed",
    ]  # fmt: skip


def test_nobody_skips_the_ladder(cast: Cast, at: datetime) -> None:
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    too_early: list[Callable[[], object]] = [
        lambda: attempting.attempt(cast.lead, question, "reached", answer="x", at=at),
        lambda: attempting.answer(cast.lead, question, "x", at=at),
        lambda: inquiring.acknowledge(cast.lead, question, at=at),
        lambda: inquiring.withdraw(cast.supporter, question, "x", at=at),
    ]
    for verb in too_early:
        with pytest.raises(NotAllowed, match=r"mhv-support|mhv-tier-3"):
            verb()
    with pytest.raises(MoveNotAllowed, match="acknowledge, refuse"):
        attempting.attempt(cast.supporter, question, "reached", answer="x", at=at)
    assert inquiry(cast.lead, question, at=at).moves == (InquiryMove.WITHDRAW,)
    assert inquiry(cast.supporter, question, at=at).moves == (InquiryMove.ACKNOWLEDGE, InquiryMove.REFUSE)


def test_whoever_may_ask_gets_the_attempts_at_once_and_the_answer_lands_at_once(cast: Cast, at: datetime) -> None:
    number = enter(cast.supporter, a_report(holder="mhv-support", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.supporter, number, WORDS, at=at)
    assert stands(cast.supporter, "mhv-support", number, at) == "todo"
    assert InquiryMove.ATTEMPT in inquiry(cast.supporter, question, at=at).moves
    attempting.attempt(cast.supporter, question, "waiting", at=at)
    attempting.answer(cast.supporter, question, "Safari.", at=at + 2 * DAY)
    shown = queries.case(cast.supporter, number, at=at + 2 * DAY)
    assert (shown.line.state, shown.line.round_trips) == (CaseState.NEW, 1)
    assert shown.inquiries[0].attempts[0].outcome is Reached.REACHED
    kinds = [fact.kind for fact in shown.story]
    assert kinds[-2:] == ["inquiry-answered", "inquiry-landed"]


def test_after_the_last_attempt_the_asker_learns_that_nobody_was_reached(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    attempting.attempt(cast.supporter, question, "no-answer", at=at)
    with pytest.raises(Conflict, match="1 of 3 attempts are made; the next is by email"):
        attempting.give_up(cast.supporter, question, at=at)
    attempting.attempt(cast.supporter, question, "impossible", note="The address bounces.", at=at + 2 * DAY)
    attempting.attempt(cast.supporter, question, "no-answer", at=at + 4 * DAY)
    line = queries.case(cast.lead, number, at=at + 4 * DAY).line
    assert (line.state, line.round_trips) == (CaseState.NEW, 0)
    shown = inquiry(cast.lead, question, at=at + 4 * DAY)
    assert (shown.state, shown.ending) == (
        InquiryState.EXHAUSTED, "Every attempt is used up: email, email, telephone.",
    )  # fmt: skip
    assert shown.moves == ()


def test_a_word_left_last_waits_until_somebody_gives_up(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    for _ in range(3):
        attempting.attempt(cast.supporter, question, "waiting", at=at)
    assert inquiry(cast.supporter, question, at=at).moves == (InquiryMove.ANSWER, InquiryMove.GIVE_UP)
    with pytest.raises(Conflict, match="All 3 attempts are made"):
        attempting.attempt(cast.supporter, question, "waiting", at=at)
    attempting.give_up(cast.supporter, question, at=at + 5 * DAY)
    assert stands(cast.lead, "mhv-tier-3", number, at + 5 * DAY) == "new"


def test_a_question_given_back_is_its_askers_to_do_again_with_the_reason(cast: Cast, at: datetime) -> None:
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    with pytest.raises(Unusable, match="Say why"):
        inquiring.refuse(cast.supporter, question, " ", at=at)
    inquiring.refuse(cast.supporter, question, "Nobody understands “browser”; ask by its picture.", at=at)
    assert stands(cast.lead, "mhv-tier-3", number, at) == "todo"
    assert inquiry(cast.lead, question, at=at).steps[0].refusal.startswith("Nobody understands")
    inquiring.pass_on(cast.lead, question, words="Is the sign you press a compass or a fox?", at=at)
    assert inquiry(cast.supporter, question, at=at).words.endswith("a fox?")
    assert stands(cast.supporter, "mhv-support", number, at) == "new"


def test_a_question_taken_back_lets_the_case_go_on(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    with pytest.raises(Conflict, match="take the question back"):
        working.resume(cast.lead, number, at=at)
    with pytest.raises(Conflict, match="under way"):
        inquiring.ask(cast.lead, number, WORDS, at=at)
    inquiring.withdraw(cast.lead, question, "The log says it already.", at=at)
    line = queries.case(cast.lead, number, at=at).line
    assert (line.state, line.round_trips) == (CaseState.IN_PROGRESS, 0)
    assert stands(cast.supporter, "mhv-support", number, at) is None
    inquiring.ask(cast.lead, number, "Another question.", at=at)


def test_solving_takes_an_open_question_back(cast: Cast, at: datetime) -> None:
    number, _ = a_question_with_support(cast, at)
    working.solve(cast.lead, number, "Found it in the log.", at=at)
    shown = queries.case(cast.lead, number, at=at)
    assert [(one.kind, one.state) for one in shown.inquiries] == [
        (InquiryKind.TELL, InquiryState.TRAVELLING), (InquiryKind.ASK, InquiryState.WITHDRAWN),
    ]  # fmt: skip


def test_the_internal_note_and_the_reporter_never_leave_with_a_question(cast: Cast, at: datetime) -> None:
    number = enter(cast.triager, a_report(holder="vets-gov", fault_in="mhv-api", needs_tier=3), at=at).number
    handing_off.offer(cast.triager, number, ask="The API answers 502.", at=at)
    handing_off.acknowledge(cast.triager, number, said="Taken.", at=at)
    question = inquiring.ask(cast.triager, number, WORDS, note="Between us: the gateway.", at=at)
    mails = [mail for mail in effects(cast.triager) if WORDS in str(mail.message["text"])]
    assert mails
    assert all("please ask the Veteran" in mail.message["subject"] for mail in mails)
    assert not any("gateway" in str(m.message) or "Tamsin" in str(m.message) for m in mails)
    # Tier 3 works here, so it answers itself; the sustainment team's words are written down by vets.gov.
    inquiring.acknowledge(cast.lead, question, at=at + HOUR)
    assert inquiry(cast.triager, question, at=at).moves == (InquiryMove.WITHDRAW,)


def test_a_desk_without_access_is_answered_for_by_whoever_asked_it(cast: Cast, at: datetime) -> None:
    from tierline.directory.models import Person  # noqa: PLC0415 - only here: nobody of that desk can sign in

    Person.objects.filter(teams="mhv-support").update(is_active=False)
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    inquiring.acknowledge(cast.lead, question, at=at)
    attempting.attempt(cast.lead, question, "reached", answer="Safari.", at=at)
    attempting.pass_back(cast.lead, question, at=at)
    assert queries.case(cast.lead, number, at=at).line.round_trips == 1


def test_an_answer_by_mail_from_a_desk_without_access_is_work_for_whoever_asked_it(cast: Cast, at: datetime) -> None:
    from tierline.directory.models import Person  # noqa: PLC0415 - only here: nobody of that desk can sign in

    Person.objects.filter(teams="mhv-tier-3").update(is_active=False)
    number = enter(cast.triager, a_report(holder="vets-gov", fault_in="mhv-api", needs_tier=3), at=at).number
    handing_off.offer(cast.triager, number, ask="The API answers 502.", at=at)
    handing_off.acknowledge(cast.triager, number, said="Taken.", at=at)
    question = inquiring.ask(cast.triager, number, WORDS, at=at)
    [mail, *_] = [m for m in EffectRow.objects.filter(subject_id=number) if m.key.startswith(f"inquiry-{question}:")]
    answer = Answer(mail=1, key=mail.key, sender=mail.message["to"], text="We take it, and they use Safari.")
    receive_answer(TIERLINE, number, answer, at=at + DAY)
    assert stands(cast.triager, "vets-gov", number, at + DAY) == "new"
    inquiring.acknowledge(cast.triager, question, at=at + DAY)
    assert stands(cast.triager, "vets-gov", number, at + DAY) == "waiting"


def test_a_step_nobody_takes_up_becomes_overdue_and_is_written_down_once(cast: Cast, at: datetime) -> None:
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    question = inquiring.ask(cast.lead, number, WORDS, at=at)
    late = inquiry(cast.lead, question, at=at).steps[0].acknowledge_by + timedelta(minutes=1)
    assert [chasing.chase_overdue_questions(at=late) for _ in range(2)] == [1, 0]
    assert number in [line.number for line in queries.queue(cast.supporter, "mhv-support", "overdue", at=late).lines]
    inquiring.acknowledge(cast.supporter, question, at=late)
    assert queries.queue(cast.supporter, "mhv-support", "overdue", at=late).lines == ()


def test_a_restricted_case_asks_only_along_the_duties(cast: Cast, at: datetime) -> None:
    secret = a_report(holder="mhv-tier-3", service="secure-messaging", flags=frozenset({"security-privacy"}))
    number = enter(cast.lead, secret, at=at).number
    before = len(effects(cast.privacy))
    question = inquiring.ask(cast.privacy, number, WORDS, at=at)
    shown = inquiry(cast.privacy, question, at=at)
    assert (shown.state, shown.steps) == (InquiryState.TO_BE_ASKED, ())
    assert len(effects(cast.privacy)) == before
    for other in (cast.lead, cast.supporter):
        with pytest.raises(NotFound):
            inquiry(other, question, at=at)
        with pytest.raises(NotFound):
            attempting.attempt(other, question, "waiting", at=at)
    attempting.attempt(cast.privacy, question, "reached", answer="Nobody else saw it.", at=at)
    assert queries.case(cast.privacy, number, at=at).line.state is CaseState.NEW


def test_a_case_restricted_while_its_question_travels_is_out_of_every_teams_hands(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    working.correct_facts(cast.lead, number, flags=frozenset({"security-privacy"}), at=at)
    with pytest.raises(NotFound):
        attempting.attempt(cast.supporter, question, "waiting", at=at)
    assert stands(cast.supporter, "mhv-support", number, at) is None
    attempting.attempt(cast.privacy, question, "waiting", at=at)


def test_where_the_plans_name_nobody_to_ask_through_the_case_stays_as_it_is(cast: Cast, at: datetime) -> None:
    report = a_report(holder="vets-gov", audience="staff", service="prescription-refill")
    number = enter(cast.triager, report, at=at).number
    with pytest.raises(Conflict, match="name nobody through whom"):
        inquiring.ask(cast.triager, number, WORDS, at=at)
    assert queries.case(cast.triager, number, at=at).line.state is CaseState.NEW


def test_the_outsider_neither_sees_nor_moves_a_question(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    for verb in (
        lambda: inquiry(cast.outsider, question, at=at),
        lambda: open_inquiry_of(cast.outsider, number),
        lambda: inquiring.ask(cast.outsider, number, WORDS, at=at),
        lambda: inquiring.acknowledge(cast.outsider, question, at=at),
        lambda: inquiring.refuse(cast.outsider, question, "x", at=at),
        lambda: inquiring.pass_on(cast.outsider, question, at=at),
        lambda: inquiring.withdraw(cast.outsider, question, "x", at=at),
        lambda: attempting.attempt(cast.outsider, question, "waiting", at=at),
        lambda: attempting.answer(cast.outsider, question, "x", at=at),
        lambda: attempting.pass_back(cast.outsider, question, at=at),
        lambda: attempting.give_up(cast.outsider, question, at=at),
    ):
        with pytest.raises(NotFound):
            verb()
    with pytest.raises(NotFound):
        inquiry(cast.lead, question + 1_000_000, at=at)


def test_somebody_who_sees_the_question_and_does_not_have_it_cannot_move_it(cast: Cast, at: datetime) -> None:
    _, question = a_question_with_support(cast, at)
    with pytest.raises(NotAllowed, match="mhv-support"):
        attempting.attempt(cast.analyst, question, "waiting", at=at)


def test_the_second_writer_is_told(cast: Cast, at: datetime) -> None:
    number, question = a_question_with_support(cast, at)
    seen = queries.case(cast.supporter, number, at=at).line.version
    attempting.attempt(cast.supporter, question, "waiting", version=seen, at=at)
    with pytest.raises(Conflict, match="Cleo Marsh"):
        attempting.attempt(cast.supporter, question, "waiting", version=seen, at=at)


def test_an_attempt_says_how_it_ended_and_does_not_lie_in_the_future(cast: Cast, at: datetime) -> None:
    _, question = a_question_with_support(cast, at)
    for said, field in (
        ({"outcome": "maybe"}, "outcome"),
        ({"outcome": "impossible"}, "note"),
        ({"outcome": "reached"}, "answer"),
        ({"outcome": "waiting", "made_at": at + DAY}, "made_at"),
    ):
        with pytest.raises(Unusable) as refused:
            attempting.attempt(cast.supporter, question, at=at, **said)
        assert field in refused.value.fields
    attempting.attempt(cast.supporter, question, "waiting", made_at=at - HOUR, at=at)
    assert inquiry(cast.supporter, question, at=at).attempts[0].made_at == at - HOUR


# -- tellings ---------------------------------------------------------------------------------------------


def a_solved_case(cast: Cast, at: datetime) -> tuple[int, int]:
    """Tier 3 solved it; its words for the reporter are on their way. Case and telling."""
    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    working.solve(cast.lead, number, "Cache of node 3 was stale.", words="Sending works again; please try.", at=at)
    return number, open_inquiry_of(cast.lead, number)


def test_closing_waits_until_whoever_may_contact_the_reporter_has_told_them(cast: Cast, at: datetime) -> None:
    number, telling = a_solved_case(cast, at)
    assert stands(cast.lead, "mhv-tier-3", number, at) == "waiting"
    assert stands(cast.supporter, "mhv-support", number, at) == "new"
    assert CaseMove.CLOSE not in queries.case(cast.lead, number, at=at).moves
    with pytest.raises(Conflict, match="the turn of MHV"):
        working.close(cast.lead, number, "I told them myself.", at=at)
    inquiring.acknowledge(cast.supporter, telling, at=at + HOUR)
    assert inquiry(cast.supporter, telling, at=at).words == "Sending works again; please try."
    attempting.attempt(cast.supporter, telling, "waiting", at=at + HOUR)
    attempting.answer(cast.supporter, telling, "They thank you.", at=at + 2 * DAY)
    shown = queries.case(cast.lead, number, at=at + 2 * DAY)
    assert stands(cast.lead, "mhv-tier-3", number, at + 2 * DAY) == "todo"
    assert CaseMove.CLOSE in shown.moves
    assert (shown.line.state, shown.line.round_trips, shown.questions) == (CaseState.SOLVED, 0, 0)
    working.close(cast.lead, number, at=at + 2 * DAY)
    told = queries.case(cast.lead, number, at=at + 2 * DAY).story[-1].said["told"]
    assert "told them by email. They thank you." in told


def test_a_case_is_closed_when_every_attempt_to_tell_is_used_up(cast: Cast, at: datetime) -> None:
    number, telling = a_solved_case(cast, at)
    inquiring.acknowledge(cast.supporter, telling, at=at)
    for day in range(3):
        attempting.attempt(cast.supporter, telling, "no-answer", at=at + day * DAY)
    working.close(cast.lead, number, at=at + 3 * DAY)
    assert "used up" in queries.case(cast.lead, number, at=at + 3 * DAY).story[-1].said["told"]


def test_what_happens_still_ends_the_telling_and_solving_again_begins_another(cast: Cast, at: datetime) -> None:
    number, telling = a_solved_case(cast, at)
    with pytest.raises(Conflict, match="open the case again"):
        inquiring.withdraw(cast.lead, telling, "x", at=at)
    working.reopen(cast.lead, number, "It is back.", at=at)
    assert stands(cast.supporter, "mhv-support", number, at) is None
    working.solve(cast.lead, number, "Now for good.", at=at)
    assert open_inquiry_of(cast.lead, number) != telling


def test_a_case_solved_before_tellings_were_known_can_still_be_told(cast: Cast, at: datetime) -> None:
    from tierline.cases.models import CaseRow  # noqa: PLC0415 - a row as an older version left it

    number = enter(cast.lead, a_report(holder="mhv-tier-3", service="secure-messaging"), at=at).number
    CaseRow.objects.filter(pk=number).update(state=CaseState.SOLVED)
    with pytest.raises(Conflict, match="Have them told first"):
        working.close(cast.lead, number, "I rang them.", at=at)
    assert CaseMove.TELL in queries.case(cast.lead, number, at=at).moves
    inquiring.tell(cast.lead, number, "Sending works again.", at=at)
    assert stands(cast.supporter, "mhv-support", number, at) == "new"


def test_whoever_may_contact_the_reporter_closes_by_saying_how(cast: Cast, at: datetime) -> None:
    number = enter(cast.supporter, a_report(holder="mhv-support", service="secure-messaging"), at=at).number
    working.solve(cast.supporter, number, "Explained.", at=at)
    assert queries.case(cast.supporter, number, at=at).inquiries == ()
    working.close(cast.supporter, number, "On the telephone.", at=at)
