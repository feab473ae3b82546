"""A plan's file means what it shows, and every value knows its line."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plans.books import WATER, plan, shipped_texts, texts

from tierline.plans.findings import PlanUnreadable
from tierline.plans.loading import load_planbook, planbook_from_texts
from tierline.plans.planbook import Planbook
from tierline.plans.reading import read_plan


def test_values_are_texts_whole_numbers_booleans_and_nothing() -> None:
    text = b"a: 1\nb: yes\nc: true\nd: ~\ne: '3'\nf: 2016-01-01\ng: 1.5\nh: [x, 007]\n"
    assert read_plan("x", text).values == {
        "a": 1,
        "b": "yes",
        "c": True,
        "d": None,
        "e": "3",
        "f": "2016-01-01",
        "g": "1.5",
        "h": ["x", "007"],
    }


def test_every_value_knows_its_line() -> None:
    text = read_plan("x", b"a: 1\nb:\n  - c: 2\n  - d:\n      e: 3\n")
    assert text.line(("b", 1, "d", "e")) == 5
    assert text.line(("b", 0)) == 3
    assert text.line(("b", 1, "missing")) == 4


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"a: 1\nb: 2\na: 3\n", 3, "stands twice"),
        (b"a: &x 1\n", 1, "Anchors"),
        (b"a: &x 1\nb: *x\n", 1, "Anchors"),
        (b"a: !!python/object:os.system 1\n", 1, "tag"),
        (b"a: 1\n---\nb: 2\n", 2, "second document"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        (b"a: [1\nb: 2\n", 2, "not YAML"),
        (b"", 1, "empty"),
        (b"? [a]\n: 1\n", 1, "key has to be a word"),
        (b"#" * 1_000_001, 1, "1,000,001 bytes"),
        (b"[" * 30 + b"]" * 30, 1, "too deep"),
    ],
)
def test_what_would_mislead_is_refused_with_its_line(content: bytes, line: int, says: str) -> None:
    with pytest.raises(PlanUnreadable, match=says) as refused:
        read_plan("plans/x.yaml", content)
    (finding,) = refused.value.findings
    assert (finding.code, finding.file, finding.line) == ("unreadable", "plans/x.yaml", line)
    assert finding.remedy


@pytest.mark.parametrize(
    ("change", "field", "line"),
    [
        ({"surprise": 1}, "surprise", None),
        ({"version": 0}, "version", 4),
        ({"version": "one"}, "version", 4),
        ({"id": "Not An Id"}, "id", 2),
        ({"effective": {"from": "2020-02-30"}}, "effective.from", None),
        ({"effective": {"from": "2020-02-01", "zone": "Mars/Dune"}}, "effective.zone", None),
        ({"effective": {"from": "2020-02-01", "until": "2020-01-01"}}, "effective", None),
        ({"clauses": [{"id": "x", "kind": "route"}]}, "clauses[0].source", None),
        ({"systems": [{"id": "unknown", "label": "x"}]}, "systems[0].id", None),
        ({"people": [{"id": "x", "name": "X", "email": "nobody"}]}, "people[0].email", None),
        ({"ticketing": [{"id": "x", "label": "x", "records": ["("]}]}, "ticketing[0].records[0]", None),
    ],
)
def test_what_the_schema_refuses_names_field_and_line(change: dict[str, object], field: str, line: int | None) -> None:
    with pytest.raises(PlanUnreadable) as refused:
        planbook_from_texts(texts({**plan(), **change}) if change.get("id") != "Not An Id" else _misnamed(change))
    messages = [finding.message for finding in refused.value.findings]
    assert any(message.startswith(f"{field}: ") for message in messages), messages
    if line is not None:
        assert refused.value.findings[0].line == line


def _misnamed(change: dict[str, object]) -> dict[str, bytes]:
    return {"x.yaml": next(iter(texts({**plan(), **change}).values()))}


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("route", {}),
        ("route", {"keep": False}),
        ("route", {"keep": True, "to": "back", "by": "email"}),
        ("route", {"to": "back"}),
        ("route", {"to": "back", "by": "pigeon"}),
        ("contact", {"through": "back"}),
        ("contact", {"directly": None}),
        ("scope", {"taken_by": "back"}),
        ("scope", {"out": False, "taken_by": "back"}),
        ("intake", {"tell": ["back"]}),
        ("duty", {"keep": True}),
        ("tell", {}),
    ],
)
def test_what_a_clause_decides_has_to_fit_its_kind(kind: str, then: dict[str, object]) -> None:
    one = {"id": "x", "kind": kind, "source": {"heading": "All"}, "text": "So it is.", "then": then}
    with pytest.raises(PlanUnreadable, match=r"clauses\[0\]"):
        planbook_from_texts(texts(plan(clauses=[one])))


@pytest.mark.parametrize("when", [{"needs_tier": "5+"}, {"holder": []}, {"holder": {"but": ["x"]}}, {"flags": "odd"}])
def test_a_condition_that_means_nothing_is_refused(when: dict[str, object]) -> None:
    one = {"id": "x", "kind": "route", "source": {"heading": "All"}, "text": "So.", "when": when}
    with pytest.raises(PlanUnreadable, match=r"clauses\[0\]\.when"):
        planbook_from_texts(texts(plan(clauses=[{**one, "then": {"keep": True}}])))


def test_a_folder_without_plans_and_a_path_to_nothing_are_refused(tmp_path: object) -> None:
    with pytest.raises(PlanUnreadable, match="holds no plan"):
        load_planbook(str(tmp_path))
    with pytest.raises(PlanUnreadable, match="no such file"):
        load_planbook(f"{tmp_path}/nowhere")


def test_a_folder_is_read_as_one_planbook() -> None:
    assert set(load_planbook(WATER).plans) == {"city-charter", "metering"}


def _read(content: bytes) -> None:
    with suppress(PlanUnreadable):
        assert isinstance(planbook_from_texts({"x.yaml": content}), Planbook)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=300)
def test_any_bytes_are_a_planbook_or_refused(content: bytes) -> None:
    _read(content)


SHIPPED = sorted(shipped_texts().items())


@given(st.sampled_from(SHIPPED), st.integers(0, 20_000), st.integers(0, 60), st.binary(max_size=20))
@settings(max_examples=150, deadline=None)
def test_a_shipped_plan_with_a_piece_torn_out_is_read_or_refused(
    file: tuple[str, bytes], start: int, length: int, piece: bytes
) -> None:
    content = file[1]
    _read(content[: start % len(content)] + piece + content[start % len(content) + length :])
