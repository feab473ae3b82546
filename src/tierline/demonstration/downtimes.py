"""Planned work in the demonstration, played by the real actions: one of each kind of team, at every stage.

Refuses nothing; where the day of loading lies in a freeze of the plans, the reason for going on is written down.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tierline.demonstration.stories import Stage
from tierline.directory.actor import Actor
from tierline.downtime.actions import approving, guarding, planning, taking_in, telling, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import Content, Frame, Level
from tierline.downtime.queries import downtime
from tierline.notices.actions import answer_relay
from tierline.notices.queries import relays

HOUR: Final = timedelta(hours=1)
_NOBODY_NAMED: Final = ("user-facing-product-managers", "horizon-team")
_NOTICE: Final = (
    "Subject: Replacement of storage behind the message store\nServices: Secure Messaging\n"
    "Start: {start:%B} {start.day}, {start.year} 10:00 PM ET\nEnd: {end:%m/%d/%Y} 02:00 ET\n"
    "Reason: The storage reaches the end of its life.\n\nPlease plan accordingly.\n"
)


class Works:
    """The downtimes of the demonstration on their way."""

    def __init__(self, stage: Stage, actors: Mapping[str, Actor], zone: str) -> None:
        self._stage, self._actors, self._zone = stage, actors, zone

    def play(self) -> None:
        """All of them, in the order of time, as far as it has come."""
        done = self._concluded()
        self._scheduled()
        self._awaiting()
        self._cancelled()
        self._noticed()
        mind(at=self._stage.moment(0, "00:05"))
        for relay in relays(("downtime", done), at=self._stage.moment(-8, "12:00")):
            moment = self._stage.moment(-8, "12:00")
            answer_relay(relay.id, name=", ".join(relay.asked_of) or "OCTO", done=True, words="", at=moment)

    def _concluded(self) -> int:
        """A user-facing team's: told, extended, rolled back, concluded last week."""
        carla, emil = self._actors["carla"], self._actors["emil"]
        planned, starts = self._stage.moment(-9, "10:00"), self._stage.moment(-6, "22:00")
        content = self._content("Attachment store moves", starts, reason="Attachments move to newer storage.")
        number = self._drafted("carla", "user-facing", content, planned)
        planning.plan(carla, number, at=planned)
        approving.submit(carla, number, at=planned + HOUR)
        self._window(emil, number, "PW7001", planned + 2 * HOUR)
        mind(at=self._stage.moment(-7, "08:52"))
        working.start(carla, number, at=starts)
        working.extend(carla, number, starts + 5 * HOUR, "The copy is slower than rehearsed.", at=starts + 3 * HOUR)
        working.roll_back(carla, number, "Two of ten checks failed after the copy.", at=starts + 4 * HOUR)
        working.finish(emil, number, at=starts + 5 * HOUR)
        ended = "Everything is as it was. A new attempt will be planned with the vendor."
        working.conclude(carla, number, "rolled-back", ended, at=starts + 5 * HOUR)
        return number

    def _scheduled(self) -> None:
        """A user-facing team's, to come, moved once by two hours."""
        carla, emil = self._actors["carla"], self._actors["emil"]
        planned, starts = self._stage.moment(-3, "14:00"), self._stage.moment(6, "20:00")
        content = self._content("Search index is rebuilt", starts, level=Level.DEGRADED, users=4000)
        number = self._drafted("carla", "user-facing", content, planned)
        planning.plan(carla, number, at=planned)
        approving.submit(carla, number, at=planned + HOUR)
        later = replace(content, frame=self._frame(starts + 2 * HOUR))
        planning.change_content(carla, number, later, at=planned + 20 * HOUR)
        approving.submit(carla, number, at=planned + 21 * HOUR)
        self._window(emil, number, "PW7014", planned + 22 * HOUR)

    def _awaiting(self) -> None:
        """The API/Platform team's, before the System Owner, its window looked at by whoever is on call."""
        pia, ola = self._actors["pia"], self._actors["ola"]
        planned, starts = self._stage.moment(-1, "11:00"), self._stage.moment(9, "22:00")
        content = self._content(
            "MHV API gets its yearly database upgrade", starts, services=("mhv-api",), users=60_000, answers=("mobile",)
        )
        number = self._drafted("pia", "api-platform", content, planned)
        planning.plan(pia, number, at=planned)
        self._window(pia, number, "PW7020", planned + HOUR)
        guarding.verify(ola, number, "PW7020", right=True, at=planned + 2 * HOUR)
        approving.submit(pia, number, at=planned + 3 * HOUR, record="CHG0031234")

    def _cancelled(self) -> None:
        """The API/Platform team's, called off after the first word."""
        pia = self._actors["pia"]
        planned, starts = self._stage.moment(-5, "09:00"), self._stage.moment(13, "21:00")
        content = self._content("Certificates are exchanged", starts, level=Level.NO_IMPACT, users=0)
        number = self._drafted("pia", "api-platform", content, planned)
        planning.plan(pia, number, at=planned)
        planning.cancel(pia, number, "It can be done without stopping anything.", at=planned + 26 * HOUR)

    def _noticed(self) -> None:
        """Another team's notice, to be confirmed: its end could be two days, or no day at all."""
        start = self._stage.moment(11, "22:00")
        text = _NOTICE.format(start=start, end=start + 4 * HOUR)
        taking_in.take_in(self._actors["carla"], text, came_from="Hosting", at=self._stage.moment(-1, "16:00"))

    def _content(self, title: str, starts: datetime, **other: object) -> Content:
        said: dict[str, object] = {
            "reason": "It is due, and cannot be done while people work.",
            "services": ("secure-messaging",),
            "users": 25_000,
            "level": Level.OUTAGE,
            "impact": "Messages can be neither read nor sent.",
            "rollback": "Go back to the copy taken right before the start; that takes an hour.",
            "rollback_by": starts + 3 * HOUR,
            "frame": self._frame(starts),
        }
        return Content(title=title, **(said | other))  # type: ignore[arg-type]  # a bag of what differs

    def _frame(self, starts: datetime) -> Frame:
        return Frame(starts, starts + 4 * HOUR, self._zone)

    def _drafted(self, who: str, procedure: str, content: Content, at: datetime) -> int:
        actor = self._actors[who]
        number = planning.draft(
            actor, procedure, content, at=at, user_message="We are working on this tool. Please try again later."
        )
        for word in _NOBODY_NAMED:
            answer = telling.Answer(
                word, "named", "The plan names nobody yet; they speak for the team.",
                name=f"Desk of {word.replace('-', ' ')}", email=f"{word}@tools.example",
            )  # fmt: skip
            telling.answer_for(actor, number, answer, at=at)
        self._answer_conflicts(actor, number, at)
        return number

    def _answer_conflicts(self, actor: Actor, number: int, at: datetime) -> None:
        view = downtime(actor, number, at=at)
        for conflict in unanswered(view.conflicts, view.answered):
            planning.answer_conflict(actor, number, conflict.key, "Agreed with the product owners.", at=at)

    def _window(self, actor: Actor, number: int, window: str, at: datetime) -> None:
        content = downtime(actor, number, at=at).content
        frame = content.frame
        if frame is not None and frame.ends is not None:
            read = guarding.SetWindow(window, frame.starts, frame.ends, content.services)
            guarding.window_read(actor, number, read, at=at)
