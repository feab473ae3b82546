"""Asking channels where they reach the people plans and duties name, a few at a time, each once a day.

Only where the account says so. Refuses to go on when a channel asks for a pause: whoever is left is asked later.
"""

from datetime import datetime
from typing import Final

import structlog

from tierline.channels.channel import NotConnected, Refused, TryAgain
from tierline.channels.knowing_people import KnowsPeople
from tierline.directory.addresses import to_be_asked, write_found
from tierline.directory.queries import people_with_any_duty
from tierline.outbox.registry import channels_that_look_people_up
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

MOST_AT_ONCE: Final = 15  # a minute; Slack lets an app ask about fifty times
log = structlog.get_logger("tierline.notices")


def look_people_up(*, at: datetime) -> int:
    """Ask about those who are due. Returns how many were answered for."""
    channels = channels_that_look_people_up()
    if not channels:
        return 0
    planbook = planbook_in_force().planbook
    return sum(_ask(name, one, planbook, at=at) for name, one in channels)


def _ask(name: str, one: KnowsPeople, planbook: Planbook, *, at: datetime) -> int:
    everybody = [person.email for person in planbook.people.values() if name not in person.not_on]
    everybody += [colleague.email for colleague in people_with_any_duty()]
    done = 0
    for email in to_be_asked(name, everybody, at=at, most=MOST_AT_ONCE):
        told = one.member(email)
        if isinstance(told, (TryAgain, Refused, NotConnected)):
            log.warning("people_not_looked_up", channel=name, because=told.because, done=done)
            break
        write_found(name, email, told.id if told else "", left=told.left if told else False, at=at)
        done += 1
    return done
