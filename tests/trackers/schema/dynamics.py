"""The calls of the Dataverse Web API that are used, and the token of Microsoft's sign-in.

Lengths and types of columns are the vendor's; a column of an organisation's own begins with ``new_``.
"""

from tests.trackers.schema.operation import (
    INSTANT,
    NON_EMPTY,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    closed,
    list_of,
    nullable,
    one_of,
    open_to_more,
)

GUID: Schema = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
NUMBER: Schema = {"type": "string", "pattern": "^[0-9]+$"}
ETAG: Schema = {"type": "string", "pattern": '^W/"[0-9]+"$'}
LINK: Schema = {"type": "string", "pattern": "^https?://[^ ]+/api/data/v9.2/(incidents|annotations)\\?"}
STAMP: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "format": "date-time"}
NAMES: Schema = {"type": "string", "pattern": "^[a-z0-9_]+(,[a-z0-9_]+)*$"}


def text(length: int) -> Schema:
    """A text of so many characters at most."""
    return {"type": "string", "maxLength": length}


def bound(table: str) -> Schema:
    """A row of a table, as a look-up is set to it."""
    return {"type": "string", "pattern": f"^/{table}\\([0-9a-f-]{{36}}\\)$"}


#: What is written into a case.
CASE: dict[str, Schema] = {
    "title": text(200),
    "description": text(2000),
    "statecode": {"enum": [0, 1, 2]},
    "statuscode": WHOLE,
    "followupby": STAMP,
    "overriddencreatedon": STAMP,
    "customerid_account@odata.bind": bound("accounts"),
    "ownerid@odata.bind": bound("systemusers"),
    "new_area": text(100),
    "new_subarea": text(100),
    "new_facility": text(200),
    "new_queue": text(100),
    "new_casenotes": text(100_000),
    "new_formernumber": text(40),
    "new_formerowner": text(120),
    "new_formerstatus": text(60),
    "new_key": text(200),
}
NOTE: dict[str, Schema] = {
    "subject": text(500),
    "notetext": text(100_000),
    "objectid_incident@odata.bind": bound("incidents"),
}
ROW = {
    "type": "object",
    "properties": {
        "@odata.etag": ETAG,
        "incidentid": GUID,
        "ticketnumber": text(100),
        "title": text(200),
        "description": nullable(text(2000)),
        "statecode": {"enum": [0, 1, 2]},
        "statuscode": WHOLE,
        "modifiedon": STAMP,
        "_ownerid_value": nullable(GUID),
    },
    "required": ["@odata.etag", "incidentid"],
}
NOTE_ROW = {
    "type": "object",
    "properties": {"@odata.etag": ETAG, "annotationid": GUID, "createdon": INSTANT, "notetext": TEXT},
    "required": ["@odata.etag", "annotationid"],
}
GONE = closed({"@odata.context": NON_EMPTY, "id": GUID, "reason": one_of("deleted", "changed")}, "id", "reason")
TROUBLE = open_to_more({"error": open_to_more({"code": {"type": "string", "pattern": "^0x"}, "message": NON_EMPTY})})
NOTHING: Schema = {"type": "null"}
REFUSALS: dict[int, Schema] = {**dict.fromkeys((400, 403, 404, 412), TROUBLE), 401: NOTHING}
HEADERS: dict[str, Schema] = {"odata-version": {"const": "4.0"}, "odata-maxversion": {"const": "4.0"}}
BASE = "/api/data/v9.2/"
PAGED: dict[str, Schema] = {
    "$select": NAMES,
    "$skiptoken": NUMBER,
    "$deltatoken": NUMBER,
    "tracked": NUMBER,
    "$filter": NON_EMPTY,
    "$orderby": NON_EMPTY,
    "$top": NUMBER,
}
NO_QUERY = closed({})
SELECTED = closed({"$select": NAMES})


def page_of(row: Schema) -> Schema:
    """A page of rows; the last one of a tracked list has a delta link."""
    return closed(
        {"@odata.context": NON_EMPTY, "value": list_of(row), "@odata.nextLink": LINK, "@odata.deltaLink": LINK},
        "@odata.context",
        "value",
    )


def written(columns: dict[str, Schema]) -> Operation:
    """A row made or changed by its id."""
    return Operation(
        query=SELECTED, request=closed(columns), answers={200: ROW, 201: ROW, 204: NOTHING, **REFUSALS}, headers={}
    )


OPERATIONS = {
    ("POST", "/{tenant}/oauth2/v2.0/token"): Operation(
        query=NO_QUERY,
        request=closed(
            {
                "grant_type": {"const": "client_credentials"},
                "client_id": NON_EMPTY,
                "client_secret": {"const": "(kept back)"},
                "scope": {"type": "string", "pattern": r"/\.default$"},
            },
            "grant_type",
            "client_id",
            "client_secret",
            "scope",
        ),
        answers={
            200: open_to_more({"access_token": NON_EMPTY, "token_type": {"const": "Bearer"}, "expires_in": WHOLE}),
            401: open_to_more({"error": NON_EMPTY}),
        },
    ),
    ("GET", BASE + "incidents"): Operation(
        query=closed(PAGED), answers={200: page_of({"anyOf": [ROW, GONE]}), **REFUSALS}, headers=HEADERS
    ),
    ("GET", BASE + "annotations"): Operation(
        query=closed(PAGED), answers={200: page_of(NOTE_ROW), **REFUSALS}, headers=HEADERS
    ),
    ("GET", BASE + "incidents({id})"): Operation(query=SELECTED, answers={200: ROW, **REFUSALS}),
    ("PATCH", BASE + "incidents({id})"): written(CASE),
    ("DELETE", BASE + "incidents({id})"): Operation(query=NO_QUERY, answers={204: NOTHING, **REFUSALS}),
    ("PATCH", BASE + "annotations({id})"): written(NOTE),
    ("POST", BASE + "CloseIncident"): Operation(
        query=NO_QUERY,
        request=closed(
            {
                "IncidentResolution": closed(
                    {
                        "subject": {"type": "string", "minLength": 1, "maxLength": 200},
                        "description": text(2000),
                        "timespent": WHOLE,
                        "incidentid@odata.bind": bound("incidents"),
                    },
                    "subject",
                    "incidentid@odata.bind",
                ),
                "Status": WHOLE,
            },
            "IncidentResolution",
            "Status",
        ),
        answers={204: NOTHING, **REFUSALS},
    ),
    ("POST", BASE + "queues({id})/Microsoft.Dynamics.CRM.AddToQueue"): Operation(
        query=NO_QUERY,
        request=closed(
            {"Target": closed({"incidentid": GUID, "@odata.type": {"const": "Microsoft.Dynamics.CRM.incident"}})},
            "Target",
        ),
        answers={200: open_to_more({"QueueItemId": GUID}), **REFUSALS},
    ),
    ("POST", BASE + "incidents({id})/Microsoft.Dynamics.CRM.{action}"): Operation(
        query=NO_QUERY, request={"type": "object"}, answers={204: NOTHING, **REFUSALS}
    ),
    ("POST", BASE + "$batch"): Operation(
        query=NO_QUERY,
        answers={200: TEXT, **REFUSALS},
        headers={"content-type": {"type": "string", "pattern": '^multipart/mixed; boundary="'}, **HEADERS},
    ),
}
#: The columns of a case that are the vendor's, by the name its description gives them.
VENDORS = {name: schema for name, schema in CASE.items() if name in ("title", "description", "followupby")}
