"""The order of a run: plans and people once, then size after size, each measure in turn."""

import time
from collections.abc import Iterator, Sequence

from bench.house import House
from bench.measures import OVER_HTTP
from bench.outside import ON_THE_DATABASE, route
from bench.result import Result
from bench.scene import scene_of, use_database
from tierline.directory.actor import TIERLINE
from tierline.foundation.clock import now
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of

ROUTE = "route"


def known_measures() -> frozenset[str]:
    """What ``--only`` may name."""
    return frozenset({*OVER_HTTP, *ON_THE_DATABASE, ROUTE})


def measured(house: House, sizes: Sequence[int], only: frozenset[str]) -> Iterator[Result]:
    """Every result as it comes."""
    wanted = only or known_measures()
    publish_planbook(TIERLINE, texts_of([SHIPPED]), at=now(), remark="for the bench")
    if ROUTE in wanted:
        yield from route(house.home)
    for size in sizes:
        began = time.perf_counter()
        with scene_of(house, size, at=now()) as scene:
            yield Result("written", size, rate=size / (time.perf_counter() - began), remark="cases, start of the web")
            for name, measure in (OVER_HTTP | ON_THE_DATABASE).items():
                if name in wanted:
                    yield from measure(scene)
        use_database("tierline")
