"""Questions that travel over the machine interface: asked, moved by whose turn it is, read with what may come next."""

import pytest
from tests.api.callers import Caller, caller, entered
from tests.people import Cast

pytestmark = pytest.mark.django_db
AT_TIER_3 = {"holder": "mhv-tier-3", "service": "secure-messaging"}


@pytest.fixture
def lead(cast: Cast) -> Caller:
    return caller(cast.lead)


@pytest.fixture
def supporter(cast: Cast) -> Caller:
    return caller(cast.supporter)


def test_a_question_goes_down_and_its_answer_comes_back_as_new_work(lead: Caller, supporter: Caller) -> None:
    reference = entered(lead, **AT_TIER_3)
    assert "ask" in lead.get(f"/cases/{reference}").json()["next_moves"]
    made = lead.post(f"/cases/{reference}/inquiries", {"words": "Which browser?", "note": "Safari?"})
    assert made.status_code == 201, made.content
    place = f"/inquiries/{made.json()['inquiry']}"
    assert (lead.get(place).json()["next_moves"], supporter.get(place).json()["next_moves"]) == (
        ["withdraw"], ["acknowledge", "refuse"],
    )  # fmt: skip
    for move, body, state in (
        ("acknowledge", None, "waiting"),
        ("attempt", {"outcome": "waiting"}, "waiting"),
        ("answer", {"answer": "Safari."}, "waiting"),
        ("pass-back", {}, "new"),
    ):
        answer = supporter.post(f"{place}/moves/{move}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content
    case = lead.get(f"/cases/{reference}").json()
    assert (case["questions"], case["round_trips"], case["question_to"]) == (1, 1, None)
    told = case["inquiries"][0]
    assert (told["state"], told["answer"], told["next_moves"]) == ("landed", "Safari.", [])
    assert [(a["by"], a["outcome"]) for a in told["attempts"]] == [("email", "reached")]


def test_a_question_is_passed_on_refused_and_taken_back(cast: Cast, lead: Caller, supporter: Caller) -> None:
    reference = entered(lead, **AT_TIER_3)
    place = f"/inquiries/{lead.post(f'/cases/{reference}/inquiries', {'words': 'Which?'}).json()['inquiry']}"
    assert supporter.post(f"{place}/moves/refuse", {"reason": "Which what?"}).status_code == 200
    assert lead.get(place).json()["turn"] == "mhv-tier-3"
    assert lead.post(f"{place}/moves/pass-on", {"words": "Which browser?"}).status_code == 200
    assert lead.post(f"{place}/moves/give-up", {}).status_code == 403
    assert supporter.post(f"{place}/moves/give-up", {}).status_code == 409
    assert lead.post(f"{place}/moves/withdraw", {"reason": "Found it."}).status_code == 200
    assert lead.get(f"/cases/{reference}").json()["state"] == "in-progress"


def test_a_reporter_is_told_before_the_case_closes(lead: Caller, supporter: Caller) -> None:
    reference = entered(lead, **AT_TIER_3)
    assert lead.post(f"/cases/{reference}/moves/solve", {"solution": "x", "words": "Works again."}).status_code == 200
    case = lead.get(f"/cases/{reference}").json()
    assert "close" not in case["next_moves"]
    refused = lead.post(f"/cases/{reference}/moves/close", {})
    assert refused.status_code == 409
    assert "has not been told yet" in refused.json()["detail"]
    place = f"/inquiries/{case['inquiries'][0]['id']}"
    supporter.post(f"{place}/moves/acknowledge")
    assert supporter.post(f"{place}/moves/attempt", {"outcome": "reached"}).status_code == 200
    assert lead.post(f"/cases/{reference}/moves/close", {}).status_code == 200
    assert lead.post(f"/cases/{reference}/moves/tell", {"words": "Once more."}).status_code == 409


def test_an_old_version_is_refused_when_it_is_sent(lead: Caller, supporter: Caller) -> None:
    reference = entered(lead, **AT_TIER_3)
    place = f"/inquiries/{lead.post(f'/cases/{reference}/inquiries', {'words': 'Which?'}).json()['inquiry']}"
    assert supporter.post(f"{place}/moves/acknowledge", if_match='"1"').status_code == 409
    assert supporter.post(f"{place}/moves/acknowledge", if_match='"2"').status_code == 200


def test_an_outsider_does_not_learn_that_there_is_a_question(cast: Cast, lead: Caller) -> None:
    reference = entered(lead, **AT_TIER_3)
    made = lead.post(f"/cases/{reference}/inquiries", {"words": "Which?"}).json()["inquiry"]
    outsider = caller(cast.outsider)
    for number in (made, made + 1_000_000):
        assert outsider.get(f"/inquiries/{number}").status_code == 404
        answer = outsider.post(f"/inquiries/{number}/moves/withdraw", {"reason": "x"})
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such question that you may see.")
