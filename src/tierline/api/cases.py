"""Endpoints of cases: read, correct, write on, look back. One action or query each."""

from django.http import HttpResponse
from ninja import Query, Router

from tierline.api import asked, told
from tierline.api.calling import Reference, Seen, number_of, version_of
from tierline.api.cursors import opaque, place_of
from tierline.api.door import Call
from tierline.api.entering import enter_case, extent_in
from tierline.api.telling import case_told, etag, fact_told, line_told, saved_told
from tierline.cases import queries, searching
from tierline.cases.actions import working
from tierline.foundation.clock import now
from tierline.foundation.ids import case_reference

router = Router(tags=["cases"])
search_router = Router(tags=["cases"])

router.post("", response={201: told.Entered}, summary="Take in a case")(enter_case)


@router.get("", response=told.Queue, summary="Read a team's queue")
def read_queue(request: Call, which: Query[asked.WhichQueue]) -> told.Queue:
    """A page of 50 of the queue of a team the caller is in, under one tab, the promise due first on top."""
    filters = queries.Filters(which.service or "", which.assignee or "", which.flag or "", which.missing)
    page = queries.queue(request.auth, which.team, which.tab, at=now(), filters=filters, after=place_of(which.cursor))
    return told.Queue(
        team=page.team,
        tab=page.tab,
        at=page.at,
        counts=dict(page.counts),
        cases=[line_told(line) for line in page.lines],
        next=opaque(page.following),
    )


@router.get("/{reference}", response=told.Case, summary="Read a case")
def read_case(request: Call, response: HttpResponse, reference: Reference) -> told.Case:
    """A case with what the plans say of it now and the moves the caller may make. Its ETag is its version."""
    view = queries.case(request.auth, number_of(reference), at=now(), with_story=False, with_bonds=False)
    response.headers["ETag"] = etag(view.line.version)
    return case_told(view)


@router.patch("/{reference}", response=told.Saved, summary="Correct the facts of a case")
def correct_facts(
    request: Call, response: HttpResponse, reference: Reference, wanted: asked.Corrections, seen: Seen
) -> told.Saved:
    """Say better what is known; the plans are asked again. Only the holding team may, on the version it saw."""
    number = number_of(reference)
    left = working.correct_facts(
        request.auth,
        number,
        at=now(),
        version=version_of(seen),
        service=wanted.service,
        fault_in=wanted.fault_in,
        needs_tier=wanted.needs_tier,
        flags=None if wanted.flags is None else frozenset(wanted.flags),
        answers=wanted.answers,
        extent=extent_in(wanted),
    )
    return saved_told(response, number, left)


@router.put("/{reference}/reporter", response=told.Saved, summary="Correct who reported a case")
def correct_reporter(request: Call, response: HttpResponse, reference: Reference, wanted: asked.Reporter) -> told.Saved:
    """Their name and how to reach them. The holding team may, and whoever is to ask or tell them now."""
    number = number_of(reference)
    left = working.correct_reporter(request.auth, number, name=wanted.name, contact=wanted.contact, at=now())
    return saved_told(response, number, left)


@router.post("/{reference}/notes", response={201: told.Saved}, summary="Write an internal note")
def write_note(request: Call, response: HttpResponse, reference: Reference, wanted: asked.Note) -> told.Saved:
    """Everybody who sees the case may. It never leaves towards the reporter."""
    number = number_of(reference)
    return saved_told(response, number, working.note(request.auth, number, wanted.text, at=now()))


@router.post("/{reference}/words", response={201: told.Saved}, summary="Write a text for the reporter")
def write_word(request: Call, response: HttpResponse, reference: Reference, wanted: asked.Word) -> told.Saved:
    """Kept verbatim and apart from notes; whoever may contact the reporter passes it on."""
    number = number_of(reference)
    left = working.draft_word_for_reporter(request.auth, number, wanted.text, at=now())
    return saved_told(response, number, left)


@router.get("/{reference}/story", response=told.Story, summary="Read a case's story")
def read_story(request: Call, reference: Reference, part: Query[asked.StoryPart]) -> told.Story:
    """Who did what, when: 100 facts a page, oldest first."""
    page = queries.case_story(request.auth, number_of(reference), after=part.after)
    return told.Story(facts=[fact_told(fact) for fact in page.facts], next=page.following)


@router.get("/{reference}/as-it-stood", response=told.AsItStood, summary="Read a case back as it stood")
def read_as_it_stood(request: Call, reference: Reference, moment: Query[asked.Moment]) -> told.AsItStood:
    """The case's remembered fields at an instant, folded from the facts known then."""
    number = number_of(reference)
    stood = queries.case_as_it_stood(request.auth, number, moment.at)
    return told.AsItStood(
        reference=case_reference(number),
        at=stood.at,
        fields=dict(stood.fields),
        facts=[fact_told(fact) for fact in stood.facts],
    )


@search_router.get("", response=told.Found, summary="Search cases")
def search(request: Call, wanted: Query[asked.Search]) -> told.Found:
    """Cases that hold all the words, newest first, 50 a page. Quotes, `or` and `-` work as on the web."""
    found = searching.search(request.auth, wanted.q, before=wanted.before)
    return told.Found(words=found.words, cases=[line_told(line) for line in found.lines], next=found.following)
