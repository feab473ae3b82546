"""The mail by which a question goes down to a desk that does not work here, and the letter to the person. Pure.

Neither is ever given the internal note, nor who the person is: a desk asks the sender for the details.
"""

from dataclasses import dataclass
from datetime import datetime

from tierline.cases.wording import SIGNATURE, written


@dataclass(frozen=True, slots=True)
class Question:
    """What a desk is told: what to ask or tell whom, word for word, and by when to say that it will."""

    reference: str
    service: str
    sender: str
    receiver: str
    telling: bool
    person: str
    words: str
    numbers: tuple[str, ...]
    acknowledge_by: datetime
    zone: str


def question_subject(question: Question) -> str:
    """Reference first, so that mail sorts and is found by it."""
    return f"[{question.reference}] {question.service}: please {_verb(question)} {question.person}"


def question_mail(question: Question) -> str:
    """A message that can be understood in ten seconds: whom to ask what, and how to answer."""
    answer = "that they were told, or that they could not be" if question.telling else "what they answered"
    return "\n".join(
        [
            f"{question.sender} asks {question.receiver} to {_verb(question)} {question.person}.",
            "",
            f"Words for {question.person}, to be passed on as they stand:",
            "",
            *(f"    {line}" for line in question.words.splitlines()),
            "",
            f"Case: {question.reference} ({question.service})",
            f"Numbers elsewhere: {', '.join(question.numbers) or 'none yet'}",
            f"Please say that you take it by: {written(question.acknowledge_by, question.zone)}",
            "",
            f"How to answer: reply to this message with {answer}.",
            f"To see the details, ask {question.sender} and name {question.reference}.",
            "",
            SIGNATURE,
            "",
        ]
    )


@dataclass(frozen=True, slots=True)
class Letter:
    """What the person who reported the case is written: the words for them, by whom, and how to answer."""

    reference: str
    service: str
    sender: str
    telling: bool
    words: str


def letter_subject(words: Letter) -> str:
    """Says nothing that others may not read on a screen: no service, no words."""
    return f"{'About' if words.telling else 'A question about'} what you reported ({words.reference})"


def letter(words: Letter) -> str:
    """The words as they stand, and how to answer them."""
    answer = (
        "If it is not solved for you, reply to this message and say what you see."
        if words.telling
        else "To answer, reply to this message. It reaches the people who asked."
    )
    return "\n".join(
        [
            *words.words.strip().splitlines(),
            "",
            answer,
            "Please leave out Social Security numbers, passwords and card numbers: nobody here needs them.",
            "",
            "-- ",
            f"{words.sender}, about {words.service}, case {words.reference}",
            "",
        ]
    )


def _verb(question: Question) -> str:
    return "tell" if question.telling else "ask"
