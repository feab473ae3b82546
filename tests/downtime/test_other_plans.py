"""Plans that change while work is under way: what was announced is carried through, and nobody's word waits for it."""

from datetime import datetime, timedelta

import pytest
from tests.downtime.crew import Crew, enter_crew, scheduled
from tests.downtime.works import STARTS
from tests.people import Cast

from tierline.directory.actor import TIERLINE
from tierline.downtime.actions.minding import mind
from tierline.downtime.models import DowntimeRow
from tierline.downtime.publishing import documents
from tierline.downtime.queries import downtime, who_was_told
from tierline.notices.moments import Moment
from tierline.plans.actions import publish_planbook
from tierline.plans.loading import SHIPPED, texts_of
from tierline.plans.queries import forget

pytestmark = pytest.mark.django_db
MORNING_BEFORE = STARTS - timedelta(hours=14)


@pytest.fixture
def crew(cast: Cast) -> Crew:
    return enter_crew()


def without_the_procedure(at: datetime) -> None:
    texts = {
        name: text.replace(b"    - id: user-facing\n", b"    - id: user-facing-teams\n")
        for name, text in texts_of([SHIPPED]).items()
    }
    publish_planbook(TIERLINE, texts, at=at, remark="another name for the procedure")
    forget()


def told_the_day_before(number: int) -> bool:
    return any(one.moment == Moment.DAY_BEFORE for one in who_was_told(TIERLINE, number))


def test_work_is_told_and_shown_though_the_plans_know_its_procedure_no_more(crew: Crew, at: datetime) -> None:
    number = scheduled(crew, at)
    without_the_procedure(at)
    mind(at=MORNING_BEFORE)
    assert told_the_day_before(number)
    assert downtime(crew.engineer, number, at=MORNING_BEFORE).procedural.procedure.id == "user-facing"
    assert [one.reference for one in documents(at=MORNING_BEFORE)] == [f"DT-{number}"]


def test_work_by_a_procedure_nobody_knows_keeps_no_other_back(crew: Crew, at: datetime) -> None:
    lost, number = scheduled(crew, at), scheduled(crew, at, services=("medical-records",))
    DowntimeRow.objects.filter(pk=lost).update(procedure="never-written")
    mind(at=MORNING_BEFORE)
    assert (told_the_day_before(lost), told_the_day_before(number)) == (False, True)
    assert [one.reference for one in documents(at=MORNING_BEFORE)] == [f"DT-{number}"]
