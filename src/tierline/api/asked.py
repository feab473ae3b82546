"""What callers send, endpoint by endpoint. Every limit is in the schema; unknown keys are refused."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from tierline.api import fields as f


class GivenNumber(f.Asked):
    """What another system calls the case."""

    system: f.Slug
    number: f.OutsideNumber


class NewCase(f.Asked):
    """What somebody reported. ``holder`` is the team that takes it in: one of the caller's own."""

    holder: f.Team
    service: f.Service
    summary: f.Summary
    reported_by: Literal["telephone", "email", "chat", "in-person", "web", "api"] = "api"
    description: f.Text = ""
    fault_in: f.FaultIn = "unknown"
    needs_tier: f.Tier = 1
    audience: f.Audience = "veteran"
    flags: f.Flags = ()
    answers: f.Answers = Field(default_factory=dict)
    numbers: Annotated[tuple[GivenNumber, ...], Field(max_length=20)] = ()
    reporter_name: f.Line = ""
    reporter_contact: f.Contact = ""
    impacts: f.Impacts = ()
    severity: f.Severity | None = None
    workaround: StrictBool | None = None
    reports: f.Count | None = None
    reports_in_one_day: f.Count | None = None
    users_per_day: f.Count | None = None


class Corrections(f.Asked):
    """Facts that are known better now; what is left out stays.

    ``null`` under impacts, severity, workaround or any of the counts takes back what was said.
    """

    service: f.Service | None = None
    fault_in: f.FaultIn | None = None
    needs_tier: f.Tier | None = None
    flags: f.Flags | None = None
    answers: f.Answers = Field(default_factory=dict)
    impacts: f.Impacts | None = None
    severity: f.Severity | None = None
    workaround: StrictBool | None = None
    reports: f.Count | None = None
    reports_in_one_day: f.Count | None = None
    users_per_day: f.Count | None = None


class Reporter(f.Asked):
    """Who reported a case; empty where it is not known."""

    name: f.Line = ""
    contact: f.Contact = ""


class Note(f.Asked):
    """An internal note: it never leaves towards the reporter."""

    text: f.WrittenText


class Word(f.Asked):
    """A text for the reporter, verbatim."""

    text: f.WrittenText


class Wait(f.Asked):
    """For whose answer the case waits."""

    for_what: f.WrittenText


class Solution(f.Asked):
    """What solved it."""

    solution: f.WrittenText
    words: Annotated[
        f.PersonsWords | None, Field(description="For the reporter, word for word; the solution when left out")
    ] = None


class Closing(f.Asked):
    """How the reporter was told, or why they could not be. May be left out after a telling has ended."""

    told: f.Text = ""


class Reopening(f.Asked):
    """Why it is open again."""

    reason: f.WrittenText


class Telling(f.Asked):
    """What the reporter is told, word for word, and a note that stays inside."""

    words: f.PersonsWords
    note: f.Text = ""


class Question(Telling):
    """A question to the Veteran or the reporter. Left out, it is whoever reported the case."""

    of_whom: Literal["veteran", "reporter"] | None = None


class PassingOn(f.Asked):
    """Better words for the person, where they are needed, and a note that stays inside."""

    words: f.PersonsWords | None = None
    note: f.Text = ""


class AttemptMade(f.Asked):
    """One try to reach the person: how it ended, and with ``reached`` their answer."""

    outcome: Literal["reached", "waiting", "no-answer", "impossible"]
    note: f.Text = ""
    answer: f.Text = ""
    made_at: Annotated[f.Instant | None, Field(description="When it was made; now when left out")] = None


class Answer(f.Asked):
    """What they answered, in their words. For a telling it may be empty: they were told."""

    answer: f.Text = ""
    note: f.Text = ""


class MailTaken(f.Asked):
    """Which mail: the id of its fact (``reply-received``) on the case's story."""

    fact: f.Id


class GivingBack(f.Asked):
    """Why a question is given back, or taken back."""

    reason: f.Reason


class PassingBack(f.Asked):
    """A note that goes with the answer, inside."""

    note: f.Text = ""


class Acknowledgement(f.Asked):
    """What the receiver said, if anything."""

    said: f.Text = ""


class Returning(f.Asked):
    """Why it goes back to its sender: the id of one of the plans' reasons (``GET /plans``), and free words.

    A sentence in place of an id counts as words under the reason that needs them.
    """

    reason: f.Reason
    words: Annotated[f.Text, Field(max_length=2000)] = ""


class Offer(f.Asked):
    """An offer to the team the plans name, or to ``to`` with the reason in ``override``.

    ``ask`` is the one thing asked of the receiver and may leave this system; ``note`` stays inside.
    """

    ask: f.Ask
    note: f.Text = ""
    to: f.Team | None = None
    override: Annotated[f.Text, Field(max_length=2000)] = ""
    issue: Annotated[
        f.Id | None, Field(description="The engineering issue it is added to, instead of making a new one")
    ] = None


class Letting(f.Asked):
    """Why a message may leave as it is, though the privacy guard held it."""

    reason: Annotated[f.WrittenText, Field(max_length=500)]


class Rewriting(f.Asked):
    """A message's text in other words."""

    text: f.WrittenText


class Saying(f.Asked):
    """What the partner is to read, as a comment there."""

    text: f.WrittenText


class Facts(f.Asked):
    """The facts a decision is asked for, as ``tierline route`` reads them."""

    service: f.Slug
    holder: f.Slug
    fault_in: f.Slug = "unknown"
    needs_tier: f.Tier
    audience: f.Audience = "veteran"
    asks: Literal["veteran", "reporter"] | None = None
    flags: f.Flags = ()
    supplied: Annotated[
        tuple[f.Slug, ...] | None, Field(max_length=200, description="Intake fields that are filled; absent means all")
    ] = None
    at: Annotated[f.Instant | None, Field(description="The instant to decide for; absent means now")] = None


class WhichQueue(f.Asked):
    """Which queue, which tab, from where on."""

    team: f.Team
    tab: Literal["new", "todo", "waiting", "overdue"] = "todo"
    service: f.Slug | None = None
    assignee: f.Line | None = None
    flag: f.Flag | None = None
    missing: bool = False
    cursor: Annotated[str | None, Field(pattern=r"^[0-9a-f]{32}$", min_length=32, max_length=32)] = None


class StoryPart(f.Asked):
    """From which fact on."""

    after: Annotated[int, Field(ge=0, le=f.BIGGEST_ID)] = 0


class Moment(f.Asked):
    """At which instant (RFC 3339, with an offset)."""

    at: f.Instant


class Search(f.Asked):
    """The words, and below which case number to go on."""

    q: Annotated[str, Field(pattern=r"^[^\x00]*[^\s\x00-\x1f][^\x00]*$", min_length=1, max_length=200)]
    before: f.Id | None = None


class WhichBonds(f.Asked):
    """Only bonds that are not well (the default), or the newest, well or not."""

    all: bool = False


class WhichMessages(f.Asked):
    """Which messages, and below which id to go on."""

    state: Literal["pending", "held", "done", "failed", "withdrawn"] | None = None
    before: f.Id | None = None
