"""What pages, forms and letters ask a planbook for: names, people, addresses, questions, promises of time."""

from datetime import timedelta

from tests.plans.books import AT, acknowledge_by, book, plan, shipped, water

from tierline.plans.facts import Facts
from tierline.plans.planbook import Mailbox

BOOK = shipped()


def test_ids_have_names_and_an_unknown_id_stands_for_itself() -> None:
    assert BOOK.service_label("secure-messaging") == "Secure Messaging"
    assert BOOK.team_label("hrc") == "Health Resource Center (HRC)"
    assert BOOK.system_label("dynamics") == "Microsoft Dynamics"
    assert BOOK.system_label("vista") == "VistA"
    assert BOOK.system_label("unknown") == "Not known yet"
    assert BOOK.duty_label("isso").endswith("(ISSO)")
    assert [BOOK.service_label(x) + BOOK.team_label(x) for x in ("what",)] == ["whatwhat"]


def test_an_email_hand_off_addresses_every_person_the_plan_names() -> None:
    boxes = BOOK.mailboxes_of("mhv-sustainment")
    assert len(boxes) == 8
    assert Mailbox("Ottilie Farrow", "ottilie.farrow@mhv.example") in boxes
    assert BOOK.mailboxes_of("hrc") == BOOK.mailboxes_of("nobody") == ()


def test_each_channel_has_its_address() -> None:
    call, issue = BOOK.call_of("es-support"), BOOK.issues_of("secure-messaging-team")
    assert call is not None
    assert call.every == timedelta(days=7)
    assert issue is not None
    assert (issue.tracker, issue.labels, issue.title_prefix) == (
        "github",
        ("MHV-Tier-3", "MHV-Secure-Messaging"),
        "SM - ",
    )
    assert BOOK.queue_of("vets-gov") == "Vets.gov triage"
    assert BOOK.address("es-support", "call") == "Regular ES and vets.gov call (the day is not written down)"
    assert BOOK.address("es-support", "ticket") is None


def test_duties_have_holders_groups_written_out_and_the_deputy_last() -> None:
    assert [box.name for box in BOOK.holders_of("mhv-tier-3-support-lead")] == ["Ravi Sorensen", "Ilse Quintero"]
    assert [box.name for box in BOOK.holders_of("mhv-octo-engineers")] == ["Oskar Lindahl", "Ines Corbeau"]
    assert BOOK.holders_of("horizon-team") == BOOK.holders_of("no-such-duty") == ()


def test_the_form_asks_for_what_the_next_tier_requires_and_says_why() -> None:
    fields = BOOK.required_for(Facts("secure-messaging", "mhv-support", needs_tier=3), "mhv-tier-3", AT)
    assert [field.id for field in fields][:3] == ["summary", "occurred-at", "device"]
    assert len(fields) == 10
    assert all(field.why and field.label for field in fields)
    assert BOOK.required_for(Facts("secure-messaging", "hrc", needs_tier=2), "vets-gov", AT) == ()


def test_the_most_particular_promise_of_time_counts() -> None:
    assert acknowledge_by(BOOK, "es-support", "call", AT) == AT + timedelta(days=7)
    assert acknowledge_by(BOOK, "vets-gov", "ticket", AT) == AT + timedelta(days=2)
    assert acknowledge_by(water(), "meter-company", "email", AT) == AT + timedelta(hours=4)
    assert acknowledge_by(water(), "counter", None, AT) == AT + timedelta(days=1)
    assert acknowledge_by(book(plan()), "back", "email", AT) is None


def test_a_record_number_says_which_system_it_is_of() -> None:
    assert BOOK.record_system("25-HRC-HD-53-35482519") == "dynamics"
    assert BOOK.record_system("HRC-HD-W1-0000137116") == "dynamics"
    assert BOOK.record_system("INC12345678") == "servicenow"
    assert BOOK.record_system("SCTASK99") == "servicenow"
    assert BOOK.record_system("25-HRC-HD-53-3548251") is None


def test_the_ticketing_system_in_force_depends_on_receiver_audience_and_day() -> None:
    assert BOOK.ticketing_in_force("vets-gov", "veteran", AT.replace(year=2016)) == "nsd"
    assert BOOK.ticketing_in_force("vets-gov", "veteran", AT) == "dynamics"
    assert BOOK.ticketing_in_force("mhv-tier-3", "staff", AT) == "servicenow"
    assert BOOK.ticketing_in_force("es-support", "veteran", AT) is None


def test_restricted_cases_are_for_the_duties_of_the_restricted_path() -> None:
    assert BOOK.restricted_duties() == {"isso", "privacy-officer"}
    assert water().restricted_duties() == frozenset()


def test_duties_are_found_by_their_topic() -> None:
    reports = {(plan.id, clause.id): clause.every for plan, clause in BOOK.obligations("reporting")}
    assert reports == {
        ("es-1010ez", "daily-submission-report"): timedelta(days=1),
        ("mhv-tier-3", "measures-kept-apart"): None,
    }
    assert {plan.id for plan, _ in BOOK.obligations("downtime")} == {"mhv-downtime"}


def test_a_plan_says_how_somebody_is_tried_and_a_rule_that_names_the_team_goes_first() -> None:
    rule = {"id": "tries", "label": "Tries", "by": ["email", "email"], "source": {"heading": "All"}, "text": "Twice."}
    own = {**rule, "id": "own", "teams": ["back"], "by": ["telephone"], "text": "By telephone."}
    small = book(plan(attempts=[rule, own]))
    assert small.attempts_of("front", AT)[0] == ("email", "email")
    channels, because = small.attempts_of("back", AT)
    assert (channels, because.clause, because.text) == (("telephone",), "own", "By telephone.")


def test_where_no_plan_says_how_somebody_is_tried_the_built_in_rule_holds() -> None:
    channels, because = book(plan()).attempts_of("front", AT)
    assert (channels, because.plan) == (("email", "email", "telephone"), "tierline")


def test_the_shipped_plans_try_a_veteran_three_times_and_say_where_that_stands() -> None:
    channels, because = BOOK.attempts_of("mhv-support", AT)
    assert channels == ("email", "email", "telephone")
    assert (because.plan, because.source) == ("mhv-tier-3", "Veteran outreach practice, Outreach attempts")
