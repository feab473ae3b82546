"""The very text that leaves with a hand-off, for each channel. Pure.

Refuses nothing, but is never given what is private: the report's description, the reporter's name and contact do not
come here, so they cannot leave by mistake.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

LONGEST_TITLE = 90
SIGNATURE = "-- \nSent by Tierline. Nothing private is in this message; the details stay with the sender."


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a receiver is told: the ask first, then enough to answer it.

    ``tried`` are the answers that the plans require for this receiver, with their labels. ``chat`` is where the sender
    is found. ``crosses``: it is read there by Tierline, so that answering in the issue is enough.
    """

    reference: str
    service: str
    ask: str
    sender: str
    receiver: str
    tier: int
    numbers: tuple[str, ...]
    acknowledge_by: datetime
    zone: str
    tried: tuple[tuple[str, str], ...] = ()
    chat: str = ""
    crosses: bool = False


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


def issue_title(prefix: str, out: Outgoing) -> str:
    """The ask in one line, behind the team's own beginning, with the case's number at the end."""
    first = out.ask.strip().splitlines()[0].strip().rstrip(".") if out.ask.strip() else out.service
    short = first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1].rsplit(' ', 1)[0]}…"
    return f"{prefix}{short} ({out.reference})"


def issue_text(out: Outgoing) -> str:
    """The body of an engineering issue: the ask, what was tried, how to see the details, how to answer, when done."""
    return "\n".join(
        [
            "## What is asked of you",
            out.ask.strip(),
            "",
            f"Service: {out.service}. Please take it up by {written(out.acknowledge_by, out.zone)}.",
            "",
            *_tried(out),
            *_numbers(out),
            "## How to see the protected details",
            f"They hold personal data and stay out of here. Ask {_sender(out)} and name {out.reference}.",
            "",
            *(_how_to_answer(out) if out.crosses else ()),
            "## Done when",
            "- [ ] The cause is known",
            "- [ ] It is repaired, or it is said why not",
            f"- [ ] {_sender(out)} has been told",
            "",
        ]
    )


def joined_text(out: Outgoing) -> str:
    """What is said on an issue that is there already, when one more case is put on it."""
    return "\n".join(
        [
            f"One more case of this: {out.reference} ({out.service}), from {out.sender}.",
            "",
            out.ask.strip(),
            "",
            *_tried(out),
            *_numbers(out),
            f"For its protected details ask {_sender(out)} and name {out.reference}.",
            "When this issue is closed, its reporter is told as well.",
            "",
        ]
    )


def answer_text(question: str, answer: str, sender: str) -> str:
    """The answer to a question that was asked on an issue, as it goes back there."""
    quoted = "\n".join(f"> {line}" for line in question.strip().splitlines())
    return f"{quoted}\n\n{answer.strip()}\n\nPassed on by {sender}."


def _tried(out: Outgoing) -> list[str]:
    if not out.tried:
        return []
    return ["## What is known and was tried", *(f"- **{label}**: {_one(text)}" for label, text in out.tried), ""]


def _one(text: str) -> str:
    """A text as one item of a list, its lines kept below it."""
    first, *rest = text.strip().splitlines() or [""]
    return "\n".join([first, *(f"  {line}" for line in rest)])


def _numbers(out: Outgoing) -> list[str]:
    return ["## Case numbers", *(f"- {number}" for number in (out.reference, *out.numbers)), ""]


def _sender(out: Outgoing) -> str:
    return f"{out.sender} (chat: #{out.chat.lstrip('#')})" if out.chat else out.sender


def _how_to_answer(out: Outgoing) -> list[str]:
    asks = (
        f"ask in a comment and put this on hold. {out.sender} passes it to whoever may ask; the answer comes back here."
    )
    solved = "say in a comment what it was, and close this as completed. Then every reporter behind it is told."
    return [
        "## How to answer, and what happens then",
        f"- **You take it**: assign somebody. {out.sender} sees that at once.",
        f"- **You need to know something**: {asks}",
        f"- **It is solved**: {solved}",
        f"- **It is not yours**: say why, and close this as not planned. It is then {out.sender}'s again.",
        "",
    ]


def call_text(out: Outgoing) -> str:
    """One item of a call's agenda, for a hand-off."""
    return call_item(out.reference, out.numbers, out.service, out.tier, out.ask)


def call_item(reference: str, numbers: Sequence[str], service: str, tier: int | None, words: str) -> str:
    """One item of a call's agenda: which case, by every number it has, and what is asked."""
    known = f" ({', '.join(numbers)})" if numbers else ""
    at_tier = f", Tier {tier}" if tier else ""
    return f"{reference}{known} - {service}{at_tier}: {words.strip()}"


def agenda_text(call: str, to_raise: Sequence[str], with_them: Sequence[str], as_of: str) -> str:
    """The agenda of a call as text: what is new, then what to ask after."""
    parts = [call, f"As of {as_of}", "", "To raise:", *_listed(to_raise), "", "With you; how does it stand?"]
    return "\n".join([*parts, *_listed(with_them), ""])


def _listed(items: Sequence[str]) -> list[str]:
    return [f"{place}. {item}" for place, item in enumerate(items, 1)] or ["nothing"]


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
