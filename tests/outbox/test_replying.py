"""Addresses to answer to: each names its effect, whatever mail systems do to letters, and no other can be made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.outbox.replying import Named, mark_of, marks_in, named_in, reply_address

BASE, SECRET = "Tierline <desk@tierline.example>", "a secret"
effects = st.integers(min_value=1, max_value=2**63 - 1)


def address_of(effect: int) -> str:
    address = reply_address(BASE, effect, SECRET)
    assert address
    return address


@given(effects)
def test_an_address_names_its_effect_in_any_letter_case(effect: int) -> None:
    for written in (address_of(effect), address_of(effect).upper(), f" {address_of(effect)} "):
        assert named_in(written, BASE, SECRET) == Named(effect, altered=False)


@given(effects, st.integers(min_value=0, max_value=60), st.characters(codec="ascii", categories=("L", "N")))
def test_a_changed_sign_is_never_believed(effect: int, where: int, sign: str) -> None:
    local, _, domain = address_of(effect).partition("@")
    start = local.index("+") + 1
    spot = start + where % (len(local) - start)
    changed = f"{local[:spot]}{sign}{local[spot + 1 :]}@{domain}"
    if changed.lower() != address_of(effect):
        assert named_in(changed, BASE, SECRET) == Named(None, altered=True)


@given(effects)
def test_another_key_makes_other_signatures(effect: int) -> None:
    assert named_in(address_of(effect), BASE, "another secret") == Named(None, altered=True)


@given(st.text(max_size=80))
def test_any_text_is_an_address_of_nothing(text: str) -> None:
    assert named_in(text, BASE, SECRET).effect is None


@pytest.mark.parametrize(
    "address", ["desk@tierline.example", "other+1-aaaaaaaaaaaaaaaa@tierline.example", "", "@", "a+b@c"]
)
def test_addresses_of_others_name_nothing(address: str) -> None:
    assert named_in(address, BASE, SECRET) == Named(None, altered=False)


def test_a_name_that_leaves_no_room_gets_no_address() -> None:
    assert reply_address(f"{'x' * 60}@tierline.example", 1, SECRET) is None


def test_marks_are_keyed_and_found_among_other_ids() -> None:
    mark = mark_of(SECRET, "case-1:hand-off-1:email:zoe@far.example")
    assert mark != mark_of("another", "case-1:hand-off-1:email:zoe@far.example")
    assert marks_in(f"<a@b> <{mark.upper()}@tierline.example> <short@x>") == (mark,)


def test_letters_that_only_look_like_ours_are_altered() -> None:
    for sign in ("\u017f", "\u212a", "\u0661"):
        assert named_in(f"desk+{sign}-{'a' * 16}@tierline.example", BASE, SECRET) == Named(None, altered=True)
        assert named_in(f"desk+1-{sign}{'a' * 15}@tierline.example", BASE, SECRET) == Named(None, altered=True)
