"""The moves of a case and its hand-offs over the machine interface: made, or refused with a reason."""

import pytest
from tests.api.callers import Caller, caller, entered
from tests.people import Cast

pytestmark = pytest.mark.django_db


def state_of(reference: str, by: Caller) -> str:
    said: str = by.get(f"/cases/{reference}").json()["state"]
    return said


def test_a_case_is_begun_laid_down_taken_up_solved_closed_and_reopened(agent: Caller) -> None:
    reference = entered(agent)
    way = [
        ("begin", None, "in-progress"),
        ("wait", {"for_what": "The caller looks for the date."}, "waiting"),
        ("resume", None, "in-progress"),
        ("solve", {"solution": "A new browser did it."}, "solved"),
        ("close", {"told": "By telephone."}, "closed"),
        ("reopen", {"reason": "It is back."}, "in-progress"),
    ]
    for version, (move, body, state) in enumerate(way, start=2):
        answer = agent.post(f"/cases/{reference}/moves/{move}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content
        assert answer.headers["ETag"] == f'"{version}"'


def test_next_moves_are_those_that_are_not_refused(agent: Caller) -> None:
    reference = entered(agent)
    assert "close" not in agent.get(f"/cases/{reference}").json()["next_moves"]
    answer = agent.post(f"/cases/{reference}/moves/close", {"told": "By telephone."})
    assert answer.status_code == 409
    assert "Possible now: begin" in answer.json()["detail"]


def test_a_hand_off_is_offered_where_the_plans_say_and_acknowledged_there(agent: Caller, triager: Caller) -> None:
    reference = entered(agent)
    offered = agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    assert offered.status_code == 201, offered.content
    shown = triager.get(f"/cases/{reference}").json()
    assert (shown["state"], shown["holder"], shown["offered_to"]) == ("offered", "hrc", "vets-gov")
    assert shown["hand_offs"][0]["id"] == offered.json()["hand_off"]
    assert shown["next_moves"] == ["acknowledge", "refuse"]
    assert triager.post(f"/cases/{reference}/moves/acknowledge", {}).status_code == 200
    shown = triager.get(f"/cases/{reference}").json()
    assert (shown["state"], shown["holder"], shown["trail"]) == ("new", "vets-gov", ["hrc", "vets-gov"])


def test_a_refused_hand_off_returns_with_its_reason(agent: Caller, triager: Caller) -> None:
    reference = entered(agent)
    agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    assert agent.post(f"/cases/{reference}/moves/refuse", {"reason": "Not mine to refuse."}).status_code == 403
    assert triager.post(f"/cases/{reference}/moves/refuse", {"reason": "No steps."}).status_code == 200
    shown = agent.get(f"/cases/{reference}").json()
    assert (shown["state"], shown["holder"], shown["hand_offs"][0]["refusal"]) == ("in-progress", "hrc", "No steps.")


def test_an_offer_is_withdrawn_by_its_sender(agent: Caller) -> None:
    reference = entered(agent)
    agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    assert agent.post(f"/cases/{reference}/moves/withdraw").status_code == 200
    assert state_of(reference, agent) == "in-progress"


def test_another_way_than_the_plans_needs_a_reason(agent: Caller) -> None:
    reference = entered(agent)
    to_support = {"ask": "Please take it.", "to": "mhv-support"}
    without = agent.post(f"/cases/{reference}/hand-offs", to_support)
    assert without.status_code == 409
    assert "Say in a sentence why" in without.json()["detail"]
    reasoned = agent.post(f"/cases/{reference}/hand-offs", {**to_support, "override": "They asked for it."})
    assert reasoned.status_code == 201


def test_a_move_on_an_old_version_is_refused_when_the_version_is_sent(agent: Caller) -> None:
    reference = entered(agent)
    agent.patch(f"/cases/{reference}", {"needs_tier": 3}, if_match='"1"')
    assert agent.post(f"/cases/{reference}/moves/begin", if_match='"1"').status_code == 409
    assert agent.post(f"/cases/{reference}/moves/begin", if_match="nonsense").status_code == 409
    assert state_of(reference, agent) == "new"
    assert agent.post(f"/cases/{reference}/moves/begin", if_match='"1", "2"').status_code == 200


def test_only_the_holder_moves_a_case_that_others_may_see(agent: Caller, triager: Caller) -> None:
    reference = entered(agent)
    agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    triager.post(f"/cases/{reference}/moves/acknowledge", {})
    answer = agent.post(f"/cases/{reference}/moves/begin")
    assert answer.status_code == 403
    assert "Only vets-gov can begin it" in answer.json()["detail"]


def test_a_held_mail_is_seen_released_and_withdrawn_in_the_outbox(cast: Cast, agent: Caller, triager: Caller) -> None:
    reference = entered(triager, holder="vets-gov", fault_in="mhv-api", needs_tier=3)
    assert triager.post(f"/cases/{reference}/hand-offs", {"ask": "The API answers 502."}).status_code == 201
    listed = triager.get("/outbox?state=pending").json()["effects"]
    mine = [effect for effect in listed if effect["about"] == reference]
    assert mine
    assert "The API answers 502." in mine[0]["message"]["text"]
    path = f"/outbox/{mine[0]['id']}"
    assert triager.post(f"{path}/release").status_code == 409
    assert caller(cast.outsider).post(f"{path}/withdraw").status_code == 404
    assert triager.post(f"{path}/withdraw").json()["state"] == "withdrawn"
    assert triager.get("/outbox?state=withdrawn").json()["next"] is None


def test_a_case_goes_back_for_a_reason_of_the_list_and_the_list_is_read_from_the_plans(
    agent: Caller, triager: Caller
) -> None:
    listed = {reason["id"]: reason for reason in agent.get("/plans").json()["return_reasons"]}
    assert listed["other"]["words_required"]
    assert listed["missing-facts"]["guidance"]
    reference = entered(agent)
    agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    unlisted = triager.post(f"/cases/{reference}/moves/refuse", {"reason": "no-such-reason"})
    assert unlisted.status_code == 409
    assert "missing-facts" in unlisted.json()["detail"]
    triager.post(f"/cases/{reference}/moves/acknowledge", {})
    assert "hand-back" in triager.get(f"/cases/{reference}").json()["next_moves"]
    wanted = {"reason": "missing-facts", "words": "Which day was it?"}
    assert triager.post(f"/cases/{reference}/moves/hand-back", wanted).json()["state"] == "new"
    back = agent.get(f"/cases/{reference}").json()["hand_offs"][0]
    assert (back["state"], back["return_reason"], back["return_words"]) == ("returned", *wanted.values())
    assert back["refusal"] == "Which day was it?"


def test_a_sentence_in_place_of_a_reason_is_kept_as_words(agent: Caller, triager: Caller) -> None:
    reference = entered(agent)
    agent.post(f"/cases/{reference}/hand-offs", {"ask": "Whose fault is it?"})
    assert triager.post(f"/cases/{reference}/moves/refuse", {"reason": "No steps."}).status_code == 200
    back = agent.get(f"/cases/{reference}").json()["hand_offs"][0]
    assert (back["return_reason"], back["return_words"]) == ("other", "No steps.")
