"""Plans for tests: the shipped ones, an invented water utility, and small ones written on the spot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from tierline.cases.promising import Offer, Standing, promised
from tierline.plans.checking import Check, check_texts
from tierline.plans.clocks import PromiseKind
from tierline.plans.decision import By
from tierline.plans.loading import SHIPPED, load_planbook, planbook_from_texts, texts_of
from tierline.plans.planbook import Planbook

HERE: Final = Path(__file__).parent
WATER: Final = HERE / "planbooks" / "water"
EXAMPLES: Final = HERE / "routing.jsonl"
AT: Final = datetime(2026, 11, 20, 17, tzinfo=UTC)


def shipped() -> Planbook:
    """The plans that come with Tierline."""
    return load_planbook(SHIPPED)


def shipped_texts() -> dict[str, bytes]:
    """Their files by name."""
    return {Path(name).name: text for name, text in texts_of([SHIPPED]).items()}


def water() -> Planbook:
    """The plans of an invented city."""
    return load_planbook(WATER)


def water_texts() -> dict[str, bytes]:
    """Their files by name."""
    return {Path(name).name: text for name, text in texts_of([WATER]).items()}


def plan(**sections: Any) -> dict[str, Any]:
    """A small sound plan of two teams and one service; ``sections`` replace or add to it."""
    return {
        "kind": "plan",
        "id": "small",
        "title": "Small",
        "version": 1,
        "document": "Small agreement",
        "effective": {"from": "2020-01-01"},
        "headings": [{"title": "All", "level": 1}],
        "systems": [{"id": "engine", "label": "Engine"}],
        "services": [{"id": "rides", "label": "Rides"}],
        "people": [{"id": "ida", "name": "Ida", "email": "ida@small.example"}],
        "teams": [team("front", 1), team("back", 2)],
        "clauses": [
            route("up", {"holder": "front", "needs_tier": "2+"}, {"to": "back", "by": "email"}),
            route("front-keeps", {"holder": "front", "needs_tier": 1}, {"keep": True}),
            route("back-keeps", {"holder": "back"}, {"keep": True}),
        ],
        **sections,
    }


def team(team_id: str, *tiers: int) -> dict[str, Any]:
    """A team that is reached by e-mail."""
    return {"id": team_id, "label": team_id, "tiers": list(tiers), "receives": {"email": {"people": ["ida"]}}}


def clause(kind: str, clause_id: str, when: Mapping[str, Any], then: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """One clause under the only heading."""
    told = {"id": clause_id, "kind": kind, "source": {"heading": "All"}, "text": "So it is agreed."}
    return {**told, "when": dict(when), "then": dict(then), **more}


def route(clause_id: str, when: Mapping[str, Any], then: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A route clause."""
    return clause("route", clause_id, when, then, **more)


def gap(gap_id: str, **more: Any) -> dict[str, Any]:
    """A gap under the only heading."""
    return {"id": gap_id, "source": {"heading": "All"}, "text": "It is left open.", **more}


def charter(*clauses: dict[str, Any]) -> dict[str, Any]:
    """A charter for the small plan."""
    return {
        "kind": "charter",
        "id": "law",
        "title": "Law",
        "version": 1,
        "document": "The law",
        "effective": {"from": "2020-01-01"},
        "headings": [{"title": "All", "level": 1, "says": "The law."}],
        "clauses": list(clauses),
    }


def texts(*plans: dict[str, Any]) -> dict[str, bytes]:
    """The plans as files, named after their ids."""
    # Through JSON, lest what is used twice be written as an alias.
    written = {f"{one['id']}.yaml": json.loads(json.dumps(one)) for one in plans}
    return {name: yaml.safe_dump(one, sort_keys=False).encode() for name, one in written.items()}


def book(*plans: dict[str, Any]) -> Planbook:
    """The plans as a planbook."""
    return planbook_from_texts(texts(*plans))


def check(*plans: dict[str, Any]) -> Check:
    """What a check of the plans finds."""
    return check_texts(texts(*plans), AT)


def acknowledge_by(planbook: Planbook, to: str, by: By | None, at: datetime) -> datetime | None:
    """When the receiver of a hand-off has to acknowledge it, for a case nothing more is known of."""
    case = Standing(service="any", holder="anybody", entered=at, offer=Offer(to, by, at))
    found = (one.due.at for one in promised(planbook, case, at).promises if one.kind is PromiseKind.ACKNOWLEDGEMENT)
    return next(found, None)
