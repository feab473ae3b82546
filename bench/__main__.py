"""``python -m bench``: measure, print the table with the targets beside it, write ``bench/results.json``.

    python -m bench                        1,000, 10,000 and 100,000 cases
    python -m bench --million              a million as well
    python -m bench --sizes 1000,10000     these sizes
    python -m bench --only queue,search    only these measures
    make bench N=--million                 the same, installed first

A missed target is told in the table and in the last line; with ``--strict`` it is exit status 1 as well. Refuses a
measure it does not know (status 2).
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tierline.foundation import clock

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000


def parser() -> argparse.ArgumentParser:
    """The options of the bench."""
    words = argparse.ArgumentParser(prog="python -m bench", description="Measure Tierline as it runs in production.")
    words.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of cases, separated by commas")
    words.add_argument("--million", action="store_true", help="a million cases as well (some minutes)")
    words.add_argument("--only", default="", help="names of measures, separated by commas")
    words.add_argument("--strict", action="store_true", help="end with status 1 when a target was missed")
    words.add_argument("--results", type=Path, help="where to write the figures (default: bench/results.json)")
    return words


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit status."""
    given = parser().parse_args(arguments)
    sizes = (*given.sizes, *((MILLION,) if given.million else ()))
    from bench.house import running_house  # noqa: PLC0415 - imports PostgreSQL's driver; --help should not wait

    with running_house() as house:
        os.environ.update(house.environment("tierline"))
        import django  # noqa: PLC0415 - its settings look at the environment just set

        django.setup()
        from bench.running import known_measures, measured  # noqa: PLC0415 - needs the set-up above

        only = frozenset(word for word in given.only.split(",") if word)
        if unknown := only - known_measures():
            print(f"No such measure: {', '.join(unknown)}. There are {', '.join(sorted(known_measures()))}.")
            return 2
        missed = _tell(measured(house, sizes, only), given.results, partly=bool(only))
    return int(given.strict and missed)


def _tell(results: Iterator[object], path: Path | None, *, partly: bool) -> bool:
    """Print results as they come and write them down; whether a target was missed."""
    from bench.result import Result  # noqa: PLC0415 - after the set-up
    from bench.table import HEADING, RESULTS, growth_lines, line_of, write_results  # noqa: PLC0415 - after the set-up

    print(HEADING, flush=True)
    every = []
    for result in results:
        assert isinstance(result, Result)
        every.append(result)
        print(line_of(result), flush=True)
    print("\n".join(["", *growth_lines(every)]))
    if path or not partly:
        write_results(every, at=clock.now(), path=path or RESULTS)
        print(f"\nWritten to {path or RESULTS}")
    missed = [f"{result.measure} at {result.size:,}" for result in every if result.missed]
    print(f"\nMissed: {', '.join(missed)}" if missed else "\nEvery target was reached.")
    return bool(missed)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
