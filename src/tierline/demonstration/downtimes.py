"""Planned work in the demonstration, played by the real actions: one of each kind of team, at every stage.

Refuses nothing; where the day of loading lies in a freeze of the plans, the reason for going on is written down.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tierline.demonstration.stories import Stage
from tierline.directory.actor import TIERLINE, Actor
from tierline.downtime.actions import approving, guarding, planning, taking_in, telling, working
from tierline.downtime.actions.minding import mind
from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import Content, Frame, Level
from tierline.downtime.queries import downtime, preview
from tierline.notices.actions import answer_relay
from tierline.notices.moments import Moment
from tierline.notices.queries import relays
from tierline.outbox.actions import withdraw_by_key
from tierline.outbox.queries import effects_of

HOUR: Final = timedelta(hours=1)
_NOBODY_NAMED: Final = ("user-facing-product-managers", "horizon-team")
_ON_SLACK: Final = {
    "Ola Kern": "U01OLA",
    "Pia Holm": "U01PIA",
    "Desk of user facing product managers": "U01PRODUCT",
    "Desk of horizon team": "U01HORIZON",
}
WINDOWS: Final = "pagerduty"
_NOTICE: Final = (
    "Subject: Replacement of storage behind the message store\nServices: Secure Messaging\n"
    "Start: {start:%B} {start.day}, {start.year} 10:00 PM ET\nEnd: {end:%m/%d/%Y} 02:00 ET\n"
    "Reason: The storage reaches the end of its life.\n\nPlease plan accordingly.\n"
)


class Works:
    """The downtimes of the demonstration on their way."""

    def __init__(self, stage: Stage, actors: Mapping[str, Actor], zone: str, now: datetime) -> None:
        self._stage, self._actors, self._zone, self._now = stage, actors, zone, now

    def play(self) -> None:
        """All of them, in the order of time, as far as it has come."""
        done = self._concluded()
        self._whole_way()
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
        for effect in effects_of(TIERLINE, "downtime", number):
            if effect.channel == WINDOWS:  # a window in the past cannot be set any more
                withdraw_by_key(effect.key, at=starts + 5 * HOUR)
        return number

    def _whole_way(self) -> None:
        """The API/Platform team's, from the first word to the last, ended some minutes before the day of loading is."""
        pia, ola = self._actors["pia"], self._actors["ola"]
        starts = (self._now - 4 * HOUR).replace(minute=0, second=0, microsecond=0)
        planned = starts - 68 * HOUR
        content = self._content(
            "Message store gets a new certificate", starts - HOUR, services=("secure-messaging", "mhv-api"),
            answers=("mobile",), frame=Frame(starts - HOUR, starts + 7 * HOUR, self._zone), rollback_by=None,
        )  # fmt: skip
        number = self._drafted("pia", "api-platform", content, planned)
        planning.plan(pia, number, at=planned)
        self._approved(number, "PW7030", planned + HOUR)
        later = replace(content, frame=Frame(starts, starts + 7 * HOUR, self._zone))
        planning.change_content(pia, number, later, at=planned + 20 * HOUR)
        self._approved(number, "PW7030", planned + 21 * HOUR)
        day_before = starts.astimezone(ZoneInfo(self._zone)).date() - timedelta(days=1)
        mind(at=datetime.combine(day_before, time(8, 52), ZoneInfo(self._zone)))
        working.start(pia, number, at=starts)
        working.extend(pia, number, starts + 9 * HOUR, "The old certificate is kept in more places.", at=starts + HOUR)
        self._window(pia, number, "PW7030", starts + HOUR)
        guarding.verify(ola, number, "PW7030", right=True, at=starts + HOUR)
        working.roll_back(pia, number, "Two of ten partners did not take the new one.", at=starts + 2 * HOUR)
        working.finish(pia, number, at=starts + 3 * HOUR)
        ended = "The old certificate is back in place. A new attempt will be planned with the partners."
        working.conclude(pia, number, "rolled-back", ended, at=starts + 3 * HOUR + HOUR / 2)

    def _approved(self, number: int, window: str, at: datetime) -> None:
        """Its window is set and looked at, and the System Owner says yes to the words as they are now."""
        pia, ola, sybil = self._actors["pia"], self._actors["ola"], self._actors["sybil"]
        self._window(pia, number, window, at)
        guarding.verify(ola, number, window, right=True, at=at + HOUR / 4)
        self._answer_conflicts(pia, number, at)
        approving.submit(pia, number, at=at + HOUR / 2, record="CHG0031199")
        words = downtime(sybil, number, at=at + HOUR).content_hash
        approving.approve(sybil, number, words, at=at + HOUR)

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
        self._answer_for_slack(actor, number, at)
        self._answer_conflicts(actor, number, at)
        return number

    def _answer_for_slack(self, actor: Actor, number: int, at: datetime) -> None:
        """Whom neither the plan nor the directory gives an address there."""
        for member, cell in preview(actor, number, Moment.PLANNING_STARTED, at=at).coverage.differences:
            if cell.answered:
                continue
            answer = telling.Answer(
                member.person.id, "other-address", "Their own word.", channel=cell.channel,
                address=_ON_SLACK.get(member.person.name, ""),
            )  # fmt: skip
            telling.answer_for(actor, number, answer, at=at)

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
