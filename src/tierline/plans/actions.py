"""Publishing a planbook. Refuses one with an error: a plan with a mistake never replaces a good one."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePath

from django.db import connection, transaction

from tierline.directory.actions import enter_organisations
from tierline.directory.actor import Actor
from tierline.foundation.trouble import NotAllowed, Refusal, Unusable
from tierline.plans.checking import check_planbook
from tierline.plans.findings import Finding, PlanUnreadable
from tierline.plans.loading import planbook_from_texts
from tierline.plans.models import PlanbookVersion
from tierline.plans.planbook import Planbook
from tierline.plans.queries import forget

PLAN_EDITOR = "plan-editor"  # the duty whose holders may publish
LONGEST_REMARK = 300
_sound: set[str] = set()  # digests of planbooks this process checked and found without an error
_PUBLISHING = 7_461_001  # advisory lock: two publishers take turns


class PlanRefused(Refusal):
    """The planbook has errors; ``findings`` says which, where, and what would mend them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        errors = "an error" if len(self.findings) == 1 else f"{len(self.findings)} errors"
        super().__init__(f"The plans were not published: they have {errors}. What was in force stays in force.")


def publish_planbook(actor: Actor, texts: Mapping[str, bytes], *, at: datetime, remark: str = "") -> int:
    """Put a planbook in force for everybody; the same texts again change nothing. Returns the version's number."""
    if PLAN_EDITOR not in actor.duties and not actor.is_tierline:
        raise NotAllowed("Publishing plans takes the duty of plan editor. Ask its holder.")
    if len(remark) > LONGEST_REMARK or "\x00" in remark:
        raise Unusable(f"Keep the remark under {LONGEST_REMARK} plain characters.", {"remark": "Shorten the remark."})
    named = by_file_name(texts)
    try:
        planbook = planbook_from_texts(named)
    except PlanUnreadable as refusal:
        raise PlanRefused(refusal.findings) from None
    files = {name: content.decode() for name, content in sorted(named.items())}
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    _refuse_errors(planbook, digest, at=at)
    with transaction.atomic():
        number = _write(actor, files, digest, at=at, remark=remark)
        enter_declared(planbook)
    forget()
    return number


def by_file_name(texts: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same texts under their bare file names. Refuses none at all, and two files of the same name."""
    named = {PurePath(name).name: content for name, content in texts.items()}
    if not named:
        raise Unusable("No plan's file was given. Choose the *.yaml files of a planbook, all of them.")
    if len(named) < len(texts):
        twice = min(name for name, count in Counter(PurePath(name).name for name in texts).items() if count > 1)
        raise Unusable(f"Two files are called {twice}. A planbook is one folder: rename one of them.")
    return named


def enter_declared(planbook: Planbook) -> None:
    """Make the directory know the organisations and teams of a planbook; desks outside have no organisation and
    stay out."""
    enter_organisations(
        {entry.id: entry.label for entry in planbook.organisations.values()},
        {team.id: (team.label, team.organisation) for team in planbook.teams.values() if team.organisation is not None},
    )


def _refuse_errors(planbook: Planbook, digest: str, *, at: datetime) -> None:
    """Refuse a planbook whose full check finds an error; the same texts are checked once a process."""
    if digest in _sound:
        return
    if errors := check_planbook(planbook, at).errors:
        raise PlanRefused(errors)
    _sound.add(digest)


def _write(actor: Actor, files: Mapping[str, str], digest: str, *, at: datetime, remark: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING])
    newest = PlanbookVersion.objects.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return newest.number
    number = newest.number + 1 if newest else 1
    PlanbookVersion.objects.create(
        number=number, digest=digest, files=dict(files), published_at=at, published_by=actor.name, remark=remark
    )
    return number
