"""The form of a move's file: which queue becomes which, which status and field becomes what. Pure.

Refuses unknown keys, patterns that do not compile, fields or statuses the two accounts do not have.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from tierline.foundation.trouble import Unusable
from tierline.foundation.written_files import Part, Pattern
from tierline.trackers.dataverse.account import Account as There
from tierline.trackers.service_desk_files.account import Account as Here
from tierline.trackers.service_desk_files.account import Meaning

SHIPPED: Final = Path(__file__).parent / "moves"
TITLE: Final = "title"
TEXT: Final = "text"


class QueueMove(Part):
    """A queue, what it becomes, and whose tickets these are in the plans: the team that works it, and the audience."""

    queue: str
    becomes: str
    receiver: str
    audience: Literal["veteran", "staff"] = "veteran"


class NumberForm(Part):
    """One form of numbers, and an example for people."""

    form: Pattern
    example: str


class Move(Part):
    """A whole move.

    ``fields``: meaning of a column here -> field of the account there (``title``, ``text`` or one of its ``fields``).
    ``statuses``: their word -> Status Reason; ``stay``: words whose tickets are not taken across. ``words`` gives cells
    other words on the way. ``former_number`` is the field there that holds the old number, ``opened_column`` the
    column that takes the day it was opened. ``left``: columns that are known to have no counterpart. ``by_hand``: what
    is found in a column makes its ticket one that people take across themselves.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=60)]
    title: str
    from_: str
    to: str
    numbers: Annotated[tuple[NumberForm, ...], Field(min_length=1)]
    former_number: str
    opened_column: str = "overriddencreatedon"
    created_column: str = "createdon"
    queues: Annotated[tuple[QueueMove, ...], Field(min_length=1)]
    statuses: Annotated[Mapping[str, str], Field(min_length=1)]
    stay: tuple[str, ...] = ()
    fields: Mapping[Meaning, str]
    words: Mapping[Meaning, Mapping[str, str]] = Field(default_factory=dict)
    left: tuple[str, ...] = ()
    by_hand: Mapping[Meaning, Pattern] = Field(default_factory=dict)
    resolution: Meaning = "resolution"

    @model_validator(mode="after")
    def _queues_once(self) -> Self:
        names = [entry.queue.casefold() for entry in self.queues]
        if len(set(names)) < len(names):
            raise ValueError("a queue is named twice under queues")
        if "title" not in self.fields.values():
            raise ValueError("fields has to say which column becomes the title")
        return self

    @property
    def file(self) -> str:
        """The move's file, for messages."""
        return f"{self.id}.yaml"

    def check(self, here: Here, there: There) -> None:
        """Raises Unusable when the file names what one of the accounts does not have."""
        for meaning, field in self.fields.items():
            if meaning not in here.columns:
                raise Unusable(f"{self.file}, fields: the account '{self.from_}' has no column for '{meaning}'.")
            if field not in (TITLE, TEXT) and field not in there.fields:
                raise Unusable(f"{self.file}, fields: the account '{self.to}' has no field '{field}'. Add it there.")
        if self.former_number not in there.fields:
            said = f"the account '{self.to}' has no field '{self.former_number}'"
            raise Unusable(f"{self.file}, former-number: {said}; old numbers would be lost. Add it there.")
        for word, status in self.statuses.items():
            if here.stage_of(word) is None:
                raise Unusable(f"{self.file}, statuses: '{word}' is no status of the account '{self.from_}'.")
            if status not in there.statuses:
                raise Unusable(f"{self.file}, statuses: '{status}' is no Status Reason of the account '{self.to}'.")


def load_move(name: str) -> Move:
    """A shipped move by its name, or one from a ``.yaml`` file by its path; Unusable says what is wrong."""
    shipped = {file.stem: file for file in sorted(SHIPPED.glob("*.yaml"))}
    path = Path(name) if name.endswith((".yaml", ".yml")) else shipped.get(name)
    try:
        content = path.read_bytes() if path else None
    except OSError:
        content = None
    if path is None or content is None:
        known = ", ".join(shipped)
        raise Unusable(f"No move is called '{name}'. Use one of {known}, or the path of a file ending in .yaml.")
    try:
        values: Any = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError) as error:
        raise Unusable(f"{path}: this is not YAML: {' '.join(str(error).split())}. Correct the file.") from None
    try:
        return Move.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise Unusable(f"{path}, {field}: {first['msg']}. Correct it as moves/nsd-to-dynamics.yaml shows.") from None
