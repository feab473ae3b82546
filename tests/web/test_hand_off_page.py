"""Handing off on one screen: the way, the very text, what is missing, the reason against the plans."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from tests.cases.reports import a_report, thorough
from tests.people import Cast
from tests.web.desk import a_case_at_vets_gov, an_offered_case, page, sign_in, text

from tierline.cases import queries
from tierline.cases.actions import working
from tierline.cases.actions.entering import enter
from tierline.cases.wording import written
from tierline.outbox.queries import effects

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


def leaving(answer: Any) -> str:
    """The text shown as the one that leaves."""
    shown = text(answer)
    return shown[shown.index('class="leaves__text"') :].partition("</pre>")[0].partition(">")[2]


def test_the_screen_says_where_how_and_by_when(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    shown = text(sign_in("agent").get(page("case-hand-off", number)))
    assert "Vets.gov support, Tier 2, by ticket" in shown
    assert "(where the plans send it)" in shown
    planned = queries.case(cast.agent, number, at=at)
    assert planned.decision.to == "vets-gov"


def test_the_text_shown_is_the_text_that_leaves_and_holds_nothing_private(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    working.correct_facts(cast.triager, number, fault_in="mhv-api", needs_tier=3, at=at)
    client = sign_in("triager")
    ask = {"ask": "The API answers 502. Please repair it.", "to": "mhv-sustainment"}
    shown = leaving(client.post(page("case-hand-off", number), ask | {"step": "look"}))
    assert "The API answers 502. Please repair it." in shown
    assert a_report().description not in shown
    assert "Tamsin" not in shown
    assert client.post(page("case-hand-off", number), ask).status_code == 302
    assert all(mail.message["text"].strip() == shown.strip() for mail in effects(cast.triager))
    due = queries.case(cast.triager, number, at=at).hand_offs[-1].acknowledge_by
    assert written(due, settings.TIME_ZONE) in shown


def test_looking_at_the_text_offers_nothing(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    sign_in("agent").post(page("case-hand-off", number), {"ask": "Please look.", "step": "look"})
    assert queries.case(cast.agent, number, at=at).hand_offs == ()


def test_another_team_takes_a_reason_and_what_was_typed_stays(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    client = sign_in("agent")
    sent = {"ask": "Please take it.", "to": "mhv-support", "note": "They called twice."}
    answer = client.post(page("case-hand-off", number), sent)
    assert answer.status_code == 422
    assert "Say in a sentence why" in text(answer)
    assert "Please take it.</textarea>" in text(answer)
    assert "They called twice.</textarea>" in text(answer)
    client.post(page("case-hand-off", number), sent | {"override": "vets.gov is closed today."})
    offered = queries.case(cast.agent, number, at=at).hand_offs[-1]
    assert (offered.receiver, offered.override) == ("mhv-support", "vets.gov is closed today.")


def test_what_is_missing_is_named_and_may_be_left_out_with_a_reason(cast: Cast, at: datetime) -> None:
    thin = a_report(holder="mhv-support", service="secure-messaging", needs_tier=3)
    number = enter(cast.supporter, thin, at=at).number
    client = sign_in("supporter")
    assert "Steps to reproduce" in text(client.get(page("case-hand-off", number)))
    sent = {"ask": "Please take it.", "override": "The caller cannot be reached before Monday."}
    assert client.post(page("case-hand-off", number), sent).status_code == 302


def test_a_full_report_asks_for_no_reason(cast: Cast, at: datetime) -> None:
    full = a_report(holder="mhv-support", service="secure-messaging", needs_tier=3, answers=thorough())
    number = enter(cast.supporter, full, at=at).number
    shown = text(sign_in("supporter").get(page("case-hand-off", number)))
    assert "Why all the same" not in shown


def test_where_the_plans_hand_it_to_nobody_the_screen_asks_for_a_team(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(fault_in="user", needs_tier=1), at=at).number
    client = sign_in("agent")
    assert "Choose a team" in text(client.get(page("case-hand-off", number)))
    answer = client.post(page("case-hand-off", number), {"ask": "Please take it."})
    assert answer.status_code == 422


def test_without_an_ask_nothing_goes(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    answer = sign_in("agent").post(page("case-hand-off", number), {"ask": "  "})
    assert answer.status_code == 422
    assert "Write what you ask of them" in text(answer)


def test_a_case_in_other_hands_or_on_its_way_is_not_ours_to_hand_off(cast: Cast, at: datetime) -> None:
    number = an_offered_case(cast, at)
    for role in ("agent", "triager"):
        assert sign_in(role).get(page("case-hand-off", number)).status_code == 403


def test_a_restricted_case_leaves_by_no_channel(cast: Cast, at: datetime) -> None:
    secret = a_report(holder="mhv-tier-3", flags=frozenset({"security-privacy"}), service="secure-messaging")
    number = enter(cast.lead, secret, at=at).number
    client = sign_in("privacy")
    assert client.get(page("case-hand-off", number)).status_code == 403
    assert (
        client.post(page("case-hand-off", number), {"ask": "x", "to": "vets-gov", "override": "x"}).status_code == 403
    )


def test_an_old_screen_is_told_who_was_faster(cast: Cast, at: datetime) -> None:
    number = enter(cast.agent, a_report(needs_tier=2), at=at).number
    working.assign(cast.agent, number, "Ada Quill (HRC)", at=at)
    answer = sign_in("agent").post(page("case-hand-off", number), {"ask": "Please look.", "version": "1"})
    assert answer.status_code == 409
    assert "Please look.</textarea>" in text(answer)


def test_where_the_plans_send_it_nowhere_it_is_said_what_to_choose(cast: Cast, at: datetime) -> None:
    number = a_case_at_vets_gov(cast, at)
    answer = sign_in("triager").post(page("case-hand-off", number), {"ask": "Please look.", "to": ""})
    assert "The plans send this to nobody else now. To hand it on all the same, choose a team and say why." in text(
        answer
    )


def test_one_thing_missing_is_asked_for_in_the_singular(cast: Cast, at: datetime) -> None:
    answers = {key: word for key, word in thorough().items() if key != "operating-system"}
    report = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, answers=answers)
    shown = text(sign_in("lead").get(page("case-hand-off", enter(cast.lead, report, at=at).number)))
    assert "The next tier asks for one more answer. Fill it in, or say why it goes without." in shown
    assert "Fill it in</a>" in shown
