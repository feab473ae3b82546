"""For any policy and any set of channels down everybody is reached, or stands on the call sheet with somebody paged."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tierline.notices.another_way import OWN_CHANNELS, By, Missing, Step, Taking, deadline, takings, whole

DUE = datetime(2026, 11, 20, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = frozenset({"email", "slack", "sms", "pagerduty"})
SMS = Step("text-message", By.SMS, -5 * MINUTE)
PAGE = Step("page", By.PAGE, timedelta(), "communication-owner", "pagerduty")
SHEET = Step("call-sheet", By.CALL_SHEET, 5 * MINUTE)
BEN = Missing(
    "ben", "Ben", {"sms": "+1 555 010 0142", "slack": "UBEN"}, "Slack was not available", frozenset({"slack"})
)


def taken(
    person: Missing, at: datetime, steps: tuple[Step, ...] = (SMS, PAGE, SHEET), **other: frozenset[str]
) -> list[Taking]:
    return list(takings([person], steps, DUE, at, here=other.get("here", HERE), down=other.get("down", frozenset())))


def test_each_step_is_taken_at_its_time_and_says_why() -> None:
    assert taken(BEN, DUE - 6 * MINUTE) == []
    [first] = taken(BEN, DUE - 5 * MINUTE)
    assert (first.step, first.address, first.goes) == (SMS, "+1 555 010 0142", True)
    assert first.because == "reached another way: Slack was not available"
    assert [one.step for one in taken(BEN, DUE + 5 * MINUTE)] == [SMS, PAGE, SHEET]


def test_a_step_that_was_taken_is_not_taken_again() -> None:
    again = Missing("ben", "Ben", BEN.addresses, taken=frozenset({"text-message", "page"}))
    assert [one.step for one in taken(again, DUE + 5 * MINUTE)] == [SHEET]


def test_a_step_by_the_channel_that_is_down_is_not_taken_so_that_nothing_arrives_twice() -> None:
    direct = Step("direct-message", By.SLACK)
    [waits] = taken(BEN, DUE, (direct,))
    assert (waits.goes, waits.because) == (False, "Slack: not available either")
    [down] = taken(Missing("ben", "Ben", BEN.addresses), DUE, (direct,), down=frozenset({"slack"}))
    assert not down.goes
    [well] = taken(Missing("ben", "Ben", BEN.addresses), DUE, (direct,))
    assert well.goes


def test_what_cannot_be_done_is_said() -> None:
    [none] = taken(Missing("ben", "Ben"), DUE - 5 * MINUTE)
    assert (none.goes, none.because) == (False, "Text message: they have no address there")
    [absent] = taken(BEN, DUE - 5 * MINUTE, here=frozenset())
    assert absent.because == "Text message: this house has no such channel"


def test_word_that_is_late_itself_still_has_time_to_arrive() -> None:
    assert deadline(DUE, DUE - 15 * MINUTE) == DUE
    assert deadline(DUE, DUE + 30 * MINUTE) == DUE + 40 * MINUTE


def test_a_policy_that_leaves_it_out_still_ends_with_the_owner_paged_and_the_call_sheet() -> None:
    steps = whole([], "communication-owner", "pagerduty")
    assert [(step.by, step.after, step.whom) for step in steps] == [
        (By.PAGE, timedelta(), "communication-owner"),
        (By.CALL_SHEET, timedelta(), ""),
    ]
    assert whole([SMS, PAGE, SHEET], "somebody-else", "pagerduty") == (SMS, PAGE, SHEET)


steps_of_any_policy = st.lists(
    st.builds(
        lambda by, minutes: (by, minutes * MINUTE), st.sampled_from(list(By)), st.integers(min_value=-15, max_value=60)
    ),
    max_size=6,
).map(
    lambda told: [
        Step(f"step-{place}", by, after, "an-owner" if by is By.PAGE else "", "pagerduty" if by is By.PAGE else "")
        for place, (by, after) in enumerate(sorted(told, key=lambda one: one[1]))
    ]
)
anybody = st.builds(
    lambda name, addresses, waits: Missing(
        name, name.title(), {by: f"{name}@{by}" for by in addresses}, "it was down", frozenset(waits)
    ),
    st.sampled_from(["ada", "ben", "cleo"]),
    st.sets(st.sampled_from(sorted(OWN_CHANNELS))),
    st.sets(st.sampled_from(sorted(OWN_CHANNELS))),
)


@given(
    steps_of_any_policy,
    st.lists(anybody, max_size=3, unique_by=lambda one: one.person),
    st.sets(st.sampled_from(sorted(HERE))),
    st.sets(st.sampled_from(sorted(OWN_CHANNELS))),
    st.lists(st.integers(min_value=-20, max_value=90), max_size=5),
)
def test_for_any_policy_and_any_channels_down_nobody_is_lost_and_nobody_told_twice(
    written: list[Step], people: list[Missing], down: set[str], down_unknown: set[str], minutes: list[int]
) -> None:
    steps = whole(written, "the-sender", "pagerduty")
    so_far: dict[str, frozenset[str]] = {one.person: frozenset() for one in people}
    said: list[Taking] = []
    reached: set[str] = set()
    for minute in [*sorted(minutes), 90, 91]:
        waiting = [
            Missing(one.person, one.name, one.addresses, one.because, one.waiting_on, so_far[one.person])
            for one in people
            if one.person not in reached
        ]
        for one in takings(waiting, steps, DUE, DUE + minute * MINUTE, here=HERE, down=frozenset(down)):
            said.append(one)
            so_far[one.person.person] |= {one.step.id}
            if one.goes and one.step.by in OWN_CHANNELS and one.step.by.value not in down | down_unknown:
                reached.add(one.person.person)
    assert len({(one.person.person, one.step.id) for one in said}) == len(said)
    for person in people:
        own = [one for one in said if one.person.person == person.person]
        on_the_sheet = any(one.step.by is By.CALL_SHEET for one in own)
        paged = any(one.step.by is By.PAGE and one.goes for one in own)
        assert person.person in reached or (on_the_sheet and paged)
        assert all(one.address.endswith(f"@{one.step.by}") for one in own if one.goes and one.step.by in OWN_CHANNELS)
