"""Cases over the machine interface: taken in, read, corrected, written on, looked back at."""

from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.api.callers import Caller, a_report, caller, entered
from tests.people import Cast

from tierline.foundation.clock import stopped

pytestmark = pytest.mark.django_db


def test_a_case_is_taken_in_with_what_the_plans_say_and_where_it_can_be_read(agent: Caller) -> None:
    answer = agent.post("/cases", a_report(numbers=[{"system": "nsd", "number": "25-HRC-HD-53-1"}]))
    assert answer.status_code == 201
    said = answer.json()
    assert answer.headers["Location"] == f"/api/v1/cases/{said['reference']}"
    assert answer.headers["ETag"] == '"1"'
    assert (said["decision"]["outcome"], said["decision"]["to"]) == ("hand-off", "vets-gov")
    assert said["decision"]["because"][0].keys() == {"plan", "clause", "source", "text"}
    read = agent.get(f"/cases/{said['reference']}")
    assert read.status_code == 200
    assert read.headers["ETag"] == '"1"'
    assert read.json()["numbers"] == [{"system": "nsd", "number": "25-HRC-HD-53-1"}]
    assert read.json()["decision"] == said["decision"]
    assert read.json()["next_moves"] == ["begin", "offer", "wait", "solve", "ask"]


def test_an_outside_number_that_has_a_case_is_a_conflict_that_names_it(agent: Caller) -> None:
    first = entered(agent, numbers=[{"system": "nsd", "number": "25-HRC-HD-53-2"}])
    again = agent.post("/cases", a_report(numbers=[{"system": "nsd", "number": "25-HRC-HD-53-2"}]))
    assert again.status_code == 409
    assert first in again.json()["detail"]


def test_a_case_is_taken_in_only_for_a_team_of_ones_own(agent: Caller) -> None:
    answer = agent.post("/cases", a_report(holder="vets-gov"))
    assert answer.status_code == 403
    assert "vets-gov" in answer.json()["detail"]


