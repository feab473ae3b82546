"""Clauses and gaps in the words people use: names instead of ids, conditions and consequences as sentences. Pure.

Decides nothing and refuses nothing; an id that no plan knows is shown as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tierline.plans.conditions import Only, When
from tierline.plans.planbook import Planbook
from tierline.plans.rendering import Item, Section, sections_of
from tierline.plans.schema import Clause, Gap, Plan, Then
from tierline.web import words

Named = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or entry of a plan as its page shows it. ``anchor`` is its place on the page."""

    kind: str
    id: str
    anchor: str
    text: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with what stands under it; ``gaps`` are counted for the contents."""

    place: int
    level: int
    title: str
    says: str
    lines: tuple[Line, ...]
    gaps: int


def headings_of(planbook: Planbook, plan: Plan) -> list[Heading]:
    """The document of a plan in the order of its source."""
    clauses, gaps = {entry.id: entry for entry in plan.clauses}, {entry.id: entry for entry in plan.gaps}

    def line(item: Item) -> Line:
        details = item.details
        if item.kind in ("clause", "duty") and item.id in clauses:
            details = clause_details(clauses[item.id], planbook)
        elif item.kind == "gap" and item.id in gaps:
            details = gap_details(gaps[item.id], planbook)
        anchor = f"{'entry' if item.kind == 'entry' else 'c'}-{item.id}"
        return Line(item.kind, item.id, anchor, item.text, details)

    return [_heading(place, section, line) for place, section in enumerate(sections_of(planbook, plan))]


def _heading(place: int, section: Section, line: Callable[[Item], Line]) -> Heading:
    lines = tuple(line(item) for item in section.items)
    gaps = sum(found.kind == "gap" for found in lines)
    return Heading(place, section.level, section.title, section.says, lines, gaps)


def clause_details(clause: Clause, planbook: Planbook) -> tuple[str, ...]:
    """When a clause applies and what then happens, a sentence each."""
    told = [conditions(clause.when, planbook), consequence(clause, planbook)]
    if clause.overrides:
        told.append(f"Stands above {', '.join(clause.overrides)}.")
    if clause.from_:
        told.append(f"From {clause.from_}.")
    if clause.until:
        told.append(f"Until the day before {clause.until}.")
    return tuple(sentence for sentence in told if sentence)


def gap_details(gap: Gap, planbook: Planbook) -> tuple[str, ...]:
    """The facts for which a gap is the reason that no plan answers."""
    open_for = conditions(gap.when, planbook) if gap.when else ""
    return (f"No plan answers {open_for[0].lower()}{open_for[1:]}",) if open_for else ()


def conditions(when: When, planbook: Planbook) -> str:
    """The facts a clause applies to, as one sentence; empty when it always applies."""
    parts = [
        _only(when.holder, "held by {}", planbook.team_label),
        _only(when.service, "about {}", planbook.service_label),
        _only(when.fault_in, "with the fault in {}", _fault(planbook)),
        _tiers(when.needs_tier),
        _only(
            when.audience, "reported by {}", lambda word: words.AUDIENCES[word].lower().replace("veteran", "Veteran")
        ),
        _only(
            when.asks, "something is needed from {}", {"veteran": "the Veteran", "reporter": "the reporter"}.__getitem__
        ),
        _only(when.flags, "flagged {}", lambda word: words.FLAGS[word].word),
        _only(when.to, "on its way to {}", planbook.team_label),
    ]
    told = [part for part in parts if part]
    return f"When {', '.join(told)}." if told else ""


def consequence(clause: Clause, planbook: Planbook) -> str:
    """What a clause decides, as one sentence."""
    then = clause.then
    duties = ", ".join(_duty(word, planbook) for word in (*clause.binds, *then.tell))
    by_kind: dict[str, Callable[[], str]] = {
        "route": lambda: "It stays there." if then.keep else f"It goes to {_way(then.to, then, planbook)}.",
        "contact": lambda: (
            "They may ask directly." if then.directly else f"They ask through {_way(then.through, then, planbook)}."
        ),
        "scope": lambda: _scope(then, planbook),
        "intake": lambda: f"Asked first: {', '.join(planbook.intake[key].label for key in then.requires)}.",
        "tell": lambda: f"Also told: {duties}.",
        "restrict": lambda: f"Only the restricted path{f'; told: {duties}' if duties else ''}.",
        "duty": lambda: f"Binds {duties}.",
    }
    return by_kind[clause.kind]()


def _way(team: str | None, then: Then, planbook: Planbook) -> str:
    at = f", at Tier\N{NO-BREAK SPACE}{then.tier}" if then.tier else ""
    return f"{planbook.team_label(team or '')} {words.CHANNELS.get(then.by or '', '')}{at}"


def _scope(then: Then, planbook: Planbook) -> str:
    if not then.out:
        return "It is in scope."
    return f"It is out of scope{f'; {planbook.team_label(then.taken_by)} takes it' if then.taken_by else ''}."


def _only(only: Only | None, sentence: str, named: Named) -> str:
    if only is None:
        return ""
    names = " or ".join(named(str(word)) for word in only.values)
    return sentence.format(f"anything but {names}" if only.excluded else names)


def _tiers(only: Only | None) -> str:
    if only is None:
        return ""
    tiers = sorted(int(word) for word in only.values)
    if only.excluded:
        tiers = [tier for tier in (1, 2, 3, 4) if tier not in tiers]
    if not tiers:
        return "needing a tier that there is not"
    if tiers == list(range(tiers[0], 5)) and len(tiers) > 1:
        return f"needing Tier\N{NO-BREAK SPACE}{tiers[0]} or above" if tiers[0] > 1 else ""
    return f"needing Tier\N{NO-BREAK SPACE}{' or '.join(map(str, tiers))}"


def _fault(planbook: Planbook) -> Named:
    own = {"unknown": "a place not known yet", "user": "nothing (a question or a mistake)"}
    return lambda word: own.get(word) or planbook.system_label(word)


def _duty(word: str, planbook: Planbook) -> str:
    """The name of whatever a clause binds or tells: a duty, a team or an organisation."""
    if word in planbook.duties:
        return planbook.duty_label(word)
    if word in planbook.organisations:
        return planbook.organisations[word].label
    return planbook.team_label(word)
