"""The shape of a service desk's files and mails, as data: no public specification exists. Pure.

The defaults are the attribute names the product shows people; an installation names its own. Refuses unknown keys,
patterns that do not compile, zones nobody knows, exports without number, title, status or time of change.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tierline.foundation.written_files import Pattern, ZoneName
from tierline.trackers.tracker import Stage

Meaning = Literal[
    "number", "title", "text", "status", "owner", "queue", "opened", "changed", "area", "sub-area", "contact",
    "facility", "notes", "resolution", "reference",
]  # fmt: skip
Verb = Literal["open", "say", "move"]
ACTIONS: Final[dict[Verb, str]] = {"open": "CREATE", "say": "COMMENT", "move": "UPDATE"}
#: What a row must have to be a ticket.
NEEDED: Final = ("number", "title", "status", "changed")
#: What a row of an import file may say.
Said = Literal[
    "action", "number", "reference", "title", "text", "status", "owner", "queue", "note", "follow-up", "area",
    "sub-area", "contact", "facility", "resolution",
]  # fmt: skip


class Part(BaseModel):
    """What every part of an account is: closed to unknown keys, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Times(Part):
    """How instants are written (``strptime`` forms; the first writes), and the zone the files leave unsaid."""

    zone: ZoneName = "America/New_York"
    forms: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%Y-%m-%d %H:%M:%S",
    )  # fmt: skip


class Mail(Part):
    """Its notification mails: who sends them, and patterns for the subject (group ``number``) and lines of the text.

    ``status`` and ``reference`` have a group of that name; ``note`` a group ``note`` that may span lines.
    """

    senders: tuple[str, ...] = ()
    subject: Pattern = r"\b(?:Request|Incident|Ticket)\s+#?(?P<number>[A-Z0-9-]{4,40})\b"
    status: Pattern = r"(?m)^Status:[ \t]*(?P<status>[^\r\n]{1,80})"
    reference: Pattern = r"(?m)^External Reference:[ \t]*(?P<reference>[^\r\n]{1,200})"
    note: Pattern = r"(?ms)^(?:Comment|Last Comment):[ \t]*(?P<note>.{1,8000}?)(?:\r?\n(?:\r?\n|-{3,})|\Z)"


STATUSES: Final = {
    "Open": Stage.NEW,
    "Acknowledged": Stage.IN_PROGRESS,
    "Work In Progress": Stage.IN_PROGRESS,
    "In Progress": Stage.IN_PROGRESS,
    "Awaiting End User Response": Stage.ON_HOLD,
    "Hold": Stage.ON_HOLD,
    "Resolved": Stage.SOLVED,
    "Closed": Stage.CLOSED,
    "Cancelled": Stage.CANCELLED,
}
COLUMNS: Final[dict[Meaning, str]] = {
    "number": "Ref Num",
    "title": "Summary",
    "text": "Description",
    "status": "Status",
    "owner": "Assignee",
    "queue": "Group",
    "opened": "Open Date",
    "changed": "Last Modified Date",
    "area": "Category",
    "reference": "External Reference",
}
HEADINGS: Final[dict[Said, str]] = {
    "action": "Action",
    "number": "Ref Num",
    "reference": "External Reference",
    "title": "Summary",
    "text": "Description",
    "status": "Status",
    "owner": "Assignee",
    "queue": "Group",
    "note": "Log Comment",
    "follow-up": "Follow Up Date",
    "area": "Category",
}


class Account(Part):
    """One desk. ``exports``: the folder its export files appear in; ``imports``: where files for it are laid down.

    ``taken``: where it puts files it took in, when it keeps them. ``columns`` are headings of an export by meaning,
    ``headings`` those of an import file. ``lengths``: characters that fit, by meaning. ``queues`` are those whose
    tickets are read (none: all). A file is whole when it has not changed for ``quiet_seconds`` and ends with a line's
    end.
    """

    exports: Path
    imports: Path
    taken: Path | None = None
    pattern: str = "*.csv"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    columns: Mapping[Meaning, str] = Field(default_factory=lambda: dict(COLUMNS))
    headings: Mapping[Said, str] = Field(default_factory=lambda: dict(HEADINGS))
    actions: Mapping[Verb, str] = Field(default_factory=lambda: dict(ACTIONS))
    lengths: Mapping[str, int] = Field(default_factory=lambda: {"title": 240, "text": 4000, "note": 4000})
    times: Times = Times()
    statuses: Mapping[str, Stage] = Field(default_factory=lambda: dict(STATUSES))
    queue: str = ""
    queues: tuple[str, ...] = ()
    page_address: str = ""
    mail: Mail = Mail()
    look_back_days: Annotated[int, Field(ge=1)] = 30
    quiet_seconds: Annotated[float, Field(ge=0)] = 5.0
    page_size: Annotated[int, Field(ge=1)] = 2000
    system: str = "nsd"

    @model_validator(mode="after")
    def _enough(self) -> Self:
        lacking = [meaning for meaning in NEEDED if meaning not in self.columns]
        if lacking:
            raise ValueError(f"columns has to say which headings mean {', '.join(lacking)}")
        if not {"action", "number", "reference"} <= set(self.headings):
            raise ValueError("headings has to name action, number and reference")
        return self

    def status_for(self, stage: Stage) -> str | None:
        """The first status that means ``stage``, in the account's order."""
        return next((word for word, meant in self.statuses.items() if meant is stage), None)

    def stage_of(self, word: str) -> Stage | None:
        """What a status word means; None when the account does not name it."""
        folded = " ".join(word.split()).casefold()
        return next((stage for known, stage in self.statuses.items() if known.casefold() == folded), None)
