"""Version 1 of the machine interface, as one object that ``urls.py`` mounts. Refuses every call without a key."""

from tierline.api import (
    attachments,
    bonds,
    cases,
    downtime_moves,
    downtime_telling,
    downtimes,
    inquiries,
    me,
    moves,
    outbox,
    plans,
)
from tierline.api.interface import Interface

api = Interface()
api.add_router("/cases", cases.router)
api.add_router("/cases", moves.router)
api.add_router("/cases", inquiries.case_router)
api.add_router("/cases", attachments.router)
api.add_router("/cases", bonds.case_router)
api.add_router("/inquiries", inquiries.router)
api.add_router("/downtimes", downtimes.router)
api.add_router("/downtimes", downtime_moves.router)
api.add_router("/downtimes", downtime_telling.router)
api.add_router("/search", cases.search_router)
api.add_router("/decisions", plans.decisions_router)
api.add_router("/plans", plans.router)
api.add_router("/bonds", bonds.router)
api.add_router("/outbox", outbox.router)
api.add_router("/me", me.router)
