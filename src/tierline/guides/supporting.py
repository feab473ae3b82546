"""Who takes part in supporting a service, and so keeps and reads its advice: the teams its cases can come to.

Asks the plans in force; remembers the answer as long as they say the same.
"""

from datetime import datetime
from weakref import WeakKeyDictionary

from tierline.directory.actor import Actor
from tierline.plans.guides import teams_on
from tierline.plans.planbook import Planbook
from tierline.plans.queries import planbook_in_force

_remembered: "WeakKeyDictionary[Planbook, dict[tuple[int, str], frozenset[str]]]" = WeakKeyDictionary()


def supporting_teams(service: str, at: datetime) -> frozenset[str]:
    """The teams a case of the service can come to; none for a service no plan names."""
    planbook = planbook_in_force().planbook
    if service not in planbook.services:
        return frozenset()
    known = _remembered.setdefault(planbook, {})
    key = (planbook.epoch(at), service)
    if key not in known:
        known[key] = teams_on(planbook, service, at)
    return known[key]


def may_read(actor: Actor, service: str, at: datetime) -> bool:
    """Whether a team of the actor's organisations takes part in supporting the service."""
    teams = planbook_in_force().planbook.teams
    supporting = supporting_teams(service, at)
    return actor.is_tierline or bool(actor.organisations & {teams[team].organisation or team for team in supporting})


def may_keep(actor: Actor, team: str, service: str, at: datetime) -> bool:
    """Whether the actor may write and end advice of the team on the service's guide."""
    return team in actor.teams and team in supporting_teams(service, at)
