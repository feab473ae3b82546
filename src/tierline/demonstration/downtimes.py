"""Planned work in the demonstration, played by the real actions: the stories, a downtime of each kind of team, at every
stage. How a step is made is in ``works.py``.

Refuses nothing; where the day of loading lies in a freeze of the plans, the reason for going on is written down.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from tierline.demonstration.rehearsing import Partners
from tierline.demonstration.stories import Stage
from tierline.demonstration.works import HOUR, MINUTE, Steps, played
from tierline.directory.actor import Actor
from tierline.downtime.actions import approving, planning, taking_in, working
from tierline.downtime.content import Frame, Level
from tierline.notices.moments import Moment

#: When the day's first look is taken: so that word of the day before is on time, not on the dot.
FIRST_LOOK: Final = "08:52"
_NOTICE: Final = (
    "Subject: Replacement of storage behind the message store\nServices: Secure Messaging\n"
    "Start: {start:%B} {start.day}, {start.year} 10:00 PM ET\nEnd: {end:%m/%d/%Y} 02:00 ET\n"
    "Reason: The storage reaches the end of its life.\n\nPlease plan accordingly.\n"
)
Story = Iterator[datetime]


class Works:
    """The downtimes of the demonstration on their way. A story yields when its next step is due."""

    def __init__(
        self, stage: Stage, actors: Mapping[str, Actor], zone: str, now: datetime, partners: Partners | None = None
    ) -> None:
        partners = partners or Partners(None)
        self._stage, self._actors, self._now, self._partners = stage, actors, now, partners
        self._do = Steps(actors, zone, partners)

    def play(self) -> None:
        """All of them, interleaved in the order of time, as far as it has come."""
        self._partners.begin()
        stories = [
            self._of_a_user_facing_team(),
            self._of_the_platform(),
            self._of_the_api_team(),
            self._that_went_well(),
            self._cancelled(),
            self._scheduled(),
            self._awaiting(),
            self._going_on(),
            self._about_to_start(),
            self._noticed(),
            self._looked_after(),
        ]
        played(stories, self._do, until=self._now)
        self._partners.withdraw_the_rest(self._now)

    # -- the whole way, once for each kind of team ---------------------------------------------------------------

    def _of_a_user_facing_team(self) -> Story:
        """Told, changed, started, extended, rolled back, and ended in part."""
        do, carla, emil = self._do, self._actors["carla"], self._actors["emil"]
        at, starts = self._stage.moment(-9, "10:00"), self._stage.moment(-6, "22:00")
        yield at
        content = do.content("Attachment store moves", starts, reason="Attachments move to newer storage.")
        number = do.drafted(carla, "user-facing", content, at)
        planning.plan(carla, number, at=at)
        yield (at := at + HOUR)
        do.window_by_hand(emil, number, at)
        approving.submit(carla, number, at=at)
        yield (at := at + 20 * HOUR)
        starts += HOUR
        planning.change_content(carla, number, replace(content, frame=do.frame(starts)), at=at)
        yield (at := at + HOUR)
        do.window_by_hand(emil, number, at)
        approving.submit(carla, number, at=at)
        yield starts
        working.start(carla, number, at=starts)
        yield (at := starts + 3 * HOUR)
        working.extend(carla, number, starts + 5 * HOUR, "The copy is slower than rehearsed.", at=at)
        yield at + 5 * MINUTE
        do.window_by_hand(emil, number, at + 5 * MINUTE)
        yield (at := starts + 4 * HOUR)
        working.roll_back(carla, number, "Two of ten checks failed after the copy.", at=at)
        yield (at := at + HOUR / 2)
        working.finish(emil, number, at=at)
        yield (at := at + HOUR / 4)
        ended = "Attachments of the last year are in the newer storage; older ones are where they were, and follow."
        working.conclude(carla, number, "partial", ended, at=at)

    def _of_the_platform(self) -> Story:
        """The VA.gov platform plans; the Communication Owner sends, once later than she should have."""
        do, vera, carla, emil = self._do, self._actors["vera"], self._actors["carla"], self._actors["emil"]
        at, starts = self._stage.moment(-7, "13:00"), self._stage.moment(-4, "21:30")
        yield at
        content = do.content(
            "VA.gov platform moves its gateway", starts, services=("medical-records", "prescription-refill"),
            users=40_000, reason="The platform's gateway is replaced.", answers=("mobile",),
            impact="Records and refills open with an error now and then.", level=Level.DEGRADED,
        )  # fmt: skip
        number = do.drafted(vera, "user-facing", content, at)
        planning.plan(vera, number, at=at)  # she does not send word herself: the Communication Owner is asked
        yield (at := at + 40 * MINUTE)
        do.announced(carla, number, Moment.PLANNING_STARTED, at)
        yield (at := at + HOUR)
        do.window_by_hand(emil, number, at)
        approving.submit(vera, number, at=at)
        yield (at := at + 21 * HOUR)
        planning.change_content(vera, number, replace(content, users=55_000), at=at)
        yield (at := at + 8 * MINUTE)
        do.announced(carla, number, Moment.CHANGED, at)
        approving.submit(vera, number, at=at)
        yield starts
        working.start(vera, number, at=starts)
        yield (at := starts + 3 * HOUR)
        working.extend(vera, number, starts + 6 * HOUR, "Half of the traffic still comes in by the old one.", at=at)
        yield (at := at + 6 * MINUTE)
        do.window_by_hand(emil, number, at)
        do.announced(carla, number, Moment.EXTENDED, at)
        yield (at := at + HOUR)
        working.roll_back(vera, number, "The new gateway turns away one request in fifty.", at=at)
        yield (at := at + 4 * MINUTE)
        do.announced(carla, number, Moment.ROLLING_BACK, at)
        yield (at := at + HOUR / 2)
        working.finish(vera, number, at=at)
        yield (at := at + HOUR / 4)
        working.conclude(vera, number, "rolled-back", "The old gateway serves everybody again.", at=at)
        yield (at := at + 5 * MINUTE)
        do.announced(carla, number, Moment.CONCLUDED, at)

    def _of_the_api_team(self) -> Story:
        """With the System Owner's approval and the on-call's look; ended some minutes before the day of loading is."""
        do, pia = self._do, self._actors["pia"]
        starts = (self._now - 4 * HOUR).replace(minute=0, second=0, microsecond=0)
        yield (at := starts - 68 * HOUR)
        content = do.content(
            "Message store gets a new certificate", starts - HOUR, services=("secure-messaging", "mhv-api"),
            answers=("mobile",), frame=do.frame(starts - HOUR, hours=8), rollback_by=None,
        )  # fmt: skip
        number = do.drafted(pia, "api-platform", content, at)
        planning.plan(pia, number, at=at)
        yield from self._approved(number, at, "The certificate is due. The hours are fine with me.")
        yield (at := at + 20 * HOUR)
        planning.change_content(pia, number, replace(content, frame=do.frame(starts, hours=7)), at=at)
        yield from self._approved(number, at, "An hour later is fine as well.")
        yield starts
        working.start(pia, number, at=starts)
        yield (at := starts + HOUR)
        working.extend(pia, number, starts + 9 * HOUR, "The old certificate is kept in more places.", at=at)
        yield (at := at + 10 * MINUTE)
        do.window_by_hand(pia, number, at)
        do.looked_at(number, at)
        yield (at := starts + 2 * HOUR)
        working.roll_back(pia, number, "Two of ten partners did not take the new one.", at=at)
        yield (at := starts + 3 * HOUR)
        working.finish(pia, number, at=at)
        yield (at := at + HOUR / 2)
        ended = "The old certificate is back in place. A new attempt will be planned with the partners."
        working.conclude(pia, number, "rolled-back", ended, at=at)

    def _approved(self, number: int, at: datetime, words: str, *, approve: bool = True) -> Story:
        """Its window is looked at, a change is opened, and the System Owner decides in it."""
        do, pia = self._do, self._actors["pia"]
        yield (at := at + 10 * MINUTE)
        do.window_by_hand(pia, number, at)
        do.looked_up_on_call(at)
        yield (at := at + 10 * MINUTE)
        do.looked_at(number, at)
        yield (at := at + 10 * MINUTE)
        do.submitted(pia, number, at)
        yield (at := at + HOUR / 2)
        do.decided(number, words, approve=approve, at=at)

    # -- others, each at a stage of its own ----------------------------------------------------------------------

    def _that_went_well(self) -> Story:
        """A user-facing team's, done as planned; nobody is told of the day before, and it says why."""
        do, carla = self._do, self._actors["carla"]
        at, starts = self._stage.moment(-4, "10:00"), self._stage.moment(-2, "21:00")
        yield at
        content = do.content(
            "Search over messages gets a second machine", starts, level=Level.NO_IMPACT, users=0,
            impact="Nothing is expected to be noticed.", frame=do.frame(starts, hours=2), rollback_by=starts + HOUR,
        )  # fmt: skip
        number = do.drafted(carla, "user-facing", content, at)
        planning.plan(carla, number, at=at)
        yield (at := at + HOUR)
        do.window_by_hand(carla, number, at)
        approving.submit(carla, number, at=at)
        do.waived(carla, number, Moment.DAY_BEFORE, "Nothing will be noticed, and everybody has just heard of it.", at)
        yield starts
        working.start(carla, number, at=starts)
        yield (at := starts + HOUR)
        working.finish(carla, number, at=at)
        yield (at := at + HOUR / 4)
        working.conclude(carla, number, "success", "The second machine takes half of the searches.", at=at)

    def _cancelled(self) -> Story:
        """The API/Platform team's, called off after the first word."""
        pia = self._actors["pia"]
        at, starts = self._stage.moment(-5, "09:00"), self._stage.moment(13, "21:00")
        yield at
        content = self._do.content(
            "Certificates are exchanged", starts, level=Level.NO_IMPACT, users=0,
            impact="Nothing is expected to be noticed.",
        )  # fmt: skip
        number = self._do.drafted(pia, "api-platform", content, at)
        planning.plan(pia, number, at=at)
        yield (at := at + 26 * HOUR)
        planning.cancel(pia, number, "It can be done without stopping anything.", at=at)

    def _scheduled(self) -> Story:
        """A user-facing team's, to come, moved once by two hours."""
        do, carla, emil = self._do, self._actors["carla"], self._actors["emil"]
        at, starts = self._stage.moment(-3, "14:00"), self._stage.moment(6, "20:00")
        yield at
        content = do.content(
            "Search index is rebuilt", starts, level=Level.DEGRADED, users=4000,
            impact="Messages of the last days are not found by a search.",
        )  # fmt: skip
        number = do.drafted(carla, "user-facing", content, at)
        planning.plan(carla, number, at=at)
        yield (at := at + HOUR)
        approving.submit(carla, number, at=at)
        yield (at := at + 19 * HOUR)
        planning.change_content(carla, number, replace(content, frame=do.frame(starts + 2 * HOUR)), at=at)
        yield (at := at + HOUR)
        do.window_by_hand(emil, number, at)
        approving.submit(carla, number, at=at)

    def _awaiting(self) -> Story:
        """The API/Platform team's, said no to once, and before the System Owner again."""
        do, pia = self._do, self._actors["pia"]
        at, starts = self._stage.moment(-2, "11:00"), self._stage.moment(9, "22:00")
        yield at
        content = do.content(
            "MHV API gets its yearly database upgrade", starts, services=("mhv-api",), users=60_000,
            answers=("mobile",), impact="Nothing that My HealtheVet shows on VA.gov can be opened.",
        )  # fmt: skip
        number = do.drafted(pia, "api-platform", content, at)
        planning.plan(pia, number, at=at)
        yield from self._approved(number, at, "Who decides on going back, and by when?", approve=False)
        yield (at := at + 5 * HOUR)
        clearer = "The lead of the shift decides, at 1 AM at the latest: back to the copy from right before the start."
        planning.change_content(pia, number, replace(content, rollback=clearer), at=at)
        do.window_by_hand(pia, number, at)
        yield (at := at + HOUR / 4)
        do.looked_at(number, at)
        do.submitted(pia, number, at)

    def _going_on(self) -> Story:
        """A user-facing team's that runs right now; its end is some minutes away, and its owner will be asked."""
        do, carla = self._do, self._actors["carla"]
        starts, ends = _five_minutes(self._now - 50 * MINUTE), _five_minutes(self._now + 10 * MINUTE)
        yield (at := self._stage.moment(-3, "11:00"))
        zone = do.frame(starts).zone
        content = do.content(
            "Medical records are copied to newer machines", starts, services=("medical-records",), users=9_000,
            impact="Records open slowly, and those of today may lack.", level=Level.DEGRADED,
            frame=Frame(starts, ends, zone), rollback_by=None,
        )  # fmt: skip
        number = do.drafted(carla, "user-facing", content, at)
        planning.plan(carla, number, at=at)
        yield (at := at + HOUR)
        do.window_by_hand(carla, number, at)
        approving.submit(carla, number, at=at)
        yield starts
        working.start(carla, number, at=starts)

    def _about_to_start(self) -> Story:
        """A user-facing team's that somebody can start some minutes from now."""
        do, carla = self._do, self._actors["carla"]
        starts = _five_minutes(self._now + 10 * MINUTE)
        yield (at := self._stage.moment(-2, "15:00"))
        content = do.content(
            "Refill status gets a newer table", starts, services=("prescription-refill",), users=12_000,
            impact="The status of refills may be some hours old.", level=Level.DEGRADED,
            frame=Frame(starts, starts + 30 * MINUTE, do.frame(starts).zone), rollback_by=None,
        )  # fmt: skip
        number = do.drafted(carla, "user-facing", content, at)
        planning.plan(carla, number, at=at)
        yield (at := at + HOUR)
        do.window_by_hand(carla, number, at)
        approving.submit(carla, number, at=at)

    def _noticed(self) -> Story:
        """Another team's notice, to be confirmed: its end could be two days, or no day at all."""
        yield (at := self._stage.moment(-1, "16:00"))
        start = self._stage.moment(11, "22:00")
        text = _NOTICE.format(start=start, end=start + 4 * HOUR)
        taking_in.take_in(self._actors["carla"], text, came_from="Hosting", at=at)

    def _looked_after(self) -> Story:
        """What the clock does by itself, once a day here: word of the day before, who is on call, windows watched."""
        for day in count(-9):
            at = self._stage.moment(day, FIRST_LOOK)
            yield at
            self._do.minded(at)


def _five_minutes(at: datetime) -> datetime:
    """The next full five minutes."""
    over = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at - over + 5 * MINUTE if over else at
