"""The one call to a receiver of webhooks."""

from tests.trackers.schema.operation import NON_EMPTY, Operation, Schema, closed

ANYTHING: Schema = {}
OPERATIONS = {
    ("POST", "/hooks/tierline"): Operation(
        query=closed({}),
        request=closed({"id": NON_EMPTY, "type": NON_EMPTY, "data": {"type": "object"}}, "id", "type", "data"),
        answers={204: {"type": "null"}, 400: ANYTHING, 401: ANYTHING},
        headers={
            "webhook-id": {"type": "string", "pattern": "^[A-Za-z0-9:_@/+~-]{1,200}$"},
            "webhook-timestamp": {"type": "string", "pattern": r"^\d{10}$"},
            "webhook-signature": {"type": "string", "pattern": "^v1,[A-Za-z0-9+/]{43}=$"},
            "content-type": {"const": "application/json"},
        },
    ),
    ("POST", "/hooks/moved"): Operation(query=closed({}), request=ANYTHING, answers={307: {"type": "null"}}),
}
