"""The privacy guard at the one way out: what it looks at, what it leaves alone, and messages without what it found."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import Settings

from tierline.directory.actor import Actor
from tierline.foundation.trouble import MoveNotAllowed, NotAllowed, Unusable
from tierline.outbox import actions, queries
from tierline.outbox.guard import digest, findings, redacted
from tierline.outbox.lifecycle import EffectState
from tierline.timeline.queries import story

WRITER = Actor(7, "Ada", frozenset({"front"}), frozenset({"desk"}))
COLLEAGUE = Actor(9, "Ben", frozenset({"back"}), frozenset({"desk"}))
PRIVATE = "Ask Tamsin Stillwater, SSN 412-65-8710."
NAMES = ("Tamsin Stillwater",)


def test_every_text_of_a_message_is_looked_at_and_no_id_or_label() -> None:
    message = {
        "verb": "open", "labels": ["Tamsin Stillwater"], "record": "412-65-8710", "title": "Drafts",
        "text": PRIVATE, "fields": {"area": "Tamsin Stillwater"}, "blocks": [{"text": {"text": "SSN 412-65-8710"}}],
    }  # fmt: skip
    found = findings(message, NAMES)
    assert {(one.where, one.kind) for one in found} == {
        ("text", "name"), ("text", "ssn"), ("fields.area", "name"), ("blocks.0.text.text", "ssn"),
    }  # fmt: skip
    assert "Stillwater" not in str([one.as_json() for one in found])
    clean = redacted(message, NAMES)
    assert findings(clean, NAMES) == ()
    assert (clean["labels"], clean["record"]) == (message["labels"], message["record"])
    assert digest(clean) != digest(message)


def test_a_title_is_named_as_such_and_the_lines_of_the_text_are_counted() -> None:
    found = findings({"title": "SSN 412-65-8710", "text": "Hello.\nSSN 412-65-8710"}, ())
    assert {one.where: one.words for one in found} == {
        "title": "looks like a Social Security number in the title",
        "text": "looks like a Social Security number in line 2",
    }


def test_case_and_record_numbers_are_no_hits() -> None:
    text = "TL-1042, 25-HRC-HD-53-35482519, HRC-HD-W1-0000137116, INC00482130 and issue #139725 wait for this."
    assert findings({"text": text}, ()) == ()


def a_message(at: datetime, *, by: str = "email", wide: bool = False, text: str = PRIVATE) -> int:
    return actions.send_out(
        f"{by}:{wide}:{text}", by=by, subject=("case", 1), team="front", organisations=["desk"], names=NAMES, wide=wide,
        message={"to": "zoe@far.example", "subject": "Please look", "text": text}, at=at,
    )  # fmt: skip


@pytest.mark.django_db
def test_mail_to_one_person_is_not_looked_at_and_a_wide_list_is(settings: Settings, at: datetime) -> None:
    settings.SMTP_URL = ""
    plain, wide = a_message(at), a_message(at, wide=True)
    for effect in (plain, wide):
        assert actions.carry_out(effect, at=at) is EffectState.HELD
    assert queries.effect(WRITER, plain).found == ()
    assert {one.kind for one in queries.effect(WRITER, wide).found} == {"name", "ssn"}


@pytest.mark.django_db
def test_only_the_team_that_wrote_it_decides_and_only_with_a_reason(at: datetime) -> None:
    effect = a_message(at, by="elsewhere")
    actions.carry_out(effect, at=at)
    verbs: list[Callable[[Actor], None]] = [
        lambda who: actions.send_redacted(who, effect, at=at),
        lambda who: actions.send_as_it_is(who, effect, "A reason.", at=at),
        lambda who: actions.rewrite(who, effect, {"text": "Other words."}, at=at),
    ]
    for verb in verbs:
        with pytest.raises(NotAllowed):
            verb(COLLEAGUE)
    with pytest.raises(Unusable):
        actions.send_as_it_is(WRITER, effect, " ", at=at)
    with pytest.raises(Unusable):
        actions.rewrite(WRITER, effect, {"unknown": "x"}, at=at)
    actions.send_redacted(WRITER, effect, at=at)
    with pytest.raises(MoveNotAllowed):
        actions.send_redacted(WRITER, effect, at=at)
    assert [fact.kind for fact in story("case", 1)] == ["message-guarded", "message-redacted"]


@pytest.mark.django_db
def test_the_guard_looks_again_when_a_message_is_released(at: datetime) -> None:
    effect = a_message(at, by="elsewhere")
    actions.carry_out(effect, at=at)
    actions.release(WRITER, effect, at=at)
    assert actions.carry_out(effect, at=at) is EffectState.HELD
    assert queries.effect(WRITER, effect).found
    assert queries.effect(WRITER, effect).attempts == 0
