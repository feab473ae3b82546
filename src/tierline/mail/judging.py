"""What a mail that came in is, and what it belongs to. Pure: the same mail in the same place is judged the same.

Only a signed address or a Message-ID of ours places a mail; a subject never does, nor does an address whose signature
does not hold. What a machine wrote is told from what a person wrote by headers alone (RFC 3834), never by its words.
"""

from dataclasses import dataclass
from enum import StrEnum

from tierline.mail.bounces import refusal_in
from tierline.mail.reading import ReadMail
from tierline.outbox.replying import Origin

MOST_AN_HOUR = 20  # from one sender about one thing, or unplaced, before it looks like a loop
MOST_NOTICES_AN_HOUR = 200  # from a sender whose notices are known: a bad night of a carrier brings dozens
_OFFICES = ("mailer-daemon", "postmaster", "mail-daemon", "mailer_daemon")
_BULK = ("bulk", "junk", "auto_reply", "auto-reply")
_SUPPRESSED = ("all", "autoreply", "oof")


class Verdict(StrEnum):
    """What it is."""

    REPLY = "reply"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto-reply"
    LOOP = "loop"
    UNPLACED = "unplaced"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the mail itself.

    ``signed``: the message its signed address names; ``altered``: an address of ours with a signature that does not
    hold; ``referenced`` and ``returned``: messages of ours whose Message-ID it answers or brings back; ``own``: it is
    itself a message of ours; ``lately``: mails of this sender within the hour.
    """

    signed: Origin | None = None
    altered: bool = False
    referenced: Origin | None = None
    returned: Origin | None = None
    own: bool = False
    lately: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, why in a sentence, the message of ours it speaks of, and whether a person has to look at it."""

    verdict: Verdict
    because: str
    origin: Origin | None = None
    for_a_person: bool = False


def judge(mail: ReadMail, known: Circumstances) -> Judgement:
    """What the mail is."""
    if known.own:
        return Judgement(Verdict.LOOP, "It is a message of Tierline's own that came back to it.")
    if _is_bounce(mail):
        return _bounce(mail, known)
    machine = why_a_machine(mail)
    if known.lately >= MOST_AN_HOUR:
        said = f"{known.lately} mails came from this sender within the hour; it may be a machine that answers itself."
        return Judgement(Verdict.LOOP, said, for_a_person=not machine)
    origin, because = _origin(known)
    if machine:
        return Judgement(Verdict.AUTO_REPLY, machine, origin)
    if origin is None:
        return Judgement(Verdict.UNPLACED, because, for_a_person=True)
    return Judgement(Verdict.REPLY, because, origin)


def _origin(known: Circumstances) -> tuple[Origin | None, str]:
    if known.altered:
        return None, "It is addressed to a case, but the signature of that address does not hold."
    if known.signed and known.referenced and known.signed.subject_id != known.referenced.subject_id:
        return None, "Its address names one case and the message it answers another."
    if known.signed:
        return known.signed, "It is addressed to the signed address of that message."
    if known.referenced:
        return known.referenced, "It answers that message by its Message-ID."
    return None, "It names no message of ours. A subject alone places nothing."


def why_a_machine(mail: ReadMail) -> str:
    """The header that says a machine wrote it, as a sentence; empty when none does."""
    for name, value in mail.automatic:
        word = value.partition(";")[0].strip()
        if name == "Auto-Submitted" and word not in ("", "no"):
            return f"A machine answered (Auto-Submitted: {word})."
        if name in ("X-Autoreply", "X-Autorespond") and word not in ("", "no"):
            return f"A machine answered ({name})."
        if name == "Precedence" and word in _BULK:
            return f"A machine sent it (Precedence: {word})."
        # Exchange puts this on what its own rules send; alone it is on newsletters people forward, too.
        if name == "X-Auto-Response-Suppress" and mail.null_sender and any(s in value for s in _SUPPRESSED):
            return "A machine answered (X-Auto-Response-Suppress)."
    return (
        "A machine sent it: nobody is to be told when it cannot be delivered (empty return path)."
        if mail.null_sender
        else ""
    )


def judge_notice(mail: ReadMail, known: Circumstances, *, sender_known: bool) -> Judgement:
    """What a mail to the address for other teams' notices is. Machines send notices too (``auto-generated``, a list),
    so only what answers, comes back or goes round is none."""
    if known.own:
        return Judgement(Verdict.LOOP, "It is a message of Tierline's own that came back to it.")
    if _is_bounce(mail):
        return _bounce(mail, known)
    if answer := _why_an_answer(mail, known):
        return Judgement(Verdict.AUTO_REPLY, answer, known.referenced)
    if known.lately >= (MOST_NOTICES_AN_HOUR if sender_known else MOST_AN_HOUR):
        said = f"{known.lately} mails came from this sender within the hour; it may be a machine that answers itself."
        return Judgement(Verdict.LOOP, said, for_a_person=True)
    return Judgement(Verdict.NOTICE, "It came to the address for notices of other teams' work.")


def _why_an_answer(mail: ReadMail, known: Circumstances) -> str:
    """The header that says a machine answered something, and did not write by itself."""
    machine = why_a_machine(mail)
    if not machine:
        return ""
    words = {name: value.partition(";")[0].strip() for name, value in mail.automatic}
    answered = (
        words.get("Auto-Submitted", "").startswith("auto-replied")
        or words.get("X-Autoreply", "no") not in ("", "no")
        or words.get("X-Autorespond", "no") not in ("", "no")
        or words.get("Precedence", "") in ("auto_reply", "auto-reply", "junk")
        or "X-Auto-Response-Suppress" in words  # Exchange says auto-generated of its absence notes
        or mail.null_sender
        or known.referenced is not None
    )
    return machine if answered else ""


def _is_bounce(mail: ReadMail) -> bool:
    office = mail.sender.partition("@")[0].lower() in _OFFICES
    return bool(mail.report or mail.deliveries or mail.failed_recipients or (office and mail.returned))


def _bounce(mail: ReadMail, known: Circumstances) -> Judgement:
    origin = known.returned or known.signed or known.referenced
    mine = [one for one in mail.deliveries if origin is None or one.recipient.lower() == origin.to.lower()]
    told = mine or list(mail.deliveries)
    if told and not any(one.failed for one in told):
        word = "tries on" if any(one.delayed for one in told) else "delivered it"
        return Judgement(Verdict.AUTO_REPLY, f"The post office reports that it {word}.", origin)
    if origin is None:
        said = "It reports that a message could not be delivered, and names none of ours."
        return Judgement(Verdict.BOUNCE, said, for_a_person=True)
    return Judgement(Verdict.BOUNCE, _reason(mail, origin), origin)


def _reason(mail: ReadMail, origin: Origin) -> str:
    one = next((one for one in mail.deliveries if one.failed), None)
    said = " ".join(part for part in (one.status, one.said) if part) if one else refusal_in(mail.text)
    who = origin.to or (one.recipient if one else "the recipient")
    return f"The mail to {who} came back{f': {said}' if said else '; the report gives no reason'}"[:600]
