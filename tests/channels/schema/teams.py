"""The one call of a Teams workflow."""

from tests.trackers.schema.operation import NON_EMPTY, TEXT, Operation, closed, open_to_more

CARD = open_to_more(
    {
        "type": {"const": "AdaptiveCard"},
        "version": {"type": "string", "pattern": r"^1\.\d$"},
        "body": {"type": "array", "minItems": 1, "items": open_to_more({"type": NON_EMPTY})},
    }
)
ATTACHMENT = closed(
    {
        "contentType": {"const": "application/vnd.microsoft.card.adaptive"},
        "contentUrl": {"type": "null"},
        "content": CARD,
    },
    "contentType",
    "content",
)
TROUBLE = open_to_more({"error": open_to_more({"code": TEXT, "message": TEXT})})

OPERATIONS = {
    ("POST", "/workflows/{flow}/triggers/manual/paths/invoke"): Operation(
        query=closed({"api-version": NON_EMPTY, "sig": NON_EMPTY}, "api-version", "sig"),
        request=closed(
            {
                "type": {"const": "message"},
                "attachments": {"type": "array", "minItems": 1, "maxItems": 1, "items": ATTACHMENT},
            },
            "type",
            "attachments",
        ),
        answers={202: {"type": "null"}, 400: TROUBLE, 401: TROUBLE, 413: TROUBLE},
        headers={"content-type": {"const": "application/json"}},
    )
}
