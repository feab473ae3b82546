"""What a downtime says: the four fields, what is material, what approval is bound to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.downtime.works import ENDS, STARTS, ZONE, content, frame

from tierline.downtime.content import (
    Content,
    Field,
    Frame,
    Level,
    Tentative,
    changes,
    content_hash,
    unready_to_announce,
    unready_to_approve,
    voided,
)
from tierline.downtime.gates import Gate

LATER = Tentative("Rosa Lind", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("without", "label"),
    [
        ({"reason": " "}, "Reason"),
        ({"services": ()}, "Anticipated impact"),
        ({"users": None}, "Anticipated impact"),
        ({"level": None}, "Anticipated impact"),
        ({"frame": None}, "Time frame"),
        ({"frame": Frame(STARTS, None, ZONE)}, "Time frame"),
        ({"rollback": ""}, "Rollback plan"),
    ],
)
def test_nothing_is_announced_without_its_four_fields(without: dict[str, object], label: str) -> None:
    [sentence] = unready_to_announce(content(**without))
    assert sentence.startswith(f"{label}: fill it in")
    assert unready_to_approve(content(**without)) == (f"{label} is missing.",)


@pytest.mark.parametrize("field", list(Field))
def test_a_tentative_field_may_be_announced_and_never_approved(field: Field) -> None:
    said = content(tentative={field: LATER})
    assert unready_to_announce(said) == ()
    [sentence] = unready_to_approve(said)
    assert "is tentative: Rosa Lind settles it by 1 December 2026" in sentence


@pytest.mark.parametrize(
    ("change", "gates"),
    [
        ({"title": "Database upgrade, yearly"}, set()),
        ({"reason": "The databse gets its yearly upgrade."}, set()),
        ({"reason": "The network gets new switches in both halls."}, {Gate.APPROVAL, Gate.COMMUNICATION}),
        ({"rollback": "Restore the snapshot  taken before the start"}, set()),
        ({"rollback": "None is possible."}, {Gate.APPROVAL, Gate.COMMUNICATION}),
        ({"users": 1100}, set()),
        ({"users": 1300}, {Gate.APPROVAL, Gate.COMMUNICATION}),
        ({"users": None}, {Gate.APPROVAL, Gate.COMMUNICATION}),
        ({"level": Level.DEGRADED}, set()),
        ({"services": ("secure-messaging", "medical-records")}, set(Gate)),
        ({"frame": frame(ends=ENDS + timedelta(hours=1))}, set(Gate)),
        ({"frame": frame(zone="UTC")}, set()),
        ({"answers": ("mobile",)}, {Gate.APPROVAL, Gate.COMMUNICATION}),
        ({"impact": "Mesages can be neither read nor sent."}, set()),
    ],
)
def test_each_field_says_for_itself_what_its_change_voids(change: dict[str, object], gates: set[Gate]) -> None:
    assert voided(changes(content(), content(**change))) == gates


def test_figures_are_never_a_typing_error() -> None:
    found = changes(content(impact="Down for 10 minutes."), content(impact="Down for 19 minutes."))
    assert [change.material for change in found] == [True]


def test_a_change_is_told_with_what_it_was_before() -> None:
    [change] = changes(content(), content(frame=frame(ends=ENDS + timedelta(hours=1))))
    assert (change.before, change.after) == (
        "2026-12-05 03:00 UTC to 2026-12-05 07:00 UTC",
        "2026-12-05 03:00 UTC to 2026-12-05 08:00 UTC",
    )


texts = st.text(alphabet="abc de1.", max_size=12)
contents = st.builds(
    content,
    reason=texts,
    rollback=texts,
    users=st.none() | st.integers(0, 3),
    level=st.none() | st.sampled_from(Level),
    services=st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    tentative=st.dictionaries(st.sampled_from(Field), st.just(LATER), max_size=2),
)


@given(contents, contents)
def test_the_hash_changes_with_every_word_and_with_nothing_else(one: Content, other: Content) -> None:
    assert (content_hash(one) == content_hash(other)) == (not changes(one, other))


def test_the_hash_is_of_instants_not_of_how_they_are_written() -> None:
    eastern = content(frame=frame(starts=datetime.fromisoformat("2026-12-04T22:00:00-05:00")))
    assert content_hash(eastern) == content_hash(content())


def test_work_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Frame(ENDS, STARTS, ZONE)
    with pytest.raises(ValueError, match="offset"):
        Frame(datetime(2026, 1, 1), None, ZONE)  # noqa: DTZ001 - that it has none is the point
    assert Frame(STARTS.astimezone(UTC), None, ZONE).ends is None
