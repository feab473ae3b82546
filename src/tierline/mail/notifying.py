"""What a partner's system says by mail of a ticket of its own: which one, how it stands there, which case that is here.

Anybody can write a From line, so nothing is taken for true: a person reads it, and the next export is the proof.
Refuses to guess: a mail no connected system knows for its own says nothing.
"""

from dataclasses import replace

from tierline.cases.queries import number_behind
from tierline.channels.channel import NotConnected
from tierline.directory.actor import TIERLINE
from tierline.foundation.ids import case_reference
from tierline.mail.judging import Judgement, Verdict
from tierline.mail.reading import ReadMail
from tierline.outbox.registry import tracker, trackers
from tierline.trackers.tracker import ReadsNotifications


def with_notification(judgement: Judgement, mail: ReadMail) -> Judgement:
    """The judgement of a mail that speaks of no message of ours, with what a partner's system says in it."""
    if judgement.origin is not None or judgement.verdict is Verdict.LOOP:
        return judgement
    said = _said(mail)
    return replace(judgement, verdict=Verdict.UNPLACED, because=said, for_a_person=True) if said else judgement


def _said(mail: ReadMail) -> str:
    for name in trackers():
        found = tracker(name)
        if isinstance(found, NotConnected) or not isinstance(found, ReadsNotifications):
            continue
        told = found.notification(sender=mail.sender, subject=mail.subject, text=mail.text)
        if told is None:
            continue
        number = number_behind(TIERLINE, told.number)
        ours = f"That is {case_reference(number)}: place it there." if number else "No case here has that number."
        stands = f", now {told.status}" if told.status else ""
        return (
            f"{found.label} tells of its ticket {told.number}{stands}. {ours} A mail proves nothing: what changed "
            "there is taken over with its next export."
        )
    return ""
