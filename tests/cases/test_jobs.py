"""The minute's jobs in a house where nobody has published a plan yet: they do nothing, and fail at nothing."""

import pytest

from tierline.cases.jobs import chase
from tierline.downtime.jobs import watch
from tierline.plans.models import PlanbookVersion


@pytest.mark.django_db
def test_before_the_first_plan_the_sweeps_do_nothing() -> None:
    assert not PlanbookVersion.objects.exists()
    chase(0)
    watch(0)
