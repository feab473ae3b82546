"""The bench measures what it says, on cases as they should be, and is not lenient."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bench.measuring import Timed
from bench.prototypes import kinds_of
from bench.result import Result, result_of
from bench.rows import FACTS, draft, tables_of
from bench.table import growth_lines, line_of
from bench.targets import TARGETS
from bench.vocabulary import MARKS, marks_of, texts

from tierline.cases.lifecycle import CaseState
from tierline.plans.loading import SHIPPED, load_planbook

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
CASES = 2000


def test_cases_are_written_in_the_proportions_of_a_working_desk() -> None:
    dice, kinds = random.Random(1), kinds_of(load_planbook(SHIPPED), AT)  # noqa: S311 - no secret
    words = texts()
    drafts = [
        draft(n, kinds, words, dice, opened=AT - timedelta(days=n % 900 + 2), at=AT, planbook=1)
        for n in range(1, CASES + 1)
    ]
    states = Counter(case.state for case in drafts)
    assert 0.85 < states[CaseState.CLOSED] / CASES < 0.91
    assert set(states) == set(CaseState)
    assert {case.holder for case in drafts} == set(kinds.desks)
    assert all(len(case.found_by.split()) > 60 for case in drafts)
    tables = tables_of(drafts)
    assert len(tables.facts) == FACTS * CASES
    assert len(tables.cases) == len(tables.reports) == len(tables.numbers) == CASES
    open_and_plain = [case for case in drafts if case.state is not CaseState.CLOSED and not case.kind.restricted_to]
    assert len(tables.places) >= len(open_and_plain)


def test_marks_stand_in_as_many_cases_as_they_say() -> None:
    found = Counter(word for number in range(1, CASES + 1) for word in marks_of(number))
    assert {mark: CASES // every for mark, every in MARKS.items()} == {mark: found[mark] for mark in MARKS}
    assert sum(count == 1 for count in found.values()) == CASES


def test_percentiles_are_those_of_the_calls_that_were_made() -> None:
    timed = Timed(tuple(n / 1000 for n in range(1, 101)), wall=2.0, web_cpu=0.001, database_cpu=0.002, load=0.5)
    result = result_of("comment", 1000, timed)
    assert (result.p50, result.p95, result.rate) == (51.0, 96.0, 50.0)
    assert result.missed == ("<= 6 ms",)


def test_a_figure_that_is_missing_or_over_its_limit_is_missed() -> None:
    assert Result("queue", 1000, p50=9.0, sql=12).missed == ()
    assert Result("queue", 1000, p50=9.0).missed == ("<= 12 SQL",)
    assert "MISSED <= 10 ms" in line_of(Result("queue", 1000, p50=11.0, sql=9))
    assert not Result("written", 1000).missed
    assert TARGETS["create-2-clients"][0].met_by(400)


def test_a_million_is_held_against_ten_thousand() -> None:
    results = [Result("case", 10_000, p50=5.0), Result("case", 1_000_000, p50=6.6), Result("case", 1000, p50=1.0)]
    [line] = growth_lines(results)
    assert "1.32" in line
    assert "MISSED <= 1.3 x" in line


@pytest.mark.slow
def test_a_small_run_measures_a_real_house_and_leaves_nothing(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    surroundings = {key: word for key, word in os.environ.items() if not key.startswith(("TIERLINE_", "DATABASE_"))}
    command = [sys.executable, "-m", "bench", "--sizes", "300", "--only", "queue,comment,sweep"]
    done = subprocess.run(
        [*command, "--results", str(results)],
        env=surroundings | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = {result["measure"]: result for result in json.loads(results.read_text())["results"]}
    assert told["queue"]["p50"] > 0
    assert told["queue"]["sql"] <= 12
    assert told["comment"]["cpu_web"] is not None
    assert told["sweep"]["rate"] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.json"]
