"""Endpoints of the plans: what is in force, and what it says about facts."""

from ninja import Router

from tierline.api import asked, told
from tierline.api.door import Call
from tierline.api.telling import decision_told
from tierline.foundation.clock import now
from tierline.plans.facts import Facts
from tierline.plans.planbook import source_of
from tierline.plans.queries import planbook_in_force
from tierline.plans.schema import Plan

router = Router(tags=["plans"])
decisions_router = Router(tags=["plans"])


@router.get("", response=told.Plans, summary="Read which plans are in force")
def read_plans(request: Call) -> told.Plans:  # noqa: ARG001 - every caller with a key may
    """The version in force, its plans, what they leave open, and for which reasons cases go back."""
    in_force = planbook_in_force()
    return told.Plans(
        version=in_force.version,
        plans=[_plan(file.plan) for file in in_force.planbook.files],
        return_reasons=[
            told.ReturnReason.model_validate(reason) for reason in in_force.planbook.return_reasons.values()
        ],
    )


@decisions_router.post("", response=told.Decision, summary="Ask the plans")
def decide(request: Call, wanted: asked.Facts) -> told.Decision:  # noqa: ARG001 - every caller with a key may
    """What the plans in force say about these facts. Nothing is kept and no case is needed."""
    facts = Facts(
        service=wanted.service,
        holder=wanted.holder,
        fault_in=wanted.fault_in,
        needs_tier=wanted.needs_tier,
        audience=wanted.audience,
        asks=wanted.asks,
        flags=frozenset(wanted.flags),
        supplied=None if wanted.supplied is None else frozenset(wanted.supplied),
    )
    return decision_told(planbook_in_force().planbook.decide(facts, wanted.at or now()))


def _plan(plan: Plan) -> told.Plan:
    return told.Plan(
        id=plan.id,
        kind=plan.kind,
        title=plan.title,
        version=plan.version,
        document=plan.document,
        under=plan.under,
        clauses=len(plan.clauses),
        gaps=[told.Gap(id=gap.id, source=source_of(plan, gap.source), text=gap.text) for gap in plan.gaps],
    )
