"""The planbook in force and its older versions.

Keeps compiled planbooks in memory; asks the database at most once a second.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from tierline.foundation.trouble import NotFound
from tierline.plans.checking import Check, check_planbook
from tierline.plans.loading import planbook_from_texts
from tierline.plans.models import PlanbookVersion
from tierline.plans.planbook import Planbook

LOOK_AGAIN_AFTER = 1.0  # seconds; how long a published plan may take to reach every process


@dataclass(frozen=True, slots=True)
class PlanbookInForce:
    """A compiled planbook and the version it is."""

    version: int
    planbook: Planbook


@dataclass(frozen=True, slots=True)
class VersionView:
    """A published version, as the list of versions shows it."""

    number: int
    digest: str
    published_at: datetime
    published_by: str
    remark: str
    in_force: bool


class _Remembered:
    """What this process last saw in force, and when (monotonic seconds)."""

    version: int = 0
    looked_at: float = float("-inf")


def planbook_in_force() -> PlanbookInForce:
    """The newest published planbook. NotFound while nobody has published one."""
    if time.monotonic() - _Remembered.looked_at > LOOK_AGAIN_AFTER:
        newest = PlanbookVersion.objects.order_by("-number").values_list("number", flat=True).first()
        if newest is None:
            raise NotFound("No support plan is in force yet. Publish one: tierline publish DIR.")
        _Remembered.version, _Remembered.looked_at = newest, time.monotonic()
    return planbook_version(_Remembered.version)


def planbook_version(number: int) -> PlanbookInForce:
    """The planbook of one version, compiled once a process."""
    return PlanbookInForce(number, _compiled(number))


def texts_of_version(number: int) -> dict[str, bytes]:
    """The files of a version, by name."""
    row = PlanbookVersion.objects.filter(pk=number).first()
    if row is None:
        raise NotFound(f"There is no planbook version {number}.")
    return {name: text.encode() for name, text in row.files.items()}


def nothing_published() -> bool:
    """Whether no planbook was published yet: then no case can be there, and nothing is promised."""
    return not PlanbookVersion.objects.exists()


def versions() -> list[VersionView]:
    """All versions, newest first."""
    rows = list(PlanbookVersion.objects.defer("files"))
    return [
        VersionView(r.number, r.digest, r.published_at, r.published_by, r.remark, in_force=index == 0)
        for index, r in enumerate(rows)
    ]


def check_of_version(number: int, at: datetime) -> Check:
    """What the full check of a version finds, remembered for each stretch of time; coverage is that at ``at``."""
    return _checked(number, planbook_version(number).planbook.epoch(at))


def forget() -> None:
    """Look at the database again at the next question: after publishing, and between tests."""
    _Remembered.looked_at = float("-inf")
    _compiled.cache_clear()
    _checked.cache_clear()


@lru_cache(maxsize=8)
def _compiled(number: int) -> Planbook:
    return planbook_from_texts(texts_of_version(number))


@lru_cache(maxsize=8)
def _checked(number: int, epoch: int) -> Check:
    planbook = planbook_version(number).planbook
    # Any instant of the stretch will do; before the first boundary nothing is in force, whichever it is.
    return check_planbook(planbook, planbook.boundaries[epoch - 1] if epoch else datetime.min.replace(tzinfo=UTC))
