"""Asking our own pages, on this machine only, whether they answer. Refuses to follow a way that leads elsewhere."""

import http.client
from urllib.parse import urlsplit

PATIENCE = 10.0
MOST_REDIRECTS = 4


def first_page_status(address: str) -> int | None:
    """The status of the page a visitor of ``address`` ends up on, or None while nothing answers."""
    parts = urlsplit(address)
    path = "/"
    for _ in range(MOST_REDIRECTS):
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        location = answer.headers.get("Location")
        if not 300 <= answer.status < 400 or not location or not location.startswith("/"):
            return answer.status
        path = location
    return answer.status
