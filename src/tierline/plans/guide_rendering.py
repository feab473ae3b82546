"""The guide to a service written out, as Markdown or as a whole HTML page: what the plans alone tell.

Refuses nothing; what is open is marked where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from tierline.plans.guides import Guide, Sentence, Step, Supplied, first_sources
from tierline.plans.rendering import plain_markdown

#: Of one sentence: its text with the numbers of its sources, and the gaps that are about it.
_Told = tuple[str, tuple[str, ...]]
TAKES, SUPPLY, ASKS, FLAGS, BACK, GAPS, SOURCES = (
    "Who takes what",
    "What to supply, and why",
    "Who may ask whom",
    "What a flag changes",
    "Why cases come back",
    "What the plans leave open",
    "Where this is written",
)


def guide_to_markdown(guide: Guide) -> str:
    """The guide as Markdown."""
    lines = [f"# Guide to {plain_markdown(guide.label)}", "", f"*{plain_markdown(standing(guide))}*", ""]
    for level, title, items in _parts(guide):
        lines += [f"{'#' * level} {plain_markdown(title)}", ""]
        for text, gaps in items:
            lines.append(f"- {plain_markdown(text)}")
            lines += [f"    - **Gap:** {plain_markdown(gap)}" for gap in gaps]
        if items:
            lines.append("")
    return "\n".join(lines)


def guide_to_html(guide: Guide) -> str:
    """The guide as a whole HTML page without style or script of its own."""
    body = [f"<h1>Guide to {escape(guide.label)}</h1>", f"<p><em>{escape(standing(guide))}</em></p>"]
    for level, title, items in _parts(guide):
        body.append(f"<h{level}>{escape(title)}</h{level}>")
        if items:
            body += ["<ul>", *(_item(text, gaps) for text, gaps in items), "</ul>"]
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>Guide to {escape(guide.label)}</title>\n</head>\n<body>\n{chr(10).join(body)}\n</body>\n</html>\n"
    )


def standing(guide: Guide) -> str:
    """One line: what the service is, and for which day the plans were asked."""
    return f"{guide.about} As the plans stand on {guide.at:%Y-%m-%d}.".strip()


def _item(text: str, gaps: tuple[str, ...]) -> str:
    inner = "".join(f"<li><strong>Gap:</strong> {escape(gap)}</li>" for gap in gaps)
    return f"<li>{escape(text)}{f'<ul>{inner}</ul>' if inner else ''}</li>"


def _parts(guide: Guide) -> Iterator[tuple[int, str, list[_Told]]]:
    """Every heading with its level and items; a heading with only others under it has none."""
    numbers = first_sources(guide)

    def told(sentence: Sentence) -> _Told:
        cited = "".join(f" [{numbers[reason]}]" for reason in sentence.because if reason in numbers)
        mark = "Gap: " if sentence.open else ""
        return f"{mark}{sentence.text}{cited}", tuple(gap.text for gap in sentence.gaps)

    yield 2, TAKES, []
    yield from _of_steps(guide, lambda step: [told(sentence) for sentence in step.takes])
    yield 2, SUPPLY, [] if guide.supplied else [("The plans ask for nothing more than the report.", ())]
    for supplied in guide.supplied:
        yield 3, f"To {supplied.label}", _fields(supplied)
    yield 2, ASKS, [(f"{step.label}: {text}", gaps) for step in guide.steps for text, gaps in map(told, step.asks)]
    yield 2, FLAGS, [told(sentence) for sentence in guide.flagged]
    yield 2, BACK, [(f"{reason.label}: {reason.guidance}", ()) for reason in guide.returns]
    if guide.gaps:
        yield 2, GAPS, [(gap.text, ()) for gap in guide.gaps]
    yield 2, SOURCES, [(f"[{number}] {reason.text} ({reason.source})", ()) for reason, number in numbers.items()]


def _of_steps(guide: Guide, items: Callable[[Step], list[_Told]]) -> Iterator[tuple[int, str, list[_Told]]]:
    for step in guide.steps:
        yield 3, step_title(step), items(step)


def step_title(step: Step) -> str:
    """The team with the tiers it works, where its name does not say them."""
    tiers = (
        f"Tier {' and '.join(map(str, step.tiers))}"
        if len(step.tiers) < 3
        else f"Tier {step.tiers[0]} to {step.tiers[-1]}"
    )
    return step.label if tiers in step.label or not step.tiers else f"{step.label}, {tiers}"


def _fields(supplied: Supplied) -> list[_Told]:
    return [(f"{field.label}. {field.why}{f' {field.hint}.' if field.hint else ''}", ()) for field in supplied.fields]
