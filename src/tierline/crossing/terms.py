"""What crossings mean in this deployment, system by system: written in an account under ``crossing``. Pure.

Everything an organisation calls its own is here and not in code: which label or status word is a question to us, which
queues of theirs are ours. Refuses unknown keys.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tierline.cases.importing.mapping import Meaning
from tierline.trackers.tracker import Stage


class Part(BaseModel):
    """What every part of the terms is: closed to unknown keys, unchangeable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AsksWhen(Part):
    """When a record asks something of us: its stage, one of its labels, or its own status word."""

    stages: tuple[Stage, ...] = (Stage.ON_HOLD,)
    labels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


class TakesIn(Part):
    """Records of ``queues`` (of any, when none is named) become cases, read by the mapping ``source`` of imports.

    ``columns`` says for each meaning of the mapping which particular of the record it is; what is not named is taken
    from the record itself: number, status, owner, text, notes, when it was last changed.
    """

    source: str
    queues: tuple[str, ...] = ()
    columns: Mapping[Meaning, str] = Field(default_factory=dict)


class Terms(Part):
    """The terms of one system."""

    asks_when: AsksWhen = AsksWhen()
    takes_in: TakesIn | None = None


def terms_of(account: Mapping[str, Any]) -> Terms:
    """The terms an account is written with; the usual ones where it says nothing."""
    return Terms.model_validate(account.get("crossing") or {})