def test_a_service_no_plan_names_is_said_to_be_so(agent: Caller) -> None:
    answer = agent.post("/cases", a_report(service="zeppelins"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.service"


def test_a_restricted_case_is_made_and_then_shown_only_to_those_with_the_duty(cast: Cast, agent: Caller) -> None:
    answer = agent.post("/cases", a_report(flags=["security-privacy"]))
    assert answer.json()["restricted"] is True
    assert agent.get(f"/cases/{answer.json()['reference']}").status_code == 404


def test_facts_are_corrected_on_the_version_that_was_seen(agent: Caller) -> None:
    reference = entered(agent)
    answer = agent.patch(f"/cases/{reference}", {"needs_tier": 1, "answers": {"device": "iPhone"}}, if_match='"1"')
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["version"] == 2
    read = agent.get(f"/cases/{reference}").json()
    assert (read["needs_tier"], read["answers"]["device"]) == (1, "iPhone")
    assert read["decision"]["outcome"] == "keep"


def test_the_second_writer_is_told_and_nothing_is_overwritten(agent: Caller) -> None:
    reference = entered(agent)
    agent.patch(f"/cases/{reference}", {"needs_tier": 3}, if_match='"1"')
    late = agent.patch(f"/cases/{reference}", {"needs_tier": 1}, if_match='"1"')
    assert late.status_code == 409
    assert "was changed by Ada Quill" in late.json()["detail"]
    assert agent.get(f"/cases/{reference}").json()["needs_tier"] == 3


def test_a_correction_without_a_version_is_refused(agent: Caller) -> None:
    reference = entered(agent)
    answer = agent.patch(f"/cases/{reference}", {"needs_tier": 1})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.If-Match"


def test_a_flag_that_restricts_a_case_is_kept_though_its_writer_sees_it_no_more(agent: Caller) -> None:
    reference = entered(agent)
    answer = agent.patch(f"/cases/{reference}", {"flags": ["security-privacy"]}, if_match='"1"')
    assert answer.status_code == 200
    assert agent.get(f"/cases/{reference}").status_code == 404


def test_notes_and_words_for_the_reporter_are_different_facts(agent: Caller) -> None:
    reference = entered(agent)
    note = agent.post(f"/cases/{reference}/notes", {"text": "Looks like the API."})
    word = agent.post(f"/cases/{reference}/words", {"text": "We are looking into it."})
    assert (note.status_code, word.status_code) == (201, 201)
    story = agent.get(f"/cases/{reference}/story").json()
    assert [fact["kind"] for fact in story["facts"]] == ["entered", "note", "word-for-reporter"]
    assert [fact["id"] for fact in story["facts"]][1:] == [note.json()["fact"], word.json()["fact"]]
    assert story["next"] is None


def test_a_long_story_is_walked_page_by_page(agent: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierline.cases.queries.STORY_PAGE", 2)
    reference = entered(agent)
    for text in ("one", "two", "three"):
        agent.post(f"/cases/{reference}/notes", {"text": text})
    first = agent.get(f"/cases/{reference}/story").json()
    second = agent.get(f"/cases/{reference}/story?after={first['next']}").json()
    assert [fact["said"].get("text") for fact in first["facts"] + second["facts"]] == [None, "one", "two", "three"]
    assert second["next"] is None


def test_a_case_is_read_back_as_it_stood(agent: Caller, at: datetime) -> None:
    with stopped(at):
        reference = entered(agent)
    with stopped(at.replace(hour=18)):
        agent.post(f"/cases/{reference}/moves/begin")
    before = agent.get(f"/cases/{reference}/as-it-stood?at=2026-11-20T17:30:00Z")
    after = agent.get(f"/cases/{reference}/as-it-stood?at=2026-11-20T13:30:00-05:00")
    assert (before.json()["fields"]["state"], after.json()["fields"]["state"]) == ("new", "in-progress")
    assert agent.get(f"/cases/{reference}/as-it-stood?at=2026-11-20T12:00:00Z").status_code == 404


def test_search_finds_the_newest_first_and_goes_on_below(agent: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierline.cases.searching.PAGE", 2)
    made = [entered(agent, description=f"The zeppelin number {turn} leaks") for turn in range(3)]
    first = agent.get("/search?q=zeppelin").json()
    assert [case["reference"] for case in first["cases"]] == [made[2], made[1]]
    second = agent.get(f"/search?q=zeppelin&before={first['next']}").json()
    assert [case["reference"] for case in second["cases"]] == [made[0]]
    assert second["next"] is None


def test_a_queue_is_read_by_team_and_tab(agent: Caller) -> None:
    reference = entered(agent)
    page = agent.get("/cases?team=hrc&tab=new").json()
    assert [case["reference"] for case in page["cases"]] == [reference]
    assert page["counts"] == {"new": 1, "todo": 0, "waiting": 0, "overdue": 0}
    assert agent.get("/cases?team=hrc&tab=todo").json()["cases"] == []
    assert agent.get("/cases?team=hrc&tab=new&flag=congressional").json()["cases"] == []
    assert agent.get("/cases?team=vets-gov").status_code == 403


def test_a_walk_sees_every_case_once_while_others_are_added(agent: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tierline.cases.queries.PAGE", 3)
    there = [entered(agent) for _ in range(8)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = agent.get(f"/cases?team=hrc&tab=new{f'&cursor={cursor}' if cursor else ''}").json()
        seen += [case["reference"] for case in page["cases"]]
        cursor = page["next"]
        if len(seen) < 10:
            entered(agent)
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


def test_a_call_costs_one_statement_for_its_key_and_few_for_its_work(
    agent: Caller, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reference = entered(agent)
    with django_assert_max_num_queries(7):
        agent.post("/cases", a_report())
    with django_assert_max_num_queries(10):
        agent.patch(f"/cases/{reference}", {"needs_tier": 1}, if_match='"1"')
    with django_assert_max_num_queries(7):
        agent.post(f"/cases/{reference}/notes", {"text": "Seen."})
    with django_assert_max_num_queries(7):  # one of them for the story, which the promises are told from
        agent.get(f"/cases/{reference}")
    with django_assert_max_num_queries(3):
        agent.get("/cases?team=hrc&tab=new")
    with django_assert_max_num_queries(1):
        agent.get("/me")


def test_whose_key_it_is(cast: Cast) -> None:
    said = caller(cast.lead).get("/me").json()
    assert said["name"] == cast.lead.name
    assert said["teams"] == ["mhv-tier-3"]
    assert "tier-3-support-lead" in said["duties"]
