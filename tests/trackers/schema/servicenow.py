"""The calls of ServiceNow's Table API that are used, and its OAuth token."""

from tests.trackers.schema.operation import (
    NON_EMPTY,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    closed,
    nullable,
    one_of,
    open_to_more,
)

NUMBER = {"type": "string", "pattern": "^[0-9]+$"}
SYS_ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
STAMP = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}
CELL = open_to_more({"display_value": TEXT, "value": TEXT})
# With both values of every column; the stamp of the one that is stored is UTC.
ROW = {
    "type": "object",
    "properties": {
        "sys_id": open_to_more({"display_value": SYS_ID, "value": SYS_ID}),
        "sys_updated_on": open_to_more({"display_value": STAMP, "value": STAMP}),
        "sys_mod_count": open_to_more({"value": NUMBER}),
    },
    "required": ["sys_id"],
    "additionalProperties": CELL,
}
# Only the clock is looked at.
PLAIN_ROW = {"type": "object", "additionalProperties": {"anyOf": [CELL, TEXT]}}
TROUBLE = open_to_more(
    {"error": open_to_more({"message": NON_EMPTY, "detail": nullable(TEXT)}), "status": {"const": "failure"}}
)
REFUSALS: dict[int, Schema] = dict.fromkeys((400, 401, 403, 404), TROUBLE)
COLUMNS = {"type": "string", "pattern": "^[a-z0-9_]+(,[a-z0-9_]+)*$"}
SHOWN: dict[str, Schema] = {
    "sysparm_display_value": one_of("all"),
    "sysparm_exclude_reference_link": one_of("true"),
    "sysparm_fields": COLUMNS,
}
TABLE = "/api/now/table/{table}"
TASK: dict[str, Schema] = {
    "short_description": {"type": "string", "minLength": 1, "maxLength": 160},
    "description": TEXT,
    "category": TEXT,
    "start_date": STAMP,
    "end_date": STAMP,
}
CORRELATED: dict[str, Schema] = {
    "assignment_group": SYS_ID,
    "correlation_id": {"type": "string", "minLength": 1, "maxLength": 100},
    "correlation_display": {"const": "Tierline"},
}
MOVED = {
    "state": {"type": "string", "pattern": "^-?[0-9]$"},
    "hold_reason": NUMBER,
    "follow_up": STAMP,
    "close_code": NON_EMPTY,
    "close_notes": TEXT,
    "assigned_to": SYS_ID,
    "assignment_group": SYS_ID,
    "category": TEXT,
    "comments": {"type": "string", "pattern": r"\[tierline [^ ]+\]$"},
    "work_notes": {"type": "string", "pattern": r"\[tierline [^ ]+\]$"},
}

OPERATIONS = {
    ("POST", "/oauth_token.do"): Operation(
        query=closed({}),
        request=closed(
            {
                "grant_type": {"const": "client_credentials"},
                "client_id": NON_EMPTY,
                "client_secret": {"const": "(kept back)"},
            },
            "grant_type",
            "client_id",
            "client_secret",
        ),
        answers={
            200: open_to_more({"access_token": NON_EMPTY, "token_type": {"const": "Bearer"}, "expires_in": WHOLE}),
            401: open_to_more({"error": NON_EMPTY}),
        },
    ),
    ("GET", TABLE): Operation(
        query=closed(
            {**SHOWN, "sysparm_query": NON_EMPTY, "sysparm_limit": NUMBER, "sysparm_offset": NUMBER},
            "sysparm_limit",
            "sysparm_fields",
        ),
        answers={
            200: closed({"result": {"type": "array", "items": {"anyOf": [ROW, PLAIN_ROW]}}}, "result"),
            **REFUSALS,
        },
    ),
    ("POST", TABLE): Operation(
        query=closed(SHOWN, *SHOWN),
        request=closed(
            {**TASK, **CORRELATED}, "short_description", "description", "correlation_id", "correlation_display"
        ),
        answers={201: closed({"result": ROW}, "result"), **REFUSALS},
    ),
    ("GET", TABLE + "/{sys_id}"): Operation(
        query=closed(SHOWN, *SHOWN), answers={200: closed({"result": ROW}, "result"), **REFUSALS}
    ),
    ("PATCH", TABLE + "/{sys_id}"): Operation(
        query=closed(SHOWN, *SHOWN),
        request=closed(MOVED),
        answers={200: closed({"result": ROW}, "result"), **REFUSALS},
    ),
}
