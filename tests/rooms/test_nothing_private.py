"""Whatever stands in a case, the bytes a room is posted hold none of it: only its number, plan words and times."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cases.reports import a_report, thorough
from tests.people import Cast
from tests.rooms.channel import MINUTE, tier_three

from tierline.cases.actions import entering, handing_off, working
from tierline.cases.actions.posting import speakable
from tierline.cases.models import CaseRow, Report
from tierline.outbox.models import EffectRow
from tierline.rooms.models import MatterRow
from tierline.rooms.posting import post_what_is_due

pytestmark = pytest.mark.django_db
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "P")), min_size=6, max_size=40).filter(
    lambda text: len(" ".join(text.split())) >= 6
)
PRIVATE = "Quorrel-{}"
SEEN_ANYWAY = "SSN 219-09-9999"


@pytest.fixture
def connected(cast: Cast, at: datetime, settings: Any) -> Iterator[None]:
    with tier_three(settings, at):
        yield


def planted(words: list[str]) -> dict[str, Any]:
    """A report with a marked private word in every place that takes one."""
    marks = [f"{PRIVATE.format(place)} {text}" for place, text in enumerate(words)]
    return {
        "summary": marks[0][:200],
        "description": marks[1],
        "reporter_name": marks[2][:100].strip(),
        "reporter_contact": f"quorrel{len(words)}@mail.example",
        "answers": thorough() | {"actual-behavior": marks[3], "steps-to-reproduce": marks[4]},
    }


@pytest.mark.usefixtures("connected")
@given(words=st.lists(WORDS, min_size=5, max_size=5), repeated=st.integers(0, 5), ssn=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_word_of_a_report_is_in_what_is_posted(
    cast: Cast, at: datetime, words: list[str], repeated: int, ssn: bool
) -> None:
    report = planted(words)
    new = a_report(holder="mhv-tier-3", service="secure-messaging", needs_tier=3, **report)
    number = entering.enter(cast.lead, new, at=at).number
    working.note(cast.lead, number, "Quorrel of the note", at=at)
    post_what_is_due(at=at + 6 * MINUTE)
    told = [
        report["summary"],
        report["description"],
        report["reporter_name"],
        *report["answers"].values(),
        "Look at it",
    ]
    ask = f"{told[repeated]} {SEEN_ANYWAY if ssn else ''}"
    handing_off.offer(cast.lead, number, ask=ask, note="Quorrel of the hand-off", at=at + 7 * MINUTE)
    post_what_is_due(at=at + 8 * MINUTE)
    handing_off.refuse(cast.lead, number, "wrong-desk", words="Quorrel of the return", at=at + 9 * MINUTE)
    post_what_is_due(at=at + 10 * MINUTE)
    posted = list(EffectRow.objects.filter(channel="slack").values_list("message", flat=True))
    assert posted
    kept = [*posted, *MatterRow.objects.values()]
    assert "quorrel" not in str(kept).casefold()
    assert "219-09-9999" not in str(kept)
    EffectRow.objects.filter(channel="slack").delete()
    MatterRow.objects.all().delete()


def a_written_report(**told: Any) -> Report:
    said = {"description": "", "reporter_name": "", "reporter_contact": "", "answers": {}} | told
    return Report(case=CaseRow(summary=said.pop("summary", "Refill fails with a red banner")), **said)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("Please look why the list is out of order.", {}),
        ("Please look.", {"description": "It is out of order."}),
    ],
)
def test_a_plain_ask_goes_along(ask: str, told: dict[str, Any]) -> None:
    assert speakable(f"  {ask}\n", a_written_report(**told)) == ask


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        ("Refill fails with a red   banner, please look", {}),
        ("Fails with a red banner", {"summary": "Refill fails with a red banner"}),
        ("Please call +1 202 555 0143", {}),
        ("Please tell Tamsin Stillwater", {"reporter_name": "Tamsin Stillwater"}),
        ("Please write to tamsin@mail.example", {}),
        ("Patient has MRN 1234567 and diabetes", {}),
        ("Please look. " * 40, {}),
        ("  ", {}),
    ],
)
def test_an_ask_that_is_private_or_repeats_the_report_or_is_long_stays_here(ask: str, told: dict[str, Any]) -> None:
    assert speakable(ask, a_written_report(**told)) == ""
