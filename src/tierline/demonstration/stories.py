"""Stories played: each case entered and worked by the real actions, all of them interleaved on one moving clock.

A story is a generator that does one step and says when the next is due; the stage lets whichever is due first go on, so
numbers and facts come in the order of time. Refuses a story with a verb that is not in ``VERBS``.
"""

import heapq
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tierline.cases.actions import attempting, corresponding, handing_off, inquiring, working
from tierline.cases.actions.entering import NewCase, enter
from tierline.cases.extent import extent_from
from tierline.cases.inquiry_queries import open_inquiry_of
from tierline.demonstration.letters import newest_mail, reply_by_mail
from tierline.directory.actor import Actor

Story = Mapping[str, Any]
#: What a step may do: the action, which takes the actor, the case's number and the step's own words.
VERBS: Final[Mapping[str, Callable[..., object]]] = {
    "begin": working.begin,
    "note": lambda actor, number, *, at, text: working.note(actor, number, text, at=at),
    "tell": lambda actor, number, *, at, text: working.draft_word_for_reporter(actor, number, text, at=at),
    "correct": working.correct_facts,
    "wait": lambda actor, number, *, at, for_what: working.wait(actor, number, for_what, at=at),
    "solve": lambda actor, number, *, at, solution, words="": working.solve(
        actor, number, solution, at=at, words=words
    ),
    "close": lambda actor, number, *, at, told="": working.close(actor, number, told, at=at),
    "ask": lambda actor, number, *, at, words, note="": inquiring.ask(actor, number, words, at=at, note=note),
    "take-question": lambda actor, number, *, at: inquiring.acknowledge(actor, open_inquiry_of(actor, number), at=at),
    "pass-question-on": lambda actor, number, *, at, note="": inquiring.pass_on(
        actor, open_inquiry_of(actor, number), at=at, note=note
    ),
    "attempt": lambda actor, number, *, at, outcome, note="", answer="": attempting.attempt(
        actor, open_inquiry_of(actor, number), outcome, at=at, note=note, answer=answer
    ),
    "write": lambda actor, number, *, at: corresponding.send_attempt(actor, open_inquiry_of(actor, number), at=at),
    "reply-by-mail": reply_by_mail,
    "take-mail": lambda actor, number, *, at: corresponding.take_mail_as_answer(
        actor, open_inquiry_of(actor, number), newest_mail(actor, number, at=at), at=at
    ),
    "answer": lambda actor, number, *, at, text: attempting.answer(actor, open_inquiry_of(actor, number), text, at=at),
    "pass-answer-back": lambda actor, number, *, at: attempting.pass_back(actor, open_inquiry_of(actor, number), at=at),
    "reopen": lambda actor, number, *, at, reason: working.reopen(actor, number, reason, at=at),
    "offer": handing_off.offer,
    "acknowledge": handing_off.acknowledge,
    "refuse": lambda actor, number, *, at, reason, words="": handing_off.refuse(
        actor, number, reason, words=words, at=at
    ),
    "hand-back": lambda actor, number, *, at, reason, words="": handing_off.hand_back(
        actor, number, reason, words=words, at=at
    ),
}
_SPAN: Final = re.compile(r"(\d+)([mh])")


class Stage:
    """Who plays, when the day of loading is, and the answers that several stories share."""

    def __init__(
        self, actors: Mapping[str, Actor], *, zone: str, today: datetime, answers: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.actors = actors
        self._answers = answers
        self._zone = ZoneInfo(zone)
        self._now = today
        self._today = today.astimezone(self._zone).date()

    def moment(self, day: int, at: str) -> datetime:
        """The instant of a time of day, ``day`` days from the day of loading."""
        hour, minute = at.split(":")
        return datetime.combine(self._today + timedelta(days=day), time(int(hour), int(minute)), self._zone)

    def play(self, stories: list[Story], others: list[tuple[datetime, Callable[[datetime], object]]]) -> None:
        """Play all stories, and do the ``others`` at their moments in between. What is not due yet stays undone."""
        waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
        begun = [self._story(story) for story in stories] + [_once(moment, do) for moment, do in others]
        for place, story in enumerate(begun):
            heapq.heappush(waiting, (next(story), place, story))
        while waiting:
            due, place, story = heapq.heappop(waiting)
            if due >= self._now:
                return
            following = next(story, None)
            if following is not None:
                heapq.heappush(waiting, (following, place, story))

    def _story(self, story: Story) -> Iterator[datetime]:
        """Yields when its next step is due, and does it when asked to go on."""
        at = self.moment(story["day"], story["at"])
        yield at
        number = enter(self.actors[story["by"]], self._report(story), at=at).number
        for step in story["steps"]:
            at += _span(step["after"])
            yield at
            said = {key: value for key, value in step.items() if key not in ("after", "who", "does")}
            VERBS[step["does"]](self.actors[step["who"]], number, at=at, **said)

    def _report(self, story: Story) -> NewCase:
        answers = story.get("answers", {})
        shared = self._answers[answers] if isinstance(answers, str) else answers
        return NewCase(
            holder=story["holder"],
            service=story["service"],
            summary=story["summary"],
            reported_by=story["reported_by"],
            description=story.get("description", ""),
            fault_in=story.get("fault_in", "unknown"),
            needs_tier=story.get("needs_tier", 1),
            audience=story.get("audience", "veteran"),
            flags=frozenset(story.get("flags", ())),
            answers={**shared, **story.get("but", {})},
            numbers=(tuple(story["number"]),) if "number" in story else (),
            reporter_name=story.get("reporter", ""),
            reporter_contact=story.get("contact", ""),
            extent=extent_from(story.get("extent", {})),
        )


def _once(moment: datetime, do: Callable[[datetime], object]) -> Iterator[datetime]:
    yield moment
    do(moment)


def _span(words: str) -> timedelta:
    match = _SPAN.fullmatch(words)
    if match is None:
        raise ValueError(f"{words!r} is no span of time: write 20m or 3h")
    return int(match[1]) * (timedelta(hours=1) if match[2] == "h" else timedelta(minutes=1))
