"""What the buttons of a question do. Refuses nothing itself: the actions do, and then the page keeps what was typed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict

from tierline.cases.actions import attempting, corresponding, inquiring
from tierline.cases.inquiry_life import InquiryMove
from tierline.directory.actor import Actor
from tierline.foundation.ids import case_reference
from tierline.foundation.trouble import Unusable
from tierline.web.access import DeskRequest, page
from tierline.web.case_page import moment_in
from tierline.web.case_verbs import do, version_in
from tierline.web.inquiry_words import SEND, TAKE_MAIL
from tierline.web.words import INQUIRY_DONE

#: The moves a button can make: the action, and which texts of the form it takes, under which names.
_MOVES: dict[str, tuple[Callable[..., object], dict[str, str]]] = {
    InquiryMove.ACKNOWLEDGE: (inquiring.acknowledge, {}),
    InquiryMove.REFUSE: (inquiring.refuse, {"reason": "text"}),
    InquiryMove.PASS_ON: (inquiring.pass_on, {"words": "words", "note": "note"}),
    InquiryMove.ATTEMPT: (attempting.attempt, {"outcome": "outcome", "answer": "answer", "note": "note"}),
    InquiryMove.ANSWER: (attempting.answer, {"text": "answer", "note": "note"}),
    InquiryMove.GIVE_UP: (attempting.give_up, {"note": "note"}),
    InquiryMove.PASS_BACK: (attempting.pass_back, {"note": "note"}),
    InquiryMove.WITHDRAW: (inquiring.withdraw, {"reason": "text"}),
}


@page("POST")
def ask(request: DeskRequest, actor: Actor, number: int) -> HttpResponse:
    """A question to the Veteran or the reporter."""
    sent = request.POST

    def put(at: datetime) -> str:
        texts = {"words": sent.get("words", ""), "note": sent.get("note", "")}
        inquiring.ask(actor, number, at=at, version=version_in(sent), **texts)
        return f"Your question on {case_reference(number)} is on its way. To undo: “Take the question back”."

    return do(request, actor, number, "question", put)


@page("POST")
def move(request: DeskRequest, actor: Actor, number: int, inquiry: int) -> HttpResponse:
    """Any move of a question."""
    sent = request.POST
    name = sent.get("move", "")
    return do(request, actor, number, f"question-{name}", lambda at: _move(actor, number, inquiry, sent, at))


def _move(actor: Actor, number: int, inquiry: int, sent: QueryDict, at: datetime) -> str:
    name = sent.get("move", "")
    if name == SEND:
        corresponding.send_attempt(actor, inquiry, at=at, version=version_in(sent))
        return f"The words are on their way to them. Their reply comes back to {case_reference(number)}."
    if name == TAKE_MAIL:
        fact = sent.get("fact", "")
        fact_id = int(fact) if fact.isascii() and fact.isdigit() and len(fact) < 19 else 0
        corresponding.take_mail_as_answer(actor, inquiry, fact_id, at=at, version=version_in(sent))
        return f"Their mail is the answer now, and on its way back to whoever asked on {case_reference(number)}."
    if name not in _MOVES:
        raise Unusable("There is no such button. Choose one of those on the page.")
    verb, texts = _MOVES[name]
    said: dict[str, Any] = {given: sent.get(field, "") for given, field in texts.items()}
    made_at = sent.get("made_at", "")
    if name == InquiryMove.ATTEMPT and made_at:
        said["made_at"] = moment_in(made_at, at)
    verb(actor, inquiry, at=at, version=version_in(sent), **said)
    return INQUIRY_DONE[InquiryMove(name)].format(case=case_reference(number))
