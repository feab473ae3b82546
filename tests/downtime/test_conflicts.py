"""What stands in the way of planned work at its time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.downtime.works import ENDS, STARTS, ZONE, frame

from tierline.downtime.conflicts import (
    Conflict,
    Elsewhere,
    ForeignWindow,
    Pair,
    Surroundings,
    Weight,
    Work,
    conflicts,
    overlap,
    overlapping_pairs,
    unanswered,
)
from tierline.downtime.content import Frame
from tierline.plans.downtimes import Freeze

HOUR = timedelta(hours=1)


def work(reference: str = "DT-1", *services: str, on: tuple[str, ...] = (), **other: object) -> Work:
    said = {
        "reference": reference,
        "title": f"Work {reference}",
        "services": frozenset(services or ("messages",)),
        "stands_on": frozenset({*(services or ("messages",)), *on}),
        "frame": frame(),
        **other,
    }
    return Work(**said)  # type: ignore[arg-type]  # a test's bag of what differs


def found(one: Work, **around: object) -> list[tuple[str, Weight]]:
    return [(c.key, c.weight) for c in conflicts(one, Surroundings(**around))]  # type: ignore[arg-type]  # as above


@dataclass(frozen=True)
class OpenIncident:
    reference: str
    title: str
    services: frozenset[str]


def test_the_same_service_at_the_same_time_blocks() -> None:
    assert found(work(), others=(work("DT-2"),)) == [("work:DT-2", Weight.BLOCK)]


def test_work_that_begins_when_other_work_ends_is_in_nobodys_way() -> None:
    after = work("DT-2", frame=frame(starts=ENDS, ends=ENDS + HOUR))
    assert found(work(), others=(after,)) == []


def test_work_on_what_a_service_stands_on_warns_and_a_shared_ground_informs() -> None:
    below = work("DT-2", "engine")
    beside = work("DT-3", "records", on=("engine",))
    assert found(work(on=("engine",)), others=(below, beside)) == [
        ("work:DT-2", Weight.WARN),
        ("work:DT-3", Weight.INFO),
    ]


def test_work_never_conflicts_with_itself() -> None:
    assert found(work(), others=(work(),)) == []


def test_an_open_end_reaches_into_everything_after_it() -> None:
    endless = work("DT-2", frame=frame(starts=STARTS - 100 * HOUR, ends=None))
    assert found(work(), others=(endless,)) == [("work:DT-2", Weight.BLOCK)]


def test_a_freeze_blocks_to_the_midnight_of_its_zone() -> None:
    freeze = Freeze.model_validate(
        {"id": "f", "label": "Freeze", "from": "2026-12-01", "until": "2026-12-05", "text": "No work.",
         "source": {"heading": "All"}}
    )  # fmt: skip
    midnight = datetime(2026, 12, 5, 5, tzinfo=UTC)
    before = work(frame=Frame(midnight - HOUR, midnight + HOUR, ZONE))
    after = work(frame=Frame(midnight, midnight + HOUR, ZONE))
    assert found(before, freezes=(freeze,), zone=ZONE) == [("freeze:f", Weight.BLOCK)]
    assert found(after, freezes=(freeze,), zone=ZONE) == []
    assert found(before, freezes=(freeze.model_copy(update={"services": ("records",)}),), zone=ZONE) == []


def test_an_open_incident_and_a_foreign_window_warn() -> None:
    incident = OpenIncident("IN-1", "Slow", frozenset({"engine"}))
    window = ForeignWindow("PX1", "Their works", frozenset({"messages"}), STARTS, None)
    assert found(work(on=("engine",)), incidents=(incident,), windows=(window,)) == [
        ("incident:IN-1", Weight.WARN),
        ("window:PX1", Weight.WARN),
    ]


def test_a_clock_change_and_a_holiday_inside_are_said() -> None:
    night = Frame(datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 1, 8, tzinfo=UTC), ZONE)
    assert found(work(frame=night)) == [("clocks:2026-11-01", Weight.WARN)]
    feast = Frame(datetime(2026, 11, 26, 15, tzinfo=UTC), datetime(2026, 11, 26, 16, tzinfo=UTC), ZONE)
    assert found(work(frame=feast), holidays="US") == [("holiday:2026-11-26", Weight.INFO)]


def test_two_words_to_the_same_people_within_two_hours_offer_one() -> None:
    people = frozenset({"ida", "otto"})
    ours = work(audience=people, tells_at=(STARTS,))
    near = work("DT-2", "records", audience=frozenset({"otto"}), tells_at=(STARTS + HOUR,), frame=frame(
        starts=ENDS + 9 * HOUR, ends=ENDS + 10 * HOUR))  # fmt: skip
    assert found(ours, others=(near,)) == [("notice:DT-2", Weight.INFO)]
    assert found(ours, others=(near,), quiet=HOUR) == []


def test_only_blocks_without_a_reason_are_unanswered() -> None:
    block, warning = Conflict("a", Weight.BLOCK, "A."), Conflict("b", Weight.WARN, "B.")
    assert unanswered([block, warning], []) == (block,)
    assert unanswered([block, warning], ["a"]) == ()


PAIR = Pair("stores", "the two stores", frozenset({"store-a"}), frozenset({"store-b"}))


def test_the_other_side_of_a_redundant_pair_at_the_same_time_blocks() -> None:
    one, other = work("DT-1", "store-a"), work("DT-2", "store-b")
    assert found(one, others=(other,), pairs=(PAIR,)) == [("pair:stores:DT-2", Weight.BLOCK)]
    assert found(other, others=(one,), pairs=(PAIR,)) == [("pair:stores:DT-1", Weight.BLOCK)]
    later = work("DT-2", "store-b", frame=frame(starts=ENDS, ends=ENDS + HOUR))
    assert found(one, others=(later,), pairs=(PAIR,)) == []


def test_both_sides_of_a_pair_in_one_work_block_by_themselves() -> None:
    assert found(work("DT-1", "store-a", "store-b"), pairs=(PAIR,)) == [("pair:stores", Weight.BLOCK)]


def test_a_hand_over_of_on_call_inside_warns_and_on_the_edge_is_none() -> None:
    turns = ((STARTS, "Ola"), (STARTS + HOUR, "Ola"), (ENDS, "Ola"))
    assert found(work(), hand_overs=turns) == [("hand-over:2026-12-05T04:00:Ola", Weight.WARN)]


def test_what_the_system_of_changes_found_is_said() -> None:
    assert found(work(), elsewhere=(Elsewhere("c1", "It falls into a blackout."),)) == [("change:c1", Weight.WARN)]


def test_the_plan_says_what_weighs_otherwise() -> None:
    window = ForeignWindow("PX1", "Their works", frozenset({"messages"}), STARTS, None)
    heavy = {"foreign-window": Weight.BLOCK}
    assert found(work(), windows=(window,), weights=heavy) == [("window:PX1", Weight.BLOCK)]
    light = {"same-service": Weight.INFO}
    assert found(work(), others=(work("DT-2"),), weights=light) == [("work:DT-2", Weight.INFO)]


def a_frame(begins: int, lasts: int | None) -> Frame:
    starts = STARTS + begins * HOUR
    return Frame(starts, None if lasts is None else starts + lasts * HOUR, "UTC")


frames = st.builds(a_frame, st.integers(0, 40), st.none() | st.integers(1, 10))


@given(st.lists(frames, max_size=12))
def test_the_sweep_finds_exactly_the_pairs_that_share_time(given_frames: list[Frame]) -> None:
    works = [work(f"DT-{number}", frame=each) for number, each in enumerate(given_frames)]
    swept = {frozenset((one.reference, other.reference)) for one, other in overlapping_pairs(works)}
    asked = {
        frozenset((one.reference, other.reference))
        for place, one in enumerate(works)
        for other in works[:place]
        if overlap(one.frame, other.frame)
    }
    assert swept == asked


WORDS = ("store-a", "store-b", "engine", "messages", "records")
BELOW = {"messages": ("engine",), "records": ("engine", "store-a")}
works = st.lists(
    st.tuples(st.sets(st.sampled_from(WORDS), min_size=1, max_size=2), frames), min_size=1, max_size=6
).map(
    lambda given_works: [
        work(f"DT-{number}", *services, on=tuple(g for s in services for g in BELOW.get(s, ())), frame=each)
        for number, (services, each) in enumerate(given_works)
    ]
)


def shares_an_hour(one: Frame, other: Frame) -> bool:
    """Asked hour by hour: both frames hold the instant at which one of them begins."""
    hours = [STARTS + n * HOUR for n in range(60)]
    return any(holds(one, hour) and holds(other, hour) for hour in hours)


def holds(each: Frame, instant: datetime) -> bool:
    return each.starts <= instant and (each.ends is None or instant < each.ends)


def judged(one: Work, other: Work) -> bool:
    """What anybody would say who looks at two works: the same hour, and something that both need, or both sides."""
    touched = [{side for side in (PAIR.one, PAIR.other) if side & each.services} for each in (one, other)]
    sides = bool(touched[0] and touched[1]) and len(touched[0] | touched[1]) > 1
    return shares_an_hour(one.frame, other.frame) and (bool(one.stands_on & other.stands_on) or sides)


@given(works)
def test_every_pair_anybody_would_name_is_found_and_no_other(given_works: list[Work]) -> None:
    for one in given_works:
        told = {c.other for c in conflicts(one, Surroundings(others=tuple(given_works), pairs=(PAIR,))) if c.other}
        assert told == {other.reference for other in given_works if other is not one and judged(one, other)}


@given(works)
def test_what_is_in_ones_way_has_that_one_in_its_own_and_weighs_the_same(given_works: list[Work]) -> None:
    around = Surroundings(others=tuple(given_works), pairs=(PAIR,))
    weights = {
        (one.reference, c.other, c.key.partition(":")[0]): c.weight
        for one in given_works
        for c in conflicts(one, around)
        if c.other
    }
    assert all(weights.get((other, one, kind)) is weight for (one, other, kind), weight in weights.items())


@given(frames, frames)
def test_frames_are_half_open(one: Frame, other: Frame) -> None:
    assert overlap(one, other) is overlap(other, one) is shares_an_hour(one, other)
    if one.ends is not None:
        assert not overlap(one, Frame(one.ends, None, "UTC"))
