"""Steps of planned work in the demonstration, and playing its stories in the order of time beside the partners.

Refuses nothing: what a partner does not do here is written down by hand, as people without such a partner do.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from tierline.demonstration.rehearsing import SUBJECT, Partners
from tierline.directory.actor import TIERLINE, Actor
from tierline.downtime.actions import approving, guarding, planning, rostering, telling, watching
from tierline.downtime.actions.minding import mind
from tierline.downtime.conflicts import unanswered
from tierline.downtime.content import Content, Frame, Level
from tierline.downtime.gates import Window
from tierline.downtime.queries import downtime, preview
from tierline.notices.actions import answer_relay
from tierline.notices.moments import Moment
from tierline.notices.queries import relays_overdue

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
PASSED_ON_AFTER: Final = 50 * MINUTE
LONGEST_RELAY: Final = timedelta(days=1)  # all of them are due by then
APPROVER: Final = "Sybil Overton"
_NOBODY_NAMED: Final = ("user-facing-product-managers", "horizon-team")
_ON_SLACK: Final = {
    "Ola Kern": "U01OLA",
    "Pia Holm": "U01PIA",
    "Desk of user facing product managers": "U01PRODUCT",
    "Desk of horizon team": "U01HORIZON",
}


class Steps:
    """What people do, and the house beside them."""

    def __init__(self, actors: Mapping[str, Actor], zone: str, partners: Partners) -> None:
        self._actors, self._zone, self._partners = actors, zone, partners

    # -- the house -----------------------------------------------------------------------------------------------

    def come_to(self, at: datetime) -> None:
        """It is ``at``, with the partners too."""
        self._partners.come_to(at)

    def settle(self, at: datetime) -> list[int]:
        """What the worker does within the minute. Returns the relays that are asked for and not answered."""
        self._partners.carry_out(at)
        return [relay.id for _, relay in relays_overdue(SUBJECT, at=at + LONGEST_RELAY)]

    def pass_on(self, relay: int, at: datetime) -> None:
        """Whoever was asked to pass word on says that they did."""
        answer_relay(relay, name="Odile Ferrant", done=True, words="", at=at)

    def minded(self, at: datetime) -> None:
        """What is done by the clock."""
        mind(at=at)
        if self._partners.ways:
            self._partners.carry_out(at)
            watching.watch_windows(at=at)
        rostering.look_up_on_call(at=at)

    def looked_up_on_call(self, at: datetime) -> None:
        """Who is on call is looked up."""
        rostering.look_up_on_call(at=at)

    # -- writing down --------------------------------------------------------------------------------------------

    def content(self, title: str, starts: datetime, **other: object) -> Content:
        """What a downtime tells; ``other`` is what differs from the usual."""
        said: dict[str, object] = {
            "reason": "It is due, and cannot be done while people work.",
            "services": ("secure-messaging",),
            "users": 25_000,
            "level": Level.OUTAGE,
            "impact": "Messages can be neither read nor sent.",
            "rollback": "Go back to the copy taken right before the start; that takes an hour.",
            "rollback_by": starts + 3 * HOUR,
            "frame": self.frame(starts),
        }
        return Content(title=title, **(said | other))  # type: ignore[arg-type]  # a bag of what differs

    def frame(self, starts: datetime, *, hours: float = 4) -> Frame:
        """A time frame in the zone of the demonstration."""
        return Frame(starts, starts + hours * HOUR, self._zone)

    def drafted(self, actor: Actor, procedure: str, content: Content, at: datetime) -> int:
        """A draft for which everybody who is told has a name and an address, and conflicts have their answer."""
        number = planning.draft(
            actor, procedure, content, at=at, user_message="We are working on this tool. Please try again later."
        )
        for word in _NOBODY_NAMED:
            answer = telling.Answer(
                word, "named", "The plan names nobody yet; they speak for the team.",
                name=f"Desk of {word.replace('-', ' ')}", email=f"{word}@tools.example",
            )  # fmt: skip
            telling.answer_for(actor, number, answer, at=at)
        for member, cell in preview(actor, number, Moment.PLANNING_STARTED, at=at).coverage.differences:
            if not cell.answered:
                told = telling.Answer(
                    member.person.id, "other-address", "Their own word.", channel=cell.channel,
                    address=_ON_SLACK.get(member.person.name, ""),
                )  # fmt: skip
                telling.answer_for(actor, number, told, at=at)
        self.answered_conflicts(actor, number, at)
        return number

    def answered_conflicts(self, actor: Actor, number: int, at: datetime) -> None:
        """Why it goes on although something is in its way."""
        view = downtime(actor, number, at=at)
        for conflict in unanswered(view.conflicts, view.answered):
            planning.answer_conflict(actor, number, conflict.key, "Agreed with the product owners.", at=at)

    # -- telling -------------------------------------------------------------------------------------------------

    def announced(self, actor: Actor, number: int, moment: Moment, at: datetime) -> None:
        """Whoever sends word does, of what they were asked for."""
        telling.announce(actor, number, moment, at=at)

    def waived(self, actor: Actor, number: int, moment: Moment, because: str, at: datetime) -> None:
        """Nobody is told of a moment, and why; where it was told together with another there is nothing to waive."""
        for owed in downtime(actor, number, at=at).obligations:
            if owed.moment is moment and owed.is_owed:
                telling.waive(actor, number, owed.id, because, at=at)

    # -- the gates -----------------------------------------------------------------------------------------------

    def window_by_hand(self, actor: Actor, number: int, at: datetime) -> None:
        """The window is written down by whoever set it, where this house did not set it itself."""
        if self._partners.keep_windows():
            return
        view = downtime(TIERLINE, number, at=at)
        frame = view.content.frame
        if view.gates.window is not Window.PENDING or frame is None or frame.ends is None:
            return
        read = guarding.SetWindow(f"PW7{number:03d}", frame.starts, frame.ends, view.content.services)
        guarding.window_read(actor, number, read, at=at)

    def looked_at(self, number: int, at: datetime) -> None:
        """Whoever is on call looks at the window that is set."""
        view = downtime(TIERLINE, number, at=at)
        if view.gates.window is Window.SET:
            guarding.verify(self._actors["ola"], number, str(view.window["id"]), right=True, at=at)

    def submitted(self, actor: Actor, number: int, at: datetime) -> None:
        """Put before the System Owner; with the number of a change written by hand where none is opened."""
        self.answered_conflicts(actor, number, at)
        record = "" if self._partners.keep_changes() else f"CHG003{number:04d}"
        approving.submit(actor, number, at=at, record=record)

    def decided(self, number: int, words: str, *, approve: bool, at: datetime) -> None:
        """The System Owner decides: in the change, or here where there is none."""
        sybil = self._actors["sybil"]
        view = downtime(sybil, number, at=at)
        if self._partners.keep_changes():
            self._partners.decide(str(view.approval["record"]), APPROVER, approve=approve, words=words)
        elif approve:
            approving.approve(sybil, number, view.content_hash, at=at)
        else:
            approving.reject(sybil, number, words, at=at)


def played(stories: list[Iterator[datetime]], steps: Steps, *, until: datetime) -> None:
    """Play the stories in the order of time, up to an instant; word that is to be passed on is, some time later."""
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    for place, story in enumerate(stories):
        heapq.heappush(waiting, (next(story), place, story))
    place, asked = len(stories), set[int]()
    while waiting and waiting[0][0] < until:
        at, own, story = heapq.heappop(waiting)
        steps.come_to(at)
        following = next(story, None)
        if following is not None:
            heapq.heappush(waiting, (following, own, story))
        for relay in steps.settle(at):
            if relay not in asked:
                asked.add(relay)
                place += 1
                passing = _passing_on(steps, relay, at + PASSED_ON_AFTER)
                heapq.heappush(waiting, (next(passing), place, passing))


def _passing_on(steps: Steps, relay: int, at: datetime) -> Iterator[datetime]:
    yield at
    steps.pass_on(relay, at)
