"""The door for what partners' systems tell of their own accord: ``POST /api/webhooks/<account>``.

No key, for the partner signs: the account's tracker looks at the signature before anything is read. Refuses what is
not signed (401), too large (413), or for an account that is told nothing (404). A delivery taken before is taken again.
"""

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tierline.api.problems import problem
from tierline.crossing.reading import take_webhook
from tierline.foundation.clock import now
from tierline.foundation.trouble import NotFound
from tierline.trackers.tracker import Unsigned

LARGEST = 1024 * 1024
log = structlog.get_logger("tierline.webhooks")


@csrf_exempt
def webhook(request: HttpRequest, account: str) -> HttpResponse:
    """Take one delivery."""
    if request.method != "POST":
        refused = problem(405, "no-such-method", "This address takes POST.")
        refused.headers["Allow"] = "POST"
        return refused
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST or len(request.body) > LARGEST:
        return problem(413, "too-large", "A delivery has at most 1 MiB.")
    try:
        take_webhook(account, {name.lower(): value for name, value in request.headers.items()}, request.body, at=now())
    except NotFound as refusal:
        return problem(404, "not-found", str(refusal))
    except Unsigned:
        log.warning("webhook_unsigned", account=account)
        return problem(401, "unsigned", "The signature of this delivery does not hold, so it was not read.")
    return HttpResponse(status=204)
