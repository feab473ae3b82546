"""The life of a bond, and its health as what was sent, what was read and time imply it."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.bonds.health import LATE_AFTER, UNREAD_AFTER, Health, Reading, Sent, Standing, health
from tierline.bonds.known import Known, news
from tierline.bonds.lifecycle import TRANSITIONS, BondMove, BondState, after, moves_from
from tierline.foundation.trouble import MoveNotAllowed
from tierline.trackers.tracker import Note, Record, Stage

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READ = Reading(reads=True, read_at=NOON)
SENT = st.builds(
    Sent,
    effect=st.integers(1, 9),
    state=st.sampled_from(["pending", "held", "done", "failed", "withdrawn"]),
    created_at=st.integers(0, 120).map(lambda minutes: NOON - timedelta(minutes=minutes)),
    attempts=st.integers(0, 5),
    trouble=st.sampled_from(["", "They answer 503."]),
    based_on=st.sampled_from(["", "1", "2"]),
)


def standing(*sent: Sent, reading: Reading = READ, **other: str) -> Standing:
    return Standing(BondState.OPEN, NOON - timedelta(hours=2), sent, reading, **other)


def message(state: str, **other: object) -> Sent:
    said: dict[str, object] = {"effect": 1, "created_at": NOON, "attempts": 0, "trouble": ""}
    return Sent(state=state, **(said | other))  # type: ignore[arg-type]


def test_every_move_that_the_table_does_not_name_is_refused() -> None:
    for state, move in product(BondState, BondMove):
        if (state, move) in TRANSITIONS:
            assert after(state, move) is TRANSITIONS[state, move]
            assert move in moves_from(state)
        else:
            with pytest.raises(MoveNotAllowed):
                after(state, move)


def test_from_every_state_a_bond_can_come_to_its_end_and_go_on_again() -> None:
    for state in BondState:
        assert state is BondState.ENDED or after(state, BondMove.END) is BondState.ENDED
    assert after(BondState.ENDED, BondMove.REOPEN) is BondState.OPEN


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (standing(message("done")), Health.IN_STEP),
        (standing(message("pending")), Health.IN_STEP),
        (standing(message("pending", created_at=NOON - LATE_AFTER - timedelta(seconds=1))), Health.BEHIND),
        (standing(message("pending", trouble="They answer 503.", attempts=1)), Health.BEHIND),
        (standing(message("held", trouble="No account.")), Health.BEHIND),
        (standing(message("failed", trouble="No such project.")), Health.REFUSED),
        (standing(message("failed", based_on="1"), revision="2"), Health.REFUSED),
        (standing(trouble="It could not be applied."), Health.BROKEN),
        (standing(reading=Reading(True, NOON - UNREAD_AFTER * 2)), Health.BEHIND),
        (standing(reading=Reading(False, None)), Health.IN_STEP),
        (standing(reading=Reading(True, NOON, "Expired.", NOON - UNREAD_AFTER * 2)), Health.BROKEN),
        (standing(reading=Reading(True, NOON, "Expired.", NOON)), Health.IN_STEP),
    ],
)
def test_health_is_the_worst_that_is_true(given_: Standing, said: Health) -> None:
    assert health(given_, NOON).health is said
    assert health(given_, NOON).because


def test_a_bond_that_is_over_is_never_unwell() -> None:
    over = Standing(BondState.ENDED, NOON, (message("failed"),), READ, trouble="Broken.")
    assert health(over, NOON + timedelta(days=9)).health is Health.IN_STEP


@given(st.lists(SENT, max_size=4), st.lists(SENT, max_size=2))
def test_more_trouble_never_makes_it_better(some: list[Sent], more: list[Sent]) -> None:
    order = list(Health)
    fewer, all_of = standing(*some, revision="1"), standing(*some, *more, revision="1")
    assert order.index(health(all_of, NOON).health) >= order.index(health(fewer, NOON).health)


@given(st.lists(SENT, max_size=4), st.integers(0, 10_000))
def test_waiting_never_heals(some: list[Sent], minutes: int) -> None:
    order = list(Health)
    now, later = health(standing(*some), NOON), health(standing(*some), NOON + timedelta(minutes=minutes))
    assert order.index(later.health) >= order.index(now.health)


def a_record(**other: object) -> Record:
    said: dict[str, object] = {
        "system": "github", "id": "1", "number": "#1", "url": "", "title": "", "text": "", "status": "open",
        "stage": Stage.NEW, "owner": "", "queue": "", "changed_at": NOON, "revision": "2",
    }  # fmt: skip
    return Record(**(said | other))  # type: ignore[arg-type]


BEFORE = Known("open", Stage.NEW, "", "", "1", asking=False, changed_at=NOON)
OURS = Note("n1", "Ours.", "tierline", NOON, "case-1:say")
THEIRS = Note("n2", "Theirs.", "priya", NOON)


def test_an_echo_is_no_word_of_theirs() -> None:
    found = news(BEFORE, a_record(notes=(OURS, THEIRS)), notes=(), keys={"case-1:say"}, revisions=())
    assert (found.notes, found.echoes) == ((THEIRS,), (OURS,))
    assert news(BEFORE, a_record(), notes=(), keys=(), revisions={"2"}).ours


def test_a_note_with_a_key_nobody_here_knows_is_theirs() -> None:
    copied = Note("n3", "Copied.", "priya", NOON, "case-9:say")
    assert news(BEFORE, a_record(notes=(copied,)), notes=(), keys={"case-1:say"}, revisions=()).notes == (copied,)


def test_an_older_picture_changes_nothing_but_brings_its_notes() -> None:
    late = a_record(changed_at=NOON - timedelta(minutes=1), notes=(THEIRS,))
    found = news(BEFORE, late, notes=(), keys=(), revisions=())
    assert not found.changed
    assert found.notes == (THEIRS,)


def test_what_was_read_is_not_new_again() -> None:
    found = news(BEFORE, a_record(revision="1", notes=(THEIRS,)), notes={"n2"}, keys=(), revisions=())
    assert not found.changed
    assert found.notes == ()
