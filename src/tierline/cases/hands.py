"""Who may act on a case they see. Pure; the rows somebody may see at all are ``Cases.visible_to``'s in ``models.py``.

The holder acts, and whoever writes down for a desk without access here. A restricted case is handled by the duties its
plan tells, whatever team they are in: its holder's other people do not even see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tierline.cases.lifecycle import RECEIVERS_MOVES, CaseMove
from tierline.directory.actor import Actor


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands a case is. ``sender_records``: it is offered to a desk whose answer its sender writes down."""

    holder: str
    offered_to: str | None
    recorded_by: str | None
    restricted_to: frozenset[str]
    sender_records: bool = False


def may_change(actor: Actor, hands: Hands) -> bool:
    """Whether the actor may work on the case."""
    return (
        actor.is_tierline
        or hands.holder in actor.teams
        or hands.recorded_by in actor.teams
        or bool(hands.restricted_to & actor.duties)
    )


def may_make(actor: Actor, move: CaseMove, hands: Hands) -> bool:
    """Whether a move of the table is this actor's: the receiver answers a hand-off, all else is the holder's."""
    if move not in RECEIVERS_MOVES:
        return may_change(actor, hands)
    return actor.is_tierline or hands.offered_to in actor.teams or (hands.sender_records and may_change(actor, hands))


def acting_teams(move: CaseMove, hands: Hands) -> tuple[str, ...]:
    """The teams a refusal names: who could make the move instead."""
    named: Iterable[str | None] = (hands.holder, hands.recorded_by)
    if move in RECEIVERS_MOVES:
        named = (hands.offered_to, hands.holder if hands.sender_records else None)
    return tuple(team for team in dict.fromkeys(named) if team)
