"""Who should have been reached by now and was not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tierline.notices.reaching import at_risk

DUE = datetime(2026, 11, 20, 17, tzinfo=UTC)
ABOUT = ("changed", 2)


@dataclass(frozen=True)
class Told:
    person: str
    went: bool
    address: str = "somewhere"
    moment: str = "changed"
    revision: int = 2

    @property
    def name(self) -> str:
        return self.person.title()


def test_one_channel_is_enough() -> None:
    told = [Told("ada", went=False), Told("ada", went=True), Told("ben", went=False), Told("ben", went=False)]
    assert at_risk(told, {ABOUT: DUE}, DUE) == {ABOUT: ("Ben",)}


def test_before_it_is_due_nobody_is_at_risk() -> None:
    assert at_risk([Told("ben", went=False)], {ABOUT: DUE}, DUE - timedelta(minutes=1)) == {}


def test_whom_somebody_answered_for_is_told_otherwise() -> None:
    assert at_risk([Told("ben", went=False, address="")], {}, DUE) == {}
