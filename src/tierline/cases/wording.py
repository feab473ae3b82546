"""The very text that leaves with a hand-off, for each channel. Pure.

Refuses nothing, but is never given what is private: the report's description, the reporter's name and contact do not
come here, so they cannot leave by mistake.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

SIGNATURE = "-- \nSent by Tierline. Nothing private is in this message; the details stay with the sender."


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a receiver is told: the ask first, then enough to answer it."""

    reference: str
    service: str
    ask: str
    sender: str
    receiver: str
    tier: int
    numbers: tuple[str, ...]
    acknowledge_by: datetime
    zone: str


def subject_line(out: Outgoing) -> str:
    """Reference first, so that mail sorts and is found by it."""
    return f"[{out.reference}] {out.service}: please take over (Tier {out.tier})"


def hand_off_text(out: Outgoing) -> str:
    """A message that can be understood in ten seconds: what is asked, by when, how to answer."""
    return _message(out, "reply to this message with either")


def ticket_text(out: Outgoing) -> str:
    """What stands in a ticket: as the message, but nobody replies to a ticket by mail."""
    return _message(out, "in this ticket, or in Tierline if you work there, say either")


def _message(out: Outgoing, answer_how: str) -> str:
    numbers = ", ".join(out.numbers) or "none yet"
    return "\n".join(
        [
            f"{out.sender} asks {out.receiver}:",
            "",
            out.ask.strip(),
            "",
            f"Case: {out.reference} ({out.service}, support tier {out.tier})",
            f"Numbers elsewhere: {numbers}",
            f"Please answer by: {written(out.acknowledge_by, out.zone)}",
            "",
            f"How to answer: {answer_how}",
            "  - that you take it over, or",
            "  - that you do not, and why; it then goes back to the sender.",
            f"To see the details, ask {out.sender} and name {out.reference}.",
            "",
            SIGNATURE,
            "",
        ]
    )


def issue_text(out: Outgoing) -> str:
    """The body of an engineering issue: the ask, the numbers, how to get at the details, and what counts as done."""
    numbers = "\n".join(f"- {number}" for number in (out.reference, *out.numbers))
    return "\n".join(
        [
            "## What is asked of you",
            out.ask.strip(),
            "",
            "## Case numbers",
            numbers,
            "",
            "## How to see the details",
            f"They hold personal data and stay out of this tracker. Ask {out.sender} and name {out.reference}.",
            "",
            "## Done when",
            "- [ ] The cause is known",
            "- [ ] It is repaired, or it is said why not",
            f"- [ ] {out.sender} has been told",
            "",
        ]
    )


def call_text(out: Outgoing) -> str:
    """One item of a call's agenda."""
    numbers = f" ({', '.join(out.numbers)})" if out.numbers else ""
    return f"{out.reference}{numbers} - {out.service}, Tier {out.tier}: {out.ask.strip()}"


def tell_text(reference: str, duty: str, *, restricted: bool) -> str:
    """A word to somebody who holds a duty: that there is something, and where; never what."""
    why = "It is restricted: only your duty and those told with you can see it." if restricted else "It carries a flag."
    return "\n".join(
        [
            f"You hold the duty {duty}, and {reference} is for you to look at.",
            why,
            "",
            f"Sign in to Tierline and open {reference}.",
            "",
            SIGNATURE,
            "",
        ]
    )


@dataclass(frozen=True, slots=True)
class Pending:
    """A hand-off that nobody answered: who waits for whom, since when, and until when that was promised.

    ``mail_waits``: a mail about it came to the sender, who has not said yet what it means.
    """

    sender: str
    receiver: str
    offered: datetime
    due: datetime
    zone: str
    mail_waits: bool = False


def nudge_text(reference: str, team: str, after: str) -> str:
    """A reminder for the holder: that a case is still open after so long, and where."""
    return _word_with_its_place(f"{reference} has been with {team} for {after} and is still open.", reference)


def late_text(reference: str, duty: str, kind: str, *, deputy: bool, pending: Pending | None = None) -> str:
    """A word to somebody who holds a duty, or stands in for them: that a promise was not kept, and what helps."""
    who = f"You stand in for {duty}, where nothing has moved yet" if deputy else f"You hold the duty {duty}"
    if pending is None:
        late = {"acknowledgement": "nobody has taken it up", "first-response": "it was not answered"}
        what = late.get(kind, "it was not resolved")
        return _word_with_its_place(f"{who}: {reference} is late, because {what} in time.", reference)
    sender, receiver = pending.sender, pending.receiver
    offered, due = written(pending.offered, pending.zone), written(pending.due, pending.zone)
    return "\n".join(
        [
            f"{who}: {reference} is late.",
            "",
            f"{sender} offered it to {receiver} on {offered}.",
            f"It is not written down that they take it; an answer was due by {due}.",
            *([f"A mail about it came; {sender} has still to read it."] if pending.mail_waits else []),
            "",
            f"What helps: see that {receiver} answers {sender}, either",
            "  - that they take it, or",
            "  - that they do not, and why; it then goes back to the sender.",
            f"If you work in Tierline, open {reference}: it says by which plan.",
            f"If you do not, ask {sender} and name {reference}.",
            "",
            SIGNATURE,
            "",
        ]
    )


def _word_with_its_place(word: str, reference: str) -> str:
    return "\n".join([word, "", f"Sign in to Tierline and open {reference}: it says by which plan.", "", SIGNATURE, ""])


def text_for(by: str, out: Outgoing) -> str:
    """The text for a channel of a plan: ``email``, ``issue``, ``call`` or ``ticket``."""
    return {"issue": issue_text, "call": call_text, "ticket": ticket_text}.get(by, hand_off_text)(out)


def written(moment: datetime, zone: str) -> str:
    """An instant as a person reads it, with its zone."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
