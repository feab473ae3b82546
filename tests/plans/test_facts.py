"""Facts are read strictly: what is wrong is refused with the field and what would mend it."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierline.plans.facts import AUDIENCES, FLAGS, Facts, FactsRefused, facts_from_json, instant_from_json

GOOD = {"service": "rides", "holder": "front", "fault_in": "unknown", "needs_tier": 2}


def test_what_is_left_out_has_its_meaning() -> None:
    assert facts_from_json(GOOD) == Facts("rides", "front", "unknown", 2, "veteran", None, frozenset(), None)


def test_everything_that_can_be_said_is_read() -> None:
    more = {"audience": "staff", "asks": "reporter", "flags": ["congressional"], "supplied": ["summary"]}
    facts = facts_from_json({**GOOD, **more, "id": 7, "at": "2026-01-01T00:00:00Z"})
    assert facts.audience == "staff"
    assert facts.asks == "reporter"
    assert facts.flags == {"congressional"}
    assert facts.supplied == frozenset({"summary"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"services": "x"}, "'services'"),
        ({"service": ""}, "service"),
        ({"service": 3}, "service"),
        ({"holder": None}, "holder"),
        ({"holder": "x" * 201}, "holder"),
        ({"fault_in": []}, "fault_in"),
        ({"needs_tier": 0}, "needs_tier"),
        ({"needs_tier": 5}, "needs_tier"),
        ({"needs_tier": "2"}, "needs_tier"),
        ({"needs_tier": True}, "needs_tier"),
        ({"needs_tier": 2.0}, "needs_tier"),
        ({"audience": "vet"}, "audience"),
        ({"asks": "nurse"}, "asks"),
        ({"flags": "security-privacy"}, "flags"),
        ({"flags": ["urgent"]}, "flags"),
        ({"flags": [["x"]]}, "flags"),
        ({"supplied": {"summary": True}}, "supplied"),
        ({"supplied": [1]}, "supplied"),
        ({"supplied": ""}, "supplied"),
        ({"flags": 0}, "flags"),
    ],
)
def test_a_mistake_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(FactsRefused) as refused:
        facts_from_json({**GOOD, **change})
    assert refused.value.field == field
    assert refused.value.remedy


@pytest.mark.parametrize("key", ["service", "holder", "fault_in", "needs_tier"])
def test_what_a_decision_cannot_do_without_is_asked_for(key: str) -> None:
    with pytest.raises(FactsRefused, match=f"{key}: is missing"):
        facts_from_json({name: value for name, value in GOOD.items() if name != key})


@pytest.mark.parametrize("value", [None, [], "facts", 3, [GOOD]])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(FactsRefused, match="not a JSON object"):
        facts_from_json(value)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-20T12:00:00-05:00", datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("2026-11-20t17:00:00z", datetime(2026, 11, 20, 17, tzinfo=UTC)),
        ("2026-11-20 17:00:00.25+00:00", datetime(2026, 11, 20, 17, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_an_instant_has_an_offset(text: str, instant: datetime) -> None:
    assert instant_from_json(text) == instant


@pytest.mark.parametrize(
    "text", ["2026-11-20T12:00:00", "2026-11-20", "2026-W47-5T12:00:00Z", "2026-02-30T12:00:00Z", "", 5, None]
)
def test_what_is_no_instant_is_refused(text: object) -> None:
    with pytest.raises(FactsRefused, match=r"^at: "):
        instant_from_json(text)


FACTS = st.builds(
    Facts,
    service=st.sampled_from(["rides", "x"]),
    holder=st.sampled_from(["front", "y"]),
    fault_in=st.sampled_from(["unknown", "user", "engine"]),
    needs_tier=st.integers(1, 4),
    audience=st.sampled_from(AUDIENCES),
    asks=st.sampled_from([None, "veteran", "reporter"]),
    flags=st.frozensets(st.sampled_from(FLAGS)),
    supplied=st.none() | st.frozensets(st.sampled_from(["summary", "device"])),
)


@given(FACTS)
def test_facts_written_are_the_facts_read(facts: Facts) -> None:
    assert facts_from_json(facts.as_json()) == facts


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "audience", "asks", "flags", "supplied", "id", "at"]), JSON) | JSON)
def test_any_json_is_facts_or_refused(value: object) -> None:
    with suppress(FactsRefused):
        assert isinstance(facts_from_json(value), Facts)
