"""What differs from one Dynamics to the next, as data. Pure. The vendor's own names are the defaults.

Refuses unknown keys, addresses a secret must not be sent to, an ``in_progress`` or owner the
account does not name.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from tierline.channels.addresses import secure_address
from tierline.trackers.tracker import Stage

Address = Annotated[str, AfterValidator(secure_address)]


class Part(BaseModel):
    """What every part of an account is: closed to unknown keys, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Part):
    """A column of the case table.

    ``length``: characters that fit (None: as many as one likes). ``choices``: a choice column's labels with their
    values. ``rows``: a look-up's labels with the row each stands for, such as ``/systemusers(...)``.
    """

    attribute: str
    length: Annotated[int, Field(ge=2)] | None = None
    choices: Mapping[str, int] = Field(default_factory=dict)
    rows: Mapping[str, str] = Field(default_factory=dict)

    @property
    def read_as(self) -> str:
        """What it is called in an answer: a look-up is ``_name_value`` there."""
        return f"_{self.attribute.lower()}_value" if self.rows else self.attribute


class Status(Part):
    """A Status Reason: its value, the state it belongs to (0 active, 1 resolved, 2 cancelled), what it means to us."""

    value: int
    state: Annotated[int, Field(ge=0, le=2)] = 0
    stage: Stage


class Route(Part):
    """How a case gets into a queue: by columns that are set, by the queue's row, or by an action of the organisation.

    ``action`` is the unique name of an action bound to the case; it gets ``parameters``.
    """

    fields: Mapping[str, str | int] = Field(default_factory=dict)
    queue_row: str = ""
    action: str = ""
    parameters: Mapping[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.fields, self.queue_row, self.action))) != 1:
            raise ValueError("a route names either fields, or a queue_row, or an action")
        return self


class FirstTouch(Part):
    """What the first thing we do to a new case sets besides: its Status Reason and its owner."""

    status: str = "In Progress"
    owner: str = ""


#: What a case table has out of the box.
STATUSES: Final = {
    "In Progress": Status(value=1, stage=Stage.IN_PROGRESS),
    "On Hold": Status(value=2, stage=Stage.ON_HOLD),
    "Waiting for Details": Status(value=3, stage=Stage.ON_HOLD),
    "Researching": Status(value=4, stage=Stage.IN_PROGRESS),
    "Problem Solved": Status(value=5, state=1, stage=Stage.SOLVED),
    "Information Provided": Status(value=1000, state=1, stage=Stage.SOLVED),
    "Canceled": Status(value=6, state=2, stage=Stage.CANCELLED),
    "Merged": Status(value=2000, state=2, stage=Stage.CANCELLED),
}


class Account(Part):
    """One Dynamics. ``page_address`` is where people see a case; ``{id}`` stands for its id.

    ``queue_column`` says in which queue a case is; without it every case is taken to be in ``queue``. ``queues`` are
    those whose cases are read (none: all). ``always`` is set on every new case (a case needs a customer). In
    ``key_column`` the effect that made a case is remembered. ``notes_column``: notes go into that column of the case
    instead of rows of their own. ``bulk_headers`` go with every change of a move of many cases.
    """

    address: Address
    tenant: str
    client_id: str
    client_secret: SecretStr
    sign_in: Address = "https://login.microsoftonline.com"
    scope: str = ""
    interface: str = "/api/data/v9.2"
    page_address: str = "{address}/main.aspx?etn=incident&pagetype=entityrecord&id={id}"

    table: str = "incidents"
    entity: str = "incident"
    id_column: str = "incidentid"
    number_column: str = "ticketnumber"
    title: Column = Column(attribute="title", length=200)
    text: Column = Column(attribute="description", length=2000)
    statuses: Mapping[str, Status] = Field(default_factory=lambda: dict(STATUSES))
    owners: Mapping[str, str] = Field(default_factory=dict)
    fields: Mapping[str, Column] = Field(default_factory=dict)
    always: Mapping[str, Any] = Field(default_factory=dict)
    key_column: str = ""
    follow_up_column: str = "followupby"

    queue: str = ""
    queue_column: Column | None = None
    queues: tuple[str, ...] = ()
    routes: Mapping[str, Route] = Field(default_factory=dict)
    first_touch: FirstTouch | None = None

    notes_column: Column | None = None
    note_length: Annotated[int, Field(ge=100)] = 100_000
    note_subject_length: Annotated[int, Field(ge=50)] = 500

    bulk_headers: Mapping[str, str] = Field(default_factory=dict)
    look_back_days: Annotated[int, Field(ge=1)] = 30
    page_size: Annotated[int, Field(ge=1, le=5000)] = 500
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0

    system: str = "dynamics"

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        touch = self.first_touch
        if touch and touch.status not in self.statuses:
            raise ValueError(f"first_touch sets the status '{touch.status}', which statuses does not name")
        if touch and touch.owner and touch.owner not in self.owners:
            raise ValueError(f"first_touch sets the owner '{touch.owner}', whom owners does not name")
        return self

    @property
    def base(self) -> str:
        """Where the interface begins."""
        return f"{self.address}{self.interface}"

    def status_for(self, stage: Stage) -> str | None:
        """The first status that means ``stage``, in the account's order."""
        return next((name for name, status in self.statuses.items() if status.stage is stage), None)

    def status_of(self, value: int) -> tuple[str, Status] | None:
        """The status a value stands for."""
        return next(((name, status) for name, status in self.statuses.items() if status.value == value), None)
