"""The endpoint that says whose key this is."""

from ninja import Router

from tierline.api import told
from tierline.api.door import Call

router = Router(tags=["me"])


@router.get("", response=told.Me, summary="Who am I")
def read_me(request: Call) -> told.Me:
    """The caller's name, teams, organisations and duties."""
    actor = request.auth
    return told.Me(
        name=actor.name,
        teams=sorted(actor.teams),
        organisations=sorted(actor.organisations),
        duties=sorted(actor.duties),
    )
