"""The calls of PagerDuty's REST and Events v2 interfaces that are used."""

from tests.trackers.schema.operation import (
    ADDRESS,
    FLAG,
    INSTANT,
    NON_EMPTY,
    TEXT,
    WHOLE,
    Operation,
    closed,
    list_of,
    nullable,
    one_of,
    open_to_more,
)

NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "format": "date-time"}
REFERENCE = open_to_more({"id": NON_EMPTY, "type": NON_EMPTY, "summary": TEXT, "self": ADDRESS, "html_url": ADDRESS})
WINDOW = open_to_more(
    {
        "id": NON_EMPTY,
        "type": {"const": "maintenance_window"},
        "start_time": INSTANT,
        "end_time": INSTANT,
        "description": TEXT,
        "services": list_of(REFERENCE),
    }
)
ASKED = closed(
    {
        "maintenance_window": closed(
            {
                "type": {"const": "maintenance_window"},
                "start_time": STAMP,
                "end_time": STAMP,
                "description": {"type": "string", "maxLength": 255, "pattern": r"^\[[A-Z0-9-]+#r\d+\]"},
                "services": {
                    "type": "array",
                    "minItems": 1,
                    "items": closed({"id": NON_EMPTY, "type": {"const": "service_reference"}}, "id", "type"),
                },
            },
            "type",
            "start_time",
            "end_time",
            "description",
            "services",
        )
    },
    "maintenance_window",
)
TROUBLE = open_to_more({"error": open_to_more({"message": TEXT, "code": WHOLE})})
REFUSALS = {400: TROUBLE, 401: TROUBLE, 403: TROUBLE, 404: TROUBLE, 405: TROUBLE}
HEADERS = {
    "accept": {"const": "application/vnd.pagerduty+json;version=2"},
    "from": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
}
NOTHING = closed({})
PAGING = {"limit": NUMBER, "offset": NUMBER}
PAGE = {"limit": WHOLE, "offset": WHOLE, "more": FLAG}
ONE = open_to_more({"maintenance_window": WINDOW})
PAYLOAD = closed(
    {
        "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
        "severity": one_of("critical", "error", "warning", "info"),
        "source": NON_EMPTY,
        "custom_details": {"type": "object"},
    },
    "summary",
    "severity",
    "source",
)
ONCALL = open_to_more(
    {
        "user": open_to_more({"id": NON_EMPTY}),
        "escalation_level": WHOLE,
        "start": nullable(INSTANT),
        "end": nullable(INSTANT),
    }
)

OPERATIONS = {
    ("GET", "/maintenance_windows"): Operation(
        query=closed({"filter": one_of("open"), **PAGING}, "filter", "limit", "offset"),
        answers={200: open_to_more({"maintenance_windows": list_of(WINDOW), **PAGE}), **REFUSALS},
        headers=HEADERS,
    ),
    ("POST", "/maintenance_windows"): Operation(
        query=NOTHING, request=ASKED, answers={201: ONE, **REFUSALS}, headers=HEADERS
    ),
    ("GET", "/maintenance_windows/{id}"): Operation(query=NOTHING, answers={200: ONE, **REFUSALS}, headers=HEADERS),
    ("PUT", "/maintenance_windows/{id}"): Operation(
        query=NOTHING, request=ASKED, answers={200: ONE, **REFUSALS}, headers=HEADERS
    ),
    ("DELETE", "/maintenance_windows/{id}"): Operation(
        query=NOTHING, answers={204: {"type": "null"}, **REFUSALS}, headers=HEADERS
    ),
    ("GET", "/oncalls"): Operation(
        query=closed(
            {
                "schedule_ids[]": NON_EMPTY,
                "escalation_policy_ids[]": NON_EMPTY,
                "since": STAMP,
                "until": STAMP,
                "include[]": one_of("users"),
                **PAGING,
            },
            "since",
            "until",
        ),
        answers={200: open_to_more({"oncalls": list_of(ONCALL), **PAGE}), **REFUSALS},
        headers=HEADERS,
    ),
    ("POST", "/v2/enqueue"): Operation(
        query=NOTHING,
        request=closed(
            {
                "routing_key": NON_EMPTY,
                "event_action": one_of("trigger", "acknowledge", "resolve"),
                "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
                "payload": PAYLOAD,
                "client": NON_EMPTY,
                "client_url": ADDRESS,
            },
            "routing_key",
            "event_action",
            "dedup_key",
        ),
        answers={
            202: open_to_more({"status": {"const": "success"}, "message": TEXT, "dedup_key": TEXT}),
            400: open_to_more({"status": TEXT, "message": TEXT, "errors": list_of(TEXT)}),
        },
    ),
}
