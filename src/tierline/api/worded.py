"""What every move of a downtime answers with, and how its refusals are told apart.

Refuses as the actions do; a refusal that no field of the call could mend is a conflict with how the downtime stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.http import HttpResponse

from tierline.api import downtime_told as told
from tierline.api.telling import etag
from tierline.directory.actor import Actor
from tierline.downtime.actions.telling import Outcome
from tierline.downtime.queries import stand
from tierline.foundation.ids import downtime_reference
from tierline.foundation.trouble import Conflict, Unusable


def saved_said(
    response: HttpResponse, actor: Actor, number: int, *, at: datetime, word: Outcome | None = None
) -> told.DowntimeSaved:
    """How it stands after a change; the revision is the answer's ETag."""
    stands = stand(actor, number, at=at)
    response.headers["ETag"] = etag(stands.revision)
    return told.DowntimeSaved(
        reference=downtime_reference(number),
        revision=stands.revision,
        state=str(stands.state),
        word=word_said(word) if word else None,
    )


def word_said(outcome: Outcome) -> told.WordSaid:
    """What became of the word a move owes."""
    return told.WordSaid(told=str(outcome.told), people=outcome.people, because=outcome.because)


@contextmanager
def as_it_stands() -> Iterator[None]:
    """What is unusable although the call says nothing wrong lies with the downtime: 409, not 422."""
    try:
        yield
    except Unusable as refused:
        if refused.fields:
            raise
        raise Conflict(str(refused)) from refused
