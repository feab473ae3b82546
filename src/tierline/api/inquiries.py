"""Endpoints of questions that travel: ask, tell, and every move of an inquiry. What the tables do not have is refused
(409)."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Router

from tierline.api import asked, told
from tierline.api import fields as f
from tierline.api.calling import MaybeSeen, Reference, number_of, version_of
from tierline.api.door import Call
from tierline.api.telling import inquiry_told, saved_told
from tierline.cases.actions import attempting, corresponding, inquiring
from tierline.cases.inquiry_queries import inquiry
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference

case_router = Router(tags=["inquiries"])
router = Router(tags=["inquiries"])

InquiryId = Annotated[f.Id, Path(...)]


@case_router.post("/{reference}/inquiries", response={201: told.InquiryMade}, summary="Ask the Veteran or the reporter")
def ask(request: Call, reference: Reference, wanted: asked.Question, seen: MaybeSeen = None) -> told.InquiryMade:
    """The case waits in its holder's hands; the question travels, as the plans say, to whoever may ask."""
    number = number_of(reference)
    made = inquiring.ask(
        request.auth,
        number,
        wanted.words,
        at=now(),
        note=wanted.note,
        of_whom=wanted.of_whom,
        version=version_of(seen),
    )
    return told.InquiryMade(reference=case_reference(number), inquiry=made)


@case_router.post("/{reference}/moves/tell", response={201: told.InquiryMade}, summary="Have the reporter told")
def tell(request: Call, reference: Reference, wanted: asked.Telling, seen: MaybeSeen = None) -> told.InquiryMade:
    """For a solved case whose reporter was not told as it was solved."""
    number = number_of(reference)
    made = inquiring.tell(request.auth, number, wanted.words, at=now(), note=wanted.note, version=version_of(seen))
    return told.InquiryMade(reference=case_reference(number), inquiry=made)


@router.get("/{inquiry_id}", response=told.Inquiry, summary="Read a question")
def read_inquiry(request: Call, inquiry_id: InquiryId) -> told.Inquiry:
    """A question with its ladder, its attempts and the moves the caller may make now."""
    return inquiry_told(inquiry(request.auth, inquiry_id, at=now()))


@router.post("/{inquiry_id}/moves/acknowledge", response=told.Saved, summary="Take up a question")
def acknowledge(request: Call, response: HttpResponse, inquiry_id: InquiryId, seen: MaybeSeen = None) -> told.Saved:
    """Take it up: whoever may ask has it to be asked, anybody else to be passed on."""
    left = inquiring.acknowledge(request.auth, inquiry_id, at=now(), version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/refuse", response=told.Saved, summary="Give a question back")
def refuse(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.GivingBack, seen: MaybeSeen = None
) -> told.Saved:
    """It is then the turn of whoever passed it on, with the reason."""
    left = inquiring.refuse(request.auth, inquiry_id, wanted.reason, at=now(), version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/pass-on", response=told.Saved, summary="Pass a question on")
def pass_on(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.PassingOn, seen: MaybeSeen = None
) -> told.Saved:
    """To the team the plans name, with better words for the person where they are needed."""
    left = inquiring.pass_on(
        request.auth, inquiry_id, at=now(), words=wanted.words, note=wanted.note, version=version_of(seen)
    )
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/attempt", response=told.Saved, summary="Write down an attempt")
def attempt(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.AttemptMade, seen: MaybeSeen = None
) -> told.Saved:
    """One try to reach the person, by the channel whose turn it is; with `reached` it brings the answer."""
    left = attempting.attempt(
        request.auth,
        inquiry_id,
        wanted.outcome,
        at=now(),
        note=wanted.note,
        answer=wanted.answer,
        made_at=wanted.made_at,
        version=version_of(seen),
    )
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/send", response=told.Saved, summary="E-mail the words to the person")
def send(request: Call, response: HttpResponse, inquiry_id: InquiryId, seen: MaybeSeen = None) -> told.Saved:
    """Make the next attempt, where it is by e-mail, to the address the case knows. Their reply finds the case."""
    left = corresponding.send_attempt(request.auth, inquiry_id, at=now(), version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/take-mail", response=told.Saved, summary="Take a mail as the answer")
def take_mail(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.MailTaken, seen: MaybeSeen = None
) -> told.Saved:
    """A mail on the case's story that answers this question becomes its answer, and is passed back up."""
    left = corresponding.take_mail_as_answer(request.auth, inquiry_id, wanted.fact, at=now(), version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/answer", response=told.Saved, summary="Write down the answer")
def answer(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.Answer, seen: MaybeSeen = None
) -> told.Saved:
    """What the person answered; for a telling, that they were told."""
    left = attempting.answer(
        request.auth, inquiry_id, wanted.answer, at=now(), note=wanted.note, version=version_of(seen)
    )
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/give-up", response=told.Saved, summary="Say that nobody could be reached")
def give_up(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.PassingBack, seen: MaybeSeen = None
) -> told.Saved:
    """Once every attempt of the plan's rule is made."""
    left = attempting.give_up(request.auth, inquiry_id, at=now(), note=wanted.note, version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/pass-back", response=told.Saved, summary="Pass the answer back")
def pass_back(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.PassingBack, seen: MaybeSeen = None
) -> told.Saved:
    """Up to whoever passed the question on; with its asker it lands as new work."""
    left = attempting.pass_back(request.auth, inquiry_id, at=now(), note=wanted.note, version=version_of(seen))
    return saved_told(response, left.number, left)


@router.post("/{inquiry_id}/moves/withdraw", response=told.Saved, summary="Take a question back")
def withdraw(
    request: Call, response: HttpResponse, inquiry_id: InquiryId, wanted: asked.GivingBack, seen: MaybeSeen = None
) -> told.Saved:
    """Its asker works on without the answer, and says why."""
    left = inquiring.withdraw(request.auth, inquiry_id, wanted.reason, at=now(), version=version_of(seen))
    return saved_told(response, left.number, left)
