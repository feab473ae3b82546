"""What is measured over HTTP: the pages and the machine interface, one function a kind of measure.

Each returns results; none refuses anything but an unexpected answer. ``outside.py`` holds what is measured without the
web server.
"""

import itertools
import json
import statistics
from collections.abc import Callable, Iterator

from bench.caller import Caller
from bench.measuring import memory_of, timed, timed_by
from bench.result import Result, result_of
from bench.scene import Scene
from bench.vocabulary import unique_word

MB = 1_000_000
CREATIONS = 1200
ROUNDS = 3  # with two clients it is chance which process takes which connection; the middle round counts
SEARCHES = {"1-in-1000": "onethousandth", "1-percent": "onehundredth", "20-percent": "onefifth"}


def queue(scene: Scene) -> Iterator[Result]:
    """The queue page, its four tabs in turn."""
    tabs = itertools.cycle(f"/queue/{scene.team}/?tab={tab}" for tab in ("new", "todo", "waiting", "overdue"))
    sql = max(scene.statements_of(next(tabs)) for _ in range(4))
    with scene.browser() as browser:
        yield result_of("queue", scene.size, timed(lambda: browser.call("GET", next(tabs)), scene.meter()), sql=sql)


def case(scene: Scene) -> Iterator[Result]:
    """The page of a case, each time another one."""
    pages = itertools.cycle(f"/cases/{number}/" for number in scene.seen_cases())
    sql = max(scene.statements_of(next(pages)) for _ in range(5))
    with scene.browser() as browser:
        yield result_of("case", scene.size, timed(lambda: browser.call("GET", next(pages)), scene.meter()), sql=sql)


def search(scene: Scene) -> Iterator[Result]:
    """Searching on the page and over the machine interface, for rare and for common words."""
    ways: tuple[tuple[str, Callable[[], Caller], str], ...] = (
        ("search", scene.browser, "/search/?q="),
        ("api-search", scene.program, "/api/v1/search?q="),
    )
    for name, client, address in ways:
        with client() as caller:
            unique = (address + unique_word(number) for number in itertools.cycle(scene.seen_cases()))
            sql = scene.statements_of(next(unique)) if name == "search" else None
            taken = timed(lambda: caller.call("GET", next(unique)), scene.meter())  # noqa: B023 - called at once
            yield result_of(f"{name}-unique", scene.size, taken, sql=sql)
            for word, text in SEARCHES.items():
                path = address + text
                sql = scene.statements_of(path) if name == "search" else None
                taken = timed(lambda: caller.call("GET", path), scene.meter())  # noqa: B023 - called at once
                yield result_of(f"{name}-{word}", scene.size, taken, sql=sql)


def update(scene: Scene) -> Iterator[Result]:
    """Correcting facts of a case, each time another one, on the version that was seen."""
    held = [list(row) for row in scene.held_cases()]
    turns = itertools.cycle(held)
    tiers = itertools.cycle((1, 2, 3, 2))
    with scene.program() as program:

        def correct() -> None:
            seen = next(turns)
            body = json.dumps({"needs_tier": next(tiers), "answers": {"browser": scene.words.piece(scene.dice)}})
            answer = program.call(
                "PATCH", f"/api/v1/cases/TL-{seen[0]}", body.encode(), headers={"If-Match": f'"{seen[1]}"'}
            )
            seen[1] = json.loads(answer.body)["version"]

        yield result_of("update", scene.size, timed(correct, scene.meter(), calls=400))


def comment(scene: Scene) -> Iterator[Result]:
    """Writing a note of twenty words on a case, each time on another one."""
    addresses = itertools.cycle(f"/api/v1/cases/TL-{number}/notes" for number in scene.seen_cases())
    with scene.program() as program:

        def write() -> None:
            body = json.dumps({"text": scene.words.text(scene.dice, 2)}).encode()
            program.call("POST", next(addresses), body, expect=201)

        yield result_of("comment", scene.size, timed(write, scene.meter(), calls=400))


def create(scene: Scene) -> Iterator[Result]:
    """Taking in cases over the machine interface: one client, two at once, and one with idempotency keys."""
    with scene.program() as program:
        yield result_of("create", scene.size, timed(_creating(scene, program), scene.meter(), calls=400))
    rounds = []
    for _ in range(ROUNDS):
        with scene.program() as one, scene.program() as other:
            clients: list[Callable[[], object]] = [_creating(scene, one), _creating(scene, other)]
            rounds.append(timed_by(clients, scene.meter(), calls=CREATIONS))
    rates = ", ".join(f"{taken.rate:,.0f}" for taken in rounds)
    middle = sorted(rounds, key=lambda taken: taken.rate)[ROUNDS // 2]
    yield result_of("create-2-clients", scene.size, middle, remark=f"rounds: {rates} /s")
    with scene.program() as program:
        keyed = _creating(scene, program, keyed=True)
        yield result_of("create-with-key", scene.size, timed(keyed, scene.meter(), calls=400))


def _creating(scene: Scene, program: Caller, *, keyed: bool = False) -> Callable[[], object]:
    bodies = iter([scene.report_bytes() for _ in range(CREATIONS + 200)])
    keys = itertools.count()

    def enter() -> None:
        headers = {"Idempotency-Key": f"bench-{scene.size}-{next(keys)}"} if keyed else None
        program.call("POST", "/api/v1/cases", next(bodies), headers=headers, expect=201)

    return enter


def memory(scene: Scene) -> Iterator[Result]:
    """What a web process holds (PSS) after all that was asked of it."""
    held = [memory_of(pid) / MB for pid in scene.web.workers()]
    yield Result("memory", scene.size, memory=max(held), remark=f"mean {statistics.mean(held):.0f} MB a process")


#: In this order: what only reads comes before what writes.
OVER_HTTP: dict[str, Callable[[Scene], Iterator[Result]]] = {
    "queue": queue,
    "case": case,
    "search": search,
    "update": update,
    "comment": comment,
    "create": create,
    "memory": memory,
}
