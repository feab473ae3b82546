"""A hand-off that went out by e-mail, for answers to it."""

from datetime import datetime
from typing import Any

from tests.cases.reports import a_report
from tests.people import Cast

from tierline.cases.actions import handing_off, working
from tierline.cases.actions.entering import enter
from tierline.outbox.models import EffectRow


def a_mailed_hand_off(cast: Cast, at: datetime, **other: Any) -> int:
    """A case that vets.gov has offered to the sustainment team, who work by e-mail only."""
    number = enter(cast.agent, a_report(needs_tier=2, **other), at=at).number
    handing_off.offer(cast.agent, number, ask="Please find out whose fault this is.", at=at)
    handing_off.acknowledge(cast.triager, number, at=at)
    working.begin(cast.triager, number, at=at)
    working.correct_facts(cast.triager, number, fault_in="mhv-api", needs_tier=3, at=at)
    handing_off.offer(cast.triager, number, ask="The MHV API answers 502; please repair it.", at=at)
    return number


def the_mail(number: int) -> EffectRow:
    """The first message of a case's hand-off by e-mail."""
    return EffectRow.objects.filter(subject_id=number, key__contains=":hand-off-").order_by("id")[0]


def answer_address(number: int) -> str:
    """Where answers to it go."""
    from django.conf import settings  # noqa: PLC0415 - after Django is set up

    from tierline.outbox.replying import reply_address  # noqa: PLC0415 - the same

    address = reply_address(settings.REPLY_ADDRESS, the_mail(number).pk, settings.SECRET_KEY)
    assert address
    return address


def message_id(number: int) -> str:
    """The Message-ID it left with."""
    return f"<{the_mail(number).mark}@tierline.example>"
