"""The ledger of a move: one row a ticket that went across. Private to this package."""

from typing import ClassVar

from django.db import models


class TicketRow(models.Model):
    """``ident`` is its id over there, ``digest`` what it was told to be, ``revision`` as what it was left there.

    ``state``: moved, conflict (it reads differently there, and somebody decides) or withdrawn.
    """

    move = models.CharField(max_length=60)
    number = models.CharField(max_length=80)
    ident = models.UUIDField()
    queue = models.CharField(max_length=200)
    digest = models.CharField(max_length=32)
    revision = models.CharField(max_length=60, blank=True)
    new_number = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in ("moved", "conflict", "withdrawn")])
    because = models.TextField(blank=True)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "migration_ticket"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["move", "number"], name="a_ticket_moves_once"),
            models.CheckConstraint(
                name="ticket_state_is_known", condition=models.Q(state__in=["moved", "conflict", "withdrawn"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["new_number"], name="tickets_by_new_number"),
        ]

    def __str__(self) -> str:
        return f"{self.move}: {self.number} ({self.state})"
