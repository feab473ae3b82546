"""Endpoints of bonds: those of a case, those that are not well, one with its exchange; say something there, send again.

What may be seen of a case may be seen of its bonds.
"""

from typing import Annotated

from ninja import Path, Query, Router

from tierline.api import asked, told
from tierline.api import fields as f
from tierline.api.calling import Reference, number_of
from tierline.api.door import Call
from tierline.api.telling import bond_told, bond_with_exchange_told
from tierline.bonds import queries
from tierline.bonds.systems import readable
from tierline.cases.actions import bonding
from tierline.cases.queries import case
from tierline.foundation.clock import now

router = Router(tags=["bonds"])
case_router = Router(tags=["bonds"])

BondId = Annotated[f.Id, Path(...)]


@router.get("", response=told.Bonds, summary="Bonds that are not well")
def read_bonds(request: Call, which: Query[asked.WhichBonds]) -> told.Bonds:
    """Bonds of cases the caller may see: those that are not well, the worst first; with `all`, the newest. At most
    200."""
    found = (queries.newest if which.all else queries.unwell)(request.auth, readable(), at=now())
    return told.Bonds(bonds=[bond_told(view) for view in found])


@router.get("/{bond_id}", response=told.BondWithExchange, summary="Read a bond")
def read_bond(request: Call, bond_id: BondId) -> told.BondWithExchange:
    """A bond with both sides, its health and the whole exchange."""
    return bond_with_exchange_told(*queries.bond(request.auth, bond_id, readable(), at=now()))


@router.post("/{bond_id}/say", response=told.BondWithExchange, summary="Say something there")
def say(request: Call, bond_id: BondId, wanted: asked.Saying) -> told.BondWithExchange:
    """Add a comment to the partner's record. Whoever works on the case may."""
    bonding.say(request.auth, bond_id, wanted.text, at=now())
    return read_bond(request, bond_id)


@router.post("/{bond_id}/send-again", response=told.SentAgain, summary="Send again")
def send_again(request: Call, bond_id: BondId) -> told.SentAgain:
    """Let every message of the bond that did not arrive try again, at once."""
    return told.SentAgain(messages=bonding.send_again(request.auth, bond_id, at=now()))


@case_router.get("/{reference}/bonds", response=told.Bonds, summary="Bonds of a case")
def bonds_of_case(request: Call, reference: Reference) -> told.Bonds:
    """The bonds of one case, oldest first."""
    at = now()
    view = case(request.auth, number_of(reference), at=at, with_story=False)
    found = (queries.bond(request.auth, bond.id, readable(), at=at)[0] for bond in view.bonds)
    return told.Bonds(bonds=[bond_told(one) for one in found])
