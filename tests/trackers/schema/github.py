"""The six calls of GitHub's REST interface that are used."""

from tests.trackers.schema.operation import (
    ADDRESS,
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
USER = open_to_more({"login": NON_EMPTY, "id": WHOLE, "type": TEXT})
ISSUE = open_to_more(
    {
        "id": WHOLE,
        "number": {"type": "integer", "minimum": 1},
        "url": ADDRESS,
        "repository_url": ADDRESS,
        "html_url": ADDRESS,
        "state": one_of("open", "closed"),
        "state_reason": nullable(one_of("completed", "not_planned", "duplicate", "reopened")),
        "title": NON_EMPTY,
        "body": nullable(TEXT),
        "user": USER,
        "labels": list_of(open_to_more({"id": WHOLE, "name": NON_EMPTY})),
        "assignees": list_of(USER),
        "comments": WHOLE,
        "created_at": INSTANT,
        "updated_at": STAMP,
        "closed_at": nullable(STAMP),
    }
)
COMMENT = open_to_more(
    {"id": WHOLE, "body": TEXT, "user": USER, "created_at": STAMP, "html_url": ADDRESS, "issue_url": ADDRESS}
)
TROUBLE = open_to_more({"message": NON_EMPTY, "documentation_url": ADDRESS})
UNFIT = open_to_more(
    {"message": NON_EMPTY, "errors": list_of(open_to_more({"resource": TEXT, "field": TEXT, "code": TEXT}))}
)
REFUSALS = {400: TROUBLE, 401: TROUBLE, 403: TROUBLE, 404: TROUBLE, 410: TROUBLE, 422: UNFIT, 301: TROUBLE}
HEADERS = {
    "accept": {"const": "application/vnd.github+json"},
    "x-github-api-version": {"const": "2022-11-28"},
    "user-agent": NON_EMPTY,
}
NOTHING = closed({})
PAGING = {"per_page": NUMBER, "page": NUMBER}
ISSUES = "/repos/{owner}/{repo}/issues"
ONE = ISSUES + "/{issue_number}"

OPERATIONS = {
    ("GET", ISSUES): Operation(
        query=closed(
            {
                **PAGING,
                "state": one_of("all"),
                "labels": NON_EMPTY,
                "sort": one_of("created", "updated"),
                "direction": one_of("asc", "desc"),
                "since": STAMP,
            },
            "per_page",
            "state",
        ),
        answers={200: list_of(ISSUE), **REFUSALS},
        headers=HEADERS,
    ),
    ("POST", ISSUES): Operation(
        query=NOTHING,
        request=closed(
            {
                "title": {"type": "string", "minLength": 1, "maxLength": 256},
                "body": {"type": "string", "maxLength": 65_536, "pattern": "<!-- tierline [^ ]+ -->$"},
                "labels": list_of(NON_EMPTY),
            },
            "title",
            "body",
            "labels",
        ),
        answers={201: ISSUE, **REFUSALS},
        headers=HEADERS,
    ),
    ("GET", ONE): Operation(query=NOTHING, answers={200: ISSUE, **REFUSALS}, headers=HEADERS),
    ("PATCH", ONE): Operation(
        query=NOTHING,
        request=closed(
            {
                "state": one_of("open", "closed"),
                "state_reason": one_of("completed", "not_planned", "duplicate", "reopened"),
                "assignees": list_of(NON_EMPTY),
                "labels": list_of(NON_EMPTY),
            }
        ),
        answers={200: ISSUE, **REFUSALS},
        headers=HEADERS,
    ),
    ("GET", ONE + "/comments"): Operation(
        query=closed(PAGING, "per_page"), answers={200: list_of(COMMENT), **REFUSALS}, headers=HEADERS
    ),
    ("POST", ONE + "/comments"): Operation(
        query=NOTHING,
        request=closed({"body": {"type": "string", "pattern": "<!-- tierline [^ ]+ -->$"}}, "body"),
        answers={201: COMMENT, **REFUSALS},
        headers=HEADERS,
    ),
}
